#include "tst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/faces.h"

static const char *const names[] = {"list_attr_celeba.csv", "list_eval_partition.csv",
                                    "identity_CelebA.txt", "img_align_celeba.zip"};
enum { NAMES = sizeof names / sizeof names[0] };

static void make(const char *dir, int images, uint64_t seed, int threads)
{
    kn_pool *pool;
    TST_OK(kn_pool_new(threads, &pool, e));
    TST_OK(pl_faces_write(dir, images, seed, pool, NULL, NULL, e));
    kn_pool_free(pool);
}

/* Whether the file `name` of two folders holds the same bytes. */
static bool same(const char *a, const char *b, const char *name)
{
    char path[4096];
    size_t size_a = 0, size_b = 0;
    snprintf(path, sizeof path, "%s/%s", a, name);
    char *bytes_a = tst_read(path, &size_a);
    snprintf(path, sizeof path, "%s/%s", b, name);
    char *bytes_b = tst_read(path, &size_b);
    bool equal = bytes_a && bytes_b && size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
    free(bytes_a);
    free(bytes_b);
    return equal;
}

static void test_the_same_seed_gives_the_same_bytes_on_1_and_3_threads(void)
{
    const char *one = tst_path("one"), *three = tst_path("three"), *other = tst_path("other");
    make(one, 150, 7, 1);
    make(three, 150, 7, 3);
    make(other, 150, 8, 1);
    for (int i = 0; i < NAMES; i++)
        CU_ASSERT_TRUE(same(one, three, names[i]));
    CU_ASSERT_FALSE(same(one, other, "img_align_celeba.zip"));
    CU_ASSERT_FALSE(same(one, other, "list_attr_celeba.csv"));
}

const tst_case tst_data_faces[] = {
    TST(test_the_same_seed_gives_the_same_bytes_on_1_and_3_threads),
    TST_END,
};
