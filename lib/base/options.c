/* How a structure that begins with its size is read from an older or a newer caller, filled for one, and checked
 * (options.h). */
#include "base/options.h"

#include <string.h>

/* No structure is nearly as large as this; a larger size is invalid. */
enum { LARGEST = 1 << 16 };

snnd_status snnd_options_init(void *options, size_t size, const void *defaults, size_t known) {
    if (options == NULL || size < sizeof size || size > LARGEST)
        return SNND_ERROR_ARGUMENT;
    memset(options, 0, size);
    memcpy(options, defaults, size < known ? size : known);
    memcpy(options, &size, sizeof size);
    return SNND_OK;
}

static snnd_status read_size(snnd_context *context, const void *options, size_t *size, const char *name) {
    memcpy(size, options, sizeof *size);
    if (*size < sizeof *size || *size > LARGEST)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: size is %zu; fill it with its _init function first", name,
                         *size);
    return SNND_OK;
}

snnd_status snnd_options_read(snnd_context *context, const void *options, void *result, size_t known,
                              const char *name) {
    if (options == NULL)
        return SNND_OK;
    size_t size;
    snnd_status status = read_size(context, options, &size, name);
    if (status != SNND_OK)
        return status;
    for (size_t i = known; i < size; i++)
        if (((const unsigned char *)options)[i] != 0)
            return snnd_fail(context, SNND_ERROR_ARGUMENT,
                             "%s: byte %zu is set, but version %s of the library knows only %zu bytes", name, i,
                             SNND_VERSION_STRING, known);
    memcpy(result, options, size < known ? size : known);
    memcpy(result, &known, sizeof known);
    return SNND_OK;
}

snnd_status snnd_options_check(snnd_context *context, const void *options, const char *name) {
    size_t size;
    return options == NULL ? SNND_OK : read_size(context, options, &size, name);
}

snnd_status snnd_options_write(snnd_context *context, void *options, const void *result, size_t known,
                               const char *name) {
    if (options == NULL)
        return SNND_OK;
    size_t size;
    snnd_status status = read_size(context, options, &size, name);
    if (status != SNND_OK)
        return status;
    return snnd_options_init(options, size, result, known);
}

snnd_status snnd_options_check_bounds(snnd_context *context, const char *who, const snnd_bound *bounds, size_t count) {
    for (size_t b = 0; b < count; b++)
        if (!bounds[b].good)
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: %s is %.9g; expected %s", who, bounds[b].name,
                             bounds[b].value, bounds[b].expected);
    return SNND_OK;
}
