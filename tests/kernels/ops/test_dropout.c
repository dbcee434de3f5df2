#include "tst.h"

#include <math.h>
#include <string.h>

#include "ops/dropout/dropout.h"

enum { N = 10007 };

static float ones[N], mask[N];

static size_t kept(void)
{
    size_t n = 0;
    for (size_t i = 0; i < N; i++)
        n += mask[i] != 0.0f;
    return n;
}

static void draw(float rate, uint64_t seed, uint64_t stream, uint32_t image)
{
    for (size_t i = 0; i < N; i++)
        ones[i] = 1.0f;
    kn_dropout_apply(rate, seed, stream, image, N, ones, mask);
}

static void test_kept_values_are_scaled(void)
{
    draw(0.25f, 1, 2, 3);
    for (size_t i = 0; i < N; i++)
        CU_ASSERT_TRUE(mask[i] == 0.0f || mask[i] == 1.0f / 0.75f);
}

static void test_the_share_dropped_is_the_rate(void)
{
    for (float rate = 0.1f; rate < 0.95f; rate += 0.2f) {
        draw(rate, 5, 6, 7);
        double want = N * (1.0 - (double)rate), deviation = sqrt(want * (double)rate);
        CU_ASSERT_TRUE(fabs((double)kept() - want) < 4.0 * deviation);
    }
}

static void test_rate_0_changes_nothing(void)
{
    draw(0.0f, 1, 1, 1);
    CU_ASSERT_EQUAL(memcmp(ones, mask, sizeof mask), 0);
}

static void test_the_mask_depends_on_seed_stream_and_image_alone(void)
{
    static float first[N];
    draw(0.5f, 1, 2, 3);
    memcpy(first, mask, sizeof mask);
    draw(0.5f, 1, 2, 3);
    CU_ASSERT_EQUAL(memcmp(first, mask, sizeof mask), 0);
    for (int changed = 0; changed < 3; changed++) {
        draw(0.5f, changed == 0 ? 9 : 1, changed == 1 ? 9 : 2, changed == 2 ? 9 : 3);
        size_t same = 0;
        for (size_t i = 0; i < N; i++)
            same += (first[i] == 0.0f) == (mask[i] == 0.0f);
        CU_ASSERT_TRUE(fabs((double)same - N / 2.0) < 4.0 * sqrt(N / 4.0));
    }
}

static void test_in_place_and_shorter_vectors_agree(void)
{
    float part[37];
    draw(0.5f, 1, 2, 3);
    for (int i = 0; i < 37; i++)
        part[i] = 1.0f;
    kn_dropout_apply(0.5f, 1, 2, 3, 37, part, part);
    CU_ASSERT_EQUAL(memcmp(part, mask, sizeof part), 0);
}

const tst_case tst_ops_dropout[] = {TST(test_kept_values_are_scaled),
                                    TST(test_the_share_dropped_is_the_rate),
                                    TST(test_rate_0_changes_nothing),
                                    TST(test_the_mask_depends_on_seed_stream_and_image_alone),
                                    TST(test_in_place_and_shorter_vectors_agree),
                                    TST_END};
