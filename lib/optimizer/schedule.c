/*
 * Values as functions of the epoch e of E. With the half wave c(a, b, f) = b + (a - b)/2 (1 + cos(pi f)):
 *
 *     one-cycle:    up = rise E - 1;  e <= up: c(value/divide, value, e/up)
 *                   else c(value, value/divide/final_divide, (e - up) / (E - 1 - up)); the momentum the other way
 *     cosine:       c(value, final, e/E)
 *     exponential:  value (final/value)^(e/E)
 *
 * At E = 1 to 3 the one-cycle has no epochs to rise in, and goes the way of the published code.
 */
#include "optimizer/schedule.h"

#include <math.h>

#include "base/options.h"
#include "optimizer/optimizer.h"

static const double PI = 3.14159265358979323846;

/* The result is between the two, whatever the rounding. */
static double half_wave(double from, double to, double share) {
    const double value = to + (from - to) / 2 * (1 + cos(PI * share));
    return fmin(fmax(value, fmin(from, to)), fmax(from, to));
}

static void one_cycle(const snnd_schedule *schedule, double epoch, double *value, double *momentum) {
    const double start = schedule->value / schedule->divide, end = start / schedule->final_divide;
    const double up = schedule->rise * schedule->epochs - 1;
    if (epoch <= up) {
        const double share = up > 0 ? epoch / up : 1;
        *value = half_wave(start, schedule->value, share);
        *momentum = half_wave(schedule->momentum_high, schedule->momentum_low, share);
    } else {
        const double left = schedule->epochs - 1 - up, share = left > 0 ? (epoch - up) / left : 1;
        *value = half_wave(schedule->value, end, share);
        *momentum = half_wave(schedule->momentum_low, schedule->momentum_high, share);
    }
}

static bool is_value(double value) {
    return value >= 0 && value <= 1e6;
}

/* Numbers that a kind does not use must be finite, too, since checkpoints store them. */
snnd_status snnd_schedule_check(snnd_context *context, const snnd_schedule *schedule, const char *who) {
    const bool cycle = schedule->kind == SNND_SCHEDULE_ONE_CYCLE, cosine = schedule->kind == SNND_SCHEDULE_COSINE;
    const bool falls = schedule->kind == SNND_SCHEDULE_EXPONENTIAL && schedule->value > schedule->final;
    const int32_t least = cycle || cosine ? 1 : 0;
    const double start = schedule->value / schedule->divide, end = start / schedule->final_divide;
    const snnd_bound bounds[] = {
        {"kind", schedule->kind,
         schedule->kind >= SNND_SCHEDULE_CONSTANT && schedule->kind <= SNND_SCHEDULE_EXPONENTIAL,
         "one of snnd_schedule_kind"},
        {"epochs", schedule->epochs, schedule->epochs >= least, least == 1 ? "at least 1" : "at least 0"},
        {"value", schedule->value, is_value(schedule->value), "0 to 1e6"},
        {"final", schedule->final, is_value(schedule->final), "0 to 1e6"},
        {"final", schedule->final, !falls || schedule->final > 0, "a number above 0 in an exponential schedule"},
        {"rise", schedule->rise, isfinite(schedule->rise) && (!cycle || (schedule->rise >= 0 && schedule->rise <= 1)),
         "0 to 1"},
        {"divide", schedule->divide, isfinite(schedule->divide) && (!cycle || schedule->divide > 0),
         "a finite number above 0"},
        {"final_divide", schedule->final_divide,
         isfinite(schedule->final_divide) && (!cycle || schedule->final_divide > 0), "a finite number above 0"},
        {"value / divide", start, !cycle || is_value(start), "0 to 1e6"},
        {"value / divide / final_divide", end, !cycle || is_value(end), "0 to 1e6"},
        {"momentum_low", schedule->momentum_low,
         isfinite(schedule->momentum_low) && (!cycle || snnd_is_momentum(schedule->momentum_low)),
         "at least 0 and below 1"},
        {"momentum_high", schedule->momentum_high,
         isfinite(schedule->momentum_high) && (!cycle || snnd_is_momentum(schedule->momentum_high)),
         "at least 0 and below 1"},
    };
    return snnd_options_check_bounds(context, who, bounds, sizeof bounds / sizeof *bounds);
}

snnd_status snnd_schedule_init(snnd_schedule *schedule, size_t size) {
    static const snnd_schedule defaults = {.kind = SNND_SCHEDULE_CONSTANT,
                                           .epochs = 150,
                                           .value = 1e-3,
                                           .rise = 0.3,
                                           .divide = 25,
                                           .final_divide = 1e4,
                                           .momentum_low = 0.85,
                                           .momentum_high = 0.95};
    return snnd_options_init(schedule, size, &defaults, sizeof defaults);
}

snnd_status snnd_schedule_at(const snnd_schedule *schedule, int32_t epoch, double *value, double *momentum) {
    snnd_schedule known;
    snnd_schedule_init(&known, sizeof known);
    if (schedule == NULL || epoch < 0 || value == NULL || value == momentum ||
        snnd_options_read(NULL, schedule, &known, sizeof known, "snnd_schedule") != SNND_OK ||
        snnd_schedule_check(NULL, &known, "schedule") != SNND_OK)
        return SNND_ERROR_ARGUMENT;
    double ignored;
    switch (known.kind) {
    case SNND_SCHEDULE_ONE_CYCLE:
        one_cycle(&known, epoch < known.epochs ? epoch : known.epochs - 1, value,
                  momentum == NULL ? &ignored : momentum);
        break;
    case SNND_SCHEDULE_COSINE:
        *value = half_wave(known.value, known.final, epoch < known.epochs ? (double)epoch / known.epochs : 1);
        break;
    case SNND_SCHEDULE_EXPONENTIAL:
        *value = known.value;
        if (known.value > known.final && known.epochs > 0)
            *value *= pow(known.final / known.value, epoch < known.epochs ? (double)epoch / known.epochs : 1);
        break;
    default:
        *value = known.value;
        break;
    }
    return SNND_OK;
}
