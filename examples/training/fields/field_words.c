#include "training/fields/field_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/allocate.h"
#include "common/place.h"

/* The columns with text come first. */
enum { TEXTS = 3 };

int field_words_load(const char *folder, struct table *tests, struct failure *failure) {
    static const char *const columns[] = {"comparison", "first_n", "second_n", "p", NULL};
    if (table_load(folder, "tests.tsv", tests, failure) != 0)
        return -1;
    char *path = place_path(folder, "tests.tsv");
    const int result = table_check(tests, path, TEXTS, columns, failure);
    if (result != 0)
        table_free(tests);
    free(path);
    return result;
}

static int find_row(const struct table *tests, const char *comparison) {
    for (int row = 0; row < tests->rows; row++)
        if (strcmp(table_cell(tests, row, "comparison"), comparison) == 0)
            return row;
    return -1;
}

/* Writes the median over all draws with their range, if there are several. */
static void put_p(FILE *words, const struct table *tests, int row) {
    const double median = table_number(tests, row, "p_median"), least = table_number(tests, row, "p_least"),
                 largest = table_number(tests, row, "p_largest");
    const double p = isnan(median) ? table_number(tests, row, "p") : median;
    if (isnan(p))
        return;
    fprintf(words, "\\np = %.2g", p);
    if (least < largest)
        fprintf(words, " (median; draws %.2g to %.2g)", least, largest);
    const double corrected = table_number(tests, row, "p_holm"), paired = table_number(tests, row, "paired_p_holm");
    if (!isnan(corrected))
        fprintf(words, "\\ncorrected %.2g%s", corrected, isnan(paired) ? "" : ", in pairs ");
    if (!isnan(corrected) && !isnan(paired))
        fprintf(words, "%.2g", paired);
}

char *field_words_of(const struct table *tests, const char *comparison) {
    const int row = find_row(tests, comparison);
    char *text = NULL;
    size_t length;
    FILE *words = row >= 0 ? open_memstream(&text, &length) : NULL;
    if (words == NULL)
        return format_text("%s", "");
    fprintf(words, "n = %.0f and %.0f", table_number(tests, row, "first_n"), table_number(tests, row, "second_n"));
    const double auc = table_number(tests, row, "auc");
    if (!isnan(auc))
        fprintf(words, "\\nAUC %.2f (%.2f to %.2f)", auc, table_number(tests, row, "auc_low"),
                table_number(tests, row, "auc_high"));
    put_p(words, tests, row);
    fclose(words);
    return text;
}
