#include "training/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/allocate.h"

/* The uses of random numbers. Values never change, since the numbers that a seed gives depend on them. */
enum use {
    USE_PARTNER,
    USE_MIX,
    USE_SPEED,
    USE_SHIFT_TIME,
    USE_SHIFT_CHANNELS,
    USE_EVENTS,
    USE_NOISE,
    USE_MASK_TIME,
    USE_MASK_CHANNELS
};

/* The numbers of each use, and of each epoch the samples. */
#define OF_USE 40
#define OF_EPOCH 40

static struct draw draw_for(uint64_t seed, int64_t epoch, int64_t index, enum use use) {
    return (struct draw){seed, (uint64_t)(epoch + 1) << OF_EPOCH | (uint64_t)index, (uint64_t)use << OF_USE};
}

static size_t cells_of(const struct sample *sample) {
    return (size_t)sample->steps * (size_t)sample->channels;
}

static float *row_of(const struct sample *sample, int64_t step) {
    return sample->input + (size_t)step * (size_t)sample->channels;
}

static int64_t limit(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

/* Moves `count` numbers by several places; those that leave are lost, and zeros are inserted. */
static void move(float *row, int64_t count, int64_t by) {
    const int64_t far = limit(by, -count, count), kept = count - llabs(far);
    memmove(row + (far > 0 ? far : 0), row - (far < 0 ? far : 0), (size_t)kept * sizeof *row);
    memset(far > 0 ? row : row + kept, 0, (size_t)(count - kept) * sizeof *row);
}

void augment_shift_time(const struct sample *sample, int64_t by) {
    move(sample->input, (int64_t)cells_of(sample), limit(by, -sample->steps, sample->steps) * sample->channels);
}

void augment_shift_channels(const struct sample *sample, int64_t by) {
    for (int32_t t = 0; t < sample->steps; t++)
        move(row_of(sample, t), sample->channels, by);
}

void augment_mask_time(const struct sample *sample, int64_t first, int64_t width) {
    const int64_t begin = limit(first, 0, sample->steps), end = limit(first + width, begin, sample->steps);
    memset(row_of(sample, begin), 0, (size_t)((end - begin) * sample->channels) * sizeof(float));
}

void augment_mask_channels(const struct sample *sample, int64_t first, int64_t width) {
    const int64_t begin = limit(first, 0, sample->channels), end = limit(first + width, begin, sample->channels);
    for (int32_t t = 0; t < sample->steps; t++)
        memset(row_of(sample, t) + begin, 0, (size_t)(end - begin) * sizeof(float));
}

/* The gaps of a Poisson process along all cells are exponentially distributed. */
void augment_add_events(const struct sample *sample, double rate, struct draw *draw) {
    const double end = (double)cells_of(sample);
    double place = -log1p(-draw_between(draw, 0, 1)) / rate;
    for (; place < end; place -= log1p(-draw_between(draw, 0, 1)) / rate)
        sample->input[(size_t)place] += (float)sample->event;
}

void augment_add_noise(const struct sample *sample, double deviation, struct draw *draw) {
    const size_t cells = cells_of(sample);
    for (size_t i = 0; i < cells; i += 2) {
        float pair[2];
        draw_normal_pair(draw, pair);
        for (size_t k = i; k < i + 2 && k < cells; k++)
            sample->input[k] += (float)deviation * pair[k - i];
    }
}

/* Returns the number of events in a cell of counts. */
static int64_t events_in(const struct sample *sample, float cell) {
    return (int64_t)((double)cell / sample->event + 0.5);
}

static void speed_intensities(const struct sample *sample, const float *before, double speed) {
    const size_t channels = (size_t)sample->channels;
    for (int32_t t = 0; t < sample->steps; t++) {
        const double place = t * speed;
        const size_t from = (size_t)place;
        const float share = (float)(place - (double)from);
        float *row = row_of(sample, t);
        if (place > sample->steps - 1) {
            memset(row, 0, channels * sizeof *row);
            continue;
        }
        const float *early = before + from * channels, *late = share > 0 ? early + channels : early;
        for (size_t i = 0; i < channels; i++)
            row[i] = (1 - share) * early[i] + share * late[i];
    }
}

static void speed_counts(const struct sample *sample, const float *before, double speed, struct draw *draw) {
    const size_t channels = (size_t)sample->channels;
    memset(sample->input, 0, cells_of(sample) * sizeof(float));
    for (int32_t t = 0; t < sample->steps && t / speed < sample->steps; t++)
        for (size_t i = 0; i < channels; i++)
            for (int64_t k = events_in(sample, before[(size_t)t * channels + i]); k > 0; k--) {
                const double place = (t + draw_between(draw, 0, 1)) / speed;
                if (place < sample->steps)
                    row_of(sample, (int64_t)place)[i] += (float)sample->event;
            }
}

void augment_speed(const struct sample *sample, double speed, struct draw *draw) {
    const size_t cells = cells_of(sample);
    float *before = allocate(cells, sizeof *before);
    memcpy(before, sample->input, cells * sizeof *before);
    if (sample->event > 0)
        speed_counts(sample, before, speed, draw);
    else
        speed_intensities(sample, before, speed);
    free(before);
}

/* Computes the centre of mass in steps and channels of the values above 0; returns 0 if there are none. */
static int find_centre(const struct sample *sample, const float *input, double centre[2]) {
    double mass = 0, by_step = 0, by_channel = 0;
    for (int32_t t = 0; t < sample->steps; t++) {
        double of_step = 0;
        for (int32_t i = 0; i < sample->channels; i++) {
            const double cell = *input > 0 ? (double)*input : 0;
            input++;
            of_step += cell;
            by_channel += cell * i;
        }
        mass += of_step;
        by_step += of_step * t;
    }
    centre[0] = by_step / mass;
    centre[1] = by_channel / mass;
    return mass > 0;
}

/* Random coins, 53 from each random number. */
struct coins {
    struct draw *draw;
    uint64_t bits;
    int left;
};

static int throw_coin(struct coins *coins) {
    if (coins->left == 0) {
        coins->left = 53;
        coins->bits = (uint64_t)draw_between(coins->draw, 0, 0x1p53);
    }
    coins->left--;
    return (int)(coins->bits >> coins->left & 1);
}

/* Returns how many of `events` coins are heads. */
static int64_t count_heads(struct coins *coins, int64_t events) {
    int64_t heads = 0;
    while (events-- > 0)
        heads += throw_coin(coins);
    return heads;
}

void augment_mix(const struct sample *sample, const float *other, struct draw *draw) {
    const size_t cells = cells_of(sample);
    double here[2], there[2];
    float *moved = allocate(cells, sizeof *moved);
    const struct sample second = {moved, sample->steps, sample->channels, sample->event};
    memcpy(moved, other, cells * sizeof *moved);
    if (find_centre(sample, sample->input, here) && find_centre(sample, other, there)) {
        augment_shift_time(&second, llround(here[0] - there[0]));
        augment_shift_channels(&second, llround(here[1] - there[1]));
    }
    struct coins coins = {draw, 0, 0};
    for (size_t i = 0; i < cells; i++) {
        float *cell = &sample->input[i];
        if (sample->event > 0)
            *cell = (float)((double)count_heads(&coins, events_in(sample, *cell) + events_in(sample, moved[i])) *
                            sample->event);
        else
            *cell = 0.5F * *cell + 0.5F * moved[i];
    }
    free(moved);
}

/* ---- All of it ---- */

static int changes_speed(const struct augmentation *augmentation) {
    const struct speeds *speed = &augmentation->speed;
    return speed->slowest > 0 && (speed->slowest != 1 || speed->fastest != 1);
}

int augmentation_is_on(const struct augmentation *augmentation) {
    return augmentation->shift_time > 0 || augmentation->shift_channels > 0 || augmentation->mask_time > 0 ||
           augmentation->mask_channels > 0 || augmentation->events > 0 || augmentation->noise > 0 ||
           changes_speed(augmentation) || augmentation->mix > 0;
}

int64_t augmentation_partner(const struct augmentation *augmentation, uint64_t seed, int64_t epoch, int64_t index,
                             int64_t others) {
    struct draw draw = draw_for(seed, epoch, index, USE_PARTNER);
    if (others == 0 || augmentation->mix <= 0 || !draw_chance(&draw, augmentation->mix))
        return -1;
    return draw_below(&draw, others);
}

/* Draws a shift from -most to most. */
static int64_t draw_shift(struct draw *draw, int64_t most) {
    return draw_below(draw, 2 * most + 1) - most;
}

struct mask {
    int64_t first, width;
};

/* Draws a mask of up to `widest`, anywhere within `length`. */
static struct mask draw_mask(struct draw *draw, int64_t widest, int64_t length) {
    struct mask mask = {0, draw_below(draw, limit(widest, 0, length) + 1)};
    mask.first = draw_below(draw, length - mask.width + 1);
    return mask;
}

void augment(const struct augmentation *augmentation, uint64_t seed, int64_t epoch, int64_t index,
             const struct sample *sample, const float *other) {
    struct draw draw;
    if (other != NULL) {
        draw = draw_for(seed, epoch, index, USE_MIX);
        augment_mix(sample, other, &draw);
    }
    if (changes_speed(augmentation)) {
        draw = draw_for(seed, epoch, index, USE_SPEED);
        const double low = log(augmentation->speed.slowest), high = log(augmentation->speed.fastest);
        augment_speed(sample, exp(draw_between(&draw, low, high)), &draw);
    }
    if (augmentation->shift_time > 0) {
        draw = draw_for(seed, epoch, index, USE_SHIFT_TIME);
        augment_shift_time(sample, draw_shift(&draw, augmentation->shift_time));
    }
    if (augmentation->shift_channels > 0) {
        draw = draw_for(seed, epoch, index, USE_SHIFT_CHANNELS);
        augment_shift_channels(sample, draw_shift(&draw, augmentation->shift_channels));
    }
    if (augmentation->events > 0) {
        draw = draw_for(seed, epoch, index, USE_EVENTS);
        augment_add_events(sample, augmentation->events, &draw);
    }
    if (augmentation->noise > 0) {
        draw = draw_for(seed, epoch, index, USE_NOISE);
        augment_add_noise(sample, augmentation->noise, &draw);
    }
    if (augmentation->mask_time > 0) {
        draw = draw_for(seed, epoch, index, USE_MASK_TIME);
        const struct mask mask = draw_mask(&draw, augmentation->mask_time, sample->steps);
        augment_mask_time(sample, mask.first, mask.width);
    }
    if (augmentation->mask_channels > 0) {
        draw = draw_for(seed, epoch, index, USE_MASK_CHANNELS);
        const struct mask mask = draw_mask(&draw, augmentation->mask_channels, sample->channels);
        augment_mask_channels(sample, mask.first, mask.width);
    }
}
