#include "common/stop.h"

#include <string.h>

static const int signals[] = {SIGINT, SIGTERM};

enum { SIGNALS = sizeof signals / sizeof *signals };

static struct sigaction before[SIGNALS];

/* The only variable that a signal handler can use. */
static volatile sig_atomic_t asked;

static void ask(int number) {
    (void)number;
    asked = 1;
}

void stop_listen(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = ask;
    action.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
    sigemptyset(&action.sa_mask);
    asked = 0;
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, &before[i]);
}

void stop_unlisten(void) {
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
}

int stop_is_asked(void) {
    return asked;
}

const volatile sig_atomic_t *stop_flag(void) {
    return &asked;
}
