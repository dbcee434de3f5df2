/* By VDPBF16PS: 8 rows by 2 vectors of C = 16 sums in registers; a pair of A is broadcast for 2 multiply-adds, 2 loads
 * of B serve 16. */
#include <immintrin.h>
#include <string.h>

#include "ops/bf16/bf16_block.h"
#include "ops/bf16/bf16_vec.h"

enum { ROWS = 8, PAIRS = KN_BF16_K / 2 };

static void nothing(void)
{
}

static inline __m512bh pair_at(const char *a)
{
    int32_t pair;
    memcpy(&pair, a, sizeof pair);
    return (__m512bh)_mm512_set1_epi32(pair);
}

static inline __m512bh b_at(const char *b)
{
    return (__m512bh)_mm512_loadu_si512(b);
}

/* Rows first.. of row tile i. */
static inline __attribute__((always_inline)) void multiply_rows(const kn_bf16_block *m, int i,
                                                                int first, int columns)
{
    float *c = m->c[i] + first * m->c_row;
    const char *a = (const char *)m->a[i] + first * m->a_row, *b = m->b;
    __m512 sum[ROWS][2];
    KN_BF16_UNROLL
    for (int r = 0; r < ROWS; r++)
        KN_BF16_UNROLL
    for (int j = 0; j < columns; j++)
        sum[r][j] =
            m->add ? _mm512_loadu_ps(c + r * m->c_row + j * KN_BF16_COLUMNS) : _mm512_setzero_ps();
    for (int t = 0; t < m->terms; t++) {
        const char *from = a + m->term[t].a[i], *with = b + m->term[t].b;
        for (int k = 0; k < PAIRS; k++, with += 64) {
            const __m512bh b0 = b_at(with), b1 = columns == 2 ? b_at(with + m->b_next) : b0;
            KN_BF16_UNROLL
            for (int r = 0; r < ROWS; r++) {
                __m512bh pair = pair_at(from + r * m->a_row + 4 * k);
                sum[r][0] = _mm512_dpbf16_ps(sum[r][0], pair, b0);
                if (columns == 2)
                    sum[r][1] = _mm512_dpbf16_ps(sum[r][1], pair, b1);
            }
        }
    }
    KN_BF16_UNROLL
    for (int r = 0; r < ROWS; r++)
        KN_BF16_UNROLL
    for (int j = 0; j < columns; j++)
        _mm512_storeu_ps(c + r * m->c_row + j * KN_BF16_COLUMNS, sum[r][j]);
}

static void multiply(const kn_bf16_block *m)
{
    for (int i = 0; i < m->rows; i++)
        for (int first = 0; first < KN_BF16_ROWS; first += ROWS) {
            if (m->columns == 2)
                multiply_rows(m, i, first, 2);
            else
                multiply_rows(m, i, first, 1);
        }
}

const kn_bf16_ops kn_bf16_ops_avx512 = {"avx512", KN_BF16_AVX512, nothing, multiply, nothing};
