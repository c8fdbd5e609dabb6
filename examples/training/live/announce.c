#include "training/live/announce.h"

#include <cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/program.h"
#include "rawhd/digits.h"

enum { BAR = 25 };

static void write_text(struct announcer *announcer, const char *name, double probability, double time, int is_final) {
    static const char bar[BAR + 1] = "#########################";
    const int length = (int)lround(probability * BAR);
    if (announcer->is_open)
        fputs("\r\033[K", stdout);
    printf("%c %8.2f s  %3.0f %%  %-*.*s  %s", is_final ? '=' : ' ', time, 100 * probability, BAR, length, bar, name);
    announcer->is_open = announcer->terminal && !is_final;
    if (!announcer->is_open)
        putchar('\n');
}

static void write_json(const struct listener *listener, int class, double probability, double begin, double time,
                       int is_final) {
    cJSON *line = cJSON_CreateObject();
    cJSON_AddNumberToObject(line, "begin", begin);
    cJSON_AddNumberToObject(line, "time", time);
    cJSON_AddBoolToObject(line, "final", is_final);
    cJSON_AddNumberToObject(line, "class", class);
    if (listener->hearing->word != NULL) {
        cJSON_AddStringToObject(line, "word", listener->hearing->word[class]);
    } else if (listener->classes == DIGIT_CLASSES) {
        const struct digit_name word = digit_of_class(class, listener->hearing->digits.german_first);
        cJSON_AddStringToObject(line, "word", digit_words[word.german][word.digit]);
        cJSON_AddStringToObject(line, "language", language_names[word.german]);
    }
    cJSON_AddNumberToObject(line, "probability", probability);
    cJSON_AddItemToObject(line, "scores", cJSON_CreateFloatArray(listener->scores, listener->classes));
    char *text = cJSON_PrintUnformatted(line);
    puts(text);
    cJSON_free(text);
    cJSON_Delete(line);
}

int announce(struct announcer *announcer, const struct listener *listener, double begin, double time, int is_final,
             struct failure *failure) {
    double probability;
    const int class = listener_best(listener, &probability);
    if (announcer->form == ANNOUNCE_JSON) {
        write_json(listener, class, probability, begin, time, is_final);
    } else {
        char *name = hearing_class(listener->hearing, class, listener->classes);
        write_text(announcer, name, probability, time, is_final);
        free(name);
    }
    return program_flush(failure);
}
