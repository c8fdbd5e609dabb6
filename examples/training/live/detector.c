/*
 * The level of a frame in dB relative to a sine of full scale, whose power over all channels is N/4 sum hann[i]^2 = 3
 * N^2/32:
 *
 *     level = 10 log10(sum_m P[m] / (3 N^2 / 32))
 *
 * Before an utterance a frame is loud above max(threshold, noise + rise), where the noise follows the level between
 * utterances within half a second. In an utterance it must also be above loudest - drop. An utterance that exceeds the
 * longest length may have been noise, so that the noise is set to its quietest frame.
 */
#include "training/live/detector.h"

#include <math.h>

static const double lowest_level = -120, noise_share = 0.02; /* of the newest frame */

void detector_init(struct detector *detector, const struct detector_options *options, const struct mel_shape *shape) {
    *detector = (struct detector){.options = *options, .noise = options->threshold - options->rise};
    detector->channels = shape->channels;
    detector->full_scale = 3.0 * shape->points * shape->points / 32;
}

static double level_of(const struct detector *detector, const double *power) {
    double sum = 0;
    for (int m = 0; m < detector->channels; m++)
        sum += power[m];
    const double level = 10 * log10(sum / detector->full_scale);
    return fmax(level, lowest_level);
}

/* Processes a frame between utterances. */
static enum heard wait(struct detector *detector, double level) {
    const int loud = level > fmax(detector->options.threshold, detector->noise + detector->options.rise);
    detector->run = loud ? detector->run + 1 : 0;
    detector->loudest = detector->run > 1 ? fmax(detector->loudest, level) : level;
    detector->quietest = detector->run > 1 ? fmin(detector->quietest, level) : level;
    if (detector->run == DETECTOR_ONSET) {
        detector->speaking = detector->run;
        detector->run = 0;
        return HEARD_ONSET;
    }
    if (!loud)
        detector->noise += noise_share * (level - detector->noise);
    return HEARD_SILENCE;
}

/* Processes a frame in an utterance. */
static enum heard follow(struct detector *detector, double level) {
    const struct detector_options *options = &detector->options;
    const double limit = fmax(options->threshold, detector->noise + options->rise);
    detector->loudest = fmax(detector->loudest, level);
    detector->quietest = fmin(detector->quietest, level);
    detector->run = level > fmax(limit, detector->loudest - options->drop) ? 0 : detector->run + 1;
    detector->speaking++;
    const int over = detector->run >= options->hang, forced = !over && detector->speaking >= options->longest;
    if (!over && !forced)
        return HEARD_SPEECH;
    if (forced)
        detector->noise = fmax(detector->noise, detector->quietest);
    detector->speaking = detector->run = 0;
    return HEARD_END;
}

enum heard detector_add(struct detector *detector, const double *power) {
    const double level = level_of(detector, power);
    return detector->speaking > 0 ? follow(detector, level) : wait(detector, level);
}
