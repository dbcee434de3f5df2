/* A run's model, ready to predict, with the views that its evaluation takes of an image. */
#ifndef PL_RUN_PREDICTOR_H
#define PL_RUN_PREDICTOR_H

#include <jansson.h>

#include "base/pool.h"
#include "nn/trainer.h"
#include "stages/model_file.h"
#include "stages/views.h"

typedef struct pl_predictor {
    pl_model model;
    kn_trainer *trainer;
    kn_view view[PL_VIEWS_MAX]; /* evaluate.tta of the run */
    int views;                  /* 0: a picture as it is */
} pl_predictor;

/* Loads the model of a run's folder. `out` must stay where it is; after a failure it is empty. KN_EDATA: the run is not done. */
kn_status pl_predictor_open(const char *run_dir, kn_pool *pool, pl_predictor *out, kn_error *e);
void pl_predictor_close(pl_predictor *p);

/* The views of a run by its manifest; 0: the image as it is. The model file does not know how images are evaluated. A manifest that
 * cannot be read (NULL), or was made before evaluation had keys, says nothing. */
int pl_manifest_views(const json_t *manifest, kn_view view[PL_VIEWS_MAX]);

#endif
