#include "ops/rnn/rnn_cell.h"

#include <math.h>

static float sigmoid(float z)
{
    return 1.0f / (1.0f + expf(-z));
}

static void lstm_forward(const kn_rnn_forward_args *a)
{
    size_t hc = a->hc;
    for (size_t n = 0; n < a->mb; n++) {
        float *gate = a->gates + n * 4 * hc;
        for (size_t k = 0; k < hc; k++) {
            size_t at = n * hc + k;
            float i = sigmoid(gate[k]), f = sigmoid(gate[hc + k]);
            float g = tanhf(gate[2 * hc + k]), o = sigmoid(gate[3 * hc + k]);
            float c = f * (a->before_extra ? a->before_extra[at] : 0.0f) + i * g;
            gate[k] = i;
            gate[hc + k] = f;
            gate[2 * hc + k] = g;
            gate[3 * hc + k] = o;
            a->extra[at] = c;
            a->h[at] = o * tanhf(c);
        }
    }
}

/* The gradient of h_t of row n, unit k. */
static float incoming(const kn_rnn_backward_args *a, size_t n, size_t k)
{
    return a->dh[n * a->hc + k] + (a->dy ? a->dy[n * a->dy_row + k] : 0.0f);
}

/* Zeros in the columns of every gate that do not exist. */
static void fill_up(const kn_rnn_backward_args *a, size_t gates, float *d)
{
    for (size_t g = 0; g < gates; g++)
        for (size_t n = 0; n < a->mb; n++)
            for (size_t k = a->hc; k % a->width != 0; k++)
                d[kn_rnn_panel_at(a, g, n, k)] = 0.0f;
}

static void lstm_backward(const kn_rnn_backward_args *a)
{
    size_t hc = a->hc;
    fill_up(a, 4, a->dgx);
    for (size_t n = 0; n < a->mb; n++) {
        const float *gate = a->gates + n * 4 * hc;
        for (size_t k = 0; k < hc; k++) {
            size_t at = n * hc + k;
            float i = gate[k], f = gate[hc + k], g = gate[2 * hc + k], o = gate[3 * hc + k];
            float t = tanhf(a->extra[at]), dh = incoming(a, n, k);
            float dc = a->dc[at] + dh * o * (1.0f - t * t);
            float before = a->before_extra ? a->before_extra[at] : 0.0f;
            a->dgx[kn_rnn_panel_at(a, 0, n, k)] = dc * g * (i * (1.0f - i));
            a->dgx[kn_rnn_panel_at(a, 1, n, k)] = dc * before * (f * (1.0f - f));
            a->dgx[kn_rnn_panel_at(a, 2, n, k)] = dc * i * (1.0f - g * g);
            a->dgx[kn_rnn_panel_at(a, 3, n, k)] = dh * t * (o * (1.0f - o));
            a->dc[at] = dc * f;
        }
    }
}

static void gru_forward(const kn_rnn_forward_args *a)
{
    size_t hc = a->hc;
    for (size_t n = 0; n < a->mb; n++) {
        float *gate = a->gates + n * 3 * hc;
        const float *u = a->rec + n * 3 * hc;
        for (size_t k = 0; k < hc; k++) {
            size_t at = n * hc + k;
            float z = sigmoid(gate[k] + u[k]), r = sigmoid(gate[hc + k] + u[hc + k]);
            float g = tanhf(gate[2 * hc + k] + r * u[2 * hc + k]);
            gate[k] = z;
            gate[hc + k] = r;
            gate[2 * hc + k] = g;
            a->extra[at] = u[2 * hc + k];
            a->h[at] = z * (a->before_h ? a->before_h[at] : 0.0f) + (1.0f - z) * g;
        }
    }
}

static void gru_backward(const kn_rnn_backward_args *a)
{
    size_t hc = a->hc;
    fill_up(a, 3, a->dgx);
    fill_up(a, 3, a->dgh);
    for (size_t n = 0; n < a->mb; n++) {
        const float *gate = a->gates + n * 3 * hc;
        for (size_t k = 0; k < hc; k++) {
            size_t at = n * hc + k;
            float z = gate[k], r = gate[hc + k], g = gate[2 * hc + k], dh = incoming(a, n, k);
            float before = a->before_h ? a->before_h[at] : 0.0f;
            float dg = dh * (1.0f - z) * (1.0f - g * g);
            size_t z_at = kn_rnn_panel_at(a, 0, n, k), r_at = kn_rnn_panel_at(a, 1, n, k);
            size_t g_at = kn_rnn_panel_at(a, 2, n, k);
            a->dgx[z_at] = a->dgh[z_at] = dh * (before - g) * (z * (1.0f - z));
            a->dgx[r_at] = a->dgh[r_at] = dg * a->extra[at] * (r * (1.0f - r));
            a->dgx[g_at] = dg;
            a->dgh[g_at] = dg * r;
            a->dh[at] = dh * z;
        }
    }
}

static void simple_forward(const kn_rnn_forward_args *a)
{
    for (size_t k = 0; k < a->mb * a->hc; k++)
        a->h[k] = tanhf(a->gates[k]);
}

static void simple_backward(const kn_rnn_backward_args *a)
{
    fill_up(a, 1, a->dgx);
    for (size_t n = 0; n < a->mb; n++)
        for (size_t k = 0; k < a->hc; k++) {
            float h = a->h[n * a->hc + k];
            a->dgx[kn_rnn_panel_at(a, 0, n, k)] = incoming(a, n, k) * (1.0f - h * h);
        }
}

static void add_rows(size_t mb, size_t hc, size_t width, const float *panels, float *sum)
{
    for (size_t k = 0; k < hc; k++)
        for (size_t n = 0; n < mb; n++)
            sum[k] += panels[(k / width * mb + n) * width + k % width];
}

const kn_rnn_impl kn_rnn_ref = {
    "rnn_ref",
    KN_ISA_SCALAR,
    {lstm_forward, gru_forward, simple_forward},
    {lstm_backward, gru_backward, simple_backward},
    add_rows,
};
