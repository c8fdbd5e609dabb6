/* All of snnd-report. */
#ifndef TRAINING_REPORT_MAIN_H
#define TRAINING_REPORT_MAIN_H

/** Does what the command line asks for; the exit code. */
int report_main(int count, char **arguments);

#endif
