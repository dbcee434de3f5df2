#include "tst.h"

#include "base/rng.h"

/* Known answers of Random123's kat_vectors (philox4x32 10). */
static void test_block_gives_the_published_vectors(void)
{
    uint32_t out[4];
    kn_rng_block(0, 0, 0, out);
    CU_ASSERT_EQUAL(out[0], 0x6627e8d5u);
    CU_ASSERT_EQUAL(out[1], 0xe169c58du);
    CU_ASSERT_EQUAL(out[2], 0xbc57ac4cu);
    CU_ASSERT_EQUAL(out[3], 0x9b00dbd8u);
    kn_rng_block(UINT64_MAX, UINT64_MAX, UINT64_MAX, out);
    CU_ASSERT_EQUAL(out[0], 0x408f276du);
    CU_ASSERT_EQUAL(out[1], 0x41c83b0eu);
    CU_ASSERT_EQUAL(out[2], 0xa20bc7c6u);
    CU_ASSERT_EQUAL(out[3], 0x6d5451fdu);
}

static void test_a_copied_state_goes_on_alike(void)
{
    kn_rng a;
    kn_rng_init(&a, 7, 1);
    for (int i = 0; i < 5; i++)
        kn_rng_u32(&a);
    kn_rng b = a;
    for (int i = 0; i < 9; i++)
        CU_ASSERT_EQUAL(kn_rng_u32(&a), kn_rng_u32(&b));
}

static void test_moments(void)
{
    kn_rng r;
    kn_rng_init(&r, 3, 0);
    double sum = 0, sum2 = 0, u = 0;
    int n = 200000, counts[7] = {0};
    for (int i = 0; i < n; i++) {
        double z = kn_rng_normal(&r);
        sum += z;
        sum2 += z * z;
        u += (double)kn_rng_uniform(&r);
        counts[kn_rng_below(&r, 7)]++;
    }
    CU_ASSERT_TRUE(tst_near(sum / n, 0.0, 0.01, 0));
    CU_ASSERT_TRUE(tst_near(sum2 / n, 1.0, 0.02, 0));
    CU_ASSERT_TRUE(tst_near(u / n, 0.5, 0.005, 0));
    for (int i = 0; i < 7; i++)
        CU_ASSERT_TRUE(tst_near(counts[i], n / 7.0, 600, 0));
}

static void test_shuffle_is_a_permutation(void)
{
    uint32_t items[101], seen[101] = {0};
    for (uint32_t i = 0; i < 101; i++)
        items[i] = i;
    kn_rng r;
    kn_rng_init(&r, 1, 2);
    kn_rng_shuffle(&r, items, 101);
    int moved = 0;
    for (uint32_t i = 0; i < 101; i++) {
        seen[items[i]]++;
        moved += items[i] != i;
    }
    for (int i = 0; i < 101; i++)
        CU_ASSERT_EQUAL(seen[i], 1);
    CU_ASSERT_TRUE(moved > 80);
}

const tst_case tst_base_rng[] = {
    TST(test_block_gives_the_published_vectors),
    TST(test_a_copied_state_goes_on_alike),
    TST(test_moments),
    TST(test_shuffle_is_a_permutation),
    TST_END,
};
