#include "audit/picture_hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/audit/audit_fixture.h"
#include "tst.h"

#include "pipeline/audit/audit_numbers.inc"

static void cells_of(const audit_fixture *f, int image, pl_cells *out)
{
    pl_cells_of(&f->x[image][0][0], FIXTURE_W, FIXTURE_H, 1, out);
}

/* Waves of the patterns that are 0 but for rounding may fall on either side: 2 of 256. */
static void test_hashes_are_scipys(void)
{
    static const int image[] = {0, 7, 23};
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    for (int k = 0; k < 3; k++) {
        pl_cells cells;
        uint64_t hash[KN_HASH_WORDS];
        cells_of(f, image[k], &cells);
        pl_picture_hash(&cells, hash);
        unsigned apart = kn_hamming_distance(hash, want_hash[k]);
        if (apart > 2)
            tst_note("image %d: %u bits apart", image[k], apart);
        CU_ASSERT(apart <= 2);
    }
    free(f);
}

static void test_likeness_is_numpys(void)
{
    static const struct {
        int a, b;
        bool mirrored;
    } pairs[] = {{0, 35, false}, {3, 4, false}, {3, 4, true}, {10, 17, false}};
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    for (int k = 0; k < 4; k++) {
        pl_cells a, b;
        cells_of(f, pairs[k].a, &a);
        cells_of(f, pairs[k].b, &b);
        CU_ASSERT(tst_near(pl_cells_likeness(&a, &b, pairs[k].mirrored, NULL), want_likeness[k],
                           1e-12, 0));
    }
    free(f);
}

static void test_what_all_share_is_taken_off(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    pl_cells a, b, common;
    audit_fixture_init(f);
    cells_of(f, 3, &a);
    cells_of(f, 4, &b);
    cells_of(f, 10, &common);
    CU_ASSERT(tst_near(pl_cells_likeness(&a, &b, false, &common), want_centred[0], 1e-12, 0));
    CU_ASSERT(tst_near(pl_cells_likeness(&a, &b, true, &common), want_centred[1], 1e-12, 0));
    free(f);
}

static void test_cells_are_means_of_any_size(void)
{
    static const int sizes[][2] = {{1, 1}, {31, 33}, {32, 32}, {64, 7}, {200, 150}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int w = sizes[s][0], h = sizes[s][1];
        uint8_t *gray = malloc((size_t)(w * h)), *rgb = malloc((size_t)(3 * w * h));
        pl_cells a, b;
        memset(gray, 77, (size_t)(w * h));
        memset(rgb, 77, (size_t)(3 * w * h));
        pl_cells_of(gray, w, h, 1, &a);
        pl_cells_of(rgb, w, h, 3, &b);
        CU_ASSERT_EQUAL(memcmp(&a, &b, sizeof a), 0);
        for (int i = 0; i < PL_CELLS_SIDE * PL_CELLS_SIDE; i++)
            CU_ASSERT_EQUAL(a.v[i / PL_CELLS_SIDE][i % PL_CELLS_SIDE], 77 * 16);
        CU_ASSERT_EQUAL(pl_cells_likeness(&a, &b, false, NULL), 1); /* flat, and the same */
        gray[0] = 255;
        pl_cells_of(gray, w, h, 1, &a);
        CU_ASSERT_EQUAL(pl_cells_likeness(&a, &b, false, NULL), 0); /* flat, and another */
        free(gray);
        free(rgb);
    }
}

/* The mirrored picture's own hash, from a mirrored picture: bit by bit but where a wave is exactly 0. */
static void test_a_mirrored_picture_is_found(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    for (int i = 0; i < FIXTURE_IMAGES; i++) {
        uint8_t turned[FIXTURE_H][FIXTURE_W];
        pl_cells cells, other;
        uint64_t hash[KN_HASH_WORDS], mirrored[KN_HASH_WORDS], own[KN_HASH_WORDS];
        for (int y = 0; y < FIXTURE_H; y++)
            for (int x = 0; x < FIXTURE_W; x++)
                turned[y][x] = f->x[i][y][FIXTURE_W - 1 - x];
        cells_of(f, i, &cells);
        pl_cells_of(&turned[0][0], FIXTURE_W, FIXTURE_H, 1, &other);
        pl_picture_hash(&cells, hash);
        pl_picture_hash(&other, own);
        pl_hash_mirror(hash, mirrored);
        CU_ASSERT(kn_hamming_distance(mirrored, own) <= 1);
        CU_ASSERT(tst_near(pl_cells_likeness(&cells, &other, true, NULL), 1, 1e-12, 0));
        pl_hash_mirror(mirrored, own);
        CU_ASSERT_EQUAL(memcmp(own, hash, sizeof hash), 0);
    }
    free(f);
}

/* Light, contrast and size change little; another picture much. */
static void test_the_same_photograph_stays_near(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    pl_cells a, b, c;
    uint64_t hash[3][KN_HASH_WORDS];
    audit_fixture_copy(f, 3, 4, false);
    cells_of(f, 3, &a);
    cells_of(f, 4, &b);
    cells_of(f, 17, &c);
    pl_picture_hash(&a, hash[0]);
    pl_picture_hash(&b, hash[1]);
    pl_picture_hash(&c, hash[2]);
    CU_ASSERT(kn_hamming_distance(hash[0], hash[1]) < 12);
    CU_ASSERT(kn_hamming_distance(hash[0], hash[2]) > 64);
    CU_ASSERT(pl_cells_likeness(&a, &b, false, NULL) > 0.99 &&
              pl_cells_likeness(&a, &c, false, NULL) < 0.5);
    free(f);
}

const tst_case tst_audit_picture_hash[] = {
    TST(test_hashes_are_scipys),
    TST(test_likeness_is_numpys),
    TST(test_what_all_share_is_taken_off),
    TST(test_cells_are_means_of_any_size),
    TST(test_a_mirrored_picture_is_found),
    TST(test_the_same_photograph_stays_near),
    TST_END,
};
