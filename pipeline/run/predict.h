/* A trained model, or the mean of several, on pictures from anywhere. */
#ifndef PL_RUN_PREDICT_H
#define PL_RUN_PREDICT_H

#include "base/pool.h"
#include "base/status.h"
#include "data/fit.h"
#include "framing/outside.h"
#include "run/predictor.h"
#include "stages/scores.h"

/* Whether a picture's probability is an answer. */
typedef enum pl_answer {
    PL_ANSWERED,
    PL_UNSURE, /* less sure than what was asked for */
    PL_NO_FACE /* no face as in the training pictures: its probability means nothing */
} pl_answer;

typedef struct pl_predicted {
    char *name; /* base name */
    int w, h;   /* of the picture as framed, before it was resized */
    char *far; /* heap: how it is far from the training pictures; "": it is near; NULL: not known */
    pl_seen seen; /* of a reframed picture */
    int face;     /* 0, 1, ..: which of the picture's faces */
} pl_predicted;

typedef struct pl_predictions {
    pl_predictor *by;      /* heap, [models]: a probability is the mean of theirs */
    size_t models;         /* 1 or more */
    const pl_model *model; /* the first: all take the same pictures and tell the same targets */
    kn_pool *pool;         /* borrowed */
    pl_framing framing;    /* of the pictures added from now on; zeroed by open */
    const pl_reframe_options
        *reframe;   /* the same; NULL: pictures are taken as they are. Borrowed */
    size_t targets; /* that the model tells */
    size_t target;  /* the one looked into: the first, unless another is chosen */
    pl_predicted *item;
    float *probability;  /* [count, targets], of class 1; predicted is 1 above 0.5 */
    pl_answer *answer;   /* [count, targets] */
    int8_t *truth;       /* [count, targets], -1: not known; NULL: no labels were looked up */
    size_t count, known; /* pictures; those whose truth is known, of the target looked into */
    uint8_t *x;          /* [count, h, w, c] as the model saw them */
    char **bad;          /* [bad_count] "name: reason" of what cannot be read */
    size_t bad_count;
} pl_predictions;

/* Loads the models of the runs' folders, and how their evaluation looks at images. KN_EDATA where they take other pictures or tell other
 * targets than the first. */
kn_status pl_predictions_open(const char *const *run_dir, size_t runs, kn_pool *pool,
                              pl_predictions *out, kn_error *e);
void pl_predictions_close(pl_predictions *p);

/* Looks into the target of this name; before pictures are added. KN_EUSAGE, with those there are, where the model does not tell it. */
kn_status pl_predictions_look(pl_predictions *p, const char *target, kn_error *e);
const char *pl_predictions_target(const pl_predictions *p);

/* Index of a name among a model's targets; KN_EUSAGE, with the nearest or all of them, where it is not there. */
kn_status pl_targets_find(const pl_targets *targets, const char *name, size_t *index, kn_error *e);

/* Predicts every picture of a file, folder or archive, in bytewise order of names, behind those
 * that are there. What cannot be read, a whole path too, joins `bad`. Fails by KN_ENOMEM and
 * KN_ENUMERIC alone. */
kn_status pl_predictions_add(pl_predictions *p, const char *path, kn_error *e);

/* Looks the truth of every picture up in a label table, in the columns the model was trained on; of several targets the table need
 * not have all, but that looked into. KN_EDATA when it names none of the pictures. */
kn_status pl_predictions_label(pl_predictions *p, const char *labels, kn_error *e);

/* Scores of a target over the pictures whose truth is known and that are answered. */
kn_status pl_predictions_score(const pl_predictions *p, size_t target, pl_scores *out, kn_error *e);

/* Where a picture's answer about a target lies in probability, answer and truth. */
static inline size_t pl_prediction_at(const pl_predictions *p, size_t image, size_t target)
{
    return image * p->targets + target;
}

/* "0", "1", "unsure", "none": what is said there. */
const char *pl_prediction_label(const pl_predictions *p, size_t at);

/* Whether it is answered, the truth is known, and another. */
bool pl_prediction_wrong(const pl_predictions *p, size_t at);

/* image, probability, label, where truths are known a column truth, and far (empty: near, or not known). all, of several targets: a row
 * per picture and target, with a column target behind image. Of reframed pictures also face (from 0; with all faces), frame_score,
 * frame_scale, frame_dx, frame_dy, frame_angle. A label may be `unsure`, or `none` with an empty probability. Atomic. */
kn_status pl_predictions_write(const pl_predictions *p, bool all, const char *path, kn_error *e);

#endif
