/* STUDY/data/ID/attributes.csv: the label table's columns for the validation and test images of one split. ID is the first 12
 * digits of the split's cache key: runs with one ID have the same images on the same sides, at whatever size. */
#ifndef PL_STUDY_ATTRIBUTES_H
#define PL_STUDY_ATTRIBUTES_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/status.h"

enum { PL_DATA_ID = 13 }; /* bytes of an ID, the NUL included */

typedef struct pl_attributes {
    size_t columns;
    char **column; /* heap, [columns] */
    int8_t *value; /* heap, [images, columns]: 1 has it, -1 has it not, 0 not known */
} pl_attributes;

/* The ID of a run's data from its manifest; "" where that has no split key. */
void pl_data_id_of(const json_t *manifest, char out[PL_DATA_ID]);

/* The rows of these images. Without the file, columns is 0. KN_EFORMAT where it is malformed; images it does not name have
 * zeros. */
kn_status pl_attributes_read(const char *study_dir, const char *data_id, const char *const *name,
                             size_t count, pl_attributes *out, kn_error *e);
void pl_attributes_clear(pl_attributes *a);

#endif
