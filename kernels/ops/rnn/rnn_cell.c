#include "ops/rnn/rnn_cell.h"

#include <math.h>

static float sigmoid(float z)
{
    return 1.0f / (1.0f + expf(-z));
}

static void lstm_forward(size_t mb, size_t hc, const float *gx, const float *rec,
                         const float *before_h, const float *before_state, float *state, float *h)
{
    (void)before_h;
    for (size_t n = 0; n < mb; n++) {
        const float *a = gx + n * 4 * hc, *r = rec + n * 4 * hc;
        float *s = state + n * 5 * hc;
        for (size_t k = 0; k < hc; k++) {
            float i = sigmoid(a[k] + r[k]);
            float f = sigmoid(a[hc + k] + r[hc + k]);
            float g = tanhf(a[2 * hc + k] + r[2 * hc + k]);
            float o = sigmoid(a[3 * hc + k] + r[3 * hc + k]);
            float c = before_state ? before_state[(n * 5 + 4) * hc + k] : 0.0f;
            c = f * c + i * g;
            s[k] = i;
            s[hc + k] = f;
            s[2 * hc + k] = g;
            s[3 * hc + k] = o;
            s[4 * hc + k] = c;
            h[n * hc + k] = o * tanhf(c);
        }
    }
}

static void lstm_backward(size_t mb, size_t hc, const float *state, const float *before_state,
                          const float *h, const float *before_h, float *dh, float *dc, float *dgx,
                          float *dgh)
{
    (void)h;
    (void)before_h;
    (void)dgh;
    for (size_t n = 0; n < mb; n++) {
        const float *s = state + n * 5 * hc;
        float *d = dgx + n * 4 * hc;
        for (size_t k = 0; k < hc; k++) {
            float i = s[k], f = s[hc + k], g = s[2 * hc + k], o = s[3 * hc + k];
            float t = tanhf(s[4 * hc + k]), dhk = dh[n * hc + k];
            float before = before_state ? before_state[(n * 5 + 4) * hc + k] : 0.0f;
            float dck = dc[n * hc + k] + dhk * o * (1.0f - t * t);
            d[k] = dck * g * (i * (1.0f - i));
            d[hc + k] = dck * before * (f * (1.0f - f));
            d[2 * hc + k] = dck * i * (1.0f - g * g);
            d[3 * hc + k] = dhk * t * (o * (1.0f - o));
            dc[n * hc + k] = dck * f;
        }
    }
}

static void gru_forward(size_t mb, size_t hc, const float *gx, const float *rec,
                        const float *before_h, const float *before_state, float *state, float *h)
{
    (void)before_state;
    for (size_t n = 0; n < mb; n++) {
        const float *a = gx + n * 3 * hc, *u = rec + n * 3 * hc;
        float *s = state + n * 4 * hc;
        for (size_t k = 0; k < hc; k++) {
            float z = sigmoid(a[k] + u[k]);
            float r = sigmoid(a[hc + k] + u[hc + k]);
            float g = tanhf(a[2 * hc + k] + r * u[2 * hc + k]);
            s[k] = z;
            s[hc + k] = r;
            s[2 * hc + k] = g;
            s[3 * hc + k] = u[2 * hc + k];
            h[n * hc + k] = z * (before_h ? before_h[n * hc + k] : 0.0f) + (1.0f - z) * g;
        }
    }
}

static void gru_backward(size_t mb, size_t hc, const float *state, const float *before_state,
                         const float *h, const float *before_h, float *dh, float *dc, float *dgx,
                         float *dgh)
{
    (void)before_state;
    (void)h;
    (void)dc;
    for (size_t n = 0; n < mb; n++) {
        const float *s = state + n * 4 * hc;
        float *dx = dgx + n * 3 * hc, *du = dgh + n * 3 * hc;
        for (size_t k = 0; k < hc; k++) {
            float z = s[k], r = s[hc + k], g = s[2 * hc + k], u = s[3 * hc + k];
            float dhk = dh[n * hc + k], before = before_h ? before_h[n * hc + k] : 0.0f;
            float dg = dhk * (1.0f - z) * (1.0f - g * g);
            dx[k] = du[k] = dhk * (before - g) * (z * (1.0f - z));
            dx[hc + k] = du[hc + k] = dg * u * (r * (1.0f - r));
            dx[2 * hc + k] = dg;
            du[2 * hc + k] = dg * r;
            dh[n * hc + k] = dhk * z;
        }
    }
}

static void simple_forward(size_t mb, size_t hc, const float *gx, const float *rec,
                           const float *before_h, const float *before_state, float *state, float *h)
{
    (void)before_h;
    (void)before_state;
    (void)state;
    for (size_t k = 0; k < mb * hc; k++)
        h[k] = tanhf(gx[k] + rec[k]);
}

static void simple_backward(size_t mb, size_t hc, const float *state, const float *before_state,
                            const float *h, const float *before_h, float *dh, float *dc, float *dgx,
                            float *dgh)
{
    (void)state;
    (void)before_state;
    (void)before_h;
    (void)dc;
    (void)dgh;
    for (size_t k = 0; k < mb * hc; k++)
        dgx[k] = dh[k] * (1.0f - h[k] * h[k]);
}

const kn_rnn_cell_ops kn_rnn_cells[KN_RNN_CELL_COUNT] = {
    {4, 5, false, false, lstm_forward, lstm_backward},
    {3, 4, true, true, gru_forward, gru_backward},
    {1, 0, false, false, simple_forward, simple_backward},
};
