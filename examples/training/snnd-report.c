/* A page of HTML from folders of results: --help says all. */
#include "common/program.h"
#include "training/report/report_main.h"

int main(int count, char **arguments) {
    program_begin("snnd-report");
    return program_end(report_main(count, arguments));
}
