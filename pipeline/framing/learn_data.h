/* A framer of the training side of a split, from the cache's entries. */
#ifndef PL_FRAMING_LEARN_DATA_H
#define PL_FRAMING_LEARN_DATA_H

#include "base/pool.h"
#include "framing/framer.h"

/* Reads X.npy and pictures.npy of the ingest entry and train.npy of the split (data/ingest.h, stages/stage.h). Of many training pictures
 * PL_LEARN_FACES_MAX are taken, evenly over all. KN_EIO, KN_EFORMAT: files that are not there or do not fit; else as pl_framer_learn. */
kn_status pl_framer_learn_data(const char *ingest_dir, const char *split_dir, kn_pool *pool,
                               pl_framer *out, kn_error *e);

#endif
