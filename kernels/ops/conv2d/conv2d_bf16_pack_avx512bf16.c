/* The weights as tiles, and the lists of terms that walk over them. */
#include "ops/bf16/bf16_vec.h"
#include "ops/conv2d/conv2d_bf16_plan.h"

enum { K = KN_BF16_K, COLUMNS = KN_BF16_COLUMNS, LINE = 64 };

/* Number `n` of the inner sum of forward as a row of w [oc], for place `window` of a window; NULL where the kernel does
 * not reach. */
static const float *inner_row(const kn_conv2d_bf16 *p, const float *w, int window, int n)
{
    const kn_conv2d *c = p->c;
    int channel, kh, kw;
    if (p->patches) {
        channel = n % c->ic;
        kw = n / c->ic % p->patch_w - window % 2 * c->sw;
        kh = n / c->ic / p->patch_w - window / 2 * c->sh;
    } else {
        channel = n % p->in_k;
        kw = n / p->in_k % c->kw;
        kh = n / p->in_k / c->kw;
    }
    if (channel >= c->ic || kh < 0 || kh >= c->kh || kw < 0 || kw >= c->kw)
        return NULL;
    return w + ((ptrdiff_t)(kh * c->kw + kw) * c->ic + channel) * c->oc;
}

static __m512 columns_of(const float *row, int first, __mmask16 lanes)
{
    return row ? _mm512_maskz_loadu_ps(lanes, row + first) : _mm512_setzero_ps();
}

/* [tile of filters][place of a window][term] */
static void pack_forward(const kn_conv2d_bf16 *p, const float *w, char *to)
{
    for (int o = 0; o < p->c->oc; o += COLUMNS) {
        const __mmask16 lanes = kn_bf16_lanes(p->c->oc - o);
        for (int window = 0; window < p->windows; window++)
            for (int n = 0; n < p->forward_terms * K; n += 2, to += LINE) {
                const float *even = inner_row(p, w, window, n),
                            *odd = inner_row(p, w, window, n + 1);
                _mm512_storeu_si512(
                    to, kn_bf16_pair(columns_of(even, o, lanes), columns_of(odd, o, lanes)));
            }
    }
}

/* A tap on its way through the planes (a, b) of dx: those that reach the plane's pixels, plane after plane. */
typedef struct tap {
    int a, b, kh, kw;
} tap;

static tap before_first_tap(const kn_conv2d *c)
{
    return (tap){.kw = -c->sw};
}

static bool next_tap(const kn_conv2d *c, tap *t)
{
    t->kw += c->sw;
    if (t->kw < c->kw)
        return true;
    t->kh += c->sh;
    t->kw = t->b;
    while (t->kh >= c->kh || t->kw >= c->kw) {
        if (++t->b == c->sw) {
            t->b = 0;
            t->a++;
        }
        if (t->a == c->sh)
            return false;
        t->kh = t->a;
        t->kw = t->b;
    }
    return true;
}

/* [tile of channels][plane of dx][tap][filters] */
static void pack_dx(const kn_conv2d_bf16 *p, const float *w, char *to)
{
    const kn_conv2d *c = p->c;
    for (int i = 0; i < c->ic; i += COLUMNS)
        for (tap t = before_first_tap(c); next_tap(c, &t);)
            for (int o = 0; o < c->oc; o += K, to += KN_BF16_TILE_BYTES)
                kn_bf16_turned_tile(w + ((ptrdiff_t)(t.kh * c->kw + t.kw) * c->ic + i) * c->oc + o,
                                    c->oc, c->ic - i, c->oc - o, to);
}

/* Forward over frames: two lists where windows are pooled, their upper and their lower two places. */
static void list_frame_terms(const kn_conv2d_bf16 *p, kn_bf16_term *t)
{
    const kn_conv2d *c = p->c;
    const ptrdiff_t bytes = p->in_k * (ptrdiff_t)sizeof(uint16_t);
    for (int top = 0; top < (p->fused ? 2 : 1); top++)
        for (int n = 0; n < p->forward_terms; n++, t++) {
            const int at = n / (p->in_k / K), kh = top * c->sh + at / c->kw, kw = at % c->kw;
            const ptrdiff_t within = n % (p->in_k / K) * LINE;
            const size_t left = kn_bf16_place(&p->front, kh, kw);
            const size_t right =
                p->fused ? kn_bf16_place(&p->front, kh, c->sw + kw) : left + KN_BF16_ROWS;
            *t = (kn_bf16_term){
                {(ptrdiff_t)left * bytes + within, (ptrdiff_t)right * bytes + within},
                (ptrdiff_t)n * KN_BF16_TILE_BYTES};
        }
}

/* Terms that follow each other along the rows of A. */
static void list_row_terms(int terms, ptrdiff_t second, kn_bf16_term *t)
{
    for (int n = 0; n < terms; n++)
        t[n] = (kn_bf16_term){{(ptrdiff_t)n * LINE, second + (ptrdiff_t)n * LINE},
                              (ptrdiff_t)n * KN_BF16_TILE_BYTES};
}

static void list_dx_terms(const kn_conv2d_bf16 *p, kn_bf16_term *term)
{
    const kn_conv2d *c = p->c;
    const ptrdiff_t bytes = p->out_k * (ptrdiff_t)sizeof(uint16_t);
    ptrdiff_t b = 0;
    for (tap t = before_first_tap(c); next_tap(c, &t);) {
        const ptrdiff_t back = (ptrdiff_t)(t.kh / c->sh) * p->back.pitch + t.kw / c->sw;
        for (int o = 0; o < p->out_k / K; o++, term++, b += KN_BF16_TILE_BYTES) {
            const ptrdiff_t a = -back * bytes + o * LINE;
            *term = (kn_bf16_term){{a, a + KN_BF16_ROWS * bytes}, b};
        }
    }
}

void kn_conv2d_bf16_pack(const kn_conv2d *c, const float *w, void *packed)
{
    kn_conv2d_bf16 p;
    kn_conv2d_bf16_plan(c, &p);
    char *to = packed;
    pack_forward(&p, w, to);
    pack_dx(&p, w, to + p.dx_weights_at);
    kn_bf16_term *forward = (void *)(to + p.forward_term_at);
    if (p.patches)
        list_row_terms(p.forward_terms, KN_BF16_ROWS * p.patch_k * (ptrdiff_t)sizeof(uint16_t),
                       forward);
    else
        list_frame_terms(&p, forward);
    list_dx_terms(&p, (void *)(to + p.dx_term_at));
    list_row_terms(p.dw_terms, 0, (void *)(to + p.dw_term_at));
}
