/* What stands before a program made of the manual: the headers that its examples need, and what checks their calls. */
#ifndef SNND_TESTS_MANUAL_CHECKED_H
#define SNND_TESTS_MANUAL_CHECKED_H

#include <math.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>
#endif

static int checked_status;

/* Before the call in a line: the one before it must have gone well. 0: there is no further one. */
static inline void checked(int line) {
    static int place;
    if (checked_status != SNND_OK) {
        fprintf(stderr, "line %d: %s\n", place, snnd_status_string((snnd_status)checked_status));
        exit(1);
    }
    place = line;
}

#endif
