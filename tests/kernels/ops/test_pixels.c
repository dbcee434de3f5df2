#include "tst.h"

#include <stdlib.h>

#include "ops/pixels/pixels.h"
#include "ops/pixels/pixels_impl.h"

static void test_every_value_is_x_over_255(void)
{
    uint8_t x[256];
    float y[256];
    for (int i = 0; i < 256; i++)
        x[i] = (uint8_t)i;
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++) {
        kn_pixels_impls[isa]->to_f32(256, x, y);
        for (int i = 0; i < 256; i++)
            CU_ASSERT_EQUAL(y[i], (float)i / 255.0f);
    }
}

static void test_every_length_and_alignment(void)
{
    uint8_t x[160];
    for (int i = 0; i < 160; i++)
        x[i] = (uint8_t)(i * 7 + 3);
    for (size_t n = 0; n <= 131; n++)
        for (size_t test = 0; test < 4 * (size_t)(kn_isa_detect() + 1); test++) {
            size_t offset = test % 4;
            tst_guard g = tst_guard_new(n, offset);
            kn_pixels_impls[test / 4]->to_f32(n, x + offset, g.data);
            for (size_t i = 0; i < n; i++)
                CU_ASSERT_EQUAL(g.data[i], (float)x[offset + i] / 255.0f);
            CU_ASSERT_TRUE(tst_guard_ok(&g));
            tst_guard_free(&g);
        }
}

const tst_case tst_ops_pixels[] = {TST(test_every_value_is_x_over_255),
                                   TST(test_every_length_and_alignment), TST_END};
