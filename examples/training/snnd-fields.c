/* Receptive fields of outputs, before and after training, for any recipe. */
#include "training/fields/fields_main.h"

int main(int count, char **arguments) {
    return recipe_main("snnd-fields", "Looks at what networks with delays have learned on a data set.", count,
                       arguments, fields_main);
}
