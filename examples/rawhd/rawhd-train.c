/* Trains the paper's network on the Heidelberg Digits: --help says all. */
#include "training/train.h"

int main(int count, char **arguments) {
    return train(count, arguments);
}
