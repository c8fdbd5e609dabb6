/* The driver on this machine. */
#include <stdio.h>

void put(const char *text);
void run(void);

void put(const char *text) {
    fputs(text, stdout);
}

int main(void) {
    run();
    return fflush(stdout) != 0;
}
