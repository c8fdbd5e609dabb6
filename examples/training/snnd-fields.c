/* What outputs listen to, before and after training, as a recipe has it. */
#include "training/fields/fields_main.h"

int main(int count, char **arguments) {
    return recipe_main("snnd-fields", "Looks at what networks with delays have learned on a data set.", count,
                       arguments, fields_main);
}
