/* Where a network is that a program is told to use. */
#ifndef TRAINING_SAVED_H
#define TRAINING_SAVED_H

#define SAVED_BEST "best.safetensors"

/** Splits the path of a network into its folder and its name, both to be freed. The folder of a run stands for the best
 * network in it. */
void saved_find(const char *path, char **folder, char **name);

#endif
