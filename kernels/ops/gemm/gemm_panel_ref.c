#include "ops/gemm/gemm_panel.h"

static double sum_of(const kn_panel_term *t, size_t width, size_t i, size_t j)
{
    const float *a = t->a + (ptrdiff_t)i * t->a_row;
    const float *b = t->b + (ptrdiff_t)(j / width) * t->b_panel + j % width;
    double sum = 0.0;
    for (size_t o = 0; o < t->outer; o++)
        for (size_t k = 0; k < t->k; k++)
            sum += (double)a[(ptrdiff_t)o * t->a_outer + (ptrdiff_t)k * t->a_k] *
                   (double)b[(ptrdiff_t)o * t->b_outer + (ptrdiff_t)(k * width)];
    return sum;
}

static void multiply(const kn_panel_args *p, size_t width)
{
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            float *c = p->c + (ptrdiff_t)i * p->c_row + j;
            double sum = p->add ? (double)*c : p->bias ? (double)p->bias[j] : 0.0;
            for (int t = 0; t < p->terms; t++)
                sum += sum_of(&p->term[t], width, i, j);
            *c = (float)sum;
        }
}

const kn_panel_impl kn_panel_ref = {"panel_ref", KN_ISA_SCALAR, 1, multiply};
