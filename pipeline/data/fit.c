#include "data/fit.h"

#include <stdlib.h>

/* A decoded picture above this is not kept for the next one. */
static const size_t KEEP_BYTES = (size_t)16 << 20;

/* The plan of the last geometry: most sources have one. */
typedef struct fit_plan {
    pl_fit_target target;
    kn_resize *resize;
    int w, h;
} fit_plan;

struct pl_fit {
    fit_plan *plans;
    int count;
    pl_image image;
    int w, h; /* of the last picture */
    void *scratch;
    size_t room;
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

pl_fit *pl_fit_new(const pl_fit_target *targets, int count)
{
    pl_fit *fit = must(calloc(1, sizeof *fit));
    fit->plans = must(calloc((size_t)count, sizeof *fit->plans));
    fit->count = count;
    for (int i = 0; i < count; i++)
        fit->plans[i].target = targets[i];
    return fit;
}

void pl_fit_free(pl_fit *fit)
{
    if (!fit)
        return;
    for (int i = 0; i < fit->count; i++)
        kn_resize_free(fit->plans[i].resize);
    free(fit->plans);
    pl_image_clear(&fit->image);
    free(fit->scratch);
    free(fit);
}

static kn_status prepare(pl_fit *fit, fit_plan *plan, kn_error *e)
{
    const pl_fit_target *t = &plan->target;
    if (!plan->resize || plan->w != fit->image.w || plan->h != fit->image.h) {
        kn_resize_free(plan->resize);
        plan->resize = NULL;
        KN_TRY(kn_resize_new(t->filter, fit->image.w, fit->image.h, t->w, t->h, t->channels,
                             &plan->resize, e));
        plan->w = fit->image.w;
        plan->h = fit->image.h;
    }
    size_t need = kn_resize_scratch_bytes(plan->resize);
    if (need > fit->room) {
        free(fit->scratch);
        fit->scratch = must(malloc(need));
        fit->room = need;
    }
    return KN_OK;
}

static kn_status fit_channels(pl_fit *fit, const pl_picture *picture, int channels,
                              uint8_t *const *out, kn_error *e)
{
    bool decoded = false;
    for (int i = 0; i < fit->count; i++) {
        fit_plan *plan = &fit->plans[i];
        if (plan->target.channels != channels)
            continue;
        if (!decoded)
            KN_TRY(pl_decode(picture->bytes, picture->size, channels, &fit->image, e));
        decoded = true;
        fit->w = fit->image.w;
        fit->h = fit->image.h;
        KN_TRY(prepare(fit, plan, e));
        size_t stride = (size_t)fit->image.w * (size_t)channels;
        kn_resize_run(plan->resize, fit->image.pixels, stride, out[i], fit->scratch);
    }
    return KN_OK;
}

kn_status pl_fit_run(pl_fit *fit, const pl_picture *picture, uint8_t *const *out, kn_error *e)
{
    if (!picture->bytes)
        return kn_fail(e, KN_EFORMAT, "%s", picture->reason);
    kn_status rc = fit_channels(fit, picture, 1, out, e);
    if (rc == KN_OK)
        rc = fit_channels(fit, picture, 3, out, e);
    if (fit->image.room > KEEP_BYTES)
        pl_image_clear(&fit->image);
    return rc;
}

void pl_fit_size(const pl_fit *fit, int *w, int *h)
{
    *w = fit->w;
    *h = fit->h;
}
