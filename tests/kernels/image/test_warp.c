#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "image/warp.h"

enum { GUARD = 64, CANARY = 0xA5 };

static const double pi = 3.14159265358979323846;

/* The frame's bytes, with canaries around them. */
typedef struct view {
    uint8_t *base, *y;
    size_t n;
} view;

static view view_new(kn_shape out)
{
    view v = {.n = kn_shape_size(out)};
    v.base = malloc(v.n + 2 * GUARD);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v.base);
    memset(v.base, CANARY, v.n + 2 * GUARD);
    v.y = v.base + GUARD;
    return v;
}

static void view_free(view *v)
{
    for (size_t i = 0; i < GUARD; i++)
        CU_ASSERT_TRUE_FATAL(v->base[i] == CANARY && v->y[v->n + i] == CANARY);
    free(v->base);
}

/* In memory of exactly its size, so that sanitizers see a byte read beyond it. */
static uint8_t *picture(kn_shape s, uint64_t seed)
{
    size_t n = kn_shape_size(s);
    uint8_t *x = malloc(n);
    kn_rng rng;
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    kn_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < n; i++)
        x[i] = (uint8_t)kn_rng_below(&rng, 256);
    return x;
}

static void warp_frame(const kn_frame *f, kn_border border, uint8_t fill, kn_shape in,
                       const uint8_t *x, kn_shape out, uint8_t *y)
{
    kn_warp m = kn_warp_of(f, in, out);
    kn_warp_u8(&m, border, fill, in, x, out, y);
}

/* The plain twin: the equation of warp.h in double, pixels beyond the picture by the border. */
static double pixel(const uint8_t *x, kn_shape in, kn_border border, uint8_t fill, int px, int py,
                    int k)
{
    bool inside = px >= 0 && px < in.w && py >= 0 && py < in.h;
    if (!inside && border == KN_BORDER_FILL)
        return fill;
    px = px < 0 ? 0 : px >= in.w ? in.w - 1 : px;
    py = py < 0 ? 0 : py >= in.h ? in.h - 1 : py;
    return x[(py * in.w + px) * in.c + k];
}

static double reference(const kn_warp *m, kn_border border, uint8_t fill, kn_shape in,
                        const uint8_t *x, int ox, int oy, int k)
{
    double u = m->a * (ox + 0.5) + m->b * (oy + 0.5) + m->c - 0.5;
    double v = m->d * (ox + 0.5) + m->e * (oy + 0.5) + m->f - 0.5;
    int px = (int)floor(u), py = (int)floor(v);
    double r = u - px, b = v - py;
    double above = (1 - r) * pixel(x, in, border, fill, px, py, k) +
                   r * pixel(x, in, border, fill, px + 1, py, k);
    double below = (1 - r) * pixel(x, in, border, fill, px, py + 1, k) +
                   r * pixel(x, in, border, fill, px + 1, py + 1, k);
    return (1 - b) * above + b * below;
}

/* The greatest difference from the plain twin, in grey levels. */
static double worst_difference(const kn_warp *m, kn_border border, uint8_t fill, kn_shape in,
                               const uint8_t *x, kn_shape out, const uint8_t *y)
{
    double worst = 0;
    for (int oy = 0; oy < out.h; oy++)
        for (int ox = 0; ox < out.w; ox++)
            for (int k = 0; k < out.c; k++) {
                double want = reference(m, border, fill, in, x, ox, oy, k);
                double d = fabs(y[(oy * out.w + ox) * out.c + k] - want);
                worst = d > worst ? d : worst;
            }
    return worst;
}

static const kn_shape sizes[][2] = {
    {{50, 50, 1}, {50, 50, 1}}, {{50, 50, 3}, {50, 50, 3}},  {{1, 1, 1}, {5, 3, 1}},
    {{1, 7, 1}, {7, 1, 1}},     {{9, 1, 3}, {15, 16, 3}},    {{2, 2, 1}, {17, 31, 1}},
    {{37, 23, 1}, {64, 65, 1}}, {{218, 178, 3}, {33, 7, 3}}, {{100, 100, 1}, {1, 129, 1}},
};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static kn_frame any_frame(kn_rng *rng)
{
    kn_frame f = {.scale = 0.4 + 2 * kn_rng_uniform64(rng)};
    f.dx = kn_rng_uniform64(rng) - 0.5;
    f.dy = kn_rng_uniform64(rng) - 0.5;
    f.angle = kn_rng_below(rng, 2) ? 360 * kn_rng_uniform64(rng) - 180 : 0;
    f.mirror = kn_rng_below(rng, 2);
    return f;
}

/* Places are rounded to 1/2048 of a pixel, each direction at most 255/4096 of a level, and the byte to
 * half a level. */
static void test_it_is_the_equation_on_every_instruction_set(void)
{
    kn_isa best = kn_isa_get();
    kn_rng rng;
    kn_rng_init(&rng, 3, 1);
    for (int i = 0; i < 40 * SIZES; i++) {
        kn_shape in = sizes[i % SIZES][0], out = sizes[i % SIZES][1];
        kn_border border = (kn_border)kn_rng_below(&rng, 2);
        uint8_t fill = (uint8_t)kn_rng_below(&rng, 256);
        kn_frame f = any_frame(&rng);
        kn_warp m = kn_warp_of(&f, in, out);
        uint8_t *x = picture(in, (uint64_t)i);
        view first = view_new(out);
        for (int isa = KN_ISA_SCALAR; isa <= (int)best; isa++) {
            view v = view_new(out);
            kn_isa_force((kn_isa)isa);
            kn_warp_u8(&m, border, fill, in, x, out, v.y);
            if (isa == KN_ISA_SCALAR)
                memcpy(first.y, v.y, v.n);
            CU_ASSERT_EQUAL(memcmp(v.y, first.y, v.n), 0);
            view_free(&v);
        }
        CU_ASSERT_TRUE(worst_difference(&m, border, fill, in, x, out, first.y) <= 0.65);
        view_free(&first);
        free(x);
    }
    kn_isa_force(best);
}

static void test_a_pixel_off_is_seen(void)
{
    kn_shape s = {20, 30, 1};
    kn_frame f = {.scale = 1.1, .angle = 5};
    kn_warp m = kn_warp_of(&f, s, s);
    uint8_t *x = picture(s, 1);
    view v = view_new(s);
    kn_warp_u8(&m, KN_BORDER_EDGE, 0, s, x, s, v.y);
    v.y[311] = (uint8_t)(v.y[311] + 2);
    CU_ASSERT_TRUE(worst_difference(&m, KN_BORDER_EDGE, 0, s, x, s, v.y) > 1);
    view_free(&v);
    free(x);
}

static void test_identity_gives_the_same_bytes(void)
{
    static const kn_frame identity = {.scale = 1};
    for (int i = 0; i < SIZES; i++) {
        kn_shape s = sizes[i][0];
        uint8_t *x = picture(s, (uint64_t)i);
        view v = view_new(s);
        for (int border = 0; border < 2; border++) {
            memset(v.y, 0, v.n);
            warp_frame(&identity, (kn_border)border, 7, s, x, s, v.y);
            CU_ASSERT_EQUAL(memcmp(v.y, x, v.n), 0);
        }
        view_free(&v);
        free(x);
    }
}

static void test_a_constant_stays(void)
{
    kn_rng rng;
    kn_rng_init(&rng, 4, 1);
    for (int i = 0; i < 20 * SIZES; i++) {
        kn_shape in = sizes[i % SIZES][0], out = sizes[i % SIZES][1];
        int level = (int)kn_rng_below(&rng, 256);
        kn_frame f = any_frame(&rng);
        uint8_t *x = picture(in, 1);
        view v = view_new(out);
        memset(x, level, kn_shape_size(in));
        warp_frame(&f, i % 2 ? KN_BORDER_FILL : KN_BORDER_EDGE, (uint8_t)level, in, x, out, v.y);
        for (size_t k = 0; k < v.n; k++)
            CU_ASSERT_EQUAL_FATAL(v.y[k], level);
        view_free(&v);
        free(x);
    }
}

/* Whole pixels, mirrored or not, farther than the picture is wide too: each byte is a byte of x. */
static void test_whole_pixels_are_exact(void)
{
    static const int moves[][2] = {{0, 0},    {1, 0},  {0, 1},   {-3, 2},  {7, -5},
                                   {-19, 11}, {20, 0}, {0, -31}, {40, 90}, {-21, 3}};
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
        for (int variant = 0; variant < 8; variant++) {
            kn_shape s = {11, 20, variant & 4 ? 3 : 1};
            kn_border border = variant & 1 ? KN_BORDER_FILL : KN_BORDER_EDGE;
            kn_frame f = {.scale = 1, .mirror = variant & 2};
            f.dx = (double)moves[i][0] / s.w;
            f.dy = (double)moves[i][1] / s.h;
            uint8_t *x = picture(s, i);
            view v = view_new(s);
            warp_frame(&f, border, 99, s, x, s, v.y);
            for (int y = 0; y < s.h; y++)
                for (int at = 0; at < s.w; at++)
                    for (int k = 0; k < s.c; k++) {
                        int from = at - moves[i][0];
                        from = f.mirror ? s.w - 1 - from : from;
                        double want = pixel(x, s, border, 99, from, y - moves[i][1], k);
                        CU_ASSERT_EQUAL_FATAL(v.y[(y * s.w + at) * s.c + k], (int)want);
                    }
            view_free(&v);
            free(x);
        }
}

static void test_mirrored_twice_and_turned_four_times_is_the_picture(void)
{
    static const kn_frame mirror = {.scale = 1, .mirror = true}, turn = {.scale = 1, .angle = 90};
    for (int c = 1; c <= 3; c += 2) {
        kn_shape s = {21, 21, c};
        uint8_t *x = picture(s, 5);
        view a = view_new(s), b = view_new(s);
        warp_frame(&mirror, KN_BORDER_EDGE, 0, s, x, s, a.y);
        CU_ASSERT_NOT_EQUAL(memcmp(a.y, x, a.n), 0);
        warp_frame(&mirror, KN_BORDER_EDGE, 0, s, a.y, s, b.y);
        CU_ASSERT_EQUAL(memcmp(b.y, x, b.n), 0);
        for (int i = 0; i < 2; i++) {
            warp_frame(&turn, KN_BORDER_FILL, 0, s, b.y, s, a.y);
            warp_frame(&turn, KN_BORDER_FILL, 0, s, a.y, s, b.y);
            CU_ASSERT_EQUAL(memcmp(b.y, x, b.n) == 0, i == 1);
        }
        view_free(&a);
        view_free(&b);
        free(x);
    }
}

/* Clockwise, larger, right, down: where a bright corner goes. */
static void test_directions(void)
{
    kn_shape s = {5, 5, 1};
    uint8_t x[25] = {0};
    view v = view_new(s);
    x[0] = 255; /* upper left */
    warp_frame(&(kn_frame){.scale = 1, .angle = 90}, KN_BORDER_EDGE, 0, s, x, s, v.y);
    CU_ASSERT_EQUAL(v.y[4], 255); /* upper right */
    warp_frame(&(kn_frame){.scale = 1, .mirror = true, .angle = 90}, KN_BORDER_EDGE, 0, s, x, s,
               v.y);
    CU_ASSERT_EQUAL(v.y[24], 255); /* mirrored to the upper right, turned to the lower right */
    warp_frame(&(kn_frame){.scale = 1, .dx = 0.4, .dy = 0.2}, KN_BORDER_FILL, 0, s, x, s, v.y);
    CU_ASSERT_EQUAL(v.y[1 * 5 + 2], 255);
    warp_frame(&(kn_frame){.scale = 0.2}, KN_BORDER_FILL, 9, s, x, s, v.y);
    CU_ASSERT_EQUAL(v.y[0], 9); /* the picture is one pixel in the middle now */
    CU_ASSERT_EQUAL(v.y[12], 0);
    view_free(&v);
}

/* The numbers against the library's sine, and what no rounding may touch. */
static void test_the_map_of_a_frame(void)
{
    kn_shape in = {30, 40, 1}, out = {60, 50, 1};
    for (int i = -3600; i <= 3600; i += 7) {
        kn_frame f = {.scale = 1.5, .angle = i / 10.0};
        kn_warp m = kn_warp_of(&f, in, out);
        CU_ASSERT_DOUBLE_EQUAL(m.a, 0.8 * cos(f.angle * pi / 180) / 1.5, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(m.b, 0.8 * sin(f.angle * pi / 180) / 1.5, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(m.d, -0.5 * sin(f.angle * pi / 180) / 1.5, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(m.e, 0.5 * cos(f.angle * pi / 180) / 1.5, 1e-15);
    }
    for (int quarter = -8; quarter <= 8; quarter++) {
        kn_warp m = kn_warp_of(&(kn_frame){.scale = 1, .angle = 90.0 * quarter}, out, out);
        CU_ASSERT_EQUAL(fabs(m.a), quarter % 2 == 0);
        CU_ASSERT_EQUAL(fabs(m.d), quarter % 2 != 0);
    }
}

static const struct cv2_case {
    kn_frame frame;
    kn_border border;
    uint8_t fill;
    kn_shape out;
    uint8_t y[320];
} cv2_cases[] = {
#include "kernels/image/warp_cv2.inc"
};

static void test_it_is_cv2s_within_one_level(void)
{
    for (size_t i = 0; i < sizeof cv2_cases / sizeof cv2_cases[0]; i++) {
        const struct cv2_case *c = &cv2_cases[i];
        kn_shape in = {30, 40, c->out.c};
        uint8_t *x = picture(in, 0), *at = x;
        for (int y = 0; y < in.h; y++)
            for (int px = 0; px < in.w; px++)
                for (int k = 0; k < in.c; k++)
                    *at++ = (uint8_t)(px * 5 + y * 3 + px * y / 16 * 2 + k * 40);
        view v = view_new(c->out);
        warp_frame(&c->frame, c->border, c->fill, in, x, c->out, v.y);
        int worst = 0;
        for (size_t k = 0; k < v.n; k++) {
            int d = abs(v.y[k] - c->y[k]);
            worst = d > worst ? d : worst;
        }
        if (worst > 1)
            tst_note("case %zu: %d levels from cv2.warpAffine", i, worst);
        CU_ASSERT_TRUE(worst <= 1);
        view_free(&v);
        free(x);
    }
}

const tst_case tst_image_warp[] = {
    TST(test_it_is_the_equation_on_every_instruction_set),
    TST(test_a_pixel_off_is_seen),
    TST(test_identity_gives_the_same_bytes),
    TST(test_a_constant_stays),
    TST(test_whole_pixels_are_exact),
    TST(test_mirrored_twice_and_turned_four_times_is_the_picture),
    TST(test_directions),
    TST(test_the_map_of_a_frame),
    TST(test_it_is_cv2s_within_one_level),
    TST_END,
};
