/* The safetensors format: eight bytes with the length of the header, a JSON object of name -> {dtype, shape,
 * data_offsets} with strings under __metadata__, padded with spaces, then the tensors without gap or overlap, in
 * little-endian order. */
#ifndef SNND_FORMAT_SAFETENSORS_H
#define SNND_FORMAT_SAFETENSORS_H

#include "format/origin.h"
#include "format/target.h"

enum { SNND_TENSOR_NAME = 96 };

typedef struct snnd_tensor {
    char name[SNND_TENSOR_NAME];
    snnd_array array;
} snnd_tensor;

typedef struct snnd_metadata {
    const char *key, *value;
} snnd_metadata;

snnd_status snnd_safetensors_write(snnd_context *context, snnd_target target, const snnd_tensor *tensors, size_t count,
                                   const snnd_metadata *metadata, size_t metadata_count);

typedef struct snnd_safetensors snnd_safetensors;

/* Reads and checks a whole file. Its messages name the file; those of the functions below do not, so that callers add
 * the name. */
snnd_status snnd_safetensors_open(snnd_context *context, snnd_origin origin, snnd_safetensors **file);
void snnd_safetensors_close(snnd_safetensors *file);

/* Returns NULL where the key is missing. The string is valid until the file is closed. */
const char *snnd_safetensors_metadata(const snnd_safetensors *file, const char *key);
size_t snnd_safetensors_count(const snnd_safetensors *file);
const char *snnd_safetensors_name(const snnd_safetensors *file, size_t index);
bool snnd_safetensors_has(const snnd_safetensors *file, const char *name);
/* Returns the number of elements of a tensor, or 0 where there is no tensor of this name. */
int64_t snnd_safetensors_elements(const snnd_safetensors *file, const char *name);

/* Copies a tensor to `array`. Fails where dtype or shape differ. */
snnd_status snnd_safetensors_read(const snnd_safetensors *file, const char *name, const snnd_array *array);
/* Checks that all numbers of an existing float32 tensor are finite and at least `least`. */
snnd_status snnd_safetensors_check_numbers(const snnd_safetensors *file, const char *name, double least);
/* Checks that a tensor exists with the dtype and shape of `array`, without copying it. */
snnd_status snnd_safetensors_check(const snnd_safetensors *file, const char *name, const snnd_array *array);

#endif
