/* What is known of the framing of a run's training pictures, learned from them alone: scorers of windows that find a face framed
 * otherwise, and say how it has to be moved to be framed as theirs. */
#ifndef PL_FRAMING_FRAMER_H
#define PL_FRAMING_FRAMER_H

#include "base/status.h"
#include "framing/window.h"

enum { PL_FRAMER_VERSION = 2, PL_FRAMER_STEPS = 4 };

/* A linear regression of the move from a window to the right one. */
typedef struct pl_step {
    pl_linear scale, dx, dy, turn;
} pl_step;

typedef struct pl_framer {
    int width, height; /* of the training pictures before they were resized: the medians */
    pl_linear coarse;  /* face or not, of windows off by up to an eighth; searched with */
    pl_step step[PL_FRAMER_STEPS]; /* from far to near */
    pl_judge judge;                /* face or not, of windows as corrected */
    double threshold;              /* of the judge: what is below is no face */
    double kept,
        refused;     /* shares of disturbed training faces above it, of drawn textures below it */
    long long faces; /* learned from */
} pl_framer;

static inline double pl_framer_tall(const pl_framer *f)
{
    return (double)f->height / f->width;
}

/* As safetensors; the same framer is the same bytes. */
kn_status pl_framer_write(const pl_framer *f, const char *path, kn_error *e);

/* KN_EFORMAT: not such a file, or of another version. */
kn_status pl_framer_read(const char *path, pl_framer *out, kn_error *e);

#endif
