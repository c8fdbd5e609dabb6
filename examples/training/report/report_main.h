/* The program snnd-report. */
#ifndef TRAINING_REPORT_MAIN_H
#define TRAINING_REPORT_MAIN_H

/** Executes the command line and returns the exit code. */
int report_main(int count, char **arguments);

#endif
