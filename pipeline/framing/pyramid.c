#include "framing/pyramid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "framing/window.h"
#include "image/resize.h"

/* Of the largest frame inside the picture: a face may be cut. */
static const double LARGEST = 1.8;

static kn_status grow(void **p, size_t *room, size_t need, kn_error *e)
{
    if (need <= *room)
        return KN_OK;
    free(*p);
    *p = malloc(need);
    *room = *p ? need : 0;
    return *p ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for a picture at %zu bytes", need);
}

static int scaled(int n, double q)
{
    double v = n * q + 0.5;
    return v < 1 ? 1 : (int)v;
}

/* Sizes of all levels; the bytes they take. */
static size_t lay_out(pl_pyramid *p, const pl_raster *picture, double tall, double smallest)
{
    double across = picture->w / picture->qx, down = picture->h / picture->qy / tall;
    double inside = across < down ? across : down, side = inside * smallest;
    double least = PL_PYRAMID_LEAST / picture->qx;
    size_t bytes = 0;
    side = side > least ? side : least;
    for (p->count = 0; p->count < PL_PYRAMID_LEVELS && side <= inside * LARGEST;
         side *= pow(2, 1.0 / 3)) {
        double q = PL_FRAME_PIXELS / side;
        pl_raster *l = &p->level[p->count++];
        *l = (pl_raster){.w = scaled(picture->w, q / picture->qx),
                         .h = scaled(picture->h, q / picture->qy / tall),
                         .c = 1};
        l->qx = l->w * picture->qx / picture->w;
        l->qy = l->h * picture->qy / picture->h;
        bytes += (size_t)l->w * (size_t)l->h;
    }
    return bytes;
}

static kn_status resize(pl_pyramid *p, const pl_raster *from, const pl_raster *to, uint8_t *out,
                        kn_error *e)
{
    kn_resize *r = NULL;
    KN_TRY(kn_resize_new(KN_FILTER_TRIANGLE, from->w, from->h, to->w, to->h, 1, &r, e));
    kn_status rc = grow(&p->scratch, &p->scratch_room, kn_resize_scratch_bytes(r), e);
    if (rc == KN_OK)
        kn_resize_run(r, from->x, (size_t)from->w, out, p->scratch);
    kn_resize_free(r);
    return rc;
}

/* Each level from one about an octave finer, so that little is read and little is smoothed twice. */
kn_status pl_pyramid_make(pl_pyramid *p, const pl_raster *picture, double tall, double smallest,
                          kn_error *e)
{
    void *bytes = p->bytes;
    size_t need = lay_out(p, picture, tall, smallest);
    KN_TRY(grow(&bytes, &p->room, need, e));
    p->bytes = bytes;
    uint8_t *at = p->bytes;
    for (int i = 0; i < p->count; i++) {
        const pl_raster *from = i < 3 ? picture : &p->level[i - 3];
        KN_TRY(resize(p, from, &p->level[i], at, e));
        p->level[i].x = at;
        at += (size_t)p->level[i].w * (size_t)p->level[i].h;
    }
    return KN_OK;
}

void pl_pyramid_clear(pl_pyramid *p)
{
    free(p->bytes);
    free(p->scratch);
    memset(p, 0, sizeof *p);
}

const pl_raster *pl_pyramid_at(const pl_pyramid *p, double side)
{
    int best = 0;
    for (int i = 1; i < p->count; i++)
        if (fabs(log(p->level[i].qx * side / PL_FRAME_PIXELS)) <
            fabs(log(p->level[best].qx * side / PL_FRAME_PIXELS)))
            best = i;
    return &p->level[best];
}
