#include "tst.h"

#include <stdlib.h>
#include <string.h>

#include "data/faces_draw.h"
#include "util/digest.h"

enum { BYTES = PL_CANVAS_H * PL_CANVAS_W * 3 };

static pl_canvas *canvas_new(void)
{
    pl_canvas *c = calloc(1, sizeof *c);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    return c;
}

static double sum_red(const pl_canvas *c)
{
    double sum = 0;
    for (int y = 0; y < PL_CANVAS_H; y++)
        for (int x = 0; x < PL_CANVAS_W; x++)
            sum += (double)c->rgb[y][x][0];
    return sum;
}

static bool cover_is_clear(const pl_canvas *c)
{
    static const pl_canvas zero;
    return memcmp(c->cover, zero.cover, sizeof zero.cover) == 0;
}

/* With red 1 on black, the sum of all pixels is the area of the shape. */
static void test_a_fill_covers_the_area_of_its_polygon(void)
{
    static const struct {
        pl_point p[5];
        int n;
        double area;
    } shapes[] = {
        {{{10, 10}, {20, 10}, {20, 15}, {10, 15}}, 4, 50},
        {{{10.25f, 10.5f}, {20.75f, 10.5f}, {20.75f, 15.25f}, {10.25f, 15.25f}}, 4, 10.5 * 4.75},
        {{{10, 15}, {20, 15}, {20, 10}, {10, 10}}, 4, 50}, /* the other way round */
        {{{30, 30}, {90, 47}, {35, 110}}, 3, 0.5 * (60.0 * 80 - 17.0 * 5)},
        {{{-50, 20}, {10, 20}, {10, 30}, {-50, 30}}, 4, 100},      /* cut on the left */
        {{{170, 210}, {400, 210}, {400, 300}, {170, 300}}, 4, 64}, /* right and below */
        {{{-30, -30}, {-10, -30}, {-10, -10}}, 3, 0},              /* outside */
        {{{500, 10}, {510, 10}, {505, 20}}, 3, 0},
        {{{-10, -10}, {300, -10}, {300, 300}, {-10, 300}}, 4, PL_CANVAS_W * PL_CANVAS_H},
    };
    pl_paint paint = {.color = {1, 0, 0}, .alpha = 1.0f};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        pl_canvas *c = canvas_new();
        pl_canvas_fill(c, shapes[i].p, shapes[i].n, &paint);
        CU_ASSERT_TRUE(tst_near(sum_red(c), shapes[i].area, 0.02, 2e-4));
        CU_ASSERT_TRUE(cover_is_clear(c));
        free(c);
    }
}

static void test_a_blur_keeps_constants_and_sums(void)
{
    pl_canvas *c = canvas_new();
    pl_canvas_gradient(c, (pl_color[4]){{9, 9, 9}, {9, 9, 9}, {9, 9, 9}, {9, 9, 9}});
    pl_canvas_blur(c, 8);
    for (int y = 0; y < PL_CANVAS_H; y += 31)
        for (int x = 0; x < PL_CANVAS_W; x += 29)
            CU_ASSERT_TRUE(tst_near((double)c->rgb[y][x][1], 9.0, 1e-4, 0));
    memset(c, 0, sizeof *c);
    c->rgb[100][90][0] = 49.0f;
    pl_canvas_blur(c, 3);
    CU_ASSERT_TRUE(tst_near((double)c->rgb[103][87][0], 1.0, 1e-4, 0));
    CU_ASSERT_TRUE(tst_near((double)c->rgb[104][90][0], 0.0, 1e-4, 0));
    CU_ASSERT_TRUE(tst_near(sum_red(c), 49.0, 1e-3, 0));
    free(c);
}

static pl_face upright(uint64_t seed, uint32_t who)
{
    pl_person person;
    pl_face face;
    pl_face_person(seed, who, &person);
    person.mustache = person.goatee = person.shadow = person.sideburns = 0.0f;
    pl_face_picture(seed, who, &person, &face);
    face.glasses = face.dark_glasses = face.hat = face.lipstick = face.necktie = face.necklace =
        face.earrings = false;
    face.mouth_open = face.makeup = face.rosy = face.tilt = face.turn = face.nod = 0.0f;
    face.shift_x = face.shift_y = 0.0f;
    face.scale = 1.0f;
    face.blur = 0;
    face.person.hair_end = -10.0f;
    face.person.tied_back = false;
    return face;
}

enum {
    HAT,
    GLASSES,
    LIPSTICK,
    MUSTACHE,
    GOATEE,
    SHADOW,
    NECKTIE,
    EARRINGS,
    MAKEUP,
    ROSY,
    BANGS,
    LONG_HAIR,
    SMILE,
    CHANGES
};

static void change(pl_face *f, int what)
{
    pl_person *p = &f->person;
    switch (what) {
    case HAT:
        f->hat = true;
        break;
    case GLASSES:
        f->glasses = true;
        break;
    case LIPSTICK:
        f->lipstick = true;
        break;
    case MUSTACHE:
        p->mustache = 1.0f;
        break;
    case GOATEE:
        p->goatee = 1.0f;
        break;
    case SHADOW:
        p->shadow = 1.0f;
        break;
    case NECKTIE:
        f->necktie = true;
        break;
    case EARRINGS:
        f->earrings = true;
        break;
    case MAKEUP:
        f->makeup = 1.0f;
        break;
    case ROSY:
        f->rosy = 1.0f;
        break;
    case BANGS:
        p->bangs = !p->bangs;
        break;
    case LONG_HAIR:
        p->hair_end = 90.0f;
        break;
    case SMILE:
        f->smile = f->smile > 0.5f ? 0.0f : 1.0f;
        break;
    default:
        break;
    }
}

/* The rows in which a change is seen: first and last row whose bytes differ, and how many bytes do.
 */
static int rows_that_differ(const uint8_t *a, const uint8_t *b, int *first, int *last)
{
    int bytes = 0;
    *first = PL_CANVAS_H;
    *last = -1;
    for (int y = 0; y < PL_CANVAS_H; y++)
        for (int x = 0; x < PL_CANVAS_W * 3; x++)
            if (a[y * PL_CANVAS_W * 3 + x] != b[y * PL_CANVAS_W * 3 + x]) {
                *first = y < *first ? y : *first;
                *last = y;
                bytes++;
            }
    return bytes;
}

/* The eyes are at row 112, the mouth at 153, the chin near 178. */
static void test_each_change_shows_where_it_belongs(void)
{
    static const struct {
        int top, bottom, least;
    } want[CHANGES] = {
        [HAT] = {10, 95, 5000},       [GLASSES] = {96, 130, 1000}, [LIPSTICK] = {140, 170, 300},
        [MUSTACHE] = {140, 156, 300}, [GOATEE] = {150, 192, 500},  [SHADOW] = {125, 188, 2000},
        [NECKTIE] = {180, 217, 500},  [EARRINGS] = {128, 150, 50}, [MAKEUP] = {96, 120, 600},
        [ROSY] = {120, 148, 800},     [BANGS] = {50, 116, 1000},   [LONG_HAIR] = {30, 208, 5000},
        [SMILE] = {98, 178, 400},
    };
    pl_canvas *c = canvas_new();
    uint8_t *plain = malloc(BYTES), *changed = malloc(BYTES);
    CU_ASSERT_TRUE_FATAL(plain && changed);
    for (uint32_t who = 0; who < 6; who++) {
        pl_face face = upright(3, who);
        face.person.bald = face.person.receding = false;
        pl_face_draw(&face, c, plain);
        for (int what = 0; what < CHANGES; what++) {
            pl_face other = face;
            int first, last;
            change(&other, what);
            pl_face_draw(&other, c, changed);
            int bytes = rows_that_differ(plain, changed, &first, &last);
            if (bytes < want[what].least || first < want[what].top || last > want[what].bottom) {
                tst_note("change %d of person %u: %d bytes in rows %d..%d", what, who, bytes, first,
                         last);
                CU_FAIL("a change shows in the wrong place, or not");
            }
        }
    }
    free(plain);
    free(changed);
    free(c);
}

/* The pixels of 40 pictures, seed 1: they depend on no library and no compiler. A change of the
 * drawing changes the digest; put in the new one then. */
static void test_the_pixels_are_the_same_everywhere(void)
{
    pl_canvas *c = canvas_new();
    uint8_t *rgb = malloc(BYTES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rgb);
    pl_hasher *h = pl_hasher_new();
    for (uint32_t i = 0; i < 40; i++) {
        pl_person person;
        pl_face face;
        pl_face_person(1, i, &person);
        pl_face_picture(1, i, &person, &face);
        pl_face_draw(&face, c, rgb);
        pl_hasher_add(h, rgb, BYTES);
    }
    TST_TEXT(pl_hasher_end(h).hex,
             "626ad590a4908e267f0995ef7828f09ce2077ffa3ba7932f949e3ea2693a256e");
    free(rgb);
    free(c);
}

const tst_case tst_data_faces_draw[] = {
    TST(test_a_fill_covers_the_area_of_its_polygon),
    TST(test_a_blur_keeps_constants_and_sums),
    TST(test_each_change_shows_where_it_belongs),
    TST(test_the_pixels_are_the_same_everywhere),
    TST_END,
};
