#include "rawhd/recipe.h"

#include "rawhd/data.h"

static const char *const presets[] = {"mel", "zenke-vogels", NULL}; /* enum preset */

static const struct option_entry own[] = {
    {{"preset", CHOICE, OPTION_AT(preset), 0, 0, presets},
     DECIDES,
     "NAME",
     "mel",
     NULL,
     "spectrograms: mel or zenke-vogels"},
    {{"german-first", SWITCH, OPTION_AT(german_first), 0, 0, NULL},
     DECIDES,
     NULL,
     NULL,
     NULL,
     "classes: German 0-9, English 10-19 (English first)"},
};

static const struct recipe_default defaults[] = {
    {"out", "rawhd-run", NULL},
    {NULL, NULL, NULL},
};

const struct recipe recipe_rawhd = {
    .name = "rawhd",
    .title = "spoken digits: the Heidelberg Digits as sound, the paper's data set",
    .about = "Trains a spiking network with delays on spoken digits, as the paper does.\n",
    .data = "a folder with the Heidelberg Digits or with .npy files",
    .defaults = defaults,
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .load = rawhd_load,
};
