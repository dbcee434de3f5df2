/* Which side each image belongs to.
 *
 *   official    the partition table says it
 *   random      a seeded shuffle, cut by the ratios
 *   stratified  the same within each class, so that the sides have the same balance; of several targets by the first, images
 *               whose label is not known as a class of their own
 *   identity    persons in a seeded order, each whole to the side that lacks most images
 *
 * validation_split f > 0: the validation side joins training, and the last floor(f n) of those n
 * images in file order are validation, as Keras's validation_split. */
#ifndef PL_STAGES_SPLIT_H
#define PL_STAGES_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "spec/spec.h"

enum { PL_SIDE_TRAIN, PL_SIDE_VAL, PL_SIDE_TEST, PL_SIDES };

extern const char *const pl_side_names[PL_SIDES]; /* "train", "val", "test" */

typedef struct pl_split_input {
    size_t count;
    const uint8_t *label; /* [count, targets], 0, 1 or KN_LABEL_MISSING: the first target counts */
    size_t targets;
    const int32_t *partition; /* official: [count], 0, 1 or 2 */
    const int32_t *identity;  /* identity: [count] */
} pl_split_input;

/* side[count] is overwritten. */
kn_status pl_split_assign(const pl_split_spec *spec, const pl_split_input *in, uint8_t *side,
                          kn_error *e);

/* Label of an image: 0, 1 or PL_LABEL_UNKNOWN. */
enum { PL_LABEL_UNKNOWN = 2, PL_LABELS };
int pl_split_label(const pl_split_input *in, size_t image);

/* counts[side][label]. */
void pl_split_count(const pl_split_input *in, const uint8_t *side,
                    size_t counts[PL_SIDES][PL_LABELS]);

/* Fails with the way out when training is empty, has one class of the target only (NULL: not looked at), or when a side that
 * was asked for is empty. */
kn_status pl_split_check(const pl_split_spec *spec, size_t counts[PL_SIDES][PL_LABELS],
                         const char *target, kn_error *e);

#endif
