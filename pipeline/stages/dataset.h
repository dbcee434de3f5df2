/* What training and evaluation read of earlier stages: the pixels, labels and the index of one
 * side, mapped. */
#ifndef PL_STAGES_DATASET_H
#define PL_STAGES_DATASET_H

#include "base/status.h"
#include "io/npy.h"
#include "nn/trainer.h"

typedef struct pl_dataset {
    pl_npy x, y; /* u1 [N,h,w,c], u1 [N] */
    size_t count;
    kn_shape shape;
} pl_dataset;

/* Opens X.npy and y.npy of an ingest entry and checks that they fit each other. */
kn_status pl_dataset_open(const char *ingest_dir, pl_dataset *out, kn_error *e);
void pl_dataset_close(pl_dataset *d);

/* That a net with this input can take the images. */
kn_status pl_dataset_check_shape(const pl_dataset *d, kn_shape input, kn_error *e);

/* One side of the split: "train", "val" or "test"; every index is checked against the data set. */
kn_status pl_side_open(const char *split_dir, const char *side, const pl_dataset *d, pl_npy *out,
                       kn_error *e);

/* The images of a side as a batch. Borrows both. */
kn_batch pl_side_batch(const pl_dataset *d, const pl_npy *side);

#endif
