#include "cli/predict_outside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

kn_status pl_predict_outside_open(const pl_global *g, const pl_predict_args *a, const char *dir,
                                  pl_predictions *p, pl_predict_outside *out, kn_error *e)
{
    *out = (pl_predict_outside){.framer = NULL};
    return a->align || a->by_hand ? open_framer(g, a, dir, p, out, e) : KN_OK;
}

void pl_predict_outside_close(pl_predict_outside *o)
{
    free(o->framer);
}

/* Without a face it is without one for every target. */
static bool has_no_face(const pl_predictions *p, size_t image)
{
    return p->answer[pl_prediction_at(p, image, p->target)] == PL_NO_FACE;
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
        printf("%s\n", has_no_face(p, i) ? "  no face as in the training pictures" : "");
    }
}

void pl_predict_outside_summary(const pl_predictions *p)
{
    size_t none = 0;
    if (!p->reframe || p->reframe->hand)
        return;
    for (size_t i = 0; i < p->count; i++)
        none += has_no_face(p, i);
    printf("%zu without a face as in the training pictures: no answer\n", none);
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
