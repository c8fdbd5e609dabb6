#include "ranks.h"

void ranks_begin(int *count, char ***arguments, struct ranks *ranks) {
    (void)count;
    (void)arguments;
    *ranks = (struct ranks){.rank = 0, .size = 1, .local = 1};
}
