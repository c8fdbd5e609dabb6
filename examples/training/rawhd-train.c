/* snnd-train rawhd, under the name that the paper's experiments are known by. */
#include "common/program.h"
#include "rawhd/recipe.h"
#include "training/ranks.h"
#include "training/train.h"

int main(int count, char **arguments) {
    ranks_join(&count, &arguments);
    program_begin("rawhd-train");
    return ranks_end(program_end(train(&recipe_rawhd, count, arguments, -1)));
}
