/* The framer (framing/framer.h) of a run's training pictures: where it lies, and how it gets there.
 *
 *   STUDY/data/ID/framing-INGEST.safetensors    ID of study/attributes.h, INGEST the first 12 digits of the ingest entry's key: runs
 *                                               that share both share it
 *   CACHE/framing/..                            an entry like a stage's, keyed by the training pixels, the split and the numeric identity
 *
 * It is learned when it is first asked for, which takes the training pixels in the cache; the copy in the study then serves wherever the
 * results folder is moved. */
#ifndef PL_STUDY_RUN_FRAMER_H
#define PL_STUDY_RUN_FRAMER_H

#include "base/pool.h"
#include "framing/framer.h"

/* Of a run's folder. cache_dir may be NULL or no cache. Says at the log that it learns. KN_EDATA: it is in neither, and the cache has not
 * what it is learned from (the sentence names the way out); KN_EFORMAT: a file is damaged; else as pl_framer_learn_data. */
kn_status pl_run_framer(const char *run_dir, const char *cache_dir, kn_pool *pool, pl_framer *out,
                        kn_error *e);

#endif
