#include "common/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/allocate.h"

enum { MOST_PROCESSORS = 1024 };

void crew_run(int threads, void *(*work)(void *user), void *user) {
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (threads <= 0)
        threads = processors < 1 ? 1 : processors < MOST_PROCESSORS ? (int)processors : MOST_PROCESSORS;
    pthread_t *helper = allocate((size_t)threads, sizeof *helper);
    int helpers = 0;
    while (helpers < threads - 1 && pthread_create(&helper[helpers], NULL, work, user) == 0)
        helpers++;
    work(user);
    for (int i = 0; i < helpers; i++)
        pthread_join(helper[i], NULL);
    free(helper);
}
