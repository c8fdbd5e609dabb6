/*
 * Compares what the compiler makes of the header with a record, enums.txt or structs.txt, or prints what it should
 * hold:
 *
 *     check-layout enums|structs [RECORD]
 */
#include <stdio.h>
#include <string.h>

#include "layout.h"

enum { LINE = 256 };

/* Where lines go: to the screen, or beside those of a record. */
typedef struct output {
    FILE *record; /* NULL: print */
    int line;
    int differs;
} output;

static void write_line(output *out, const char *line) {
    char recorded[LINE] = "";
    if (out->record == NULL) {
        puts(line);
        return;
    }
    out->line++;
    if (fgets(recorded, LINE, out->record) != NULL)
        recorded[strcspn(recorded, "\n")] = 0;
    if (strcmp(recorded, line) != 0 && !out->differs) {
        printf("line %d of the record is '%s', but in the header '%s'\n", out->line, recorded, line);
        out->differs = 1;
    }
}

/* TYPE ENUMERATOR VALUE */
static void write_enums(output *out) {
    char line[LINE];
    for (const enumerator *e = layout_enumerators; e->name != NULL; e++) {
        snprintf(line, sizeof line, "%s %s %ld", e->type, e->name, e->value);
        write_line(out, line);
    }
}

/* TYPE SIZE, then TYPE OFFSET SIZE DECLARATION of each member */
static void write_structs(output *out) {
    char line[LINE];
    const char *type = "";
    for (const member *m = layout_members; m->name != NULL; m++) {
        if (strcmp(m->type, type) != 0) {
            snprintf(line, sizeof line, "%s %zu", m->type, m->type_size);
            write_line(out, line);
        }
        type = m->type;
        snprintf(line, sizeof line, "%s %zu %zu %s", m->type, m->offset, m->size, m->declaration);
        write_line(out, line);
    }
}

int main(int count, char **argument) {
    char rest[LINE];
    output out = {0};
    const char *what = count == 2 || count == 3 ? argument[1] : "";
    if (strcmp(what, "enums") != 0 && strcmp(what, "structs") != 0) {
        fprintf(stderr, "usage: check-layout enums|structs [RECORD]\n");
        return 2;
    }
    if (count == 3 && (out.record = fopen(argument[2], "r")) == NULL) {
        perror(argument[2]);
        return 2;
    }
    if (strcmp(what, "enums") == 0)
        write_enums(&out);
    else
        write_structs(&out);
    if (out.record != NULL) {
        if (fgets(rest, LINE, out.record) != NULL && !out.differs) {
            printf("the record goes on, after the header is over: %s", rest);
            out.differs = 1;
        }
        fclose(out.record);
    }
    if (out.differs)
        puts("if this should be, record it: sh tests/abi/record.sh");
    return out.differs;
}
