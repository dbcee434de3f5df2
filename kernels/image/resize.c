#include "image/resize.h"

#include <stdlib.h>
#include <string.h>

#include "image/resize_filter.h"
#include "image/resize_linear.h"
#include "image/resize_sums.h"

const char *const kn_filter_names[] = {"triangle", "linear", "box", "catmullrom", "mitchell", NULL};

struct kn_resize {
    kn_filter filter;
    int sw, sh, dw, dh, c;
    kn_linear_columns lx; /* linear */
    kn_linear_tap *ly;
    kn_filter_axis fx, fy; /* the others */
};

static int copies(const kn_resize *r)
{
    return r->sw == r->dw && r->sh == r->dh;
}

kn_status kn_resize_new(kn_filter filter, int sw, int sh, int dw, int dh, int c, kn_resize **out,
                        kn_error *e)
{
    enum { MAX_SIDE = 1 << 24 };
    *out = NULL;
    if (filter >= KN_FILTER_COUNT || (c != 1 && c != 3) || sw < 1 || sh < 1 || dw < 1 || dh < 1 ||
        sw > MAX_SIDE || sh > MAX_SIDE || dw > MAX_SIDE || dh > MAX_SIDE)
        return kn_fail(e, KN_EINTERNAL, "cannot resize %dx%d to %dx%d with %d channels", sw, sh, dw,
                       dh, c);
    kn_resize *r = calloc(1, sizeof *r);
    if (!r)
        return kn_fail(e, KN_ENOMEM, "out of memory for a resize to %dx%d", dw, dh);
    *r = (kn_resize){.filter = filter, .sw = sw, .sh = sh, .dw = dw, .dh = dh, .c = c};
    kn_status rc = KN_OK;
    if (filter == KN_FILTER_LINEAR) {
        rc = kn_linear_columns_init(&r->lx, sw, dw, e);
        r->ly = kn_linear_taps(sh, dh, 1);
        if (rc == KN_OK && !r->ly)
            rc = kn_fail(e, KN_ENOMEM, "out of memory for a resize to %dx%d", dw, dh);
    } else if (!copies(r)) {
        rc = kn_filter_axis_init(&r->fx, filter, sw, dw, e);
        if (rc == KN_OK)
            rc = kn_filter_axis_init(&r->fy, filter, sh, dh, e);
    }
    if (rc != KN_OK) {
        kn_resize_free(r);
        return rc;
    }
    *out = r;
    return KN_OK;
}

void kn_resize_free(kn_resize *r)
{
    if (!r)
        return;
    kn_linear_columns_clear(&r->lx);
    free(r->ly);
    kn_filter_axis_clear(&r->fx);
    kn_filter_axis_clear(&r->fy);
    free(r);
}

/* Filters: one interleaved row of floats, then its planes with room for the padded taps. */
static size_t plane_room(const kn_resize *r)
{
    return (size_t)r->sw + (size_t)r->fx.taps;
}

size_t kn_resize_scratch_bytes(const kn_resize *r)
{
    if (r->filter == KN_FILTER_LINEAR)
        return 2 * (size_t)r->dw * (size_t)r->c * sizeof(int32_t);
    return ((size_t)r->sw + plane_room(r)) * (size_t)r->c * sizeof(float);
}

/* By kn_isa. */
static const kn_resize_sums *const variants[] = {
#define KN_VARIANT(suffix, level) &kn_resize_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

static void filter_run(const kn_resize *r, const uint8_t *src, size_t src_stride, uint8_t *dst,
                       float *scratch)
{
    size_t n = (size_t)r->sw * (size_t)r->c, room = plane_room(r);
    const kn_resize_sums *sums = variants[kn_isa_get()];
    float *planes = scratch + n;
    memset(planes, 0, room * (size_t)r->c * sizeof *planes);
    for (int i = 0; i < r->dh; i++) {
        const uint8_t *rows = src + (size_t)r->fy.first[i] * src_stride;
        const float *weight = r->fy.weight + (size_t)i * (size_t)r->fy.taps;
        uint8_t *out = dst + (size_t)i * (size_t)r->dw * (size_t)r->c;
        sums->rows(rows, src_stride, weight, r->fy.count[i], n, r->c == 1 ? planes : scratch);
        for (size_t x = 0; r->c == 3 && x < (size_t)r->sw; x++)
            for (size_t k = 0; k < 3; k++)
                planes[k * room + x] = scratch[3 * x + k];
        for (int k = 0; k < r->c; k++)
            sums->columns(&r->fx, planes + (size_t)k * room, r->c, out + k);
    }
}

void kn_resize_run(const kn_resize *r, const uint8_t *src, size_t src_stride, uint8_t *dst,
                   void *scratch)
{
    size_t row = (size_t)r->dw * (size_t)r->c;
    if (copies(r))
        for (int i = 0; i < r->dh; i++)
            memcpy(dst + (size_t)i * row, src + (size_t)i * src_stride, row);
    else if (r->filter == KN_FILTER_LINEAR)
        kn_linear_run(variants[kn_isa_get()], &r->lx, r->ly, r->dh, r->c, src, src_stride, dst,
                      scratch);
    else
        filter_run(r, src, src_stride, dst, scratch);
}
