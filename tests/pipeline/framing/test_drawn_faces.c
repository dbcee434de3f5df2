/* A framer of the embedded data set's drawn faces: no real picture is needed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/faces.h"
#include "data/faces_jpeg.h"
#include "data/images.h"
#include "framing/learn.h"
#include "framing/outside.h"
#include "tst.h"

/* A framer learns from thousands of drawn scenes: minutes in a sanitizer build, whose turn the other tests are. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SLOW = 1 };
#else
enum { IS_SLOW = 0 };
#endif

enum { W = 178, H = 218, SIDE = PL_FRAME_PIXELS };

static bool is_too_slow(void)
{
    if (IS_SLOW)
        tst_skip("this build is too slow");
    return IS_SLOW;
}

static kn_pool *pool_of(int threads)
{
    kn_pool *pool;
    TST_OK(kn_pool_new(threads, &pool, e));
    return pool;
}

/* The archive of `images` drawn faces. */
static const char *drawn_faces(int images, kn_pool *pool)
{
    TST_OK(pl_faces_write(tst_path("faces"), images, 5, pool, NULL, NULL, e));
    return tst_path("faces/img_align_celeba.zip");
}

static pl_images loaded(const char *path, int w, int h, kn_pool *pool)
{
    pl_images im;
    TST_OK(pl_images_load(path, w, h, 1, KN_FILTER_TRIANGLE, pool, &im, e));
    return im;
}

static pl_framer *learned(const pl_images *faces, size_t count, kn_pool *pool)
{
    pl_framer *f = malloc(sizeof *f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    TST_OK(pl_framer_learn(faces->x, count, W, H, pool, f, e));
    return f;
}

/* The file is; another face makes another one. */
static void test_any_number_of_threads_learns_the_same_bytes(void)
{
    static const int threads[] = {1, 3};
    enum { LEARN = PL_LEARN_FACES_MIN };
    char *bytes[3];
    size_t size[3];
    if (is_too_slow())
        return;
    kn_pool *pool = pool_of(3);
    pl_images faces = loaded(drawn_faces(LEARN, pool), SIDE, SIDE, pool);
    kn_pool_free(pool);
    for (int k = 0; k < 3; k++) {
        const char *path = tst_path("framer-%d", k);
        pool = pool_of(threads[k % 2]);
        if (k == 2)
            memset(faces.x, 128, (size_t)SIDE * SIDE);
        pl_framer *f = learned(&faces, LEARN, pool);
        TST_OK(pl_framer_write(f, path, e));
        bytes[k] = tst_read(path, &size[k]);
        free(f);
        kn_pool_free(pool);
    }
    CU_ASSERT_EQUAL_FATAL(size[0], size[1]);
    CU_ASSERT_EQUAL_FATAL(size[0], size[2]);
    CU_ASSERT_EQUAL(memcmp(bytes[0], bytes[1], size[0]), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(bytes[0], bytes[2], size[0]), 0);
    for (int k = 0; k < 3; k++)
        free(bytes[k]);
    pl_images_clear(&faces);
}

enum { GROUP_W = 520, GROUP_H = 420, GROUP = 6 };

/* Left, top and width of the faces of the group picture. */
static const int group[GROUP][3] = {{20, 15, 130},  {190, 30, 100}, {350, 10, 140},
                                    {40, 230, 110}, {210, 210, 75}, {350, 225, 120}};

static double tall(void)
{
    return (double)H / W;
}

static void paste(const uint8_t *face, const int at[3], uint8_t *picture)
{
    int w = at[2], h = (int)lrint(at[2] * tall());
    kn_resize *r;
    TST_OK(kn_resize_new(KN_FILTER_TRIANGLE, W, H, w, h, 1, &r, e));
    uint8_t *small = malloc((size_t)w * (size_t)h);
    void *scratch = malloc(kn_resize_scratch_bytes(r) + 1);
    CU_ASSERT_FATAL(small && scratch);
    kn_resize_run(r, face, W, small, scratch);
    for (int y = 0; y < h; y++)
        memcpy(picture + (at[1] + y) * GROUP_W + at[0], small + y * w, (size_t)w);
    free(small);
    free(scratch);
    kn_resize_free(r);
}

/* The faces [GROUP,H,W] before a grey that becomes lighter to the right. */
static const char *group_picture(const uint8_t *faces)
{
    static uint8_t picture[GROUP_W * GROUP_H];
    const char *path = tst_path("group.jpg");
    pl_jpeg_buffer jpeg = {0};
    for (int i = 0; i < GROUP_W * GROUP_H; i++)
        picture[i] = (uint8_t)(90 + i % GROUP_W / 8);
    for (int i = 0; i < GROUP; i++)
        paste(faces + (size_t)i * W * H, group[i], picture);
    TST_OK(pl_jpeg_encode_at(picture, GROUP_W, GROUP_H, 1, 95, &jpeg, e));
    tst_write(path, jpeg.bytes, jpeg.size);
    free(jpeg.bytes);
    return path;
}

/* Which face of the group a place is at; -1: none. */
static int face_at(const pl_face_place *p)
{
    for (int i = 0; i < GROUP; i++) {
        const pl_face_place at = {.x = group[i][0] + group[i][2] / 2.0,
                                  .y = group[i][1] + group[i][2] * tall() / 2,
                                  .side = group[i][2]};
        pl_move off = pl_place_between(p, &at, tall());
        if (fabs(off.scale) < 0.25 && hypot(off.dx, off.dy) < 0.12 && fabs(off.turn) < 12)
            return i;
    }
    return -1;
}

static void test_every_face_of_a_group_is_found_once(void)
{
    enum { LEARN = 500 };
    if (is_too_slow())
        return;
    kn_pool *pool = pool_of(2);
    const char *zip = drawn_faces(LEARN + GROUP, pool);
    pl_images small = loaded(zip, SIDE, SIDE, pool), large = loaded(zip, W, H, pool), out;
    pl_framer *f = learned(&small, LEARN, pool);
    const pl_framing as_it_is = {0};
    pl_reframe_options options = {
        .framer = f, .all = true, .w = SIDE, .h = SIDE, .c = 1, .filter = KN_FILTER_TRIANGLE};
    const char *path = group_picture(large.x + (size_t)LEARN * W * H);
    pl_seen *seen;
    int times[GROUP] = {0};
    TST_OK(pl_outside_load(path, &as_it_is, &options, pool, &out, &seen, e));
    CU_ASSERT_EQUAL(out.count, GROUP);
    for (size_t i = 0; i < out.count; i++) {
        pl_face_place p = pl_frame_place(&seen[i].frame, tall(), GROUP_W, GROUP_H);
        int face = face_at(&p);
        tst_note("face %d at %.0f, %.0f, %.0f wide, turned by %.1f, score %.3f", face, p.x, p.y,
                 p.side, p.turn, seen[i].score);
        CU_ASSERT_FATAL(face >= 0);
        times[face]++;
        CU_ASSERT(seen[i].score >= 0.5);
        CU_ASSERT(i == 0 || seen[i].score <= seen[i - 1].score);
        CU_ASSERT_STRING_EQUAL(out.name[i], "group.jpg");
        CU_ASSERT_EQUAL(out.index[i], 0);
    }
    for (int i = 0; i < GROUP; i++)
        CU_ASSERT_EQUAL(times[i], 1);
    free(seen);
    pl_images_clear(&out);

    options.all = false; /* the surest alone */
    TST_OK(pl_outside_load(path, &as_it_is, &options, pool, &out, &seen, e));
    CU_ASSERT_EQUAL(out.count, 1);
    free(seen);
    pl_images_clear(&out);
    pl_images_clear(&small);
    pl_images_clear(&large);
    free(f);
    kn_pool_free(pool);
}

const tst_case tst_framing_drawn_faces[] = {
    TST_M(test_any_number_of_threads_learns_the_same_bytes),
    TST_M(test_every_face_of_a_group_is_found_once),
    TST_END,
};
