#include "image/resize.h"

#include <stdlib.h>
#include <string.h>

#include "image/resize_filter.h"
#include "image/resize_linear.h"

const char *const kn_filter_names[] = {"triangle", "linear", "box", "catmullrom", "mitchell", NULL};

enum { BLOCK = 16 };

struct kn_resize {
    kn_filter filter;
    int sw, sh, dw, dh, c;
    kn_linear_tap *lx, *ly; /* linear */
    kn_filter_axis fx, fy;  /* the others */
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
        r->lx = kn_linear_taps(sw, dw, 0);
        r->ly = kn_linear_taps(sh, dh, 1);
        if (!r->lx || !r->ly)
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
    free(r->lx);
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

/* One block of a vertical sum; a fixed count of BLOCK pixels, so that every compiler vectorises it.
 */
static void sum_block(const uint8_t *src, size_t stride, const float *weight, int count, float *out)
{
    float sum[BLOCK] = {0};
    for (int k = 0; k < count; k++, src += stride)
        for (int i = 0; i < BLOCK; i++)
            sum[i] += weight[k] * (float)src[i];
    memcpy(out, sum, sizeof sum);
}

/* out[n] = sum_k weight[k] * src[k,n]; the last block overlaps the one before. */
static void sum_rows(const uint8_t *src, size_t stride, const float *weight, int count, size_t n,
                     float *out)
{
    if (n < BLOCK) {
        for (size_t i = 0; i < n; i++) {
            float sum = 0.0f;
            for (int k = 0; k < count; k++)
                sum += weight[k] * (float)src[(size_t)k * stride + i];
            out[i] = sum;
        }
        return;
    }
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t i = at + BLOCK <= n ? at : n - BLOCK;
        sum_block(src + i, stride, weight, count, out + i);
    }
}

static uint8_t to_u8(float v)
{
    v += 0.5f;
    return v <= 0.0f ? 0 : v >= 255.0f ? 255 : (uint8_t)v;
}

/* Four partial sums, added in a fixed order. */
static void sum_columns(const kn_filter_axis *a, const float *row, int step, uint8_t *out)
{
    const float *weight = a->weight;
    for (int i = 0; i < a->size; i++, weight += a->taps) {
        const float *x = row + a->first[i];
        float sum[4] = {0};
        for (int k = 0; k < a->taps; k += 4)
            for (int j = 0; j < 4; j++)
                sum[j] += weight[k + j] * x[k + j];
        out[i * step] = to_u8((sum[0] + sum[1]) + (sum[2] + sum[3]));
    }
}

static void filter_run(const kn_resize *r, const uint8_t *src, size_t src_stride, uint8_t *dst,
                       float *scratch)
{
    size_t n = (size_t)r->sw * (size_t)r->c, room = plane_room(r);
    float *planes = scratch + n;
    memset(planes, 0, room * (size_t)r->c * sizeof *planes);
    for (int i = 0; i < r->dh; i++) {
        const uint8_t *rows = src + (size_t)r->fy.first[i] * src_stride;
        const float *weight = r->fy.weight + (size_t)i * (size_t)r->fy.taps;
        uint8_t *out = dst + (size_t)i * (size_t)r->dw * (size_t)r->c;
        sum_rows(rows, src_stride, weight, r->fy.count[i], n, r->c == 1 ? planes : scratch);
        for (size_t x = 0; r->c == 3 && x < (size_t)r->sw; x++)
            for (size_t k = 0; k < 3; k++)
                planes[k * room + x] = scratch[3 * x + k];
        for (int k = 0; k < r->c; k++)
            sum_columns(&r->fx, planes + (size_t)k * room, r->c, out + k);
    }
}

kn_status kn_resize_run(const kn_resize *r, const uint8_t *src, size_t src_stride, uint8_t *dst,
                        void *scratch, kn_error *e)
{
    (void)e;
    size_t row = (size_t)r->dw * (size_t)r->c;
    if (copies(r))
        for (int i = 0; i < r->dh; i++)
            memcpy(dst + (size_t)i * row, src + (size_t)i * src_stride, row);
    else if (r->filter == KN_FILTER_LINEAR)
        kn_linear_run(r->lx, r->ly, r->dw, r->dh, r->c, src, src_stride, dst, scratch);
    else
        filter_run(r, src, src_stride, dst, scratch);
    return KN_OK;
}
