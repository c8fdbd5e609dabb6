/* Trains the paper's network on the Heidelberg Digits: --help says all. */
#include "common/program.h"
#include "training/train.h"

int main(int count, char **arguments) {
    program_begin("rawhd-train");
    return program_end(train(count, arguments, -1));
}
