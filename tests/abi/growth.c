/*
 * Structures of older and of newer hosts against this library. An older host's ends at any of its members, in memory
 * that ends there too, and stands for one whose other members are the defaults; a newer one's has more bytes, of which
 * the library wants to know that they are zero.
 */
#include "growth.h"

#include <stdlib.h>

#include "layout.h"
#include "support.h"

Suite *growth_suite(void);

enum { TAIL = 64 };

static const size_t sizes_that_cannot_be[] = {0, 1, sizeof(size_t) - 1, (1u << 16) + 1, SIZE_MAX};
enum { BAD_SIZES = sizeof sizes_that_cannot_be / sizeof sizes_that_cannot_be[0] };

/* What came of a use. */
typedef struct outcome {
    snnd_status status;
    uint64_t digest;
    char message[512];
} outcome;

static unsigned char *allocate(size_t size) {
    unsigned char *memory = malloc(size);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

static int says_its_size(const member *m) {
    return strcmp(m->name, "size") == 0 && m->offset == 0;
}

/* ---- structures that the host fills ---- */

/*
 * Uses a structure that says it has `size` bytes, and has `memory` of them. Its members are set up to `filled`, the
 * others are the defaults. Byte `set` is set on top of that, if it is not 0.
 */
static outcome use(const given *row, size_t filled, size_t memory, size_t size, size_t set) {
    growth_bench fresh;
    outcome came = {0};
    unsigned char *full = allocate(row->size), *options = allocate(memory);
    bench_open(&fresh);
    ck_assert_int_eq(row->init(full, row->size), SNND_OK);
    ck_assert_int_eq(row->init(options, memory), SNND_OK);
    row->fill(&fresh, full);
    memcpy(options + sizeof size, full + sizeof size, filled - sizeof size);
    memcpy(options, &size, sizeof size);
    if (set != 0)
        options[set] = 1;
    came.status = row->use(&fresh, options);
    came.digest = fresh.digest;
    snprintf(came.message, sizeof came.message, "%s", snnd_context_last_error(fresh.context));
    bench_close(&fresh);
    free(full);
    free(options);
    return came;
}

static void are_the_same(const char *type, const char *name, const outcome *a, const outcome *b) {
    HOLDS(a->status == b->status && strcmp(a->message, b->message) == 0, "%s up to %s: '%s', and in full '%s'", type,
          name, a->message, b->message);
    HOLDS(a->digest == b->digest, "%s up to %s: other numbers than in full", type, name);
}

START_TEST(an_older_structure_has_the_defaults_for_the_rest) {
    const given *row = &growth_given[_i];
    int boundaries = 0;
    for (const member *m = layout_members; m->name != NULL; m++)
        if (strcmp(m->type, row->type) == 0) {
            const size_t end = m->offset + m->size;
            const outcome older = use(row, end, end, end, 0), full = use(row, end, row->size, row->size, 0);
            are_the_same(row->type, m->name, &older, &full);
            boundaries++;
        }
    ck_assert_int_ge(boundaries, 2);
}
END_TEST

START_TEST(what_the_host_sets_is_seen) {
    const given *row = &growth_given[_i];
    const outcome none = use(row, sizeof(size_t), row->size, row->size, 0);
    const outcome all = use(row, row->size, row->size, row->size, 0);
    if (all.status == SNND_ERROR_UNSUPPORTED) /* of this build, whatever is set */
        return;
    HOLDS(all.status == SNND_OK, "%s, all set: %s", row->type, all.message);
    HOLDS(none.digest != all.digest, "%s: all set, and nothing differs", row->type);
}
END_TEST

START_TEST(a_newer_structure_with_zeros_is_as_this_version_s) {
    const given *row = &growth_given[_i];
    const outcome now = use(row, row->size, row->size, row->size, 0);
    for (size_t more = 1; more <= TAIL; more++) {
        const outcome newer = use(row, row->size, row->size + more, row->size + more, 0);
        are_the_same(row->type, "its end and on", &newer, &now);
    }
}
END_TEST

START_TEST(a_newer_structure_with_more_in_it_is_refused_by_its_byte) {
    const given *row = &growth_given[_i];
    for (size_t set = row->size; set < row->size + TAIL; set++) {
        char words[64];
        const outcome newer = use(row, row->size, row->size + TAIL, row->size + TAIL, set);
        ck_assert_int_eq(newer.status, SNND_ERROR_ARGUMENT);
        if (row->no_message)
            continue;
        snprintf(words, sizeof words, "byte %zu is set", set);
        HOLDS(strstr(newer.message, words) != NULL, "%s said '%s', without '%s'", row->type, newer.message, words);
        HOLDS(strstr(newer.message, "snnd_") != NULL || strstr(newer.message, "_schedule") != NULL,
              "%s said '%s', without its name", row->type, newer.message);
    }
}
END_TEST

START_TEST(a_size_that_cannot_be_is_refused) {
    const given *row = &growth_given[_i];
    for (int i = 0; i < BAD_SIZES; i++) {
        const outcome bad = use(row, row->size, row->size, sizes_that_cannot_be[i], 0);
        ck_assert_int_eq(bad.status, SNND_ERROR_ARGUMENT);
        HOLDS(row->no_message || strstr(bad.message, "_init") != NULL, "%s said '%s', without advice", row->type,
              bad.message);
    }
}
END_TEST

/* ---- structures that the library fills ---- */

/* Has a structure filled that says it has `size` bytes; `memory` of them are there, with 0x5A in them. */
static snnd_status fill(const returned *row, unsigned char *result, size_t memory, size_t size, char *message) {
    growth_bench fresh;
    bench_open(&fresh);
    memset(result, 0x5A, memory);
    memcpy(result, &size, sizeof size);
    const snnd_status status = row->call(&fresh, result);
    snprintf(message, sizeof((outcome *)0)->message, "%s", snnd_context_last_error(fresh.context));
    bench_close(&fresh);
    return status;
}

/* The members that end within `size` bytes are those of `full`. */
static void has_members(const returned *row, const unsigned char *result, size_t size, const unsigned char *full) {
    for (const member *m = layout_members; m->name != NULL; m++)
        if (strcmp(m->type, row->type) == 0 && !says_its_size(m) && strcmp(m->name, row->differs) != 0 &&
            m->offset + m->size <= size)
            HOLDS(memcmp(result + m->offset, full + m->offset, m->size) == 0, "%s of %zu bytes: %s differs", row->type,
                  size, m->name);
}

START_TEST(an_older_structure_is_filled_to_its_end) {
    const returned *row = &growth_returned[_i];
    outcome came;
    unsigned char *full = allocate(row->size);
    came.status = fill(row, full, row->size, row->size, came.message);
    HOLDS(came.status == SNND_OK, "%s: %s", row->type, came.message);
    for (const member *m = layout_members; m->name != NULL; m++)
        if (strcmp(m->type, row->type) == 0) {
            const size_t end = m->offset + m->size;
            size_t said;
            unsigned char *older = allocate(end);
            came.status = fill(row, older, end, end, came.message);
            HOLDS(came.status == SNND_OK, "%s up to %s: %s", row->type, m->name, came.message);
            memcpy(&said, older, sizeof said);
            ck_assert_uint_eq(said, end);
            has_members(row, older, end, full);
            free(older);
            older = allocate(row->size + TAIL);
            ck_assert_int_eq(fill(row, older, row->size + TAIL, end, came.message), SNND_OK);
            for (size_t i = end; i < row->size + TAIL; i++)
                HOLDS(older[i] == 0x5A, "%s up to %s: byte %zu was written", row->type, m->name, i);
            free(older);
        }
    free(full);
}
END_TEST

START_TEST(a_newer_structure_has_zeros_at_its_end) {
    const returned *row = &growth_returned[_i];
    outcome came;
    unsigned char *full = allocate(row->size), *newer = allocate(row->size + TAIL);
    ck_assert_int_eq(fill(row, full, row->size, row->size, came.message), SNND_OK);
    came.status = fill(row, newer, row->size + TAIL, row->size + TAIL, came.message);
    HOLDS(came.status == SNND_OK, "%s: %s", row->type, came.message);
    has_members(row, newer, row->size, full);
    for (size_t i = row->size; i < row->size + TAIL; i++)
        HOLDS(newer[i] == 0, "%s: byte %zu is %d", row->type, i, newer[i]);
    free(full);
    free(newer);
}
END_TEST

START_TEST(a_size_that_cannot_be_leaves_the_structure_alone) {
    const returned *row = &growth_returned[_i];
    unsigned char *result = allocate(row->size);
    for (int i = 0; i < BAD_SIZES; i++) {
        outcome came;
        ck_assert_int_eq(fill(row, result, row->size, sizes_that_cannot_be[i], came.message), SNND_ERROR_ARGUMENT);
        HOLDS(strstr(came.message, "_init") != NULL && strstr(came.message, row->type) != NULL,
              "%s said '%s', without advice", row->type, came.message);
        for (size_t k = sizeof(size_t); k < row->size; k++)
            ck_assert_uint_eq(result[k], 0x5A);
    }
    free(result);
}
END_TEST

/* ---- none is left out ---- */

/* Three are neither: the library makes them, and callbacks of use_trainer() and use_source() look at their sizes. */
static int is_tried(const char *type) {
    int found =
        strcmp(type, "snnd_progress") == 0 || strcmp(type, "snnd_fetch") == 0 || strcmp(type, "snnd_reduction") == 0;
    for (const given *row = growth_given; row->type != NULL; row++)
        found |= strcmp(row->type, type) == 0;
    for (const returned *row = growth_returned; row->type != NULL; row++)
        found |= strcmp(row->type, type) == 0;
    return found;
}

START_TEST(every_structure_of_the_header_is_tried) {
    for (const member *m = layout_members; m->name != NULL; m++)
        if (says_its_size(m))
            HOLDS(is_tried(m->type), "%s says its size, but growth_given.c and growth_returned.c do not know it",
                  m->type);
}
END_TEST

Suite *growth_suite(void) {
    int given_count = 0, returned_count = 0;
    while (growth_given[given_count].type != NULL)
        given_count++;
    while (growth_returned[returned_count].type != NULL)
        returned_count++;
    Suite *suite = suite_create("growth");

    TCase *from_host = tcase_create("from the host");
    tcase_add_loop_test(from_host, an_older_structure_has_the_defaults_for_the_rest, 0, given_count);
    tcase_add_loop_test(from_host, what_the_host_sets_is_seen, 0, given_count);
    tcase_add_loop_test(from_host, a_newer_structure_with_zeros_is_as_this_version_s, 0, given_count);
    tcase_add_loop_test(from_host, a_newer_structure_with_more_in_it_is_refused_by_its_byte, 0, given_count);
    tcase_add_loop_test(from_host, a_size_that_cannot_be_is_refused, 0, given_count);
    suite_add_tcase(suite, from_host);

    TCase *to_host = tcase_create("to the host");
    tcase_add_loop_test(to_host, an_older_structure_is_filled_to_its_end, 0, returned_count);
    tcase_add_loop_test(to_host, a_newer_structure_has_zeros_at_its_end, 0, returned_count);
    tcase_add_loop_test(to_host, a_size_that_cannot_be_leaves_the_structure_alone, 0, returned_count);
    suite_add_tcase(suite, to_host);

    TCase *all = tcase_create("all");
    tcase_add_test(all, every_structure_of_the_header_is_tried);
    suite_add_tcase(suite, all);
    return suite;
}
