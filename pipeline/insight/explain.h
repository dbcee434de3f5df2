/* Why a model answers as it does, picture by picture: Grad-CAM, gradient times input, occlusion (insight/gradcam.h, occlusion.h). */
#ifndef PL_INSIGHT_EXPLAIN_H
#define PL_INSIGHT_EXPLAIN_H

#include "insight/occlusion.h"
#include "nn/attribution.h"
#include "run/predict.h"

typedef enum pl_map_kind { PL_MAP_GRADCAM, PL_MAP_INPUT, PL_MAP_OCCLUSION, PL_MAPS } pl_map_kind;

/* "gradcam", "input", "occlusion": words of the command line and names of files. */
const char *pl_map_name(pl_map_kind kind);

typedef struct pl_explain_options {
    bool map
        [PL_MAPS]; /* wanted; none: Grad-CAM, or where the model has no convolution gradient times input, and occlusion */
    const char *layer; /* of Grad-CAM, "conv2d_1"; NULL: the last convolution */
    int patch, stride; /* of occlusion, pixels; 0: as insight/occlusion.h says */
    const char *
        target; /* of a model that tells several attributes the one that is asked; NULL: the first */
    int cls;    /* the class that the maps speak for, 0 or 1; -1: the predicted one */
} pl_explain_options;

typedef struct pl_explainer {
    pl_predictions predictions; /* the model */
    kn_attribution *attribution;
    pl_explain_options options; /* nothing left open but cls */
    int layer;                  /* of Grad-CAM; -1: none */
} pl_explainer;

/* Loads the model of a run's folder; the pool and options->layer are borrowed. KN_EUSAGE: a map that this model cannot have, a layer
 * it has not, a square that does not fit its pictures. */
kn_status pl_explainer_open(const char *run_dir, kn_pool *pool, const pl_explain_options *options,
                            pl_explainer *out, kn_error *e);
void pl_explainer_close(pl_explainer *x);

/* [h,w] for a picture of the model's size. */
typedef struct pl_pixel_map {
    float *v;         /* heap; NULL: not wanted */
    double most;      /* the largest |v| */
    double strongest; /* the largest v */
    int x, y;         /* where that is, from the upper left; the first of equals in reading order */
} pl_pixel_map;

typedef struct pl_explained {
    float probability; /* of class 1 */
    int label;         /* predicted: 1 above 0.5 */
    int cls;           /* the class that the maps speak for */
    pl_pixel_map map[PL_MAPS];
    int patch_x,
        patch_y;   /* occlusion: the square that takes most from the class, its upper left corner */
    float covered; /* probability of class 1 with that square */
} pl_explained;

/* pixels: [h,w,c] as the model sees them. KN_ENUMERIC, KN_ENOMEM, KN_EINTERRUPTED. */
kn_status pl_explain(pl_explainer *x, const uint8_t *pixels, pl_explained *out, kn_error *e);
void pl_explained_clear(pl_explained *r);

/* Explained pictures, to be drawn and written. All borrowed. */
typedef struct pl_explanations {
    const pl_explainer *explainer;
    const char *run; /* what the model is called */
    size_t count;
    const uint8_t *x;              /* [count,h,w,c] */
    const char *const *name;       /* [count] */
    const pl_explained *explained; /* [count] */
} pl_explanations;

/* "Male" of class 1, "not Male" of class 0; heap. */
char *pl_class_name(const pl_explainer *x, int cls);

#endif
