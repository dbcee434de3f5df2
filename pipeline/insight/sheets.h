/* Which pictures of a run are worth looking at, and the contact sheets of them: STUDY/pictures/RUN-errors.png and so on, beside each
 * its rows as .csv (image, label, probability). A sheet is written where the cache has the pixels; where it has not, one that is there
 * is kept as long as its rows are still the run's. */
#ifndef PL_INSIGHT_SHEETS_H
#define PL_INSIGHT_SHEETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "draw/sheet.h"
#include "insight/pixels.h"
#include "study/answers.h"
#include "study/study_data.h"

typedef enum pl_sheet_kind {
    PL_SHEET_ERRORS,    /* answered wrongly, the most confident first */
    PL_SHEET_UNCERTAIN, /* probability nearest 1/2 first */
    PL_SHEET_RIGHT,     /* answered rightly, at random: the same ones every time, by the run's id */
    PL_SHEET_MAPS, /* the first errors again, beside maps of where the answer comes from (sheets_maps.h) */
    PL_SHEETS
} pl_sheet_kind;

extern const char *const pl_sheet_names[PL_SHEETS]; /* "errors", "uncertain", "right", "maps" */

enum { PL_SHEET_SIDE = 100 /* larger pictures are shrunk to this */ };

/* Images of one true label. */
typedef struct pl_choice {
    uint32_t *image; /* heap [count], numbers in the run's image set */
    size_t count;
    size_t all; /* how many there were to choose from */
} pl_choice;

/* At most `most` of the images of that side and label; a smaller `most` gives the head of the same choice. Ties: as in
 * predictions.csv. */
pl_choice pl_sheet_choose(pl_sheet_kind kind, const pl_answers *a, int side, int label,
                          const char *run_id, size_t most);
void pl_choice_clear(pl_choice *c);

/* The test side, or that of validation where nothing was tested. */
int pl_side_shown(const pl_image_set *images);

/* The run of a group with the best validation accuracy among those that have answers, the first of equals; -1: none has. */
int pl_run_shown(const pl_study_data *d, const pl_study_answers *a, int group);

/* "Male 97 %", "not Male 88 %": the predicted label with its probability; "> 99 %" where it would round to 100. "truth: not Male".
 * "not Male" and "Male". Heap. */
char *pl_answer_text(const char *target, float probability);
char *pl_truth_text(const char *target, int label);
char *pl_label_text(const char *target, int label);

/* The files of one sheet; shown false: they are not there and cannot be made. */
typedef struct pl_shown_sheet {
    bool shown;
    char *path;          /* heap: "pictures/RUN-errors.png", below the study's folder */
    pl_choice choice[2]; /* by label */
} pl_shown_sheet;

/* pixels NULL: the cache has none. */
typedef struct pl_sheet_request {
    const char *study_dir, *run_id, *target;
    const pl_answers *answers;
    const pl_pixels *pixels;
    kn_pool *pool; /* for the model's maps; NULL: none are made */
} pl_sheet_request;

kn_status pl_sheet_make(const pl_sheet_request *q, pl_sheet_kind kind, pl_shown_sheet *out,
                        kn_error *e);
void pl_shown_sheet_clear(pl_shown_sheet *s);

/* x [h,w,c] shrunk so that no side is above PL_SHEET_SIDE, proportions kept; out has room for that many pixels. Writes the new size. */
kn_status pl_shrink(const uint8_t *x, int w, int h, int c, uint8_t *out, int *new_w, int *new_h,
                    kn_error *e);

#endif
