#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "image/augment.h"
#include "image/augment_parts.h"
#include "util/digest.h"

enum { GUARD = 64, CANARY = 0xA5, SEED = 7 };

/* Output and scratch of exactly their sizes, canaries around them. */
typedef struct rig {
    kn_shape shape;
    size_t n, scratch_bytes;
    uint8_t *x, *y_base, *y, *scratch_base;
} rig;

static uint8_t *guarded(size_t n)
{
    uint8_t *base = malloc(n + 2 * GUARD);
    CU_ASSERT_PTR_NOT_NULL_FATAL(base);
    memset(base, CANARY, n + 2 * GUARD);
    return base;
}

static void guard_check(const uint8_t *base, size_t n)
{
    for (size_t i = 0; i < GUARD; i++)
        CU_ASSERT_TRUE_FATAL(base[i] == CANARY && base[GUARD + n + i] == CANARY);
}

static rig rig_new(kn_shape s)
{
    rig r = {.shape = s, .n = kn_shape_size(s), .scratch_bytes = kn_augment_scratch(s)};
    r.x = malloc(r.n);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r.x);
    r.y_base = guarded(r.n);
    r.y = r.y_base + GUARD;
    r.scratch_base = guarded(r.scratch_bytes);
    for (int y = 0, i = 0; y < s.h; y++)
        for (int x = 0; x < s.w; x++)
            for (int k = 0; k < s.c; k++)
                r.x[i++] = (uint8_t)(y * 7 + x * 13 + y * x % 31 * 3 + k * 77);
    return r;
}

static void rig_free(rig *r)
{
    guard_check(r->y_base, r->n);
    guard_check(r->scratch_base, r->scratch_bytes);
    free(r->x);
    free(r->y_base);
    free(r->scratch_base);
}

static const uint8_t *apply(rig *r, const kn_augment *a, uint64_t epoch, uint32_t image)
{
    kn_augment_apply(a, r->shape, SEED, epoch, image, r->x, r->y, r->scratch_base + GUARD);
    return r->y;
}

static bool changes(rig *r, const kn_augment *a, uint64_t epoch, uint32_t image)
{
    return memcmp(apply(r, a, epoch, image), r->x, r->n) != 0;
}

/* The settings of one change alone. */
static kn_augment only(int which)
{
    kn_augment a = kn_augment_none();
    switch (which) {
    case 0:
        a.flip = 0.5f;
        break;
    case 1:
        a.shift = 0.2f;
        break;
    case 2:
        a.scale[0] = 0.8f, a.scale[1] = 1.3f;
        break;
    case 3:
        a.rotate = 20;
        break;
    case 4:
        a.crop = 0.6f;
        break;
    case 5:
        a.brightness = 0.2f;
        break;
    case 6:
        a.contrast = 0.3f;
        break;
    case 7:
        a.gamma[0] = 0.7f, a.gamma[1] = 1.4f;
        break;
    case 8:
        a.noise = 0.1f;
        break;
    case 9:
        a.blur = 2;
        break;
    case 10:
        a.cutout = 0.3f, a.cutout_probability = 0.5f;
        break;
    default:
        break;
    }
    return a;
}
enum { CHANGES = 11 };

static kn_augment all_of_them(void)
{
    return (kn_augment){.flip = 0.5f,
                        .shift = 0.1f,
                        .scale = {0.9f, 1.2f},
                        .rotate = 15,
                        .crop = 0.8f,
                        .brightness = 0.1f,
                        .contrast = 0.2f,
                        .gamma = {0.8f, 1.25f},
                        .noise = 0.05f,
                        .blur = 1,
                        .cutout = 0.25f,
                        .cutout_probability = 0.5f};
}

static const kn_shape sizes[] = {{1, 1, 1},   {1, 1, 3},   {1, 9, 1},    {7, 1, 3},
                                 {2, 3, 1},   {50, 50, 1}, {50, 50, 3},  {31, 17, 1},
                                 {16, 65, 3}, {100, 3, 1}, {129, 40, 1}, {100, 100, 1}};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void test_nothing_gives_the_same_bytes(void)
{
    kn_augment none = kn_augment_none(), no_cut = none, no_chance = none;
    no_cut.cutout_probability = 1;
    no_chance.cutout = 0.5f;
    CU_ASSERT_FALSE(kn_augment_does(&none) || kn_augment_does(&no_cut) ||
                    kn_augment_does(&no_chance));
    for (int i = 0; i < SIZES; i++) {
        rig r = rig_new(sizes[i]);
        CU_ASSERT_FALSE(changes(&r, &none, 1, 2) || changes(&r, &no_cut, 1, 2) ||
                        changes(&r, &no_chance, 1, 2));
        rig_free(&r);
    }
}

/* A range of one value that changes nothing, asked of the parts that would draw it. */
static void test_identity_parameters_give_the_same_bytes(void)
{
    rig r = rig_new((kn_shape){33, 21, 1});
    kn_augment a = kn_augment_none();
    uint8_t table[256];
    a.contrast = 1e-9f;
    a.gamma[0] = 0.99999999f;
    a.brightness = 1e-9f;
    CU_ASSERT_TRUE(kn_augment_tone(&a, &(kn_draw){SEED, 0, 0}, 100.3, table));
    for (int i = 0; i < 256; i++)
        CU_ASSERT_EQUAL(table[i], i);
    a = kn_augment_none();
    a.rotate = 1e-9f;
    a.shift = 0.001f;
    a.noise = 1e-6f;
    a.blur = 0.1f;
    CU_ASSERT_TRUE(kn_augment_does(&a));
    for (uint32_t image = 0; image < 20; image++)
        CU_ASSERT_FALSE(changes(&r, &a, 3, image));
    rig_free(&r);
}

static void test_each_change_alone_changes_some_images(void)
{
    for (int which = 0; which < CHANGES; which++) {
        kn_augment a = only(which);
        rig r = rig_new((kn_shape){50, 50, 1});
        int changed = 0;
        for (uint32_t image = 0; image < 100; image++)
            changed += changes(&r, &a, 0, image);
        bool half = which == 0 || which == 10;
        CU_ASSERT_TRUE(kn_augment_does(&a));
        CU_ASSERT_TRUE(half ? changed > 30 && changed < 70 : changed >= 85);
        rig_free(&r);
    }
}

static void test_a_triple_decides_the_bytes(void)
{
    kn_augment a = all_of_them();
    rig r = rig_new((kn_shape){50, 50, 1}), s = rig_new((kn_shape){50, 50, 1});
    for (uint32_t i = 0; i < 50; i++) {
        apply(&r, &a, 3, i);
        apply(&s, &a, 9, 1000 - i); /* what was done before must not count */
        CU_ASSERT_EQUAL(memcmp(apply(&s, &a, 3, i), r.y, r.n), 0);
        CU_ASSERT_NOT_EQUAL(memcmp(apply(&s, &a, 4, i), r.y, r.n), 0);
        CU_ASSERT_NOT_EQUAL(memcmp(apply(&s, &a, 3, i + 1), r.y, r.n), 0);
        kn_augment_apply(&a, s.shape, SEED + 1, 3, i, s.x, s.y, s.scratch_base + GUARD);
        CU_ASSERT_NOT_EQUAL(memcmp(s.y, r.y, r.n), 0);
    }
    rig_free(&r);
    rig_free(&s);
}

static void test_every_instruction_set_and_size(void)
{
    kn_isa best = kn_isa_get();
    for (int i = 0; i < SIZES; i++)
        for (int which = 0; which <= CHANGES; which++) {
            kn_augment a = which < CHANGES ? only(which) : all_of_them();
            rig r = rig_new(sizes[i]), want = rig_new(sizes[i]);
            for (uint32_t image = 0; image < 4; image++) {
                kn_isa_force(KN_ISA_SCALAR);
                apply(&want, &a, 5, image);
                for (int isa = KN_ISA_AVX2; isa <= (int)best; isa++) {
                    kn_isa_force((kn_isa)isa);
                    CU_ASSERT_EQUAL(memcmp(apply(&r, &a, 5, image), want.y, r.n), 0);
                }
            }
            kn_isa_force(best);
            rig_free(&r);
            rig_free(&want);
        }
}

/* The bytes themselves: another compiler, machine or library must give these. */
static void test_the_bytes_are_pinned(void)
{
    static const struct {
        kn_shape shape;
        const char *digest;
    } cases[] = {
        {{50, 50, 1}, "3f5196393581f3076416d8f5336ddb874bc9ab1755d48b7301163e3953129c58"},
        {{20, 31, 3}, "99110e3e510e45d73ec6e3e0bb4388e3750de79e59af6d35aa8dc00a6e449d7d"},
    };
    kn_augment a = all_of_them();
    for (size_t i = 0; i < 2; i++) {
        rig r = rig_new(cases[i].shape);
        uint8_t *many = malloc(20 * r.n);
        CU_ASSERT_PTR_NOT_NULL_FATAL(many);
        for (uint32_t image = 0; image < 20; image++)
            memcpy(many + image * r.n, apply(&r, &a, image / 5, image), r.n);
        TST_TEXT(pl_digest_bytes(many, 20 * r.n).hex, cases[i].digest);
        free(many);
        rig_free(&r);
    }
}

/* ---- where pixels go ---- */

static kn_warp map_of(const kn_augment *a, kn_shape s, uint32_t image)
{
    kn_warp m = {.a = 0};
    CU_ASSERT_TRUE(kn_augment_frame(a, &(kn_draw){SEED, 2, image}, s, &m));
    return m;
}

typedef struct spread {
    double min, max, sum, square;
    int n;
} spread;

static void spread_add(spread *s, double v)
{
    s->min = s->n == 0 || v < s->min ? v : s->min;
    s->max = s->n == 0 || v > s->max ? v : s->max;
    s->sum += v;
    s->square += v * v;
    s->n++;
}

/* Uniform in low..high: the ends nearly reached and never passed, mean and variance within five standard
 * errors. */
static bool is_uniform(const spread *s, double low, double high)
{
    double width = high - low, mean = s->sum / s->n, variance = s->square / s->n - mean * mean;
    double error = width / sqrt(12.0 * s->n);
    return s->min >= low - 1e-9 && s->max <= high + 1e-9 && s->min < low + 0.01 * width &&
           s->max > high - 0.01 * width && fabs(mean - (low + high) / 2) < 5 * error &&
           fabs(variance / (width * width / 12) - 1) < 5 / sqrt((double)s->n);
}

enum { DRAWS = 4000 };

static void test_scale_and_rotate_fill_their_ranges(void)
{
    kn_shape s = {60, 40, 1};
    kn_augment scale = only(2), rotate = only(3);
    spread factor = {0}, angle = {0};
    for (uint32_t i = 0; i < DRAWS; i++) {
        kn_warp m = map_of(&scale, s, i), t = map_of(&rotate, s, i);
        spread_add(&factor, 1 / m.a);
        spread_add(&angle, atan2(t.b, t.a) * 180 / 3.14159265358979323846);
        CU_ASSERT_TRUE_FATAL(m.b == 0 && m.d == 0 && m.a == m.e);
        /* the picture's middle stays */
        CU_ASSERT_DOUBLE_EQUAL(t.a * 20 + t.b * 30 + t.c, 20, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(t.d * 20 + t.e * 30 + t.f, 30, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(t.a * t.e - t.b * t.d, 1, 1e-12);
    }
    CU_ASSERT_TRUE(is_uniform(&factor, 0.8, 1.3));
    CU_ASSERT_TRUE(is_uniform(&angle, -20, 20));
    CU_ASSERT_FALSE(is_uniform(&angle, -21, 20));
    CU_ASSERT_FALSE(is_uniform(&factor, 0.8, 1.29));
}

static void test_shift_is_by_whole_pixels_in_its_range(void)
{
    kn_shape s = {60, 40, 1};
    kn_augment a = only(1);
    int across[17] = {0}, down[25] = {0};
    for (uint32_t i = 0; i < DRAWS; i++) {
        kn_warp m = map_of(&a, s, i);
        int dx = (int)lround(-m.c), dy = (int)lround(-m.f);
        CU_ASSERT_DOUBLE_EQUAL(m.c, -dx, 1e-12);
        CU_ASSERT_TRUE_FATAL(abs(dx) <= 8 && abs(dy) <= 12); /* a fifth of 40 and of 60 */
        across[dx + 8]++;
        down[dy + 12]++;
    }
    for (int i = 0; i < 17; i++)
        CU_ASSERT_TRUE(abs(across[i] - DRAWS / 17) < 80);
    for (int i = 0; i < 25; i++)
        CU_ASSERT_TRUE(abs(down[i] - DRAWS / 25) < 65);
}

static void test_flip_is_as_likely_as_it_says(void)
{
    kn_shape s = {6, 9, 1};
    static const float chances[] = {0.1f, 0.5f, 1};
    for (int i = 0; i < 3; i++) {
        kn_augment a = kn_augment_none();
        int flipped = 0;
        a.flip = chances[i];
        for (uint32_t image = 0; image < DRAWS; image++)
            flipped += map_of(&a, s, image).a < 0;
        CU_ASSERT_TRUE(fabs(flipped - (double)chances[i] * DRAWS) <= (i == 2 ? 0 : 160));
    }
}

/* The window is inside the picture, has its proportions, and covers a uniform share of it. */
static void test_crop_keeps_its_share(void)
{
    kn_shape s = {60, 40, 1};
    kn_augment a = only(4);
    spread share = {0}, place = {0};
    for (uint32_t i = 0; i < DRAWS; i++) {
        kn_warp m = map_of(&a, s, i);
        double left = m.c, top = m.f, right = m.a * s.w + m.c, bottom = m.e * s.h + m.f;
        CU_ASSERT_TRUE_FATAL(left >= 0 && top >= 0 && right <= s.w && bottom <= s.h);
        CU_ASSERT_EQUAL_FATAL(m.a, m.e);
        spread_add(&share, m.a * m.e);
        spread_add(&place, left / (s.w - s.w * m.a));
    }
    CU_ASSERT_TRUE(is_uniform(&share, 0.6, 1));
    CU_ASSERT_TRUE(is_uniform(&place, 0, 1));
}

/* apply is the warp by that map, the edge's pixels coming in. */
static void test_geometry_is_one_warp(void)
{
    kn_augment a = all_of_them();
    a.brightness = a.contrast = a.noise = a.blur = a.cutout = 0;
    a.gamma[0] = a.gamma[1] = 1;
    for (int i = 0; i < SIZES; i++) {
        rig r = rig_new(sizes[i]);
        uint8_t *want = malloc(r.n);
        for (uint32_t image = 0; image < 10; image++) {
            kn_warp m = map_of(&a, r.shape, image);
            kn_warp_u8(&m, KN_BORDER_EDGE, 0, r.shape, r.x, r.shape, want);
            CU_ASSERT_EQUAL(memcmp(apply(&r, &a, 2, image), want, r.n), 0);
        }
        free(want);
        rig_free(&r);
    }
}

static void test_one_change_leaves_the_draws_of_others(void)
{
    kn_shape s = {50, 50, 1};
    kn_augment all = all_of_them(), flip = only(0);
    for (uint32_t i = 0; i < 200; i++)
        CU_ASSERT_EQUAL(map_of(&all, s, i).a < 0, map_of(&flip, s, i).a < 0);
}

static void test_views(void)
{
    static const struct {
        kn_view view;
        int dx, dy; /* at 50 wide and 30 high */
    } cases[] = {{{false, 0, 0}, 0, 0},
                 {{true, 0, 0}, 0, 0},
                 {{false, 0.05f, -0.05f}, 3, -2},
                 {{true, -0.1f, 0.1f}, -5, 3}};
    for (int c = 1; c <= 3; c += 2)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            rig r = rig_new((kn_shape){30, 50, c});
            kn_augment_view(&cases[i].view, r.shape, r.x, r.y);
            for (int y = 0; y < 30; y++)
                for (int x = 0; x < 50 * c; x++) {
                    int u = x / c - cases[i].dx, v = y - cases[i].dy;
                    u = cases[i].view.mirror ? 49 - u : u;
                    u = u < 0 ? 0 : u > 49 ? 49 : u;
                    v = v < 0 ? 0 : v > 29 ? 29 : v;
                    CU_ASSERT_EQUAL_FATAL(r.y[y * 50 * c + x], r.x[(v * 50 + u) * c + x % c]);
                }
            rig_free(&r);
        }
}

const tst_case tst_image_augment[] = {
    TST(test_nothing_gives_the_same_bytes),
    TST(test_identity_parameters_give_the_same_bytes),
    TST(test_each_change_alone_changes_some_images),
    TST(test_a_triple_decides_the_bytes),
    TST(test_every_instruction_set_and_size),
    TST(test_the_bytes_are_pinned),
    TST(test_scale_and_rotate_fill_their_ranges),
    TST(test_shift_is_by_whole_pixels_in_its_range),
    TST(test_flip_is_as_likely_as_it_says),
    TST(test_crop_keeps_its_share),
    TST(test_geometry_is_one_warp),
    TST(test_one_change_leaves_the_draws_of_others),
    TST(test_views),
    TST_END,
};
