#include "draw/sheet.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/figures.h"
#include "draw/sheet_canvas.h"
#include "draw/sheet_palette.h"
#include "tst.h"
#include "util/fs.h"

enum { SIDE = 50, COUNT = 23, COLUMNS = 10 };

typedef struct made {
    uint8_t x[COUNT * SIDE * SIDE * 3];
    char name[COUNT][64];
    pl_tile tile[COUNT];
    pl_band band[2];
    pl_sheet sheet;
} made;

/* Pictures of one grey each, 10 i; in colour 10 i of red alone. The first 15 under one title, the others under none. */
static void make(made *m, int channels)
{
    for (int i = 0; i < COUNT; i++) {
        uint8_t *x = m->x + i * SIDE * SIDE * channels;
        memset(x, 0, (size_t)(SIDE * SIDE * channels));
        for (int k = 0; k < SIDE * SIDE; k++)
            x[k * channels] = (uint8_t)(10 * i);
        snprintf(m->name[i], sizeof m->name[i],
                 i == 3   ? "a-very-long-name-of-a-picture-%04d.jpg"
                 : i == 4 ? "caf\xC3\xA9 \xE2\x98\x83 \xFF\xC3 #$%%&@ %d.png"
                          : "%06d.jpg",
                 i);
        m->tile[i] = (pl_tile){.x = x,
                               .line = {m->name[i], "not Male 88 %"},
                               .bar = (float)i / COUNT,
                               .marked = i == 1};
    }
    m->band[0] = (pl_band){"a title", m->tile, 15};
    m->band[1] = (pl_band){NULL, m->tile + 15, COUNT - 15};
    m->sheet = (pl_sheet){.width = SIDE,
                          .height = SIDE,
                          .channels = channels,
                          .columns = COLUMNS,
                          .named = true,
                          .bars = true,
                          .small = true,
                          .band = m->band,
                          .bands = 2};
}

/* The PNG as rgb; *type is its colour type. */
static uint8_t *decode(const pl_sheet *sheet, int *w, int *h, int *type)
{
    pl_str png;
    png_image image = {.version = PNG_IMAGE_VERSION};
    pl_str_init(&png);
    TST_OK(pl_sheet_png(sheet, &png, e));
    *type = (uint8_t)png.text[25];
    CU_ASSERT_FATAL(png_image_begin_read_from_memory(&image, png.text, png.size) != 0);
    image.format = PNG_FORMAT_RGB;
    uint8_t *pixel = malloc(PNG_IMAGE_SIZE(image));
    CU_ASSERT_FATAL(pixel && png_image_finish_read(&image, NULL, pixel, 0, NULL) != 0);
    *w = (int)image.width;
    *h = (int)image.height;
    pl_str_clear(&png);
    return pixel;
}

/* Cells: 120 wide (16 characters and a gap), 155 high: picture twice its size, frame, bar, two lines; the title 32, the gap where
 * there is none 4. */
enum { CELL = 120, HIGH = 100 + 6 + 9 + 2 * 14 + 10, TITLE = 8 + 16 + 4, NO_TITLE = 4 };

static int row_top(int i)
{
    return i < 15 ? TITLE + HIGH * (i / COLUMNS) : TITLE + 2 * HIGH + NO_TITLE;
}

static int column_of(int i)
{
    return i < 15 ? i % COLUMNS : i - 15;
}

static void check_pictures(int channels, int want_type)
{
    static made m;
    int w, h, type;
    make(&m, channels);
    uint8_t *pixel = decode(&m.sheet, &w, &h, &type);
    CU_ASSERT_EQUAL(w, COLUMNS * CELL + 8);
    CU_ASSERT_EQUAL(h, TITLE + 3 * HIGH + NO_TITLE);
    CU_ASSERT_EQUAL(type, want_type);
    for (int i = 0; i < COUNT; i++) {
        const uint8_t *p = pixel + 3 * ((size_t)(row_top(i) + 57) * (size_t)w + 8 + 56) +
                           (size_t)(3 * CELL * column_of(i));
        CU_ASSERT_EQUAL(p[0], 10 * i);
        CU_ASSERT_EQUAL(p[1], channels == 3 ? 0 : 10 * i);
    }
    /* the frame of picture 1, and none of picture 2 */
    const uint8_t *frame = pixel + 3 * ((size_t)(row_top(0) + 5) * (size_t)w + 8 + 56 + CELL);
    const pl_rgb mark = channels == 3 ? pl_rgb_of(PL_COLOR_BAD) : (pl_rgb){30, 30, 30};
    CU_ASSERT(frame[0] == mark.r && frame[1] == mark.g && frame[2] == mark.b);
    CU_ASSERT(frame[3 * CELL] == 255);
    free(pixel);
}

static void test_sheet_draws_every_picture(void)
{
    check_pictures(1, PNG_COLOR_TYPE_GRAY);
    check_pictures(3, PNG_COLOR_TYPE_PALETTE);
}

/* Dark pixels in row y from x on. */
static int dark(const uint8_t *pixel, int w, int x, int y, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += pixel[3 * (y * w + x + i)] < 100;
    return count;
}

static void test_sheet_bars_are_as_long_as_the_probability(void)
{
    static made m;
    int w, h, type;
    make(&m, 1);
    m.tile[0].bar = 0;
    m.tile[1].bar = 0.25f;
    m.tile[2].bar = 1;
    uint8_t *pixel = decode(&m.sheet, &w, &h, &type);
    int y = TITLE + 4 + 3 + 100 + 3 + 1 + 3, x = 8 + 6;
    CU_ASSERT_EQUAL(dark(pixel, w, x, y, 100), 0);
    CU_ASSERT_EQUAL(dark(pixel, w, x + CELL, y, 100), 25);
    CU_ASSERT_EQUAL(dark(pixel, w, x + 2 * CELL, y, 100), 98); /* less the tick */
    free(pixel);
}

static void test_sheet_text_is_drawn_and_cut_at_its_head(void)
{
    static made m, other;
    int w, h, type, same = 0, differ = 0;
    make(&m, 1);
    make(&other, 1);
    memset(other.name[3], 'Z', 8); /* in the head, which is not shown */
    other.name[5][0] = '9';
    uint8_t *a = decode(&m.sheet, &w, &h, &type), *b = decode(&other.sheet, &w, &h, &type);
    for (int y = TITLE; y < TITLE + HIGH; y++) {
        same += memcmp(a + 3 * (y * w + 8 + 3 * CELL), b + 3 * (y * w + 8 + 3 * CELL), 3 * CELL);
        differ += memcmp(a + 3 * (y * w + 8 + 5 * CELL), b + 3 * (y * w + 8 + 5 * CELL), CELL) != 0;
    }
    CU_ASSERT_EQUAL(same, 0);
    CU_ASSERT(differ > 5);
    free(a);
    free(b);
}

static void test_sheet_write_leaves_the_same_bytes_alone(void)
{
    static made m;
    size_t size[3];
    char *bytes[3];
    make(&m, 3);
    for (int k = 0; k < 3; k++) {
        m.tile[7].bar = k == 2 ? 0.25f : 0.5f;
        TST_OK(pl_sheet_write(tst_path("sheet.png"), &m.sheet, e));
        bytes[k] = tst_read(tst_path("sheet.png"), &size[k]);
    }
    CU_ASSERT(size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0);
    CU_ASSERT(size[0] != size[2] || memcmp(bytes[0], bytes[2], size[0]) != 0);
    for (int k = 0; k < 3; k++)
        free(bytes[k]);
    TST_FAILS(KN_EIO, "cannot write 'none/sheet.png': No such file or directory",
              pl_sheet_write("none/sheet.png", &m.sheet, e));
}

static void test_sheet_of_nothing(void)
{
    int w, h, type;
    const pl_band empty = {"truly Male: 0", NULL, 0};
    pl_sheet s = {.width = SIDE, .height = SIDE, .channels = 3};
    free(decode(&s, &w, &h, &type));
    CU_ASSERT(w >= 100 && h >= 16);
    s.band = &empty;
    s.bands = 1;
    free(decode(&s, &w, &h, &type));
    CU_ASSERT(h >= 16);
}

static void test_text_length_counts_characters(void)
{
    CU_ASSERT_EQUAL(pl_text_length("caf\xC3\xA9"), 4);
    CU_ASSERT_EQUAL(pl_text_length("\xE2\x98\x83\xFF\xC3"), 3);
    TST_TEXT(pl_text_skip("caf\xC3\xA9 x", 4), " x");
    TST_TEXT(pl_text_skip("ab", 9), "");
}

/* 4,096 colours into 252, fixed ones exact, each bin near its colour: half of the bins' grid, 8 values, on every channel. */
static void test_palette_is_near_every_pixel(void)
{
    const pl_rgb fixed[] = {{255, 255, 255}, {30, 30, 30}};
    pl_palette *p = calloc(1, sizeof *p);
    uint8_t x[3];
    int worst = 0;
    for (int i = 0; i < 4096; i++) {
        x[0] = (uint8_t)(100 + i % 16 * 4);
        x[1] = (uint8_t)(60 + i / 16 % 16 * 4);
        x[2] = (uint8_t)(40 + i / 256 * 4);
        pl_palette_add(p, x, 1);
    }
    pl_palette_choose(p, fixed, 2);
    CU_ASSERT(p->count <= PL_PALETTE && p->count > 200);
    for (int i = 0; i < 4096; i++) {
        x[0] = (uint8_t)(100 + i % 16 * 4);
        x[1] = (uint8_t)(60 + i / 16 % 16 * 4);
        x[2] = (uint8_t)(40 + i / 256 * 4);
        const pl_rgb *v = &p->color[pl_palette_of(p, x)];
        int d = abs(v->r - x[0]) + abs(v->g - x[1]) + abs(v->b - x[2]);
        worst = d > worst ? d : worst;
    }
    CU_ASSERT(worst <= 24);
    CU_ASSERT_EQUAL(pl_palette_of(p, (const uint8_t[]){30, 30, 30}), 1);
    free(p);
}

const tst_case tst_draw_sheet[] = {TST(test_sheet_draws_every_picture),
                                   TST(test_sheet_bars_are_as_long_as_the_probability),
                                   TST(test_sheet_text_is_drawn_and_cut_at_its_head),
                                   TST(test_sheet_write_leaves_the_same_bytes_alone),
                                   TST(test_sheet_of_nothing),
                                   TST(test_text_length_counts_characters),
                                   TST(test_palette_is_near_every_pixel),
                                   TST_END};
