/* A study's curves while it trains, as lines of characters: `facet watch`. */
#ifndef PL_STUDY_WATCH_H
#define PL_STUDY_WATCH_H

#include <jansson.h>

#include "study/study_data.h"

/* How a frame is drawn. */
typedef struct pl_watch_look {
    size_t width, height; /* characters; the frame has at most so many */
    bool unicode, color;
} pl_watch_look;

/* The epochs in a log of training (stages/train_epochs.c, train_lbfgs.c), the last of each number: of work that went on
 * from a checkpoint the log has some twice. heap, *count of them; *iterations: they are of lbfgs. Nothing where the
 * log cannot be read. */
pl_report_epoch *pl_watch_log(const char *path, size_t *count, bool *iterations);

/* A look at the study (run/study_status.h has `status`), and the curves of one run: that of id `run` (a prefix will
 * do), where it is NULL the one in `follow` as long as it is worked on, else the first that is, else where none is
 * the one in follow, else the best by test (without: validation) accuracy. follow: [64], "" at first, gets the run
 * that was drawn. KN_EUSAGE: no run of the study has that id, or several do. */
kn_status pl_watch_frame(const char *study_dir, const json_t *status, const char *run, char *follow,
                         const pl_watch_look *look, pl_str *out, kn_error *e);

#endif
