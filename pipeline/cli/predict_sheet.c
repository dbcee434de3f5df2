#include "cli/predict_sheet.h"

#include <stdlib.h>

#include "draw/sheet.h"
#include "insight/sheets.h"
#include "util/str.h"

enum { COLUMNS = 8, MADE = 3 /* lines of a picture that are made here */ };

static char *title_of(const pl_predictions *p, const char *run, size_t shown)
{
    const char *target = pl_predictions_target(p);
    size_t wrong = 0;
    for (size_t i = 0; i < p->count; i++)
        wrong += pl_prediction_wrong(p, pl_prediction_at(p, i, p->target));
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "%s or not, by ", target);
    if (p->models > 1)
        pl_str_addf(&s, "the mean of %zu models of %s: ", p->models, run);
    else
        pl_str_addf(&s, "run %s: ", run);
    if (shown < p->count)
        pl_str_addf(&s, "the first %zu of ", shown);
    pl_str_addf(&s, "%zu picture%s. The bar is the probability of %s.", p->count,
                p->count == 1 ? "" : "s", target);
    if (p->known > 0)
        pl_str_addf(&s, " %zu of %zu answered wrongly%s.", wrong, p->known,
                    wrong ? ", with a frame" : "");
    return pl_str_take(&s);
}

/* What is said of a picture; heap. */
static char *answer_text(const pl_predictions *p, size_t at)
{
    if (p->answer[at] == PL_NO_FACE)
        return pl_strdup("no face");
    char *text = pl_answer_text(pl_predictions_target(p), p->probability[at]);
    if (p->answer[at] == PL_ANSWERED)
        return text;
    char *unsure = pl_format("unsure: %s", text);
    free(text);
    return unsure;
}

kn_status pl_predict_sheet_write(const pl_predictions *p, const char *run, const char *const *far,
                                 const char *path, kn_error *e)
{
    const pl_data_spec *d = &p->model->spec.data;
    const char *target = pl_predictions_target(p);
    size_t count = p->count < PL_PREDICT_SHEET_MOST ? p->count : PL_PREDICT_SHEET_MOST;
    size_t bytes = (size_t)d->width * (size_t)d->height * (size_t)d->channels;
    pl_tile *tile = calloc(count + 1, sizeof *tile);
    char **made = calloc(MADE * count + 1, sizeof *made), *title = title_of(p, run, count);
    kn_status rc = KN_OK;
    if (!tile || !made)
        rc = kn_fail(e, KN_ENOMEM, "no memory for a sheet of %zu pictures", count);
    for (size_t i = 0; rc == KN_OK && i < count; i++) {
        size_t at = pl_prediction_at(p, i, p->target);
        tile[i] = (pl_tile){.x = p->x + i * bytes, .marked = pl_prediction_wrong(p, at)};
        tile[i].bar = p->answer[at] == PL_NO_FACE ? 0 : p->probability[at];
        tile[i].line[0] = p->item[i].name;
        tile[i].line[1] = made[MADE * i] = answer_text(p, at);
        int line = 2;
        if (p->truth && p->truth[at] >= 0)
            tile[i].line[line++] = made[MADE * i + 1] = pl_truth_text(target, p->truth[at]);
        if (far[i] && far[i][0])
            tile[i].line[line++] = made[MADE * i + 2] = pl_format("far: %s", far[i]);
    }
    const pl_band band = {title, tile, count};
    const pl_sheet sheet = {.width = d->width,
                            .height = d->height,
                            .channels = d->channels,
                            .columns = COLUMNS,
                            .named = true,
                            .bars = true,
                            .band = &band,
                            .bands = 1};
    if (rc == KN_OK)
        rc = pl_sheet_write(path, &sheet, e);
    for (size_t i = 0; made && i < MADE * count; i++)
        free(made[i]);
    free(made);
    free(tile);
    free(title);
    return rc;
}
