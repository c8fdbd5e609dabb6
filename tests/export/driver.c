/*
 * Runs exported C (of the name `net`) over the frames of frames.h, on this machine or on a microcontroller, and puts
 * out every number bit by bit: potentials and scores of each step, the class of each sample, the size of the state.
 *
 * frames.h: `frame`, `potential` and `score` are the types of the export, `frames` [SAMPLES * STEPS][NET_INPUTS].
 */
#include "frames.h"
#include "net.h"

/* Of the platform: puts out text; run() is called by its main. */
void put(const char *text);
void run(void);

/* The bytes of a number, the highest first; both sides are little-endian. */
static void put_number(const void *number, unsigned bytes) {
    static const char digit[] = "0123456789abcdef";
    char text[20];
    unsigned length = 0, b;
    text[length++] = ' ';
    for (b = bytes; b-- > 0;) {
        text[length++] = digit[((const unsigned char *)number)[b] >> 4];
        text[length++] = digit[((const unsigned char *)number)[b] & 15];
    }
    text[length] = '\0';
    put(text);
}

void run(void) {
    static net_state state;
    static potential potentials[NET_OUTPUTS];
    static score scores[NET_OUTPUTS];
    unsigned t, c;
    for (t = 0; t < SAMPLES * STEPS; t++) {
        if (t % STEPS == 0)
            net_reset(&state);
        net_step(&state, frames[t], potentials);
        net_scores(&state, scores);
        put("potentials");
        for (c = 0; c < NET_OUTPUTS; c++)
            put_number(&potentials[c], sizeof potentials[c]);
        put("\nscores");
        for (c = 0; c < NET_OUTPUTS; c++)
            put_number(&scores[c], sizeof scores[c]);
        put("\n");
        if (t % STEPS == STEPS - 1) {
            const int32_t class = net_class(&state);
            put("class");
            put_number(&class, sizeof class);
            put("\n");
        }
    }
    c = sizeof state;
    put("state");
    put_number(&c, sizeof c);
    put("\n");
}
