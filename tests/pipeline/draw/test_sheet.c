#include "draw/sheet.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tst.h"

enum { SIDE = 50, COUNT = 23 };

/* Pictures of one grey each, 10 i. */
static pl_sheet make_sheet(uint8_t *x, const char **names, float *p, int8_t *label)
{
    static char text[COUNT][64];
    for (int i = 0; i < COUNT; i++) {
        memset(x + i * SIDE * SIDE, 10 * i, SIDE * SIDE);
        snprintf(text[i], sizeof text[i],
                 i == 3 ? "a-very-long-name-of-a-picture-%04d.jpg" : "%06d.jpg", i);
        names[i] = text[i];
        p[i] = (float)i / COUNT;
        label[i] = (int8_t)(i == 1 ? 1 : i == 2 ? 0 : -1);
    }
    names[4] = "caf\xC3\xA9 {|}~ #$%&@.png";
    return (pl_sheet){SIDE, SIDE, 1, COUNT, x, names, p, label};
}

static void test_sheet_write_draws_every_picture(void)
{
    static uint8_t x[COUNT * SIDE * SIDE];
    const char *names[COUNT];
    float p[COUNT];
    int8_t label[COUNT];
    pl_sheet s = make_sheet(x, names, p, label);
    TST_OK(pl_sheet_write(tst_path("sheet.png"), &s, e));

    png_image image = {.version = PNG_IMAGE_VERSION};
    CU_ASSERT_FATAL(png_image_begin_read_from_file(&image, tst_path("sheet.png")) != 0);
    image.format = PNG_FORMAT_RGB;
    uint8_t *pixel = malloc(PNG_IMAGE_SIZE(image));
    CU_ASSERT_FATAL(pixel && png_image_finish_read(&image, NULL, pixel, 0, NULL) != 0);
    /* cells: 120 x 136, 10 in a row, 3 rows; thumbnails twice their size */
    CU_ASSERT_EQUAL(image.width, 1208);
    CU_ASSERT_EQUAL(image.height, 3 * 136);
    for (int i = 0; i < COUNT; i++) {
        size_t cx = (size_t)(64 + 120 * (i % 10)), cy = (size_t)(57 + 136 * (i / 10));
        CU_ASSERT_EQUAL(pixel[3 * (cy * image.width + cx)], 10 * i);
    }
    /* picture 1 is labelled 1 and answered 0: its frame is red; picture 2 is right */
    const uint8_t *frame = pixel + 3 * (size_t)(5 * (int)image.width + 64 + 120);
    CU_ASSERT(frame[0] == 200 && frame[1] == 40);
    frame += (ptrdiff_t)3 * 120;
    CU_ASSERT(frame[0] == 255 && frame[1] == 255);
    free(pixel);
}

static void test_sheet_write_gives_the_same_bytes(void)
{
    static uint8_t x[COUNT * SIDE * SIDE];
    const char *names[COUNT];
    float p[COUNT];
    int8_t label[COUNT];
    pl_sheet s = make_sheet(x, names, p, label);
    size_t size[3];
    char *bytes[3];
    for (int k = 0; k < 3; k++) {
        p[7] = k == 2 ? 0.25f : 0.5f;
        TST_OK(pl_sheet_write(tst_path("sheet.png"), &s, e));
        bytes[k] = tst_read(tst_path("sheet.png"), &size[k]);
    }
    CU_ASSERT(size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0);
    CU_ASSERT(size[0] != size[2] || memcmp(bytes[0], bytes[2], size[0]) != 0);
    for (int k = 0; k < 3; k++)
        free(bytes[k]);
}

static void test_sheet_write_of_nothing(void)
{
    pl_sheet s = {SIDE, SIDE, 3, 0, NULL, NULL, NULL, NULL};
    TST_OK(pl_sheet_write(tst_path("sheet.png"), &s, e));
}

const tst_case tst_draw_sheet[] = {TST(test_sheet_write_draws_every_picture),
                                   TST(test_sheet_write_gives_the_same_bytes),
                                   TST(test_sheet_write_of_nothing), TST_END};
