/* snnd-train rawhd, under the name that the paper's experiments are known by. */
#include "common/program.h"
#include "rawhd/recipe.h"
#include "training/train.h"

int main(int count, char **arguments) {
    program_begin("rawhd-train");
    return program_end(train(&recipe_rawhd, count, arguments, -1));
}
