/* Brings into the results folder what a report needs of the cache, so that the folder alone is enough afterwards, wherever it is
 * moved: of each data (split) that runs used, the audit's files in STUDY/data/ID. */
#ifndef PL_REPORT_GATHER_H
#define PL_REPORT_GATHER_H

#include "study/study_data.h"

/* For every data ID (study/attributes.h) of runs that are done: where STUDY/data/ID is missing, or was made by another version of
 * the audit, and the cache has the entries of ingest and split that the first such run names, the audit is found or made there and
 * copied, whole or not at all. Otherwise the folder is left as it is. A cache that cannot be written serves what it has: then the
 * audit is made in the study's folder.
 *
 * cache_dir may be NULL, or a folder that is no cache. until: pl_now at which making an audit is given up, for a later report to
 * make; 0: never. KN_EINTERRUPTED; KN_EIO where files cannot be written or read,
 * also when tried again; what else goes wrong (a damaged entry) is warned of. */
kn_status pl_gather(const pl_study_data *d, const char *cache_dir, int threads, double until,
                    kn_error *e);

#endif
