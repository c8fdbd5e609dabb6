/* snnd-fields rawhd, under the name that the paper's experiments are known by. */
#include "common/program.h"
#include "rawhd/recipe.h"
#include "training/fields/fields_main.h"

int main(int count, char **arguments) {
    program_begin("rawhd-receptive-fields");
    return program_end(fields_main(&recipe_rawhd, count, arguments));
}
