/* What the host of doc/deploy.md has. */
#include <stdio.h>

/* 10 frames, and then no more. */
static inline int next_frame(float *frame) {
    static int frames;
    for (int i = 0; i < 40; i++)
        frame[i] = (float)((frames + i) % 7);
    return frames++ < 10;
}

static inline void tell(int winner) {
    printf("class %d\n", winner);
}
