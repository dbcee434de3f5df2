#include "audit/near_search.h"

#include <stdlib.h>
#include <string.h>

#include "audit/picture_hash.h"
#include "base/rng.h"
#include "tst.h"
#include "util/clock.h"
#include "util/interrupt.h"

enum { N = 5000, LIMIT = 40 };

typedef struct hashes {
    uint64_t word[KN_HASH_WORDS][N];
    const uint64_t *at[KN_HASH_WORDS];
} hashes;

static void set(hashes *h, size_t i, const uint64_t hash[KN_HASH_WORDS])
{
    for (int k = 0; k < KN_HASH_WORDS; k++)
        h->word[k][i] = hash[k];
}

static void get(const hashes *h, size_t i, uint64_t hash[KN_HASH_WORDS])
{
    for (int k = 0; k < KN_HASH_WORDS; k++)
        hash[k] = h->word[k][i];
}

/* Random hashes; 60 and 4777 are 7 bits apart, 61 is the mirror of 2048, 100 to 109 are equal. */
static hashes *make(void)
{
    hashes *h = calloc(1, sizeof *h);
    uint64_t hash[KN_HASH_WORDS], mirrored[KN_HASH_WORDS];
    kn_rng g;
    kn_rng_init(&g, 9, 1);
    for (int k = 0; k < KN_HASH_WORDS; k++) {
        h->at[k] = h->word[k];
        for (size_t i = 0; i < N; i++)
            h->word[k][i] = (uint64_t)kn_rng_u32(&g) << 32 | kn_rng_u32(&g);
    }
    get(h, 60, hash);
    hash[2] ^= 0x7f;
    set(h, 4777, hash);
    get(h, 61, hash);
    pl_hash_mirror(hash, mirrored);
    set(h, 2048, mirrored);
    get(h, 100, hash);
    for (size_t i = 101; i < 110; i++)
        set(h, i, hash);
    return h;
}

static bool all(void *context, size_t first, size_t second, bool mirrored, int worker,
                double *correlation)
{
    (void)context;
    (void)worker;
    *correlation = (double)(first + second) + mirrored;
    return true;
}

static bool but_100(void *context, size_t first, size_t second, bool mirrored, int worker,
                    double *correlation)
{
    return all(context, first, second, mirrored, worker, correlation) && first != 100;
}

static kn_status search(const hashes *h, size_t most, int threads, double deadline,
                        bool (*confirm)(void *, size_t, size_t, bool, int, double *),
                        pl_near_pair **pairs, size_t *count, bool *cut, kn_error *error)
{
    pl_near_request q = {.word = h->at,
                         .count = N,
                         .limit = LIMIT,
                         .most = most,
                         .deadline = deadline,
                         .confirm = confirm};
    TST_OK(kn_pool_new(threads, &q.pool, e));
    kn_status rc = pl_near_search(&q, pairs, count, cut, error);
    kn_pool_free(q.pool);
    return rc;
}

static void test_every_pair_is_found_once_and_in_order(void)
{
    hashes *h = make();
    pl_near_pair *p;
    size_t n;
    bool cut;
    TST_OK(search(h, 50, 2, 0, all, &p, &n, &cut, e));
    CU_ASSERT_EQUAL_FATAL(n, 2 + 45);
    CU_ASSERT(p[0].first == 60 && p[0].second == 4777 && p[0].distance == 7 && !p[0].mirrored);
    CU_ASSERT(p[1].first == 61 && p[1].second == 2048 && p[1].distance == 0 && p[1].mirrored);
    CU_ASSERT(p[1].correlation == 61 + 2048 + 1 && !cut);
    for (size_t i = 2, a = 100, b = 101; i < n; i++) {
        CU_ASSERT(p[i].first == a && p[i].second == b && p[i].distance == 0 && !p[i].mirrored);
        if (++b == 110)
            b = ++a + 1;
    }
    free(p);
    TST_OK(search(h, 50, 1, 0, but_100, &p, &n, &cut, e));
    CU_ASSERT_EQUAL(n, 2 + 45 - 9);
    free(p);
    free(h);
}

/* Brute force over the pairs, by the reference of ops/hamming. */
static void test_it_misses_no_pair(void)
{
    hashes *h = make();
    kn_rng g;
    pl_near_pair *p;
    size_t n, want = 0;
    bool cut;
    kn_rng_init(&g, 4, 4);
    for (int k = 0; k < 40; k++) { /* copies with up to 60 bits changed */
        uint64_t hash[KN_HASH_WORDS];
        get(h, 200 + kn_rng_below(&g, 2000), hash);
        for (uint32_t b = kn_rng_below(&g, 60); b > 0; b--) {
            uint32_t bit = kn_rng_below(&g, KN_HASH_BITS);
            hash[bit / 64] ^= 1ull << bit % 64;
        }
        set(h, 2200 + kn_rng_below(&g, 2000), hash);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = i + 1; j < N; j++) {
            uint64_t a[KN_HASH_WORDS], b[KN_HASH_WORDS], m[KN_HASH_WORDS];
            get(h, i, a);
            get(h, j, b);
            pl_hash_mirror(a, m);
            want += kn_hamming_distance(a, b) <= LIMIT || kn_hamming_distance(m, b) <= LIMIT;
        }
    TST_OK(search(h, 50, 2, 0, all, &p, &n, &cut, e));
    CU_ASSERT(want > 60);
    CU_ASSERT_EQUAL(n, want);
    free(p);
    free(h);
}

static void test_threads_change_nothing_and_a_crowd_is_cut(void)
{
    hashes *h = make();
    pl_near_pair *p[2];
    size_t n[2];
    bool cut[2];
    for (int k = 0; k < 2; k++)
        TST_OK(search(h, 3, 1 + 2 * k, 0, all, &p[k], &n[k], &cut[k], e));
    CU_ASSERT(n[0] == n[1] && cut[0] && cut[1]);
    CU_ASSERT_EQUAL(n[0], 2 + 7 * 3 + 2 + 1); /* 100 to 106 have three each, 107 two, 108 one */
    for (size_t i = 0; i < n[0] && i < n[1]; i++)
        CU_ASSERT(p[0][i].first == p[1][i].first && p[0][i].second == p[1][i].second);
    free(p[0]);
    free(p[1]);
    free(h);
}

static void test_it_ends_on_a_signal_and_at_the_deadline(void)
{
    hashes *h = make();
    pl_near_pair *p;
    size_t n;
    bool cut;
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED, "interrupted", search(h, 50, 2, 0, all, &p, &n, &cut, e));
    pl_interrupt_set(false);
    CU_ASSERT(p == NULL && n == 0);
    TST_FAILS(KN_EPAUSED, "the time is up", search(h, 50, 2, pl_now() - 1, all, &p, &n, &cut, e));
    CU_ASSERT(p == NULL && n == 0);
    free(h);
}

const tst_case tst_audit_near_search[] = {
    TST(test_every_pair_is_found_once_and_in_order),
    TST(test_it_misses_no_pair),
    TST(test_threads_change_nothing_and_a_crowd_is_cut),
    TST(test_it_ends_on_a_signal_and_at_the_deadline),
    TST_END,
};
