/* What the tests of readers and of the programs that train share: folders, sounds and programs. */
#ifndef RAWHD_TEST_SUPPORT_H
#define RAWHD_TEST_SUPPORT_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Runs a suite; the exit code of a test program. */
int run_suite(Suite *suite);

/** A new temporary folder, and its removal with all that is in it. */
char *make_folder(void);
void drop_folder(char *folder);

/** FOLDER/NAME, to be freed. */
char *in_folder(const char *folder, const char *name);

/** Writes text to FOLDER/NAME, making folders on the way. */
void write_text(const char *folder, const char *name, const char *text);

/** Reads FOLDER/NAME; NULL if it is not there. A zero byte follows. */
char *read_text(const char *folder, const char *name, size_t *length);

/** 1 if both files are there and have the same bytes. */
int same_bytes(const char *folder, const char *name, const char *other_folder, const char *other_name);

/** Writes mono samples to FOLDER/NAME as FLAC or WAV of 16 bits, by its ending. */
void write_sound(const char *folder, const char *name, const float *samples, int64_t count, int rate);

/** Writes `seconds` of a tone to FOLDER/NAME. */
void write_tone(const char *folder, const char *name, double hertz, double seconds, int rate);

/** A sine of `count` samples, to be freed. */
float *make_tone(double hertz, int64_t count, int rate);

/** Starts a program with its output to FOLDER/out.txt and FOLDER/err.txt. The arguments end with NULL. */
pid_t start_program(const char *folder, const char *const arguments[]);

/** Waits for a program: its exit code, or -1 if a signal ended it. */
int wait_program(pid_t child);

/** Both. */
int run_program(const char *folder, const char *const arguments[]);

/** Processes that a process has started: Linux tells, elsewhere none is found. */
int find_children(pid_t parent, pid_t child[], int most);

/** The program that starts ranks, which is told that more of them than processors, and root, are no mistake; NULL:
 * there is none. */
const char *mpirun_path(void);

/** A program's path from the environment; ends the test program with 77 (skipped) if it is not set. */
const char *program_path(const char *variable);

#endif
