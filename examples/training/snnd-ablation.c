/* Learned and fixed structure by learned and fixed delays, over sparsities, for any recipe. */
#include "training/ablation/ablation_main.h"

int main(int count, char **arguments) {
    return recipe_main("snnd-ablation", "Trains networks over models, sparsities and seeds on a data set.", count,
                       arguments, ablation_main);
}
