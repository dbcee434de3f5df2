/* The words of facet predict. */
#ifndef PL_CLI_PREDICT_ARGS_H
#define PL_CLI_PREDICT_ARGS_H

#include "base/status.h"
#include "data/fit.h"
#include "image/warp.h"

typedef struct pl_predict_args {
    const char *run, *labels, *csv, *sheet, *target; /* target NULL: every one the model tells */
    pl_framing framing;
    bool align, all, by_hand, calibrated;
    kn_frame frame;           /* by_hand */
    double abstain, coverage; /* 0: not given */
    char **path;              /* borrowed words; room for all of them is the caller's */
    int paths;
} pl_predict_args;

kn_status pl_predict_args_read(pl_predict_args *a, int argc, char **argv, kn_error *e);

extern const char pl_predict_help[];

#endif
