/* A trained model on pictures from anywhere. */
#ifndef PL_RUN_PREDICT_H
#define PL_RUN_PREDICT_H

#include "base/pool.h"
#include "base/status.h"
#include "data/fit.h"
#include "framing/outside.h"
#include "nn/trainer.h"
#include "stages/model_file.h"
#include "stages/scores.h"
#include "stages/views.h"

/* Whether a picture's probability is an answer. */
typedef enum pl_answer {
    PL_ANSWERED,
    PL_UNSURE, /* less sure than what was asked for */
    PL_NO_FACE /* no face as in the training pictures: its probability means nothing */
} pl_answer;

typedef struct pl_predicted {
    char *name;        /* base name */
    float probability; /* of class 1 */
    int8_t label;      /* predicted: 1 above 0.5 */
    int8_t truth;      /* by the label table; -1: not known */
    int w, h;          /* of the picture as framed, before it was resized */
    char *far; /* heap: how it is far from the training pictures; "": it is near; NULL: not known */
    pl_answer answer;
    pl_seen seen; /* of a reframed picture */
    int face;     /* 0, 1, ..: which of the picture's faces */
} pl_predicted;

typedef struct pl_predictions {
    pl_model model;
    kn_trainer *trainer;
    kn_view view[PL_VIEWS_MAX]; /* evaluate.tta of the run */
    int views;                  /* 0: a picture as it is */
    kn_pool *pool;              /* borrowed */
    pl_framing framing;         /* of the pictures added from now on; zeroed by open */
    const pl_reframe_options
        *reframe; /* the same; NULL: pictures are taken as they are. Borrowed */
    pl_predicted *item;
    size_t count, known; /* pictures; those whose truth is known */
    uint8_t *x;          /* [count, h, w, c] as the model saw them */
    char **bad;          /* [bad_count] "name: reason" of what cannot be read */
    size_t bad_count;
} pl_predictions;

/* Loads the model of a run's folder, and how its evaluation looks at images. `out` must stay where it is. */
kn_status pl_predictions_open(const char *run_dir, kn_pool *pool, pl_predictions *out, kn_error *e);
void pl_predictions_close(pl_predictions *p);

/* Predicts every picture of a file, folder or archive, in bytewise order of names, behind those
 * that are there. What cannot be read, a whole path too, joins `bad`. Fails by KN_ENOMEM and
 * KN_ENUMERIC alone. */
kn_status pl_predictions_add(pl_predictions *p, const char *path, kn_error *e);

/* Looks the truth of every picture up in a label table, in the column the model was trained on.
 * KN_EDATA when it names none of the pictures. */
kn_status pl_predictions_label(pl_predictions *p, const char *labels, kn_error *e);

/* Scores over the pictures whose truth is known and that are answered. */
kn_status pl_predictions_score(const pl_predictions *p, pl_scores *out, kn_error *e);

/* "0", "1", "unsure", "none". */
const char *pl_predicted_label(const pl_predicted *item);

/* image, probability, label, where truths are known a column truth, and far (empty: near, or not known).
 * Of reframed pictures also face (from 0; with all faces), frame_score, frame_scale, frame_dx, frame_dy, frame_angle. A label may be
 * `unsure`, or `none` with an empty probability. Atomic. */
kn_status pl_predictions_write(const pl_predictions *p, const char *path, kn_error *e);

#endif
