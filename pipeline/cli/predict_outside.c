#include "cli/predict_outside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/calibration.h"
#include "study/run_framer.h"
#include "util/log.h"

/* By hand a framer is not needed, but where the study has it, it says what the training pictures' proportions and size are. */
static kn_status open_framer(const pl_global *g, const pl_predict_args *a, const char *dir,
                             pl_predictions *p, pl_predict_outside *o, kn_error *e)
{
    const pl_data_spec *d = &p->model->spec.data;
    kn_error why = {KN_OK, ""};
    o->framer = malloc(sizeof *o->framer);
    if (!o->framer)
        return kn_fail(e, KN_ENOMEM, "no memory for a framer");
    kn_status rc = pl_run_framer(dir, a->by_hand ? NULL : g->cache, p->pool, o->framer, &why);
    if (rc != KN_OK) {
        free(o->framer);
        o->framer = NULL;
        if (!a->by_hand || rc == KN_EINTERRUPTED || rc == KN_ENOMEM)
            return kn_fail(e, rc, "%s", why.text);
    }
    o->reframe = (pl_reframe_options){.framer = o->framer,
                                      .hand = a->by_hand ? &a->frame : NULL,
                                      .all = a->all,
                                      .w = d->width,
                                      .h = d->height,
                                      .c = d->channels,
                                      .filter = d->filter};
    p->reframe = &o->reframe;
    return KN_OK;
}

static kn_status open_confidence(const pl_predict_args *a, const char *dir, const pl_predictions *p,
                                 pl_predict_outside *o, kn_error *e)
{
    if (p->targets > 1 || p->models > 1)
        return kn_fail(e, KN_EUSAGE,
                       "--calibrated, --abstain and --coverage are of one model that tells one "
                       "target: %zu models tell %zu here",
                       p->models, p->targets);
    KN_TRY(pl_run_confidence_read(dir, &o->confidence, e));
    o->confident = true;
    bool needs_validation = a->calibrated || a->coverage > 0;
    if (needs_validation && o->confidence.val.count == 0)
        return kn_fail(e, KN_EDATA,
                       "%s/predictions.csv has no validation images, which %s is taken from", dir,
                       a->calibrated ? "a temperature" : "a coverage");
    if (a->calibrated)
        pl_run_confidence_calibrate(&o->confidence);
    if (a->coverage > 0)
        o->least = pl_confidence_at(&o->confidence, a->coverage);
    return KN_OK;
}

kn_status pl_predict_outside_open(const pl_global *g, const pl_predict_args *a, const char *dir,
                                  pl_predictions *p, pl_predict_outside *out, kn_error *e)
{
    *out = (pl_predict_outside){.least = a->abstain > 0 ? a->abstain : (double)NAN};
    if (a->align || a->by_hand)
        KN_TRY(open_framer(g, a, dir, p, out, e));
    if (a->calibrated || a->abstain > 0 || a->coverage > 0)
        KN_TRY(open_confidence(a, dir, p, out, e));
    return KN_OK;
}

void pl_predict_outside_close(pl_predict_outside *o)
{
    if (o->confident)
        pl_run_confidence_clear(&o->confidence);
    free(o->framer);
}

void pl_predict_outside_judge(const pl_predict_args *a, const pl_predict_outside *o,
                              pl_predictions *p)
{
    for (size_t i = 0; i < p->count; i++) {
        pl_predicted *item = &p->item[i];
        if (a->calibrated)
            p->probability[i] = item->probability =
                pl_temperature_apply(item->probability, o->confidence.temperature);
        if (item->answer == PL_ANSWERED && pl_confidence_of(item->probability) < o->least)
            item->answer = PL_UNSURE;
    }
}

void pl_predict_outside_frames(const pl_predictions *p)
{
    if (!p->reframe)
        return;
    printf("framed by --frame SCALE,DX,DY,ANGLE:\n");
    for (size_t i = 0; i < p->count; i++) {
        const pl_predicted *item = &p->item[i];
        const kn_frame *f = &item->seen.frame;
        printf("  %s", item->name);
        if (p->reframe->all)
            printf(" (face %d)", item->face);
        printf(": %.3f,%.3f,%.3f,%.1f", f->scale, f->dx, f->dy, f->angle);
        if (!isnan(item->seen.score))
            printf("  score %.3f", item->seen.score);
        printf("%s\n", item->answer == PL_NO_FACE ? "  no face as in the training pictures" : "");
    }
}

static void print_side(const char *name, const pl_confident_side *side, double least)
{
    pl_answered a = pl_answered_at(side, least), all = pl_answered_at(side, 0);
    if (side->count == 0)
        return;
    printf("  on %s it answers %.1f %% of %zu", name, 100 * a.coverage, side->count);
    if (a.count)
        printf(", %.2f %% of these rightly", 100 * a.accuracy);
    printf(" (all of them: %.2f %%)\n", 100 * all.accuracy);
}

void pl_predict_outside_summary(const pl_predict_args *a, const pl_predict_outside *o,
                                const pl_predictions *p)
{
    size_t of[PL_NO_FACE + 1] = {0};
    for (size_t i = 0; i < p->count; i++)
        of[p->item[i].answer]++;
    if (p->reframe && !p->reframe->hand)
        printf("%zu without a face as in the training pictures: no answer\n", of[PL_NO_FACE]);
    if (a->calibrated)
        printf("probabilities by the temperature %.3f, fitted on %zu validation images\n",
               o->confidence.temperature, o->confidence.val.count);
    if (isnan(o->least))
        return;
    size_t asked = p->count - of[PL_NO_FACE];
    printf("coverage %.1f %%: %zu of %zu are answered, %zu unsure (confidence below %.4f)\n",
           asked ? 100 * (double)of[PL_ANSWERED] / (double)asked : 0, of[PL_ANSWERED], asked,
           of[PL_UNSURE], o->least);
    print_side("validation", &o->confidence.val, o->least);
    print_side("test", &o->confidence.test, o->least);
}

void pl_predict_outside_answer_json(const pl_predicted *item, json_t *object)
{
    if (item->answer != PL_ANSWERED)
        json_object_set_new(object, "label",
                            json_string(pl_predicted_label(item, item->probability)));
    if (item->answer == PL_NO_FACE)
        json_object_set_new(object, "probability", json_null());
}

void pl_predict_outside_json(const pl_predictions *p, const pl_predicted *item, json_t *object)
{
    const kn_frame *f = &item->seen.frame;
    if (!p->reframe)
        return;
    json_object_set_new(object, "frame",
                        json_pack("{s:f, s:f, s:f, s:f}", "scale", f->scale, "dx", f->dx, "dy",
                                  f->dy, "angle", f->angle));
    json_object_set_new(object, "frame_score",
                        isnan(item->seen.score) ? json_null() : json_real(item->seen.score));
    if (p->reframe->all)
        json_object_set_new(object, "face", json_integer(item->face));
}
