/* facet robust: the accuracy of models on their test side under every disturbance (insight/disturb.h), with and without alignment by their
 * framer, for every target they tell, of the images whose label of it is known. */
#ifndef PL_INSIGHT_ROBUST_H
#define PL_INSIGHT_ROBUST_H

#include <stdbool.h>

#include "base/pool.h"
#include "framing/framer.h"
#include "insight/disturb.h"
#include "run/predict.h"
#include "util/log.h"

/* At one amount. answered: images of which something is said (all of them, but with alignment those with a face). */
typedef struct pl_robust_point {
    long long images, answered, right;
} pl_robust_point;

/* Of one model and one target. */
typedef struct pl_robust {
    pl_robust_point point[2][PL_DISTURB_COUNT][PL_DISTURB_STEPS]; /* [with alignment] */
    bool aligned;                                                 /* with alignment too */
} pl_robust;

typedef struct pl_robust_input {
    pl_predictions *model;      /* open; of several models each by itself, on the same images */
    const char *ingest, *split; /* folders of the entries */
    const pl_framer *framer;    /* NULL: without alignment alone */
    size_t most;                /* test images, evenly over all; 0: all of them */
    kn_pool *pool;
    pl_progress *progress; /* told the conditions done; NULL is allowed */
} pl_robust_input;

/* out: [models, targets]. KN_EDATA: no test images; KN_EIO, KN_EFORMAT, KN_ENOMEM, KN_EINTERRUPTED. */
kn_status pl_robust_measure(const pl_robust_input *in, pl_robust *out, kn_error *e);

/* disturbance,amount,align,images,answered,right,accuracy,low,high,target,run: a row per target and condition; accuracy of those answered,
 * with Wilson's 95 % interval. r: [count], of one run, in the order of the names. Appends. */
extern const char pl_robust_csv_header[];
void pl_robust_csv_rows(const pl_robust *r, const char *const *target, size_t count,
                        const char *run_id, pl_str *csv);

/* The rows of one target (NULL: of the first) of such a file; *found false where it has none. KN_EFORMAT where a row is malformed, or
 * about a condition that is not measured now. */
kn_status pl_robust_read(const char *path, const char *target, bool *found, pl_robust *out,
                         kn_error *e);

/* STUDY/robust/RUN-ID.csv; heap. */
char *pl_robust_path(const char *study_dir, const char *run_id);

#endif
