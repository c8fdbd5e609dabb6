/* The Spiking Heidelberg Digits and the Spiking Speech Commands, with the settings of SNN-delays. */
#include "shd/recipe.h"

#include "shd/data.h"

/* The numbers of units that can be summed: divisors of 700. */
static const char *const units[] = {"1",  "2",  "4",  "5",   "7",   "10",  "14",  "20",  "25", "28",
                                    "35", "50", "70", "100", "140", "175", "350", "700", NULL};

static const struct option_entry own[] = {
    {{"steps", WHOLE, OPTION_AT(bins), 1, 100000, NULL},
     DECIDES,
     "N",
     "100",
     FROM_SNN_DELAYS,
     "bins of a sample; longer samples are cut"},
    {{"bin", WHOLE, OPTION_AT(bin), 1, 1000000, NULL},
     DECIDES,
     "MS",
     "10",
     FROM_SNN_DELAYS,
     "length of a bin in milliseconds"},
    {{"units", CHOICE, OPTION_AT(units), 0, 0, units},
     DECIDES,
     "N",
     "5",
     FROM_SNN_DELAYS,
     "adjacent units of the 700 whose events are summed to one channel"},
};

static const struct recipe_default defaults_of_shd[] = {
    {"out", "shd-run", NULL},
    {"hidden", "256,256", FROM_SNN_DELAYS},
    {"max-delay", "24", FROM_SNN_DELAYS},
    {"extra-steps", "half", FROM_SNN_DELAYS},
    {"tau", "1.005", FROM_SNN_DELAYS},
    {"order", "update-first", FROM_SNN_DELAYS},
    {"dropout", "0.4", FROM_SNN_DELAYS},
    {"batch", "256", FROM_SNN_DELAYS},
    {"epochs", "150", FROM_SNN_DELAYS},
    {"surrogate", "arctan", FROM_SNN_DELAYS},
    {"weight-rate", "0.005", FROM_SNN_DELAYS},
    {"position-rate", "0.1", FROM_SNN_DELAYS},
    {"l1", "0", FROM_SNN_DELAYS},
    {"weight-decay", "1e-5", FROM_SNN_DELAYS},
    {NULL, NULL, NULL},
};

static const struct recipe_default defaults_of_ssc[] = {
    {"out", "ssc-run", NULL},
    {"hidden", "512,512", FROM_SNN_DELAYS},
    {"max-delay", "30", FROM_SNN_DELAYS},
    {"extra-steps", "half", FROM_SNN_DELAYS},
    {"tau", "1.5", FROM_SNN_DELAYS},
    {"order", "update-first", FROM_SNN_DELAYS},
    {"dropout", "0.25", FROM_SNN_DELAYS},
    {"batch", "128", FROM_SNN_DELAYS},
    {"epochs", "60", FROM_SNN_DELAYS},
    {"surrogate", "arctan", FROM_SNN_DELAYS},
    {"weight-rate", "0.005", FROM_SNN_DELAYS},
    {"position-rate", "0.1", FROM_SNN_DELAYS},
    {"l1", "0", FROM_SNN_DELAYS},
    {"weight-decay", "1e-5", FROM_SNN_DELAYS},
    {NULL, NULL, NULL},
};

#ifdef EXAMPLES_EVENTS
static int load_shd(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                    struct failure *failure) {
    static const char *const files[SHD_SETS] = {[SHD_TRAINING] = "shd_train.h5", [SHD_TESTING] = "shd_test.h5"};
    return shd_load(context, options, files, 20, say, data, failure);
}

static int load_ssc(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                    struct failure *failure) {
    static const char *const files[SHD_SETS] = {"ssc_train.h5", "ssc_valid.h5", "ssc_test.h5"};
    return shd_load(context, options, files, 35, say, data, failure);
}
#else
static int refuse(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                  struct failure *failure) {
    (void)context, (void)say, (void)data;
    return failed(failure,
                  "%s: this program was built without HDF5; install HDF5 and zlib, run 'meson configure "
                  "-Devents=enabled', and build again",
                  options->data);
}
#define load_shd refuse
#define load_ssc refuse
#endif

const struct recipe recipe_shd = {
    .name = "shd",
    .title = "the Spiking Heidelberg Digits: events of 700 units, 20 classes",
    .about =
        "Trains a spiking network with delays on the Spiking Heidelberg Digits (Cramer et al. 2022), as SNN-delays "
        "does:\n"
        "with 95.1 % at best, and 93.8 +- 0.7 % with samples held out, as is published, and not measured here.\n",
    .data = "a folder with shd_train.h5 and shd_test.h5",
    .defaults = defaults_of_shd,
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .load = load_shd,
};

const struct recipe recipe_ssc = {
    .name = "ssc",
    .title = "the Spiking Speech Commands: events of 700 units, 35 classes",
    .about = "Trains a spiking network with delays on the Spiking Speech Commands (Cramer et al. 2022), as SNN-delays "
             "does:\n"
             "with 80.7 %, as is published, and not measured here.\n",
    .data = "a folder with ssc_train.h5, ssc_valid.h5 and ssc_test.h5",
    .defaults = defaults_of_ssc,
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .load = load_ssc,
};
