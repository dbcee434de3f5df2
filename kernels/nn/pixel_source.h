/* Where the pixels of a batch come from, and what is done to them on the way: augmentation and mixing
 * in training, a view in a prediction. */
#ifndef KN_NN_PIXEL_SOURCE_H
#define KN_NN_PIXEL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/augment.h"

typedef struct kn_pixel_source {
    const uint8_t *x;      /* [N, h*w*c] */
    const uint32_t *index; /* row of each image of the batch */
    size_t count;          /* images of the batch */
    kn_shape shape;
    const kn_augment *augment; /* NULL: none */
    const kn_view *view;       /* NULL: as it is */
    float mixup;               /* alpha; 0: none */
    uint64_t seed, epoch;      /* what augmentation and mixing depend on, with the image */
} kn_pixel_source;

/* Whether rows are other than they lie in x. */
bool kn_pixel_source_changes(const kn_pixel_source *s);

/* The row of image `position` of the batch: where it lies, or made in `row`. `row` has room for two images. */
const uint8_t *kn_pixel_source_row(const kn_pixel_source *s, size_t position, uint8_t *row,
                                   void *scratch);
size_t kn_pixel_source_scratch(kn_shape shape);

/* Of mixing: the share 1/2..1 of the image itself, the rest being that of the image
 * kn_pixel_source_partner; 1 where nothing is mixed. mixup (Zhang et al., ICLR 2018), the weight drawn from
 * Beta(alpha, alpha) for every image and epoch and mirrored so that the image itself is the heavier one. */
float kn_pixel_source_share(const kn_pixel_source *s, size_t position);
size_t kn_pixel_source_partner(const kn_pixel_source *s, size_t position);

#endif
