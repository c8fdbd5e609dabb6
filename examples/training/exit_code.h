/* The exit codes of the programs. */
#ifndef TRAINING_EXIT_CODE_H
#define TRAINING_EXIT_CODE_H

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DIVERGED = 3, EXIT_STOPPED = 130 };

#endif
