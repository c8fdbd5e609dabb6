/* Trains a network with a recipe; --help lists recipes. */
#include "training/ranks.h"
#include "training/train.h"

static int work(const struct recipe *recipe, int count, char **arguments) {
    return train(recipe, count, arguments, -1);
}

int main(int count, char **arguments) {
    ranks_join(&count, &arguments);
    return ranks_end(
        recipe_main("snnd-train", "Trains a spiking network with delays on a data set.", count, arguments, work));
}
