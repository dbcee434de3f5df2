#include "insight/explain.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "insight/explain_files.h"
#include "insight/explain_sheet.h"
#include "insight/gradcam.h"
#include "io/csv.h"
#include "io/npy.h"
#include "model_fixture.h"
#include "tst.h"
#include "util/fs.h"

static const char cnn[] = "model.type=cnn\nmodel.filters=[4,3]\nmodel.units=[3]\n"
                          "data.target=Male\ndata.image.size=16\n",
                  colored[] = "model.type=cnn\nmodel.filters=[4]\nmodel.units=[3]\n"
                              "model.output=softmax\ndata.target=Male\ndata.image.size=12\n"
                              "data.image.channels=rgb\n",
                  rnn[] =
                      "model.type=rnn\nmodel.hidden=[4]\nmodel.units=[3]\nmodel.output=softmax\n"
                      "data.target=Male\ndata.image.size=8\n";

enum { COUNT = 3 };

typedef struct subject {
    kn_pool *pool;
    pl_explainer x;
    kn_shape shape;
    size_t row;
    uint8_t *pixels; /* of COUNT pictures */
    const char *name[COUNT];
    pl_explained r[COUNT];
    pl_explanations all;
} subject;

static void set_up(subject *s, const char *canonical, const pl_explain_options *o)
{
    *s = (subject){.name = {"a.jpg", "b, \"b\".jpg", "caf\xC3\xA9.png"}};
    model_fixture_write(tst_path("run"), canonical, 0);
    TST_OK(kn_pool_new(2, &s->pool, e));
    TST_OK(pl_explainer_open(tst_path("run"), s->pool, o, &s->x, e));
    s->shape = kn_net_input(s->x.predictions.model->net);
    s->row = kn_shape_size(s->shape);
    s->pixels = malloc(COUNT * s->row);
    for (int i = 0; i < COUNT; i++) {
        model_fixture_pixels(s->x.predictions.model, i, s->pixels + (size_t)i * s->row);
        TST_OK(pl_explain(&s->x, s->pixels + (size_t)i * s->row, &s->r[i], e));
    }
    s->all = (pl_explanations){&s->x, "run", COUNT, s->pixels, s->name, s->r};
}

static void tear_down(subject *s)
{
    for (int i = 0; i < COUNT; i++)
        pl_explained_clear(&s->r[i]);
    pl_explainer_close(&s->x);
    kn_pool_free(s->pool);
    free(s->pixels);
}

/* Each map is what its own function gives; the strongest place is the first largest value. */
static void test_maps_and_what_is_strongest(void)
{
    const pl_explain_options o = {.map = {true, true, true}, .patch = 5, .stride = 3, .cls = -1};
    subject s;
    set_up(&s, cnn, &o);
    size_t n = (size_t)s.shape.h * (size_t)s.shape.w;
    float *want = malloc(n * sizeof *want);
    for (int i = 0; i < COUNT; i++) {
        const pl_explained *r = &s.r[i];
        const uint8_t *x = s.pixels + (size_t)i * s.row;
        CU_ASSERT_EQUAL(r->label, r->probability > 0.5f);
        CU_ASSERT_EQUAL(r->cls, r->label);
        double z = kn_attribution_run(s.x.attribution, x, 0);
        CU_ASSERT(tst_near((double)r->probability, 1 / (1 + exp(-z)), 1e-6, 0));
        TST_OK(pl_gradcam(s.x.attribution, s.x.predictions.model->net, s.x.layer, r->cls, want, e));
        CU_ASSERT_EQUAL(memcmp(want, r->map[PL_MAP_GRADCAM].v, n * sizeof *want), 0);
        pl_occlusion c;
        TST_OK(pl_occlude(s.x.predictions.by[0].trainer, x, s.shape, 1, 0, 5, 3, &c, e));
        pl_occlusion_map(&c, r->cls, want);
        CU_ASSERT_EQUAL(memcmp(want, r->map[PL_MAP_OCCLUSION].v, n * sizeof *want), 0);
        size_t best = pl_occlusion_strongest(&c, r->cls);
        CU_ASSERT_EQUAL(r->covered, c.covered[best]);
        CU_ASSERT_EQUAL(r->patch_x, c.x[best % (size_t)c.nx]);
        CU_ASSERT_EQUAL(r->patch_y, c.y[best / (size_t)c.nx]);
        pl_occlusion_clear(&c);
        for (int k = 0; k < PL_MAPS; k++) {
            const pl_pixel_map *m = &r->map[k];
            int first = -1;
            for (int p = (int)n - 1; p >= 0; p--) {
                CU_ASSERT((double)m->v[p] <= m->strongest);
                first = (double)m->v[p] == m->strongest ? p : first;
            }
            CU_ASSERT(first == m->y * s.shape.w + m->x);
        }
    }
    free(want);
    tear_down(&s);
}

/* Where nothing is asked for: by the model. */
static void test_what_a_model_gets_unasked(void)
{
    const pl_explain_options o = {.cls = 0};
    subject s;
    set_up(&s, cnn, &o);
    CU_ASSERT(s.r[0].map[PL_MAP_GRADCAM].v && !s.r[0].map[PL_MAP_INPUT].v);
    CU_ASSERT(s.r[0].map[PL_MAP_OCCLUSION].v && s.r[0].cls == 0);
    TST_TEXT(kn_net_layer(s.x.predictions.model->net, s.x.layer)->name, "conv2d_1");
    CU_ASSERT(s.x.options.patch == 3 && s.x.options.stride == 1);
    tear_down(&s);
    set_up(&s, rnn, &o);
    CU_ASSERT(!s.r[0].map[PL_MAP_GRADCAM].v && s.r[0].map[PL_MAP_INPUT].v);
    char *one = pl_class_name(&s.x, 1), *zero = pl_class_name(&s.x, 0);
    TST_TEXT(one, "Male");
    TST_TEXT(zero, "not Male");
    free(one);
    free(zero);
    tear_down(&s);
}

static void test_what_a_model_cannot_have(void)
{
    kn_pool *pool = NULL;
    pl_explainer x;
    TST_OK(kn_pool_new(1, &pool, e));
    model_fixture_write(tst_path("run"), rnn, 0);
    pl_explain_options o = {.map = {[PL_MAP_GRADCAM] = true}, .cls = -1};
    TST_FAILS(KN_EUSAGE,
              "the model has no convolution, which Grad-CAM looks at; gradient times input "
              "(--method input) and occlusion work for every model",
              pl_explainer_open(tst_path("run"), pool, &o, &x, e));
    model_fixture_write(tst_path("run"), cnn, 0);
    o.layer = "conv2d_2";
    TST_FAILS(KN_EUSAGE, "the model has no convolution 'conv2d_2'; it has conv2d, conv2d_1",
              pl_explainer_open(tst_path("run"), pool, &o, &x, e));
    o = (pl_explain_options){.patch = 17, .cls = -1};
    TST_FAILS(KN_EUSAGE, "a square of 17 pixels does not fit into pictures of 16x16: 1..16 do",
              pl_explainer_open(tst_path("run"), pool, &o, &x, e));
    model_fixture_write(tst_path("run"), cnn, NAN);
    o = (pl_explain_options){.map = {[PL_MAP_INPUT] = true}, .cls = 1};
    TST_OK(pl_explainer_open(tst_path("run"), pool, &o, &x, e));
    uint8_t pixels[16 * 16] = {1};
    pl_explained r;
    kn_error e = {KN_OK, ""};
    CU_ASSERT_EQUAL(pl_explain(&x, pixels, &r, &e), KN_ENUMERIC);
    pl_explainer_close(&x);
    kn_pool_free(pool);
}

static void read_png(const pl_str *png, png_image *image, uint8_t **pixel)
{
    *image = (png_image){.version = PNG_IMAGE_VERSION};
    CU_ASSERT_FATAL(png_image_begin_read_from_memory(image, png->text, png->size) != 0);
    image->format = PNG_FORMAT_RGB;
    *pixel = malloc(PNG_IMAGE_SIZE(*image));
    CU_ASSERT_FATAL(*pixel && png_image_finish_read(image, NULL, *pixel, 0, NULL) != 0);
}

static void sheet_of(const char *canonical, int cls, subject *s, pl_str *png)
{
    const pl_explain_options o = {.cls = cls};
    pl_str_init(png);
    set_up(s, canonical, &o);
    TST_OK(pl_explain_sheet(&s->all, png, e));
}

/* The first row of the picture stands in the sheet, enlarged ten times. */
static void test_the_sheet_shows_the_picture(void)
{
    subject s;
    pl_str png;
    png_image image;
    uint8_t *pixel;
    sheet_of(cnn, 1, &s, &png);
    read_png(&png, &image, &pixel);
    int scale = (150 + 15) / 16, rows = 0;
    for (uint32_t y = 0; y + 160 < image.height; y++) {
        const uint8_t *at = pixel + 3 * ((size_t)y * image.width + 11);
        bool same = true;
        for (int u = 0; u < 16 && same; u++)
            same =
                at[3 * u * scale] == s.pixels[u] && at[3 * (u * scale + scale - 1)] == s.pixels[u];
        rows += same;
    }
    CU_ASSERT_EQUAL(rows, scale);
    free(pixel);
    pl_str_clear(&png);
    tear_down(&s);
}

static void test_sheets_differ_by_class_alone(void)
{
    subject s;
    pl_str png[3];
    static const int cls[3] = {1, 1, 0};
    for (int i = 0; i < 3; i++) {
        sheet_of(colored, cls[i], &s, &png[i]);
        tear_down(&s);
    }
    CU_ASSERT(png[0].size == png[1].size && memcmp(png[0].text, png[1].text, png[0].size) == 0);
    CU_ASSERT(png[0].size != png[2].size || memcmp(png[0].text, png[2].text, png[0].size) != 0);
    for (int i = 0; i < 3; i++)
        pl_str_clear(&png[i]);
}

static void test_the_files(void)
{
    const pl_explain_options o = {.patch = 4, .stride = 4, .cls = -1};
    subject s;
    set_up(&s, colored, &o);
    TST_OK(pl_explain_write(&s.all, tst_path("new/out"), true, e));
    pl_npy a;
    TST_OK(pl_npy_open(tst_path("new/out/pictures.npy"), &a, e));
    CU_ASSERT(a.rank == 4 && a.dim[0] == COUNT && a.dim[3] == 3);
    CU_ASSERT_EQUAL(memcmp(a.data, s.pixels, COUNT * s.row), 0);
    pl_npy_close(&a);
    TST_OK(pl_npy_open(tst_path("new/out/occlusion.npy"), &a, e));
    CU_ASSERT(a.rank == 3 && a.dim[1] == 12 && a.type == PL_NPY_F4);
    CU_ASSERT_EQUAL(((const float *)a.data)[2 * 144 + 17], s.r[2].map[PL_MAP_OCCLUSION].v[17]);
    pl_npy_close(&a);
    pl_csv csv;
    TST_OK(pl_csv_read(tst_path("new/out/maps.csv"), &csv, e));
    CU_ASSERT(csv.rows == 1 + COUNT && pl_csv_fields(&csv, 0) == 13);
    TST_TEXT(pl_csv_get(&csv, 0, 12), "covered");
    TST_TEXT(pl_csv_get(&csv, 2, 0), s.name[1]);
    CU_ASSERT_EQUAL(atoi(pl_csv_get(&csv, 3, 5)), s.r[2].map[PL_MAP_GRADCAM].x);
    CU_ASSERT_EQUAL((float)atof(pl_csv_get(&csv, 1, 12)), s.r[0].covered);
    pl_csv_clear(&csv);
    TST_OK(pl_csv_read(tst_path("new/out/gradcam.csv"), &csv, e));
    CU_ASSERT_EQUAL_FATAL(csv.rows, 1 + COUNT * 144);
    TST_TEXT(pl_csv_get(&csv, 1 + 144 + 25, 0), s.name[1]);
    CU_ASSERT_EQUAL(atoi(pl_csv_get(&csv, 1 + 144 + 25, 2)), 2);
    CU_ASSERT_EQUAL((float)atof(pl_csv_get(&csv, 1 + 144 + 25, 3)),
                    s.r[1].map[PL_MAP_GRADCAM].v[25]);
    pl_csv_clear(&csv);
    CU_ASSERT_FALSE(pl_exists(tst_path("new/out/input.npy")));
    tear_down(&s);
}

const tst_case tst_insight_explain[] = {
    TST(test_maps_and_what_is_strongest),
    TST(test_what_a_model_gets_unasked),
    TST(test_what_a_model_cannot_have),
    TST(test_the_sheet_shows_the_picture),
    TST(test_sheets_differ_by_class_alone),
    TST(test_the_files),
    TST_END,
};
