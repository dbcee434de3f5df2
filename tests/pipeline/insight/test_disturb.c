#include <stdlib.h>
#include <string.h>

#include "insight/disturb.h"
#include "tst.h"

/* Every kind at every amount: `none` changes no byte, everything else some; twice the same. */
static void test_only_none_changes_nothing(void)
{
    for (int channels = 1; channels <= 3; channels += 2) {
        const kn_shape s = {30, 26, channels};
        size_t n = kn_shape_size(s);
        uint8_t *x = malloc(n), *y = malloc(n), *again = malloc(n);
        void *scratch = malloc(pl_disturb_scratch(s));
        for (size_t i = 0; i < n; i++)
            x[i] = (uint8_t)(60 + i * i % 120);
        for (int k = 0; k < PL_DISTURB_COUNT; k++)
            for (int i = 0; i < PL_DISTURB_STEPS; i++) {
                double amount = pl_disturbances[k].amount[i];
                TST_OK(pl_disturb((pl_disturbance)k, amount, s, 5, x, y, scratch, e));
                TST_OK(pl_disturb((pl_disturbance)k, amount, s, 5, x, again, scratch, e));
                CU_ASSERT_EQUAL(memcmp(x, y, n) == 0, amount == pl_disturbances[k].none);
                CU_ASSERT_EQUAL(memcmp(y, again, n), 0);
            }
        free(scratch);
        free(again);
        free(y);
        free(x);
    }
}

static void test_directions(void)
{
    enum { N = 20 };
    const kn_shape s = {N, N, 1};
    uint8_t x[N * N] = {0}, y[N * N];
    void *scratch = malloc(pl_disturb_scratch(s));
    x[10 * N + 8] = 255;
    TST_OK(pl_disturb(PL_DISTURB_SHIFT_X, 0.2, s, 0, x, y, scratch, e));
    CU_ASSERT_EQUAL(y[10 * N + 12], 255);
    TST_OK(pl_disturb(PL_DISTURB_SHIFT_Y, -0.1, s, 0, x, y, scratch, e));
    CU_ASSERT_EQUAL(y[8 * N + 8], 255);
    TST_OK(pl_disturb(PL_DISTURB_BRIGHTNESS, 0.2, s, 0, x, y, scratch, e));
    CU_ASSERT(y[0] == 51 && y[10 * N + 8] == 255);
    free(scratch);
}

const tst_case tst_insight_disturb[] = {
    TST(test_only_none_changes_nothing),
    TST(test_directions),
    TST_END,
};
