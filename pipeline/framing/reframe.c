/* The frame is first cut out at the size the training pictures had, then resized by the run's own filter: so blur and aliasing are
 * theirs. A picture in which the frame is much larger is made smaller before. */
#include "framing/reframe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/gray.h"

enum {
    NATIVE_MAX = 512,   /* of a frame cut out, where no training picture says how large */
    SIDE_MAX = 1 << 18, /* of a picture */
    THIN_MAX = 100      /* of its longer side over the shorter */
};

/* A warp smooths nothing: it shrinks by this at most. */
static const double SHRINK = 1.5;

struct pl_reframe {
    pl_reframe_options o;
    pl_finder *finder;
    kn_resize *to_model; /* from native_w x native_h */
    int native_w, native_h;
    uint8_t *grey, *smaller, *native;
    void *scratch;
    size_t grey_room, smaller_room, native_room, scratch_room;
    pl_raster picture;
};

pl_reframe *pl_reframe_new(const pl_reframe_options *options)
{
    pl_reframe *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->o = *options;
    r->finder = pl_finder_new();
    return r;
}

void pl_reframe_free(pl_reframe *r)
{
    if (!r)
        return;
    pl_finder_free(r->finder);
    kn_resize_free(r->to_model);
    free(r->grey);
    free(r->smaller);
    free(r->native);
    free(r->scratch);
    free(r);
}

static kn_status grow(void *p, size_t *room, size_t need, kn_error *e)
{
    void **at = p;
    if (need <= *room)
        return KN_OK;
    free(*at);
    *at = malloc(need);
    *room = *at ? need : 0;
    return *at ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %zu bytes of a picture", need);
}

static double tall_of(const pl_reframe *r)
{
    return r->o.framer ? pl_framer_tall(r->o.framer) : (double)r->picture.h / r->picture.w;
}

static pl_seen seen_of(const pl_reframe *r, const pl_face_place *place, double score)
{
    pl_seen s = {pl_place_frame(place, tall_of(r), r->picture.w, r->picture.h), score,
                 (int)lrint(place->side), (int)lrint(place->side * tall_of(r))};
    s.w = s.w > 0 ? s.w : 1;
    s.h = s.h > 0 ? s.h : 1;
    return s;
}

static kn_status seek(pl_reframe *r, pl_seen *seen, int *count, kn_error *e)
{
    pl_raster grey = r->picture;
    pl_found found[PL_FACES_MAX];
    const pl_find_options options = r->o.all ? pl_find_many() : pl_find_best();
    size_t pixels = (size_t)grey.w * (size_t)grey.h;
    int n = 0;
    if (grey.c == 3) {
        KN_TRY(grow(&r->grey, &r->grey_room, pixels, e));
        kn_gray_from_rgb(pixels, grey.x, r->grey);
        grey.x = r->grey;
        grey.c = 1;
    }
    KN_TRY(pl_find(r->finder, r->o.framer, &grey, &options, found, r->o.all ? PL_FACES_MAX : 1, &n,
                   e));
    *count = 0;
    for (int i = 0; i < n; i++) {
        double over = found[i].score - r->o.framer->threshold;
        if (i == 0 || over >= 0)
            seen[(*count)++] = seen_of(r, &found[i].place, 1 / (1 + exp(-over)));
    }
    if (n == 0) { /* too small to look at */
        const kn_frame whole = {.scale = 1};
        pl_face_place place = pl_frame_place(&whole, tall_of(r), grey.w, grey.h);
        seen[(*count)++] = seen_of(r, &place, 0);
    }
    return KN_OK;
}

kn_status pl_reframe_look(pl_reframe *r, const uint8_t *x, int w, int h, pl_seen *seen, int *count,
                          kn_error *e)
{
    int most = w > h ? w : h, least = w > h ? h : w;
    if (most > SIDE_MAX || most > THIN_MAX * least)
        return kn_fail(e, KN_EFORMAT,
                       "%d x %d pixels; a face is looked for where the sides are at most %d pixels "
                       "and one at most %d times the other",
                       w, h, SIDE_MAX, THIN_MAX);
    r->picture = (pl_raster){.w = w, .h = h, .c = r->o.c, .qx = 1, .qy = 1, .x = x};
    if (!r->o.hand)
        return seek(r, seen, count, e);
    pl_face_place place = pl_frame_place(r->o.hand, tall_of(r), w, h);
    seen[0] = seen_of(r, &place, (double)NAN);
    *count = 1;
    return KN_OK;
}

static kn_status resize(pl_reframe *r, const kn_resize *plan, const uint8_t *x, int w, uint8_t *out,
                        kn_error *e)
{
    KN_TRY(grow(&r->scratch, &r->scratch_room, kn_resize_scratch_bytes(plan) + 1, e));
    kn_resize_run(plan, x, (size_t)w * (size_t)r->o.c, out, r->scratch);
    return KN_OK;
}

/* The picture so small that a frame is at most SHRINK times as wide as it is cut out. */
static kn_status shrunk(pl_reframe *r, double side, int native, pl_raster *out, kn_error *e)
{
    double q = SHRINK * native / side;
    *out = r->picture;
    if (q >= 1)
        return KN_OK;
    const pl_raster *p = &r->picture;
    out->w = (int)fmax(1, floor(p->w * q + 0.5));
    out->h = (int)fmax(1, floor(p->h * q + 0.5));
    out->qx = (double)out->w / p->w;
    out->qy = (double)out->h / p->h;
    kn_resize *plan = NULL;
    KN_TRY(
        grow(&r->smaller, &r->smaller_room, (size_t)out->w * (size_t)out->h * (size_t)r->o.c, e));
    KN_TRY(kn_resize_new(KN_FILTER_TRIANGLE, p->w, p->h, out->w, out->h, r->o.c, &plan, e));
    kn_status rc = resize(r, plan, p->x, p->w, r->smaller, e);
    kn_resize_free(plan);
    out->x = r->smaller;
    return rc;
}

/* Size of the frame as it is cut out: that of the training pictures. */
static kn_status set_native(pl_reframe *r, kn_error *e)
{
    int w = r->o.framer ? r->o.framer->width : r->picture.w;
    int h = r->o.framer ? r->o.framer->height : r->picture.h, most = w > h ? w : h;
    if (most > NATIVE_MAX) {
        w = (int)fmax(1, (double)w * NATIVE_MAX / most);
        h = (int)fmax(1, (double)h * NATIVE_MAX / most);
    }
    if (r->to_model && r->native_w == w && r->native_h == h)
        return KN_OK;
    kn_resize_free(r->to_model);
    r->to_model = NULL;
    KN_TRY(kn_resize_new(r->o.filter, w, h, r->o.w, r->o.h, r->o.c, &r->to_model, e));
    r->native_w = w;
    r->native_h = h;
    return grow(&r->native, &r->native_room, (size_t)w * (size_t)h * (size_t)r->o.c, e);
}

kn_status pl_reframe_cut(pl_reframe *r, const pl_seen *seen, uint8_t *out, kn_error *e)
{
    pl_face_place place = pl_frame_place(&seen->frame, tall_of(r), r->picture.w, r->picture.h);
    pl_raster from;
    KN_TRY(set_native(r, e));
    KN_TRY(shrunk(r, place.side, r->native_w, &from, e));
    const kn_shape in = {from.h, from.w, r->o.c}, native = {r->native_h, r->native_w, r->o.c};
    kn_warp map = pl_place_map(&place, tall_of(r), 1, &from, native.w, native.h);
    kn_warp_u8(&map, KN_BORDER_EDGE, 0, in, from.x, native, r->native);
    return resize(r, r->to_model, r->native, native.w, out, e);
}
