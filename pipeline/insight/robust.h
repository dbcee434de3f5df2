/* facet robust: the accuracy of a run's test side under every disturbance (insight/disturb.h), with and without alignment by its framer;
 * of several targets that of the one looked into, of the images that have a label. */
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
    double amount;
    long long images, answered, right;
} pl_robust_point;

typedef struct pl_robust {
    pl_robust_point point[2][PL_DISTURB_COUNT][PL_DISTURB_STEPS]; /* [with alignment] */
    bool aligned;                                                 /* with alignment too */
    size_t images;
} pl_robust;

typedef struct pl_robust_input {
    pl_predictions *model;      /* open */
    const char *ingest, *split; /* folders of the entries */
    const pl_framer *framer;    /* NULL: without alignment alone */
    size_t most;                /* test images, evenly over all; 0: all of them */
    kn_pool *pool;
    pl_progress *progress; /* told the conditions done; NULL is allowed */
} pl_robust_input;

/* KN_EDATA: no test images; KN_EIO, KN_EFORMAT, KN_ENOMEM, KN_EINTERRUPTED. */
kn_status pl_robust_measure(const pl_robust_input *in, pl_robust *out, kn_error *e);

/* disturbance,amount,align,images,answered,right,accuracy,low,high: a row per condition; accuracy of those answered, with Wilson's 95 %
 * interval. Appends. */
void pl_robust_csv(const pl_robust *r, pl_str *csv);

/* STUDY/robust/RUN-ID.csv; heap. */
char *pl_robust_path(const char *study_dir, const char *run_id);

#endif
