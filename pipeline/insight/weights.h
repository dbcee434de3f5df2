/* What a model looks for in the pixels themselves, read off its model file: the filters of a first convolution, or, where dense units
 * see the pixels (logistic regression, a net of dense layers), each unit's weights laid out as the picture they weigh. */
#ifndef PL_INSIGHT_WEIGHTS_H
#define PL_INSIGHT_WEIGHTS_H

#include "stages/model_file.h"
#include "util/str.h"

typedef enum pl_weights_kind {
    PL_WEIGHTS_NONE,    /* the first layer with parameters is neither: recurrent nets */
    PL_WEIGHTS_FILTERS, /* of a convolution */
    PL_WEIGHTS_UNITS,   /* of a hidden dense layer */
    PL_WEIGHTS_OUTPUT /* of the output layer: what a brighter pixel adds to the logit; of softmax its two columns' difference */
} pl_weights_kind;

enum { PL_WEIGHTS_SHOWN = 256 /* further ones are left out */ };

typedef struct pl_weights {
    pl_weights_kind kind;
    char layer[64];     /* "conv2d" */
    int w, h, channels; /* of a filter, or of the model's pictures */
    int all, count;     /* how many there are, and how many are here */
    float *v;           /* heap [count,h,w,channels] */
    double most;        /* the largest size, which the colours stand for */
} pl_weights;

/* target: of an output layer of several the one whose weights are read, 0 .. targets - 1. KN_ENUMERIC where a weight is not finite. KN_ENOMEM. */
kn_status pl_weights_read(const pl_model *m, size_t target, pl_weights *out, kn_error *e);
void pl_weights_clear(pl_weights *w);

/* A grid in the order of the model, each enlarged by the same whole factor, all on one scale (PuOr, draw/heat.h: orange above 0, purple
 * below, white 0) with a bar that has its numbers; the channels of a colour picture side by side. run: what the model is called in
 * the title. The same weights give the same bytes. */
kn_status pl_weights_sheet(const pl_weights *w, const char *run, const char *target, pl_str *png,
                           kn_error *e);

/* number, channel, y, x, weight; every one that is shown. */
void pl_weights_csv(const pl_weights *w, pl_str *csv);

#endif
