/* snnd-report, under the name that the paper's experiments are known by. */
#include "common/program.h"
#include "training/report/report_main.h"

int main(int count, char **arguments) {
    program_begin("rawhd-report");
    return program_end(report_main(count, arguments));
}
