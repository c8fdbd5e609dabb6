/* Sections of a report: a folder each. */
#ifndef RAWHD_REPORT_H
#define RAWHD_REPORT_H

#include <snndelay.h>
#include <stdio.h>

#include "common/failure.h"

enum report_kind { REPORT_NOTHING, REPORT_RUN, REPORT_FIELDS, REPORT_ABLATION };

/** What a folder holds, by its files. */
enum report_kind report_kind_of(const char *folder);

/** Draws the pictures of a run into FOLDER/pictures, and writes its section. `id` is for links within the page. */
int report_run(snnd_context *context, FILE *page, const char *folder, const char *id, struct failure *failure);

/** Tests and fields of rawhd-receptive-fields. */
int report_fields(FILE *page, const char *folder, const char *id, struct failure *failure);

/** Accuracy against sparsity, of rawhd-ablation. */
int report_ablation(FILE *page, const char *folder, const char *id, struct failure *failure);

/** One table of all runs among the folders, if there are several. */
int report_overview(FILE *page, char *const folders[], int count, struct failure *failure);

/** A table of settings or the like, from an object of JSON. */
struct cJSON;
void report_settings(FILE *page, const struct cJSON *settings);

#endif
