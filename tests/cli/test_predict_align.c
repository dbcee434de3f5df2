/* `facet predict --align` end to end, on faces that `facet faces` draws: reframed, in a group, and pictures without any. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "data/images.h"
#include "framing/place.h"
#include "image/warp.h"
#include "io/csv.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

enum { W = 178, H = 218, FACES = 6, OUT_W = 300, OUT_H = 280, GROUP = 3, GROUP_W = 900 };
static const double TALL = (double)H / W;

/* Learning a framer takes thousands of drawn scenes: minutes in a sanitizer build. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SLOW = 1 };
#else
enum { IS_SLOW = 0 };
#endif

static const char spec[] = "data:\n"
                           "  images: faces/img_align_celeba.zip\n"
                           "  labels: faces/list_attr_celeba.csv\n"
                           "  partition: faces/list_eval_partition.csv\n"
                           "  image: {size: 32}\n"
                           "model: {type: logreg}\n";

/* Runs it in the test's folder with its own cache; the exit status must be 0. */
static void facet(const char *words)
{
    char *err,
        *command = pl_format("FACET_CACHE='%s' '%s' %s", tst_path("cache"), tst_facet(), words);
    int code = tst_shell(tst_dir(), command, NULL, &err);
    if (code != 0)
        tst_note("$ facet %s\n%s", words, err);
    CU_ASSERT_EQUAL_FATAL(code, 0);
    free(err);
    free(command);
}

static void write_pgm(const char *name, int w, int h, const uint8_t *x)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "P5 %d %d 255\n", w, h);
    pl_str_add_bytes(&s, (const char *)x, (size_t)w * (size_t)h);
    tst_write(tst_path("%s", name), s.text, s.size);
    pl_str_clear(&s);
}

/* What a face is put before: soft blotches of grey, random numbers at the corners of cells and between them what lies between. */
static void draw_ground(int w, int h, uint64_t seed, uint8_t *x)
{
    enum { CELL = 64, SIDE = 16 };
    kn_rng rng;
    double grey[SIDE * SIDE];
    kn_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < SIDE * SIDE; i++)
        grey[i] = 60 + (double)kn_rng_below(&rng, 120);
    for (int v = 0; v < h; v++)
        for (int u = 0; u < w; u++) {
            const double *at = grey + v / CELL * SIDE + u / CELL;
            double s = (double)(u % CELL) / CELL, t = (double)(v % CELL) / CELL;
            x[v * w + u] = (uint8_t)((1 - t) * ((1 - s) * at[0] + s * at[1]) +
                                     t * ((1 - s) * at[SIDE] + s * at[SIDE + 1]));
        }
}

/* A face's picture into a larger one, so that its frame is at the place. */
static void paste(const uint8_t *face, const pl_face_place *at, int w, int h, uint8_t *x)
{
    const double angle = at->turn * acos(-1) / 180, scale = at->side / W;
    const double a = cos(angle) / scale, b = sin(angle) / scale;
    const kn_warp map = {.a = a,
                         .b = b,
                         .c = W / 2.0 - a * at->x - b * at->y,
                         .d = -b,
                         .e = a,
                         .f = H / 2.0 + b * at->x - a * at->y};
    uint8_t *seen = malloc((size_t)w * (size_t)h);
    CU_ASSERT_PTR_NOT_NULL_FATAL(seen);
    kn_warp_u8(&map, KN_BORDER_EDGE, 0, (kn_shape){H, W, 1}, face, (kn_shape){h, w, 1}, seen);
    for (int v = 0; v < h; v++)
        for (int u = 0; u < w; u++) {
            double fx = map.a * (u + 0.5) + map.b * (v + 0.5) + map.c;
            double fy = map.d * (u + 0.5) + map.e * (v + 0.5) + map.f;
            if (fx >= 0 && fx < W && fy >= 0 && fy < H)
                x[v * w + u] = seen[v * w + u];
        }
    free(seen);
}

/* Where a row of the csv says that the face was. */
static pl_face_place place_of(const pl_csv *csv, size_t row, const size_t *column, int w, int h)
{
    double v[4];
    for (int i = 0; i < 4; i++)
        v[i] = atof(pl_csv_get(csv, row, column[i]));
    const kn_frame f = {.scale = v[0], .dx = v[1], .dy = v[2], .angle = v[3]};
    return pl_frame_place(&f, TALL, w, h);
}

static bool is_near(const pl_face_place *got, const pl_face_place *want)
{
    pl_move off = pl_place_between(want, got, TALL);
    return fabs(off.scale) < 0.2 && hypot(off.dx, off.dy) < 0.12 && fabs(off.turn) < 10;
}

enum { IMAGE, PROBABILITY, LABEL, SCORE, FRAME, COLUMNS = FRAME + 4 };
static const char *const names[COLUMNS] = {"image",       "probability", "label",    "frame_score",
                                           "frame_scale", "frame_dx",    "frame_dy", "frame_angle"};

static void read_table(const char *name, pl_csv *csv, size_t *column, size_t rows)
{
    TST_OK(pl_csv_read(tst_path("%s", name), csv, e));
    TST_OK(pl_csv_columns(name, csv, names, COLUMNS, column, e));
    if (csv->rows != rows + 1)
        tst_note("%s: %zu rows, wanted %zu", name, csv->rows - 1, rows);
    CU_ASSERT_EQUAL_FATAL(csv->rows, rows + 1);
}

static const pl_face_place places[FACES] = {{150, 140, 110, 0},  {170, 150, 130, 9},
                                            {130, 130, 90, -8},  {150, 150, 160, 5},
                                            {160, 120, 100, 12}, {140, 150, 140, -12}};

/* One face a picture: found where it was put. */
static void check_reframed(const uint8_t *face)
{
    uint8_t *x = malloc(OUT_W * OUT_H);
    pl_csv csv;
    size_t column[COLUMNS];
    int near = 0;
    TST_OK(pl_make_dirs(tst_path("one"), e));
    for (int i = 0; i < FACES; i++) {
        char name[32];
        snprintf(name, sizeof name, "one/%d.pgm", i);
        draw_ground(OUT_W, OUT_H, (uint64_t)i, x);
        paste(face + i * W * H, &places[i], OUT_W, OUT_H, x);
        write_pgm(name, OUT_W, OUT_H, x);
    }
    facet("-q predict m one --align --csv one.csv");
    read_table("one.csv", &csv, column, FACES);
    for (size_t i = 0; i < FACES; i++) {
        pl_face_place got = place_of(&csv, i + 1, column + FRAME, OUT_W, OUT_H);
        near += is_near(&got, &places[i]);
        CU_ASSERT_STRING_NOT_EQUAL(pl_csv_get(&csv, i + 1, column[LABEL]), "none");
        CU_ASSERT(atof(pl_csv_get(&csv, i + 1, column[SCORE])) >= 0.5);
    }
    tst_note("%d of %d faces found where they are", near, FACES);
    CU_ASSERT(near >= FACES - 1);
    pl_csv_clear(&csv);
    free(x);
}

/* --frame with the columns of --align sees the same. */
static void check_by_hand(const char *table, const char *folder, size_t rows)
{
    pl_csv csv, hand;
    size_t column[COLUMNS], of[COLUMNS];
    read_table(table, &csv, column, rows);
    for (size_t i = 1; i <= rows; i++) {
        const char *f[4];
        for (int k = 0; k < 4; k++)
            f[k] = pl_csv_get(&csv, i, column[FRAME + k]);
        char *words = pl_format("-q predict m %s/%s --frame %s,%s,%s,%s --csv hand.csv", folder,
                                pl_csv_get(&csv, i, column[IMAGE]), f[0], f[1], f[2], f[3]);
        facet(words);
        free(words);
        read_table("hand.csv", &hand, of, 1);
        CU_ASSERT_DOUBLE_EQUAL(atof(pl_csv_get(&hand, 1, of[PROBABILITY])),
                               atof(pl_csv_get(&csv, i, column[PROBABILITY])), 0.01);
        for (int k = 0; k < 4; k++)
            CU_ASSERT_STRING_EQUAL(pl_csv_get(&hand, 1, of[FRAME + k]), f[k]);
        CU_ASSERT_STRING_EQUAL(pl_csv_get(&hand, 1, of[SCORE]), "");
        pl_csv_clear(&hand);
    }
    pl_csv_clear(&csv);
}

/* Every face of a group has a row, those far from the middle too. */
static void check_group(const uint8_t *face)
{
    static const pl_face_place at[GROUP] = {
        {110, 150, 110, 4}, {450, 130, 100, -6}, {800, 160, 120, 0}};
    uint8_t *x = malloc(GROUP_W * OUT_H);
    pl_csv csv;
    size_t column[COLUMNS], which;
    bool seen[GROUP] = {false};
    static const char *const face_name[] = {"face"};
    draw_ground(GROUP_W, OUT_H, 77, x);
    for (int i = 0; i < GROUP; i++)
        paste(face + i * W * H, &at[i], GROUP_W, OUT_H, x);
    write_pgm("group.pgm", GROUP_W, OUT_H, x);
    facet("-q predict m group.pgm --align --all --csv group.csv");
    read_table("group.csv", &csv, column, GROUP);
    TST_OK(pl_csv_columns("group.csv", &csv, face_name, 1, &which, e));
    for (size_t i = 1; i <= GROUP; i++) {
        pl_face_place got = place_of(&csv, i, column + FRAME, GROUP_W, OUT_H);
        for (int k = 0; k < GROUP; k++)
            seen[k] = seen[k] || is_near(&got, &at[k]);
        CU_ASSERT_EQUAL(atoi(pl_csv_get(&csv, i, which)), (int)i - 1);
        CU_ASSERT_STRING_EQUAL(pl_csv_get(&csv, i, column[IMAGE]), "group.pgm");
    }
    CU_ASSERT(seen[0] && seen[1] && seen[2]);
    pl_csv_clear(&csv);
    free(x);
}

/* Noise, stripes and bare ground have no face, and no probability. */
static void check_textures(void)
{
    uint8_t *x = malloc(OUT_W * OUT_H);
    kn_rng rng;
    pl_csv csv;
    size_t column[COLUMNS];
    TST_OK(pl_make_dirs(tst_path("none"), e));
    kn_rng_init(&rng, 5, 0);
    for (int i = 0; i < OUT_W * OUT_H; i++)
        x[i] = (uint8_t)kn_rng_below(&rng, 256);
    write_pgm("none/0.pgm", OUT_W, OUT_H, x);
    for (int i = 0; i < OUT_W * OUT_H; i++)
        x[i] = i % OUT_W / 12 % 2 ? 200 : 50;
    write_pgm("none/1.pgm", OUT_W, OUT_H, x);
    draw_ground(OUT_W, OUT_H, 9, x);
    write_pgm("none/2.pgm", OUT_W, OUT_H, x);
    facet("-q predict m none --align --calibrated --csv none.csv");
    read_table("none.csv", &csv, column, 3);
    for (size_t i = 1; i <= 3; i++) {
        CU_ASSERT_STRING_EQUAL(pl_csv_get(&csv, i, column[LABEL]), "none");
        CU_ASSERT_STRING_EQUAL(pl_csv_get(&csv, i, column[PROBABILITY]), "");
        CU_ASSERT(atof(pl_csv_get(&csv, i, column[SCORE])) < 0.5);
    }
    pl_csv_clear(&csv);
    free(x);
}

/* Where the data is gone, the study's own framer serves, with the same bytes. */
static void check_without_data(void)
{
    size_t n, m;
    facet("-q predict m one --align --csv gone.csv --cache nowhere");
    char *with = tst_read(tst_path("one.csv"), &n), *without = tst_read(tst_path("gone.csv"), &m);
    CU_ASSERT(n == m && memcmp(with, without, n) == 0);
    free(with);
    free(without);
}

static void test_drawn_faces_are_found(void)
{
    if (IS_SLOW) {
        tst_skip("this build is too slow");
        return;
    }
    pl_images im;
    kn_pool *pool;
    tst_write_text(tst_path("m.yaml"), spec);
    facet("-q faces faces --images 800");
    facet("-q run m.yaml");
    TST_OK(kn_pool_new(1, &pool, e));
    TST_OK(pl_images_load(tst_path("faces/img_align_celeba.zip"), W, H, 1, KN_FILTER_TRIANGLE, pool,
                          &im, e));
    const uint8_t *test = im.x + (im.count - FACES) * W * H;
    check_reframed(test);
    check_by_hand("one.csv", "one", FACES);
    check_group(test);
    check_by_hand("group.csv", ".", GROUP);
    check_textures();
    check_without_data();
    pl_images_clear(&im);
    kn_pool_free(pool);
}

/* The checker itself: a face elsewhere is not near. */
static void test_another_place_is_not_near(void)
{
    const pl_face_place want = {150, 140, 110, 0}, same = {155, 143, 118, 5};
    const pl_face_place far[] = {{170, 140, 110, 0}, {150, 140, 140, 0}, {150, 140, 110, 11}};
    CU_ASSERT_TRUE(is_near(&same, &want));
    for (int i = 0; i < 3; i++)
        CU_ASSERT_FALSE(is_near(&far[i], &want));
}

const tst_case tst_cli_predict_align[] = {
    TST(test_another_place_is_not_near),
    TST_M(test_drawn_faces_are_found),
    TST_END,
};
