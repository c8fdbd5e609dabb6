/*
 * The safetensors format: eight bytes of header length, a JSON object of name -> {dtype, shape, data_offsets} and
 * strings under __metadata__, padded with spaces, then the tensors without gap or overlap, little-endian.
 */
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

/* Reads and checks a whole file. Only here do messages name it: what comes after is for the caller to name. */
snnd_status snnd_safetensors_open(snnd_context *context, snnd_origin origin, snnd_safetensors **file);
void snnd_safetensors_close(snnd_safetensors *file);

/* NULL if there is none; borrowed until the file is closed. */
const char *snnd_safetensors_metadata(const snnd_safetensors *file, const char *key);
size_t snnd_safetensors_count(const snnd_safetensors *file);
const char *snnd_safetensors_name(const snnd_safetensors *file, size_t index);
bool snnd_safetensors_has(const snnd_safetensors *file, const char *name);
/* Elements of a tensor; 0 where there is none of this name. */
int64_t snnd_safetensors_elements(const snnd_safetensors *file, const char *name);

/* Copies a tensor to `array`, whose dtype and shape it must have. */
snnd_status snnd_safetensors_read(const snnd_safetensors *file, const char *name, const snnd_array *array);
/* Checks that the numbers of a float32 tensor that is there are finite and at least `least`. */
snnd_status snnd_safetensors_check_numbers(const snnd_safetensors *file, const char *name, double least);
/* Checks that a tensor is there in the dtype and shape of `array`, without copying. */
snnd_status snnd_safetensors_check(const snnd_safetensors *file, const char *name, const snnd_array *array);

#endif
