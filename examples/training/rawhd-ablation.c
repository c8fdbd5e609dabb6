/* snnd-ablation rawhd, under the name that the paper's experiments are known by. */
#include "common/program.h"
#include "rawhd/recipe.h"
#include "training/ablation/ablation_main.h"

int main(int count, char **arguments) {
    program_begin("rawhd-ablation");
    return program_end(ablation_main(&recipe_rawhd, count, arguments));
}
