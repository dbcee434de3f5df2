/* What training and evaluation read of earlier stages: the pixels, labels and the index of one
 * side, mapped; and the names of the targets. */
#ifndef PL_STAGES_DATASET_H
#define PL_STAGES_DATASET_H

#include "base/status.h"
#include "io/npy.h"
#include "nn/trainer.h"
#include "spec/spec.h"

typedef struct pl_dataset {
    pl_npy x, y; /* u1 [N,h,w,c], u1 [N] or [N,targets] */
    size_t count, targets;
    kn_shape shape;
} pl_dataset;

/* Opens X.npy and y.npy of an ingest entry and checks that they fit each other. */
kn_status pl_dataset_open(const char *ingest_dir, pl_dataset *out, kn_error *e);
void pl_dataset_close(pl_dataset *d);

/* That a net can take the images, and tells as many targets as there are labels. */
kn_status pl_dataset_check_net(const pl_dataset *d, const kn_net *net, kn_error *e);

/* Opens y.npy of an ingest entry; *targets is how many labels an image has. */
kn_status pl_labels_open(const char *ingest_dir, pl_npy *out, size_t *targets, kn_error *e);

/* The names of the targets of an ingest entry: the spec's, of `all` those the entry has. They live in the arena or the spec. */
kn_status pl_dataset_targets(const char *ingest_dir, const pl_data_spec *data, kn_arena *arena,
                             pl_targets *out, kn_error *e);

/* One side of the split: "train", "val" or "test"; every index is checked against the data set. */
kn_status pl_side_open(const char *split_dir, const char *side, const pl_dataset *d, pl_npy *out,
                       kn_error *e);

/* The images of a side as a batch. Borrows both. */
kn_batch pl_side_batch(const pl_dataset *d, const pl_npy *side);

#endif
