#include "tst.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ops/hamming/hamming_impl.h"

enum { MOST = 67, OFFSETS = 3 };

typedef struct hashes {
    uint64_t bits[KN_HASH_WORDS][MOST + OFFSETS + 1];
    const uint64_t *word[KN_HASH_WORDS];
} hashes;

static void fill(hashes *h, uint64_t seed)
{
    kn_rng g;
    kn_rng_init(&g, seed, 7);
    for (int k = 0; k < KN_HASH_WORDS; k++) {
        h->word[k] = h->bits[k];
        for (size_t i = 0; i < sizeof h->bits[k] / sizeof h->bits[k][0]; i++)
            h->bits[k][i] = (uint64_t)kn_rng_u32(&g) << 32 | kn_rng_u32(&g);
    }
}

static void hash_of(const hashes *h, size_t i, uint64_t q[KN_HASH_WORDS])
{
    for (int k = 0; k < KN_HASH_WORDS; k++)
        q[k] = h->bits[k][i];
}

/* Whether the variant finds what the reference finds, and leaves alone what lies behind. */
static bool agrees(const kn_hamming_impl *impl, const hashes *h, size_t from, size_t to,
                   const uint64_t *q, unsigned limit)
{
    const kn_near canary = {0xdeadbeef, 0xfeedface};
    kn_near want[MOST + 1], got[MOST + 1];
    for (size_t i = 0; i <= MOST; i++)
        want[i] = got[i] = canary;
    size_t n = kn_hamming_ref.near(h->word, from, to, q, limit, want);
    return impl->near(h->word, from, to, q, limit, got) == n && memcmp(want, got, sizeof want) == 0;
}

static const kn_hamming_impl *const *usable(int *count)
{
    static const kn_hamming_impl *list[KN_HAMMING_COUNT];
    *count = 0;
    for (int i = 0; i < KN_HAMMING_COUNT; i++)
        if (kn_hamming_usable(kn_hamming_impls[i]))
            list[(*count)++] = kn_hamming_impls[i];
    return list;
}

static void test_variants_find_what_the_reference_finds(void)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 61, MOST};
    static const unsigned limits[] = {0, 1, 60, 110, 128, 140, 255, 256};
    hashes h;
    uint64_t q[KN_HASH_WORDS];
    int count;
    const kn_hamming_impl *const *impl = usable(&count);
    for (int v = 0; v < count; v++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (size_t offset = 0; offset < OFFSETS; offset++)
                for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) {
                    fill(&h, s);
                    hash_of(&h, offset + sizes[s] / 2, q);
                    q[l % KN_HASH_WORDS] ^= l; /* near one of them, seldom equal */
                    bool same = agrees(impl[v], &h, offset, offset + sizes[s], q, limits[l]);
                    if (!same)
                        tst_note("%s: %zu hashes from %zu, limit %u", impl[v]->name, sizes[s],
                                 offset, limits[l]);
                    CU_ASSERT_TRUE(same);
                }
}

/* Every distance from 0 to 256, at every place in a vector; the limit is met, not passed. */
static void test_distances_are_exact_up_to_all_bits(void)
{
    hashes h;
    uint64_t q[KN_HASH_WORDS];
    int count;
    const kn_hamming_impl *const *impl = usable(&count);
    fill(&h, 3);
    for (unsigned bits = 0; bits <= KN_HASH_BITS; bits++) {
        size_t at = bits % 9;
        hash_of(&h, at, q);
        for (unsigned b = 0; b < bits; b++)
            q[(b * 37 + bits) % KN_HASH_BITS / 64] ^= 1ull << (b * 37 + bits) % KN_HASH_BITS % 64;
        for (int v = 0; v < count; v++) {
            kn_near found[9];
            size_t n = impl[v]->near(h.word, 0, 9, q, bits, found);
            bool there = false;
            for (size_t i = 0; i < n; i++)
                there = there || (found[i].index == at && found[i].distance == bits);
            CU_ASSERT_TRUE(there);
            n = bits ? impl[v]->near(h.word, at, at + 1, q, bits - 1, found) : 0;
            CU_ASSERT_EQUAL(n, 0);
        }
        uint64_t own[KN_HASH_WORDS];
        hash_of(&h, at, own);
        CU_ASSERT_EQUAL(kn_hamming_distance(own, q), bits);
    }
}

/* The comparison above would see one bit that is off. */
static void test_a_perturbed_hash_is_told(void)
{
    hashes h, other;
    uint64_t q[KN_HASH_WORDS];
    kn_near want[MOST], got[MOST];
    fill(&h, 5);
    other = h;
    hash_of(&h, 20, q);
    other.bits[3][33] ^= 1ull << 63;
    for (int k = 0; k < KN_HASH_WORDS; k++)
        other.word[k] = other.bits[k];
    size_t n = kn_hamming_near(h.word, 0, MOST, q, KN_HASH_BITS, want);
    CU_ASSERT_EQUAL(kn_hamming_near(other.word, 0, MOST, q, KN_HASH_BITS, got), n);
    CU_ASSERT_EQUAL(n, MOST);
    for (size_t i = 0; i < n; i++)
        CU_ASSERT_EQUAL(want[i].distance != got[i].distance, i == 33);
}

static void test_the_table_is_worst_first(void)
{
    for (int i = 1; i < KN_HAMMING_COUNT; i++)
        CU_ASSERT(kn_hamming_impls[i - 1]->isa <= kn_hamming_impls[i]->isa);
    TST_TEXT(kn_hamming_impls[0]->name, "hamming_scalar");
    CU_ASSERT_TRUE(kn_hamming_usable(kn_hamming_impls[0]));
    kn_isa was = kn_isa_get();
    kn_isa_force(KN_ISA_SCALAR);
    for (int i = 1; i < KN_HAMMING_COUNT; i++)
        CU_ASSERT_FALSE(kn_hamming_usable(kn_hamming_impls[i]));
    kn_isa_force(was);
}

const tst_case tst_ops_hamming[] = {
    TST(test_variants_find_what_the_reference_finds), TST(test_distances_are_exact_up_to_all_bits),
    TST(test_a_perturbed_hash_is_told), TST(test_the_table_is_worst_first), TST_END};
