#include "ops/gemm/gemm_panel.h"

#include <string.h>

#include "base/size.h"

const kn_panel_impl *const kn_panel_impls[] = {
#define KN_VARIANT(suffix, level) &kn_panel_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

const kn_panel_impl *kn_panel_get(void)
{
    return kn_panel_impls[kn_isa_get()];
}

void kn_panel_multiply(const kn_panel_args *p)
{
    const kn_panel_impl *impl = kn_panel_get();
    impl->multiply(p, impl->width);
}

size_t kn_panel_floats(const kn_panel_source *s)
{
    return s->groups * s->k_padded * kn_size_round_up(s->n, KN_PANEL_ALIGN);
}

/* A whole panel of a group, of a width the compiler knows: a weight is packed in every step. */
static inline __attribute__((always_inline)) void
pack_whole(const kn_panel_source *s, const float *b, size_t width, float *to)
{
    const size_t column = s->b_column;
    for (size_t k = 0; k < s->k; k++, to += width, b += s->b_k)
        if (column == 1)
            memcpy(to, b, width * sizeof *to);
        else
            for (size_t i = 0; i < width; i += 4) {
                const float *from = b + i * column;
                const float four[4] = {from[0], from[column], from[2 * column], from[3 * column]};
                memcpy(to + i, four, sizeof four);
            }
    memset(to, 0, (s->k_padded - s->k) * width * sizeof *to);
}

/* Rows of one group and panel, columns j.. of the source. */
static float *pack_group(const kn_panel_source *s, const float *b, size_t width, size_t columns,
                         float *to)
{
    if (width == 16 && columns == 16) {
        pack_whole(s, b, 16, to);
        return to + s->k_padded * width;
    }
    if (width == 8 && columns == 8) {
        pack_whole(s, b, 8, to);
        return to + s->k_padded * width;
    }
    for (size_t k = 0; k < s->k_padded; k++, to += width)
        for (size_t i = 0; i < width; i++)
            to[i] = k < s->k && i < columns ? b[k * s->b_k + i * s->b_column] : 0.0f;
    return to;
}

void kn_panel_pack(const kn_panel_source *s, float *packed)
{
    size_t width = kn_panel_get()->width;
    for (size_t j = 0; j < s->n; j += width) {
        size_t columns = s->n - j < width ? s->n - j : width;
        for (size_t g = 0; g < s->groups; g++)
            packed = pack_group(s, s->b + g * s->b_group + j * s->b_column, width, columns, packed);
    }
}
