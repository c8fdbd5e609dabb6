/* Writes the counts [samples, steps, channels] of a file of events to stdout, for check_events.py:
 *
 *     count-events FILE STEPS CHANNELS MICROSECONDS CLASSES
 */
#include <stdio.h>
#include <stdlib.h>

#include "events/events.h"

int main(int count, char **words) {
    struct failure failure;
    struct events_told told = {0};
    if (count != 6)
        return 2;
    const struct events_shape shape = {atoi(words[2]), atoi(words[3]), atoi(words[4]), atoi(words[5])};
    struct events *events = events_open(words[1], &shape, &failure);
    if (events == NULL) {
        fprintf(stderr, "%s\n", failure.text);
        return 1;
    }
    const size_t cells = events_count(events) * (size_t)shape.steps * (size_t)shape.channels;
    uint8_t *counts = allocate(cells, 1);
    const int result = events_read(events, counts, NULL, NULL, &told, &failure);
    if (result != 0)
        fprintf(stderr, "%s\n", failure.text);
    else
        fwrite(counts, 1, cells, stdout);
    free(counts);
    events_close(events);
    return result == 0 ? 0 : 1;
}
