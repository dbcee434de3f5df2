#include "util/hash_index.h"

#include "tst.h"

static void test_what_was_put_is_found(void)
{
    pl_hash_index h = {.key = NULL};
    CU_ASSERT_EQUAL(pl_hash_index_get(&h, 7), -1);
    for (int i = 0; i < 10000; i++)
        pl_hash_index_put(&h, (uint64_t)i * UINT64_C(0x100000000), i); /* low bits are all 0 */
    int wrong = 0;
    for (int i = 0; i < 10000; i++)
        wrong += pl_hash_index_get(&h, (uint64_t)i * UINT64_C(0x100000000)) != i;
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(pl_hash_index_get(&h, 1), -1);
    CU_ASSERT_EQUAL(h.count, 10000);
    pl_hash_index_clear(&h);
    CU_ASSERT_EQUAL(pl_hash_index_get(&h, 0), -1);
}

static void test_hashes_are_the_published_ones(void)
{
    /* FNV-1a, 64 bits, of "a" and "foobar" (Fowler, Noll, Vo) */
    CU_ASSERT_EQUAL(pl_hash_bytes(PL_HASH_START, "a", 1), UINT64_C(0xaf63dc4c8601ec8c));
    CU_ASSERT_EQUAL(pl_hash_bytes(PL_HASH_START, "foobar", 6), UINT64_C(0x85944171f73967e8));
    uint64_t one = pl_hash_text(pl_hash_text(PL_HASH_START, "a"), "bc");
    uint64_t other = pl_hash_text(pl_hash_text(PL_HASH_START, "ab"), "c");
    CU_ASSERT_NOT_EQUAL(one, other);
    CU_ASSERT_NOT_EQUAL(pl_hash_number(PL_HASH_START, 1), pl_hash_number(PL_HASH_START, 256));
}

const tst_case tst_util_hash_index[] = {TST(test_what_was_put_is_found),
                                        TST(test_hashes_are_the_published_ones), TST_END};
