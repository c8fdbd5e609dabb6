/* A tiny set of tones, laid out like the Heidelberg Digits, for tests of programs that train. */
#ifndef RAWHD_TEST_TONES_H
#define RAWHD_TEST_TONES_H

/** Writes four tones of each of six digits into a folder, the last of each to test. */
void write_tones(const char *set);

#endif
