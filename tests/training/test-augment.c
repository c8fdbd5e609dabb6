/* Augmentation: equations, edges and statistics of one sample, what is the same whatever else is on, and datasets. */
#include <math.h>
#include <snndelay.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "training/augment.h"
#include "training/augmented.h"

enum { STEPS = 7, CHANNELS = 5, CELLS = STEPS * CHANNELS };

static float input[CELLS], before[CELLS];
static struct draw draw;

static struct sample sample_of(double event) {
    return (struct sample){input, STEPS, CHANNELS, event};
}

/* Every cell another number. */
static void setup(void) {
    for (int i = 0; i < CELLS; i++)
        before[i] = input[i] = (float)(i + 1);
    draw = (struct draw){3, 1, 0};
}

static float cell(const float *cells, int64_t t, int64_t i) {
    return t >= 0 && t < STEPS && i >= 0 && i < CHANNELS ? cells[t * CHANNELS + i] : 0;
}

START_TEST(shifts_move_and_fill_with_zeros) {
    static const int by[] = {0, 1, -1, 3, -4, 6, -6, 7, -7, 100, -100};
    const struct sample sample = sample_of(0);
    for (size_t k = 0; k < sizeof by / sizeof *by; k++) {
        setup();
        augment_shift_time(&sample, by[k]);
        for (int t = 0; t < STEPS; t++)
            for (int i = 0; i < CHANNELS; i++)
                ck_assert_float_eq(cell(input, t, i), cell(before, t - by[k], i));
        setup();
        augment_shift_channels(&sample, by[k]);
        for (int t = 0; t < STEPS; t++)
            for (int i = 0; i < CHANNELS; i++)
                ck_assert_float_eq(cell(input, t, i), cell(before, t, i - by[k]));
    }
}
END_TEST

START_TEST(masks_are_zeros) {
    static const int first[] = {0, 2, 4, 0, 6, 3, 20}, width[] = {0, 2, 1, 100, 1, 100, 1};
    const struct sample sample = sample_of(0);
    for (size_t k = 0; k < sizeof first / sizeof *first; k++) {
        setup();
        augment_mask_time(&sample, first[k], width[k]);
        for (int t = 0; t < STEPS; t++)
            for (int i = 0; i < CHANNELS; i++)
                ck_assert_float_eq(cell(input, t, i),
                                   t >= first[k] && t < first[k] + width[k] ? 0 : cell(before, t, i));
        setup();
        augment_mask_channels(&sample, first[k], width[k]);
        for (int t = 0; t < STEPS; t++)
            for (int i = 0; i < CHANNELS; i++)
                ck_assert_float_eq(cell(input, t, i),
                                   i >= first[k] && i < first[k] + width[k] ? 0 : cell(before, t, i));
    }
}
END_TEST

/* Means and variances of a large sample; bounds are five standard deviations of what is looked at. */
START_TEST(noise_has_its_distribution) {
    enum { MANY = 200 * 100 };
    float *cells = calloc(MANY, sizeof *cells);
    const struct sample large = {cells, 200, 100, 0.5};
    augment_add_events(&large, 0.3, &draw);
    double sum = 0, squares = 0, none = 0;
    for (int i = 0; i < MANY; i++) {
        const double count = (double)cells[i] / 0.5;
        ck_assert_double_eq(count, floor(count));
        sum += count;
        squares += count * count;
        none += count == 0;
    }
    const double mean = sum / MANY, variance = squares / MANY - mean * mean;
    ck_assert_double_eq_tol(mean, 0.3, 5 * sqrt(0.3 / MANY));
    ck_assert_double_eq_tol(variance, 0.3, 5 * sqrt((0.3 + 2 * 0.09) / MANY));
    ck_assert_double_eq_tol(none / MANY, exp(-0.3), 5 * sqrt(exp(-0.3) * (1 - exp(-0.3)) / MANY));

    for (int i = 0; i < MANY; i++)
        cells[i] = 10;
    augment_add_noise(&large, 2, &draw);
    double cubes = 0, beyond = 0, products = 0; /* of neighbours, which are independent */
    sum = squares = 0;
    for (int i = 0; i < MANY; i++) {
        const double z = ((double)cells[i] - 10) / 2;
        sum += z;
        squares += z * z;
        cubes += z * z * z;
        products += i > 0 ? z * ((double)cells[i - 1] - 10) / 2 : 0;
        beyond += fabs(z) > 1.959964;
    }
    ck_assert_double_eq_tol(sum / MANY, 0, 5 / sqrt(MANY));
    ck_assert_double_eq_tol(squares / MANY, 1, 5 * sqrt(2.0 / MANY));
    ck_assert_double_eq_tol(cubes / MANY, 0, 5 * sqrt(15.0 / MANY));
    ck_assert_double_eq_tol(products / MANY, 0, 5 / sqrt(MANY));
    ck_assert_double_eq_tol(beyond / MANY, 0.05, 5 * sqrt(0.05 * 0.95 / MANY));
    free(cells);
}
END_TEST

/* An odd number of cells, the last of which takes half of a pair. */
START_TEST(noise_reaches_every_cell_and_none_behind) {
    float cells[4] = {1, 1, 1, 1};
    const struct sample odd = {cells, 3, 1, 0};
    augment_add_noise(&odd, 1, &draw);
    for (int i = 0; i < 3; i++)
        ck_assert_float_ne(cells[i], 1);
    ck_assert_float_eq(cells[3], 1);
}
END_TEST

START_TEST(speed_of_one_changes_nothing) {
    const struct sample intensities = sample_of(0), counts = sample_of(0.5);
    augment_speed(&intensities, 1, &draw);
    ck_assert_mem_eq(input, before, sizeof input);
    augment_speed(&counts, 1, &draw);
    ck_assert_mem_eq(input, before, sizeof input);
}
END_TEST

START_TEST(speed_of_intensities_is_linear_between_steps) {
    static const double speeds[] = {2, 1.5, 0.5, 0.8, 6, 6.5, 0.01};
    const struct sample sample = sample_of(0);
    for (size_t k = 0; k < sizeof speeds / sizeof *speeds; k++) {
        setup();
        augment_speed(&sample, speeds[k], &draw);
        for (int t = 0; t < STEPS; t++)
            for (int i = 0; i < CHANNELS; i++) {
                /* cells grow by CHANNELS from step to step, so that the line is known */
                const double place = t * speeds[k], wanted = place <= STEPS - 1 ? 1 + i + place * CHANNELS : 0;
                ck_assert_double_eq_tol((double)cell(input, t, i), wanted, 1e-5);
            }
    }
}
END_TEST

/* Events of one step spread evenly over the time that it becomes, and what is faster keeps all of them. */
START_TEST(speed_of_counts_moves_events) {
    const struct sample sample = sample_of(2);
    memset(input, 0, sizeof input);
    input[2 * CHANNELS + 1] = 2 * 30000;
    augment_speed(&sample, 0.5, &draw); /* from [2, 3) to [4, 6) */
    ck_assert_float_eq(input[4 * CHANNELS + 1] + input[5 * CHANNELS + 1], 2 * 30000);
    ck_assert_double_eq_tol((double)input[4 * CHANNELS + 1] / 2, 15000, 5 * sqrt(30000 * 0.25));

    setup();
    for (int i = 0; i < CELLS; i++)
        input[i] = 2;
    augment_speed(&sample, 1.5, &draw);
    double events = 0, late = 0;
    for (int t = 0; t < STEPS; t++)
        for (int i = 0; i < CHANNELS; i++) {
            events += (double)cell(input, t, i) / 2;
            late += t >= 5 && cell(input, t, i) > 0; /* 7 / 1.5 < 5 */
        }
    ck_assert_double_eq(events, CELLS);
    ck_assert_double_eq(late, 0);

    for (int i = 0; i < CELLS; i++)
        input[i] = 2;
    augment_speed(&sample, 0.5, &draw); /* steps 0 to 2 whole, and half of step 3 */
    events = 0;
    for (int i = 0; i < CELLS; i++)
        events += (double)input[i] / 2;
    ck_assert_double_ge(events, 3 * CHANNELS);
    ck_assert_double_le(events, 4 * CHANNELS);
}
END_TEST

START_TEST(mixing_meets_at_the_centre_of_mass) {
    float other[CELLS] = {0};
    const struct sample sample = sample_of(0);
    memset(input, 0, sizeof input);
    input[1 * CHANNELS + 1] = 4;
    other[3 * CHANNELS + 2] = other[5 * CHANNELS + 4] = 1; /* its centre is at (4, 3), and moves by (-3, -2) */
    augment_mix(&sample, other, &draw);
    for (int t = 0; t < STEPS; t++)
        for (int i = 0; i < CHANNELS; i++)
            ck_assert_float_eq(cell(input, t, i), t == 1 && i == 1                           ? 2
                                                  : (t == 0 && i == 0) || (t == 2 && i == 2) ? 0.5F
                                                                                             : 0);
    memset(other, 0, sizeof other); /* no centre */
    other[0] = -1e6F;
    augment_mix(&sample, other, &draw);
    ck_assert_float_eq(input[1 * CHANNELS + 1], 1);
    ck_assert_float_eq(input[0], 0.25F - 5e5F);
}
END_TEST

/* Half of the events of each, where the other has been moved to; what is below 0 is nowhere. */
START_TEST(mixing_takes_events_of_both) {
    float other[CELLS] = {0};
    const struct sample counts = sample_of(2), intensities = sample_of(0);
    memset(input, 0, sizeof input);
    input[1 * CHANNELS + 1] = input[3 * CHANNELS + 3] = 2 * 1000; /* their centre is at (2, 2) */
    other[3 * CHANNELS + 0] = other[5 * CHANNELS + 2] = 2 * 4000; /* theirs at (4, 1) */
    augment_mix(&counts, other, &draw);
    ck_assert_double_eq_tol((double)input[1 * CHANNELS + 1] / 2, 2500, 5 * sqrt(5000 / 4.0));
    ck_assert_double_eq_tol((double)input[3 * CHANNELS + 3] / 2, 2500, 5 * sqrt(5000 / 4.0));

    memset(input, 0, sizeof input);
    memset(other, 0, sizeof other);
    input[1 * CHANNELS + 1] = 1;
    other[4 * CHANNELS + 3] = 1;
    other[6 * CHANNELS + 4] = -0.5F;
    augment_mix(&intensities, other, &draw);
    ck_assert_float_eq(input[1 * CHANNELS + 1], 1);
    ck_assert_float_eq(input[3 * CHANNELS + 2], -0.25F);
}
END_TEST

START_TEST(mixing_with_itself_is_the_same_but_for_chance) {
    const struct sample intensities = sample_of(0), counts = sample_of(1);
    augment_mix(&intensities, before, &draw);
    ck_assert_mem_eq(input, before, sizeof input);
    /* B(2 n, 1/2): mean n, variance n / 2 */
    double sums[CELLS] = {0}, squares = 0;
    enum { TIMES = 400 };
    for (int k = 0; k < TIMES; k++) {
        setup();
        draw.stream = (uint64_t)k;
        augment_mix(&counts, before, &draw);
        for (int i = 0; i < CELLS; i++) {
            const double more = (double)(input[i] - before[i]);
            sums[i] += (double)input[i];
            squares += more * more / ((double)before[i] / 2);
        }
    }
    for (int i = 0; i < CELLS; i++)
        ck_assert_double_eq_tol(sums[i] / TIMES, (double)before[i], 5 * sqrt((double)before[i] / 2 / TIMES));
    ck_assert_double_eq_tol(squares / (TIMES * CELLS), 1, 5 * sqrt(2.0 / (TIMES * CELLS)));
}
END_TEST

/* ---- All together ---- */

static const struct augmentation every = {2, 1, 3, 2, 0.1, 0.5, {0.5, 1.5}, 0.5};

START_TEST(nothing_is_on_unless_asked_for) {
    const struct augmentation off = {0}, as_it_is = {.speed = {1, 1}};
    const struct sample sample = sample_of(1);
    ck_assert(!augmentation_is_on(&off));
    ck_assert(!augmentation_is_on(&as_it_is));
    augment(&off, 1, 0, 0, &sample, NULL);
    augment(&as_it_is, 1, 0, 0, &sample, NULL);
    ck_assert_mem_eq(input, before, sizeof input);
    ck_assert_int_eq(augmentation_partner(&off, 1, 0, 0, 10), -1);
    const struct augmentation one[] = {{.shift_time = 1},    {.shift_channels = 1}, {.mask_time = 1},
                                       {.mask_channels = 1}, {.events = 0.1},       {.noise = 0.1},
                                       {.speed = {0.5, 1}},  {.speed = {2, 2}},     {.mix = 0.1}};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        ck_assert(augmentation_is_on(&one[i]));
}
END_TEST

static void augment_at(const struct augmentation *augmentation, uint64_t seed, int64_t epoch, int64_t index,
                       float result[CELLS]) {
    const struct sample sample = sample_of(1);
    setup();
    augment(augmentation, seed, epoch, index, &sample, augmentation->mix > 0 ? before : NULL);
    memcpy(result, input, sizeof input);
}

START_TEST(seed_epoch_and_index_decide) {
    float one[CELLS], again[CELLS];
    augment_at(&every, 1, 2, 3, one);
    augment_at(&every, 1, 2, 3, again);
    ck_assert_mem_eq(one, again, sizeof one);
    augment_at(&every, 2, 2, 3, again);
    ck_assert_mem_ne(one, again, sizeof one);
    augment_at(&every, 1, 3, 3, again);
    ck_assert_mem_ne(one, again, sizeof one);
    augment_at(&every, 1, 2, 4, again);
    ck_assert_mem_ne(one, again, sizeof one);
}
END_TEST

/* Noise behind, and masks, do not change by how much the sample was moved. */
START_TEST(kinds_draw_apart) {
    const struct augmentation alone = {.mask_time = 3, .mask_channels = 2};
    const struct augmentation with = {
        .mask_time = 3, .mask_channels = 2, .shift_time = 2, .events = 50, .speed = {0.5, 1.5}};
    for (int64_t index = 0; index < 50; index++) {
        float plain[CELLS], more[CELLS];
        augment_at(&alone, 1, 0, index, plain);
        augment_at(&with, 1, 0, index, more);
        for (int i = 0; i < CELLS; i++) /* 50 events a cell leave none empty */
            ck_assert_int_eq(plain[i] > 0, more[i] > 0);
    }
}
END_TEST

/* How often each value of a uniform choice came, against five standard deviations. */
static void check_even(const int *count, int values, int times) {
    const double chance = 1.0 / values;
    for (int i = 0; i < values; i++)
        ck_assert_double_eq_tol((double)count[i] / times, chance, 5 * sqrt(chance * (1 - chance) / times));
}

/* Two shifts of one sample are as independent as any: each pair of them comes as often. */
START_TEST(kinds_are_independent) {
    enum { TIMES = 4000 };
    const struct augmentation shifts = {.shift_time = 1, .shift_channels = 1};
    int pair[9] = {0};
    for (int64_t n = 0; n < TIMES; n++) {
        float result[CELLS];
        augment_at(&shifts, 5, n / 100, n % 100, result);
        const int from = (int)cell(result, 3, 2) - 1 - (3 * CHANNELS + 2); /* cells are numbered from 1 */
        pair[4 + from / 4 * 3 + from - from / 4 * CHANNELS]++;
    }
    check_even(pair, 9, TIMES);
}
END_TEST

START_TEST(choices_are_even_and_reach_their_ends) {
    enum { TIMES = 4000 };
    int by[5] = {0}, width[4] = {0}, partner[3] = {0}, mixed = 0, first[STEPS] = {0};
    const struct augmentation shift = {.shift_time = 2}, mask = {.mask_time = 3}, mix = {.mix = 0.25},
                              narrow = {.mask_time = 1};
    for (int64_t n = 0; n < TIMES; n++) {
        float result[CELLS];
        augment_at(&shift, 5, n / 100, n % 100, result);
        int zeros = 0; /* in front of the first step, or behind the last */
        for (int t = 0; t < STEPS; t++)
            zeros += cell(result, t, 0) == 0;
        by[cell(result, 0, 0) == 0 ? 2 + zeros : 2 - zeros]++;
        augment_at(&mask, 5, n / 100, n % 100, result);
        zeros = 0;
        for (int t = 0; t < STEPS; t++)
            zeros += cell(result, t, 0) == 0;
        width[zeros]++;
        augment_at(&narrow, 5, n / 100, n % 100, result);
        for (int t = 0; t < STEPS; t++)
            first[t] += cell(result, t, 0) == 0;
        const int64_t with = augmentation_partner(&mix, 5, n / 100, n % 100, 3);
        ck_assert_int_ge(with, -1);
        ck_assert_int_lt(with, 3);
        if (with >= 0) {
            mixed++;
            partner[with]++;
        }
    }
    check_even(by, 5, TIMES);
    check_even(width, 4, TIMES);
    check_even(partner, 3, mixed);
    ck_assert_double_eq_tol((double)mixed / TIMES, 0.25, 5 * sqrt(0.25 * 0.75 / TIMES));
    int masked = 0;
    for (int t = 0; t < STEPS; t++)
        masked += first[t];
    check_even(first, STEPS, masked);
    ck_assert_int_eq(augmentation_partner(&mix, 5, 0, 0, 0), -1); /* nobody else is of the class */
}
END_TEST

/* log(speed) is uniform, so that slower and faster are as likely where the range is. */
START_TEST(speeds_are_even_on_a_scale_of_ratios) {
    enum { TIMES = 2000 };
    const struct augmentation speed = {.speed = {0.5, 2}};
    float ramp[STEPS];
    const struct sample sample = {ramp, STEPS, 1, 0};
    double sum = 0, low = 2, high = 0.5;
    for (int64_t n = 0; n < TIMES; n++) {
        for (int t = 0; t < STEPS; t++)
            ramp[t] = (float)t;
        augment(&speed, 5, n, n, &sample, NULL);
        const double was = (double)ramp[1]; /* x(1 speed) */
        sum += log(was);
        low = was < low ? was : low;
        high = was > high ? was : high;
    }
    ck_assert_double_eq_tol(sum / TIMES, 0, 5 * 2 * log(2) / sqrt(12.0 * TIMES));
    ck_assert(low >= 0.4999 && low < 0.51);
    ck_assert(high <= 2.0001 && high > 1.96);
}
END_TEST

/* Masks that are wider than the sample, and a sample of one cell. */
START_TEST(the_smallest_sample_bears_everything) {
    struct augmentation wide = every;
    wide.shift_time = wide.shift_channels = wide.mask_time = wide.mask_channels = 1000000;
    for (int64_t index = 0; index < 200; index++) {
        float one = 3, other = 2;
        const struct sample sample = {&one, 1, 1, index % 2};
        augment(&wide, 1, 0, index, &sample, &other);
        ck_assert(isfinite(one));
    }
}
END_TEST

/* ---- A dataset of them ---- */

enum { SAMPLES = 23, CLASSES = 4 };

static snnd_context *context;
static struct data data;
static float cells[SAMPLES][CELLS];
static int32_t labels[SAMPLES], lengths[SAMPLES];

/* The last class has one sample alone; lengths differ, and what lies behind them is to stay 0. */
static void make_plain(int32_t threads) {
    snnd_context_options options;
    snnd_context_options_init(&options, sizeof options);
    options.threads = threads;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_OK);
    for (int n = 0; n < SAMPLES; n++) {
        labels[n] = n == 11 ? CLASSES - 1 : n % (CLASSES - 1);
        lengths[n] = n % 5 == 0 ? STEPS - 2 : STEPS;
        for (int i = 0; i < lengths[n] * CHANNELS; i++)
            cells[n][i] = (float)((n + 3 * i) % SAMPLES);
    }
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    samples.input = &cells[0][0];
    samples.label = labels;
    samples.length = lengths;
    samples.samples = SAMPLES;
    samples.steps = STEPS;
    samples.channels = CHANNELS;
    ck_assert_int_eq(snnd_dataset_create(context, &samples, &data.training), SNND_OK);
}

static void drop_plain(void) {
    data_free(&data);
    snnd_context_free(context);
    data = (struct data){0};
}

static const snnd_dataset *make_augmented(const struct augmentation *augmentation, double event) {
    struct failure failure;
    data.event = event;
    ck_assert_msg(augment_training(context, augmentation, 9, &data, &failure) == 0, "%s", failure.text);
    return data.training;
}

static const struct augmentation counted = {.shift_time = 2,
                                            .shift_channels = 1,
                                            .mask_time = 2,
                                            .mask_channels = 1,
                                            .events = 0.1,
                                            .speed = {0.8, 1.25},
                                            .mix = 0.5};

/* Samples, labels and shape are those of the other; so are the numbers, until they are trained on. */
START_TEST(outside_of_training_nothing_is_augmented) {
    make_plain(1);
    const snnd_dataset *set = make_augmented(&counted, 1);
    ck_assert_int_eq(snnd_dataset_samples(set), SAMPLES);
    ck_assert_int_eq(snnd_dataset_classes(set), CLASSES);
    ck_assert_int_eq(snnd_dataset_steps(set), STEPS);
    ck_assert_int_eq(snnd_dataset_channels(set), CHANNELS);
    int changed = 0;
    for (int n = 0; n < SAMPLES; n++) {
        float got[CELLS];
        int32_t label;
        ck_assert_int_eq(snnd_dataset_length(set, n), lengths[n]);
        ck_assert_int_eq(snnd_dataset_sample(set, n, NULL, &label), SNND_OK);
        ck_assert_int_eq(label, labels[n]);
        ck_assert_int_eq(snnd_dataset_fill(set, -1, n, got), SNND_OK);
        ck_assert_mem_eq(got, cells[n], sizeof got);
        ck_assert_int_eq(snnd_dataset_fill(set, 0, n, got), SNND_OK);
        changed += memcmp(got, cells[n], sizeof got) != 0;
        for (int i = lengths[n] * CHANNELS; i < CELLS; i++)
            ck_assert_float_eq(got[i], 0);
    }
    ck_assert_int_ge(changed, SAMPLES - 2);
    drop_plain();
}
END_TEST

/* Every sample of two epochs as augment() makes it, in whatever order and by whichever thread. */
START_TEST(batches_are_the_same_for_any_threads) {
    float first[2][SAMPLES][CELLS];
    for (int way = 0; way < 4; way++) {
        make_plain(way % 2 == 0 ? 1 : 3);
        const snnd_dataset *set = make_augmented(&counted, 1);
        snnd_batches_options options;
        snnd_batches_options_init(&options, sizeof options);
        options.batch = 4;
        options.shuffle = 1;
        options.seed = 9;
        options.prefetch = way < 2 ? 0 : 3;
        snnd_batches *batches;
        ck_assert_int_eq(snnd_batches_create_with(set, &options, &batches), SNND_OK);
        for (int epoch = 0; epoch < 2; epoch++)
            for (int64_t index = 0, done = 0; index < snnd_batches_count(batches); index++) {
                const float *batch;
                const int32_t *label;
                int32_t count;
                ck_assert_int_eq(snnd_batches_get(batches, epoch, index, &batch, &label, &count), SNND_OK);
                for (int i = 0; i < count; i++, done++)
                    if (way == 0)
                        memcpy(first[epoch][done], batch + (size_t)i * CELLS, sizeof *first[epoch]);
                    else
                        ck_assert_mem_eq(first[epoch][done], batch + (size_t)i * CELLS, sizeof *first[epoch]);
            }
        ck_assert_mem_ne(first[0], first[1], sizeof first[0]);
        snnd_batches_free(batches);
        drop_plain();
    }
}
END_TEST

/* Each other sample of the class, and never the sample itself or another class. */
START_TEST(partners_are_others_of_the_class) {
    make_plain(1);
    const struct augmentation mix = {.mix = 1};
    const snnd_dataset *set = make_augmented(&mix, 0);
    for (int n = 0; n < SAMPLES; n++) {
        int met[SAMPLES] = {0}, partners = 0;
        for (int epoch = 0; epoch < 200; epoch++) {
            float got[CELLS], wanted[CELLS];
            ck_assert_int_eq(snnd_dataset_fill(set, epoch, n, got), SNND_OK);
            int matches = 0;
            for (int other = 0; other < SAMPLES; other++) {
                const struct sample sample = {wanted, lengths[n], CHANNELS, 0};
                memcpy(wanted, cells[n], sizeof wanted);
                if (other != n && labels[other] == labels[n])
                    augment_mix(&sample, cells[other], &draw);
                else if (other != n || n != 11)
                    continue;
                if (memcmp(got, wanted, sizeof got) == 0) {
                    matches++;
                    met[other] = 1;
                }
            }
            ck_assert_int_ge(matches, 1);
        }
        for (int other = 0; other < SAMPLES; other++)
            partners += met[other] == (other != n && labels[other] == labels[n]);
        ck_assert_int_eq(partners, n == 11 ? SAMPLES - 1 : SAMPLES);
    }
    drop_plain();
}
END_TEST

static const struct refused {
    struct augmentation wanted;
    double event;
    const char *says;
} refused[] = {
    {{.shift_time = STEPS}, 0, "--shift-time: expected at most 6, since samples have 7 steps, not 7"},
    {{.shift_channels = CHANNELS}, 0, "--shift-channels: expected at most 4, since samples have 5 channels, not 5"},
    {{.mask_time = STEPS + 1}, 0, "--mask-time: expected at most 7"},
    {{.mask_channels = CHANNELS + 1}, 0, "--mask-channels: expected at most 5"},
    {{.events = 0.1}, 0, "--noise-spikes: "},
    {{.noise = 0.1}, 1, "--noise: "},
};

START_TEST(what_has_no_effect_is_refused) {
    make_plain(1);
    struct failure failure;
    data.event = refused[_i].event;
    ck_assert_int_eq(augment_training(context, &refused[_i].wanted, 1, &data, &failure), -1);
    ck_assert_msg(strstr(failure.text, refused[_i].says) == failure.text, "%s", failure.text);
    drop_plain();
}
END_TEST

START_TEST(a_class_needs_two_samples_to_be_mixed) {
    make_plain(1);
    const struct augmentation mix = {.mix = 1};
    const int64_t few[] = {0, 1, 2};
    struct failure failure;
    snnd_dataset *part;
    ck_assert_int_eq(snnd_dataset_select(data.training, few, 3, &part), SNND_OK);
    snnd_dataset_free(data.training);
    data.training = part;
    ck_assert_int_eq(augment_training(context, &mix, 1, &data, &failure), -1);
    ck_assert_msg(strstr(failure.text, "--mix: no class has at least two samples") == failure.text, "%s", failure.text);
    drop_plain();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("augment");
    TCase *kinds = tcase_create("kinds");
    tcase_add_checked_fixture(kinds, setup, NULL);
    tcase_add_test(kinds, shifts_move_and_fill_with_zeros);
    tcase_add_test(kinds, masks_are_zeros);
    tcase_add_test(kinds, noise_has_its_distribution);
    tcase_add_test(kinds, noise_reaches_every_cell_and_none_behind);
    tcase_add_test(kinds, speed_of_one_changes_nothing);
    tcase_add_test(kinds, speed_of_intensities_is_linear_between_steps);
    tcase_add_test(kinds, speed_of_counts_moves_events);
    tcase_add_test(kinds, mixing_meets_at_the_centre_of_mass);
    tcase_add_test(kinds, mixing_takes_events_of_both);
    tcase_add_test(kinds, mixing_with_itself_is_the_same_but_for_chance);
    suite_add_tcase(suite, kinds);
    TCase *together = tcase_create("together");
    tcase_add_checked_fixture(together, setup, NULL);
    tcase_add_test(together, nothing_is_on_unless_asked_for);
    tcase_add_test(together, seed_epoch_and_index_decide);
    tcase_add_test(together, kinds_draw_apart);
    tcase_add_test(together, kinds_are_independent);
    tcase_add_test(together, choices_are_even_and_reach_their_ends);
    tcase_add_test(together, speeds_are_even_on_a_scale_of_ratios);
    tcase_add_test(together, the_smallest_sample_bears_everything);
    suite_add_tcase(suite, together);
    TCase *sets = tcase_create("sets");
    tcase_add_checked_fixture(sets, setup, NULL);
    tcase_add_test(sets, outside_of_training_nothing_is_augmented);
    tcase_add_test(sets, batches_are_the_same_for_any_threads);
    tcase_add_test(sets, partners_are_others_of_the_class);
    tcase_add_loop_test(sets, what_has_no_effect_is_refused, 0, sizeof refused / sizeof *refused);
    tcase_add_test(sets, a_class_needs_two_samples_to_be_mixed);
    suite_add_tcase(suite, sets);
    return run_suite(suite);
}
