#include "training/fields/field_axes.h"

#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/mel_filters.h"
#include "common/files.h"
#include "common/json.h"
#include "common/picture.h"
#include "rawhd/front_end_settings.h"
#include "training/hearing.h"
#include "training/keep.h"

/* ---- What they are ---- */

static int is(const cJSON *settings, const char *name, const char *text) {
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(settings, name));
    return value != NULL && strcmp(value, text) == 0;
}

/* In recipes of sound steps have 10 ms. In those of events they have the option's length, and channels sum adjacent
 * units of the cochlea; for arrays nothing is known. A run from before there were recipes is of sound. */
static void describe(struct field_axes *axes, const cJSON *settings) {
    const int named = cJSON_HasObjectItem(settings, "recipe");
    if (is(settings, "recipe", "shd") || is(settings, "recipe", "ssc")) {
        const cJSON *bin = cJSON_GetObjectItemCaseSensitive(settings, "bin");
        const char *units = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(settings, "units"));
        axes->milliseconds = cJSON_IsNumber(bin) && bin->valuedouble > 0 ? bin->valuedouble : NAN;
        axes->channels = units == NULL || strcmp(units, "1") == 0 ? format_text("cochlear unit")
                                                                  : format_text("channel of %s cochlear units", units);
    } else {
        axes->milliseconds = !named || is(settings, "recipe", "rawhd") || is(settings, "recipe", "gsc")
                                 ? 1000.0 / MEL_STEPS_A_SECOND
                                 : NAN;
        axes->channels = format_text("input channel");
    }
}

/* The preset of Zenke and Vogels has other bands for each sampling rate, so that its channels have no fixed pitch. */
static int find_pitches(struct field_axes *axes, const char *folder, const char *name, struct failure *failure) {
    cJSON *front_end = json_read_in(folder, name, failure);
    const int mel = front_end != NULL && !is(front_end, "preset", preset_name(PRESET_ZENKE_VOGELS));
    const int readable = front_end != NULL;
    cJSON_Delete(front_end);
    if (!mel)
        return readable ? 0 : -1;
    struct hearing hearing;
    int result = hearing_read(folder, name, &hearing, failure);
    if (result == 0) {
        struct mel *bands = hearing_mel(&hearing);
        if (mel_shape(bands)->channels == axes->rows) {
            axes->hertz = allocate((size_t)axes->rows, sizeof *axes->hertz);
            for (int32_t row = 0; row < axes->rows; row++)
                axes->hertz[row] = mel_centre(bands, row);
        }
        mel_free(bands);
    }
    hearing_free(&hearing);
    return result;
}

int field_axes_read(struct field_axes *axes, const char *folder, const char *run, int32_t rows,
                    struct failure *failure) {
    *axes = (struct field_axes){.rows = rows};
    const char *of_run = run != NULL ? run : "", *slash = run != NULL ? "/" : "";
    char *settings_name = format_text("%s%s" KEEP_SETTINGS, of_run, slash);
    char *front_end = format_text("%s%s" FRONT_END_FILE, of_run, slash);
    const int kept = file_exists_in(folder, settings_name);
    cJSON *settings = kept ? json_read_in(folder, settings_name, failure) : NULL;
    int result = kept && settings == NULL ? -1 : 0;
    describe(axes, settings);
    if (result == 0 && file_exists_in(folder, front_end))
        result = find_pitches(axes, folder, front_end, failure);
    cJSON_Delete(settings);
    free(front_end);
    free(settings_name);
    return result;
}

void field_axes_free(struct field_axes *axes) {
    free(axes->hertz);
    free(axes->channels);
    *axes = (struct field_axes){0};
}

/* ---- How they are drawn ---- */

/* Returns the place of a pitch among the rows, interpolated between two of them; NaN outside. */
static double place_of(const struct field_axes *axes, double hertz) {
    for (int32_t row = 0; row + 1 < axes->rows; row++)
        if (axes->hertz[row] <= hertz && hertz <= axes->hertz[row + 1])
            return row + (hertz - axes->hertz[row]) / (axes->hertz[row + 1] - axes->hertz[row]);
    return NAN;
}

static void set_pitches(const struct field_axes *axes, FILE *script) {
    static const double shown[] = {0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20};
    const char *before = "";
    fputs("set ytics (", script);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const double place = place_of(axes, 1000 * shown[i]);
        if (isnan(place))
            continue;
        fprintf(script, "%s'%g' %.3f", before, shown[i], place);
        before = ", ";
    }
    fputs(")\nset ylabel 'centre of the Mel channel (kHz)'\n", script);
}

void field_axes_set_delays(const struct field_axes *axes, int32_t columns, FILE *script) {
    if (isnan(axes->milliseconds)) {
        fputs("set xlabel 'delay (steps)'\n", script);
        return;
    }
    const int32_t apart = columns > 50 ? columns / 5 : columns > 25 ? 10 : columns > 10 ? 5 : 1;
    fputs("set xlabel 'delay (ms)'\nset xtics (", script);
    for (int32_t column = 0; column < columns; column += apart)
        fprintf(script, "%s'%g' %d", column > 0 ? ", " : "", column * axes->milliseconds, (int)column);
    fputs(")\n", script);
}

void field_axes_set(const struct field_axes *axes, int32_t columns, int ordered, FILE *script) {
    field_axes_set_delays(axes, columns, script);
    if (ordered && axes->hertz != NULL) {
        set_pitches(axes, script);
        return;
    }
    char *label = format_text("%s%s", axes->channels, ordered ? "" : ", ordered for the highest Moran's I");
    fputs(ordered ? "set ytics auto\nset ylabel " : "unset ytics\nset ylabel ", script);
    picture_quote(script, label);
    putc('\n', script);
    free(label);
}
