#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "data/images.h"
#include "framing/framer.h"
#include "framing/learn.h"
#include "framing/linear_fit.h"
#include "framing/reframe.h"
#include "framing/scenes.h"
#include "framing/texture.h"
#include "tst.h"
#include "util/str.h"

static const double TALL = 218.0 / 178;

static void test_a_place_is_the_frame_that_undoes_it(void)
{
    const pl_face_place p = {.x = 70, .y = 90, .side = 55, .turn = 12};
    kn_frame f = pl_place_frame(&p, TALL, 200, 150);
    pl_face_place back = pl_frame_place(&f, TALL, 200, 150);
    CU_ASSERT_DOUBLE_EQUAL(back.x, p.x, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(back.y, p.y, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(back.side, p.side, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(back.turn, p.turn, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(f.scale, 150 / TALL / 55, 1e-9);
}

static void test_a_move_is_what_lies_between(void)
{
    const pl_face_place p = {70, 90, 55, 12}, q = {81, 80, 70, -9};
    pl_move by = pl_place_between(&p, &q, TALL);
    pl_face_place there = pl_place_moved(&p, TALL, &by);
    CU_ASSERT_DOUBLE_EQUAL(there.x, q.x, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(there.y, q.y, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(there.side, q.side, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(there.turn, q.turn, 1e-9);
    by.dx += 0.1;
    there = pl_place_moved(&p, TALL, &by);
    CU_ASSERT(fabs(there.x - q.x) > 1);
}

/* By place or by kn_warp_of: one map, where the picture has the frame's proportions. */
static void test_a_map_is_that_of_the_frame(void)
{
    const kn_frame f = {.scale = 1.3, .dx = 0.1, .dy = -0.2, .angle = 11};
    const kn_shape in = {218, 178, 1}, out = {218, 178, 1};
    const pl_raster picture = {.w = 178, .h = 218, .c = 1, .qx = 1, .qy = 1};
    pl_face_place p = pl_frame_place(&f, TALL, 178, 218);
    kn_warp got = pl_place_map(&p, TALL, 1, &picture, 178, 218), want = kn_warp_of(&f, in, out);
    const double a[6] = {got.a, got.b, got.c, got.d, got.e, got.f};
    const double b[6] = {want.a, want.b, want.c, want.d, want.e, want.f};
    for (int i = 0; i < 6; i++)
        CU_ASSERT_DOUBLE_EQUAL(a[i], b[i], 1e-9);
}

static uint8_t *random_windows(size_t rows, uint64_t seed)
{
    uint8_t *x = malloc(rows * PL_WINDOW_FEATURES);
    kn_rng rng;
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    kn_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < rows * PL_WINDOW_FEATURES; i++)
        x[i] = (uint8_t)kn_rng_below(&rng, 256);
    return x;
}

static double planted(const uint8_t *x)
{
    return 3 * x[5] / 255.0 - 2 * x[700] / 255.0 + 0.5;
}

static void test_a_regression_finds_what_was_planted(void)
{
    enum { ROWS = 3000 };
    uint8_t *x = random_windows(ROWS, 1);
    float *y = malloc(ROWS * sizeof *y);
    pl_linear l;
    pl_linear *const out[] = {&l};
    for (size_t i = 0; i < ROWS; i++)
        y[i] = (float)planted(x + i * PL_WINDOW_FEATURES);
    TST_OK(pl_linear_fit_values(x, y, ROWS, 1, 1e-3, out, e));
    CU_ASSERT_DOUBLE_EQUAL((double)l.weight[5], 3, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL((double)l.weight[700], -2, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL((double)l.weight[6], 0, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(pl_linear_score(&l, x), (double)y[0], 1e-3);
    free(x);
    free(y);
}

/* The same for any number of threads; and it tells the classes apart. */
static void test_classes_are_told_apart(void)
{
    enum { ROWS = 1500 };
    uint8_t *x = random_windows(ROWS, 2), label[ROWS];
    pl_linear l[2];
    int right = 0;
    for (size_t i = 0; i < ROWS; i++)
        label[i] = planted(x + i * PL_WINDOW_FEATURES) > 1;
    for (int k = 0; k < 2; k++) {
        kn_pool *pool;
        TST_OK(kn_pool_new(k + 1, &pool, e));
        TST_OK(pl_linear_fit_classes(x, label, ROWS, 10, pool, &l[k], e));
        kn_pool_free(pool);
    }
    CU_ASSERT_EQUAL(memcmp(&l[0], &l[1], sizeof l[0]), 0);
    for (size_t i = 0; i < ROWS; i++)
        right += (pl_linear_score(&l[0], x + i * PL_WINDOW_FEATURES) > 0) == label[i];
    CU_ASSERT(right > ROWS * 95 / 100);
    free(x);
}

static pl_framer *made_framer(void)
{
    pl_framer *f = calloc(1, sizeof *f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    *f = (pl_framer){
        .width = 178, .height = 218, .threshold = 1.5, .kept = 0.98, .refused = 0.97, .faces = 7};
    f->coarse.weight[3] = 0.25f;
    f->step[1].turn.bias = -2;
    f->judge.weight[PL_WINDOW_FEATURES - 1][PL_JUDGE_UNITS - 1] = 8;
    f->judge.out_bias = 3;
    return f;
}

static void test_a_file_is_read_as_it_was_written(void)
{
    pl_framer *f = made_framer(), *g = malloc(sizeof *g);
    const char *path = tst_path("f.safetensors");
    TST_OK(pl_framer_write(f, path, e));
    TST_OK(pl_framer_read(path, g, e));
    CU_ASSERT_EQUAL(memcmp(f, g, sizeof *f), 0);
    f->threshold = (double)NAN;
    TST_OK(pl_framer_write(f, path, e));
    kn_error error;
    CU_ASSERT_EQUAL(pl_framer_read(path, g, &error), KN_EFORMAT);
    CU_ASSERT_STRING_EQUAL(strstr(error.text, ": facts") ? strstr(error.text, ": facts") : "",
                           ": facts[2] is nan, which no framer has");
    free(f);
    free(g);
}

static void test_another_version_is_refused(void)
{
    pl_framer *f = made_framer();
    const char *path = tst_path("f.safetensors");
    size_t size;
    TST_OK(pl_framer_write(f, path, e));
    char *bytes = tst_read(path, &size), *at = NULL;
    for (size_t i = 0; !at && i + 16 < size; i++)
        if (memcmp(bytes + i, "facet.framer\":\"2", 16) == 0)
            at = bytes + i + 15;
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    *at = '9';
    tst_write(path, bytes, size);
    kn_error error;
    CU_ASSERT_EQUAL(pl_framer_read(path, f, &error), KN_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "f.safetensors: not a framer of version 2"));
    free(bytes);
    free(f);
}

static void test_textures_follow_from_the_random_numbers(void)
{
    uint8_t a[60 * 60], b[60 * 60];
    for (uint64_t i = 0; i < 12; i++) {
        kn_rng r, s;
        kn_rng_init(&r, 4, i);
        kn_rng_init(&s, 4, i);
        pl_texture_draw(&r, 60, a);
        pl_texture_draw(&s, 60, b);
        CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
        kn_rng_init(&s, 5, i);
        pl_texture_draw(&s, 60, b);
        CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
    }
}

static void test_too_few_faces(void)
{
    pl_framer *f = malloc(sizeof *f);
    kn_error error;
    static const uint8_t face[PL_FRAME_PIXELS * PL_FRAME_PIXELS];
    CU_ASSERT_EQUAL(pl_framer_learn(face, 1, 178, 218, NULL, f, &error), KN_EDATA);
    CU_ASSERT_STRING_EQUAL(
        error.text, "1 training pictures are too few to learn their framing: 100 are needed");
    free(f);
}

/* By hand: a picture with the frame's proportions and the frame that changes nothing gives the resized picture. */
static void test_the_frame_that_changes_nothing(void)
{
    enum { N = 40, SMALL = 20 };
    const kn_frame same = {.scale = 1}, moved = {.scale = 1, .dx = 0.5};
    uint8_t x[N * N], want[SMALL * SMALL], got[SMALL * SMALL], scratch[1 << 16];
    for (int i = 0; i < N * N; i++)
        x[i] = (uint8_t)(i * 7 % 251);
    kn_resize *plan;
    TST_OK(kn_resize_new(KN_FILTER_LINEAR, N, N, SMALL, SMALL, 1, &plan, e));
    kn_resize_run(plan, x, N, want, scratch);
    kn_resize_free(plan);
    for (int k = 0; k < 2; k++) {
        const pl_reframe_options o = {
            .hand = k ? &moved : &same, .w = SMALL, .h = SMALL, .c = 1, .filter = KN_FILTER_LINEAR};
        pl_reframe *r = pl_reframe_new(&o);
        pl_seen seen[PL_FACES_MAX];
        int count = 0;
        TST_OK(pl_reframe_look(r, x, N, N, seen, &count, e));
        CU_ASSERT_EQUAL(count, 1);
        CU_ASSERT(isnan(seen[0].score));
        TST_OK(pl_reframe_cut(r, seen, got, e));
        CU_ASSERT_EQUAL(memcmp(got, want, sizeof got) == 0, k == 0);
        pl_reframe_free(r);
    }
}

/* Real faces, where they are: learned from, found again in pictures that frame them otherwise, and textures refused. */
/* A framer learns from thousands of drawn scenes: minutes in a sanitizer build, whose turn the other tests are. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SLOW = 1 };
#else
enum { IS_SLOW = 0 };
#endif

static void test_a_picture_too_thin_or_too_long_is_refused(void)
{
    enum { THIN = 1001 };
    static const uint8_t row[1 << 18 | 1];
    const kn_frame as_it_is = {.scale = 1};
    const pl_reframe_options o = {
        .w = 8, .h = 8, .c = 1, .filter = KN_FILTER_LINEAR, .hand = &as_it_is};
    pl_reframe *r = pl_reframe_new(&o);
    pl_seen seen[PL_FACES_MAX];
    uint8_t out[64];
    int count;
    kn_error error;
    TST_OK(pl_reframe_look(r, row, THIN - 1, 10, seen, &count, e));
    TST_OK(pl_reframe_cut(r, seen, out, e));
    CU_ASSERT_EQUAL(pl_reframe_look(r, row, 10, THIN, seen, &count, &error), KN_EFORMAT);
    CU_ASSERT_STRING_EQUAL(
        error.text, "10 x 1001 pixels; a face is looked for where the sides are at most 262144 "
                    "pixels and one at most 100 times the other");
    CU_ASSERT_EQUAL(pl_reframe_look(r, row, sizeof row, 1, seen, &count, &error), KN_EFORMAT);
    pl_reframe_free(r);
}

static void test_real_faces_are_found(void)
{
    enum { LEARN = 1500, TRY = 300, SIDE = PL_FRAME_PIXELS };
    if (IS_SLOW) {
        tst_skip("this build is too slow");
        return;
    }
    if (!tst_faces()) {
        tst_skip("FACET_FACES names no folder of pictures");
        return;
    }
    char *zip = pl_format("%s/faces-24k/img_align_celeba.zip", tst_faces());
    pl_images im;
    kn_pool *pool;
    pl_framer *f = malloc(sizeof *f);
    TST_OK(kn_pool_new(2, &pool, e));
    TST_OK(pl_images_load(zip, SIDE, SIDE, 1, KN_FILTER_TRIANGLE, pool, &im, e));
    TST_OK(pl_framer_learn(im.x, LEARN, 178, 178, pool, f, e));
    static uint8_t texture[PL_TEXTURE_SIDE * PL_TEXTURE_SIDE];
    kn_rng rng;
    kn_rng_init(&rng, 1234, 0);
    pl_texture_draw(&rng, PL_TEXTURE_SIDE, texture);
    const pl_scenes scenes = {.face = im.x + (im.count - TRY) * SIDE * SIDE,
                              .faces = TRY,
                              .texture = texture,
                              .textures = 1,
                              .tall = 1,
                              .seed = 77};
    pl_finder *finder = pl_finder_new();
    pl_scene *scene = malloc(sizeof *scene);
    const pl_find_options options = pl_find_best();
    int near = 0, kept = 0, refused = 0;
    for (size_t i = 0; i < TRY; i++) {
        pl_found found = {.score = -1e9};
        int count = 0;
        rng = pl_scenes_rng(&scenes, 1, i);
        pl_scene_draw(&scenes, &rng, i, scene);
        TST_OK(pl_find(finder, f, &scene->level, &options, &found, 1, &count, e));
        pl_move off = pl_place_between(&found.place, &scene->truth, 1);
        near += fabs(off.scale) < 0.25 && hypot(off.dx, off.dy) < 0.1;
        kept += found.score >= f->threshold;
        pl_texture_draw(&rng, PL_SCENE_SIDE, scene->pixels);
        scene->level.w = scene->level.h = PL_SCENE_SIDE;
        TST_OK(pl_find(finder, f, &scene->level, &options, &found, 1, &count, e));
        refused += found.score < f->threshold;
    }
    tst_note("%d faces: %d found, %d kept; %d textures refused", TRY, near, kept, refused);
    CU_ASSERT(near >= TRY * 92 / 100);
    CU_ASSERT(kept >= TRY * 93 / 100);
    CU_ASSERT(refused >= TRY * 90 / 100);
    free(scene);
    pl_finder_free(finder);
    pl_images_clear(&im);
    kn_pool_free(pool);
    free(f);
    free(zip);
}

const tst_case tst_framing_framing[] = {
    TST(test_a_place_is_the_frame_that_undoes_it),
    TST(test_a_move_is_what_lies_between),
    TST(test_a_map_is_that_of_the_frame),
    TST(test_a_regression_finds_what_was_planted),
    TST(test_classes_are_told_apart),
    TST(test_a_file_is_read_as_it_was_written),
    TST(test_another_version_is_refused),
    TST(test_textures_follow_from_the_random_numbers),
    TST(test_too_few_faces),
    TST(test_the_frame_that_changes_nothing),
    TST(test_a_picture_too_thin_or_too_long_is_refused),
    TST_M(test_real_faces_are_found),
    TST_END,
};
