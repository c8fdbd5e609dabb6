#include "make-digits/speakers.h"

/* No voice uses breath, since espeak-ng adds noise to it that differs every second from version 1.52 on. */
const struct speaker speakers[SPEAKERS] = {
    {{"en-us+m1", "de+m1"}, 45, 165, 0.97, 0},          {{"en+f1", "de+f1"}, 55, 175, 1.03, 0},
    {{"en-gb-x-rp+m3", "de+m3"}, 35, 150, 1.00, 0},     {{"en+linda", "de+linda"}, 60, 185, 1.08, 0},
    {{"en-us+f4", "de+f4"}, 50, 170, 1.00, 1},          {{"en+m5", "de+m5"}, 40, 180, 0.95, 1},
    {{"en-gb-scotland+m7", "de+m7"}, 55, 160, 1.05, 0}, {{"en+klatt2", "de+klatt2"}, 45, 170, 1.00, 0},
    {{"en-us+Andy", "de+Andy"}, 50, 190, 0.93, 0},      {{"en+belinda", "de+belinda"}, 45, 155, 1.02, 0},
    {{"en-gb-x-gbcwmd+m2", "de+m2"}, 60, 175, 1.00, 0}, {{"en+steph", "de+steph"}, 50, 165, 1.10, 0},
};
