#include "data/fit.h"

#include <stdlib.h>
#include <string.h>

#include "data/decode_format.h"

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
    pl_framing framing;
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

void pl_fit_frame(pl_fit *fit, const pl_framing *framing)
{
    fit->framing = *framing;
    fit->image.as_stored = framing->turn != PL_TURN_EXIF;
}

/* The largest part of w x h with the proportions a to b. */
static void largest(int w, int h, int a, int b, int *cut_w, int *cut_h)
{
    bool wide = (int64_t)w * b > (int64_t)h * a;
    *cut_w = wide ? (int)((int64_t)h * a / b) : w;
    *cut_h = wide ? h : (int)((int64_t)w * b / a);
    *cut_w = *cut_w > 0 ? *cut_w : 1;
    *cut_h = *cut_h > 0 ? *cut_h : 1;
}

static kn_status cut(pl_image *image, const pl_framing *f, kn_error *e)
{
    int x = f->x, y = f->y, w = f->w, h = f->h;
    if (f->cut == PL_CUT_NONE)
        return KN_OK;
    if (f->cut != PL_CUT_BOX) {
        bool square = f->cut == PL_CUT_SQUARE;
        largest(image->w, image->h, square ? 1 : 178, square ? 1 : 218, &w, &h);
        x = (image->w - w) / 2;
        y = (image->h - h) / 2;
    } else if (x > image->w || w > image->w - x || y > image->h || h > image->h - y) {
        return kn_fail(e, KN_EFORMAT, "the cut %d,%d,%d,%d does not fit into %d x %d pixels", x, y,
                       w, h, image->w, image->h);
    }
    size_t c = (size_t)image->c, row = (size_t)image->w * c, kept = (size_t)w * c;
    for (int i = 0; i < h; i++)
        memmove(image->pixels + (size_t)i * kept,
                image->pixels + (size_t)(y + i) * row + (size_t)x * c, kept);
    image->w = w;
    image->h = h;
    return KN_OK;
}

/* What EXIF calls orientation 6 is turned clockwise, 3 by half, 8 anticlockwise; 2 is mirrored. */
kn_status pl_image_frame(pl_image *image, const pl_framing *f, kn_error *e)
{
    static const int orientation[] = {[PL_TURN_EXIF] = 1,
                                      [PL_TURN_0] = 1,
                                      [PL_TURN_90] = 6,
                                      [PL_TURN_180] = 3,
                                      [PL_TURN_270] = 8};
    KN_TRY(pl_image_turn(image, orientation[f->turn], e));
    KN_TRY(cut(image, f, e));
    return pl_image_turn(image, f->mirror ? 2 : 1, e);
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
        if (!decoded) {
            KN_TRY(pl_decode(picture->bytes, picture->size, channels, &fit->image, e));
            KN_TRY(pl_image_frame(&fit->image, &fit->framing, e));
        }
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
