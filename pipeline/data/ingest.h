/* Pictures and labels to arrays, in one pass over the source: every picture is decoded once, on all
 * threads, and resized for every output. Rows are in bytewise order of names: the same for a
 * folder, a zip or a tar, and for any number of threads.
 *
 * Into each output's folder: X.npy (u1 [N,h,w,c]), y.npy (u1 [N], 0/1; of several targets [N, targets], 255 where the label is
 * not known), of several targets targets.csv (header `target`), names.csv (header `image`),
 * attributes.npy (i1 [N, columns], -1/1, 0: not known), columns.csv (header `attribute`), pictures.npy (u4 [N,3]: width and height
 * of the decoded picture as it is seen, bytes of its file), digests.npy (u1 [N,16]: the first bytes of the SHA-256 of
 * its file), ingest.json. Broken and unlabelled pictures are left out, counted and named; with one target a picture whose
 * label is not known counts as unlabelled. Memory: two batches of encoded pictures; the
 * arrays are written through a mapping. */
#ifndef PL_DATA_INGEST_H
#define PL_DATA_INGEST_H

#include <stdint.h>
#include <stdio.h>

#include "base/pool.h"
#include "base/status.h"
#include "image/resize.h"
#include "util/log.h"

typedef struct pl_ingest_output {
    int w, h, channels; /* channels 1 or 3 */
    kn_filter filter;
    const char *dir; /* exists */
} pl_ingest_output;

enum { PL_INGEST_TARGETS = 64, PL_INGEST_UNKNOWN = 255 /* in y.npy */ };

typedef struct pl_ingest_request {
    const char *images, *labels; /* paths */
    const char *const *target;   /* [targets] columns of labels */
    int targets;                 /* 1..PL_INGEST_TARGETS; 0: every column */
    const pl_ingest_output *outputs;
    int output_count;
    double max_bad; /* fraction of the labelled pictures that may be broken */
    int64_t limit;  /* only the first so many labelled pictures by name; 0: all */
    kn_pool *pool;
    pl_progress *progress; /* counts pictures; may be NULL */
    FILE *log;             /* may be NULL */
} pl_ingest_request;

typedef struct pl_ingest_counts {
    int64_t images;     /* rows written */
    int64_t pictures;   /* in the source */
    int64_t unlabelled; /* pictures without a row, or with one target without a label in it */
    int64_t broken;
    int64_t labels_without_image;
    int64_t bytes_read; /* of encoded pictures */
    int64_t positives;  /* rows with y = 1, of the first target */
    int64_t unknown;    /* of several targets: labels that are not known */
} pl_ingest_counts;

/* counts may be NULL. On failure the folders may hold unfinished files. KN_EDATA: too many broken
 * pictures, none labelled; KN_EUSAGE: no such column, or more than PL_INGEST_TARGETS of them; KN_EINTERRUPTED; and what the source and the
 * tables report. */
kn_status pl_ingest_run(const pl_ingest_request *request, pl_ingest_counts *counts, kn_error *e);

#endif
