#include "insight/weights.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "draw/doc.h"
#include "draw/heat.h"
#include "insight/weights_section.h"
#include "io/csv.h"
#include "kernels/nn/net_data.h"
#include "model_fixture.h"
#include "pipeline/report/report_fixture.h"
#include "tst.h"
#include "util/fs.h"

static const char cnn[] = "model.type=cnn\nmodel.filters=[4]\nmodel.units=[3]\n"
                          "data.target=Male\ndata.image.size=8\n",
                  colored[] = "model.type=cnn\nmodel.filters=[4]\nmodel.units=[3]\n"
                              "data.target=Male\ndata.image.size=8\ndata.image.channels=rgb\n",
                  logreg[] = "model.type=logreg\ndata.target=Male\ndata.image.size=9\n",
                  rnn[] =
                      "model.type=rnn\nmodel.hidden=[4]\nmodel.units=[3]\nmodel.output=softmax\n"
                      "data.target=Male\ndata.image.size=8\n";

static void read_of(const char *canonical, pl_model *m, pl_weights *w)
{
    const char *dir = tst_path("model");
    model_fixture_write(dir, canonical, 0);
    model_fixture_load(dir, m);
    TST_OK(pl_weights_read(m, 0, w, e));
}

static void test_filters_are_the_kernels(void)
{
    for (int c = 1; c <= 3; c += 2) {
        pl_model m;
        pl_weights w;
        read_of(c == 1 ? cnn : colored, &m, &w);
        CU_ASSERT_EQUAL(w.kind, PL_WEIGHTS_FILTERS);
        TST_TEXT(w.layer, "conv2d");
        CU_ASSERT(w.w == 3 && w.h == 3 && w.channels == c && w.count == 4 && w.all == 4);
        const float *kernel = kn_net_tensor(m.net, 0, m.block).data; /* [3,3,c,4] */
        double most = 0;
        for (int k = 0; k < 4; k++)
            for (int i = 0; i < 9 * c; i++) {
                CU_ASSERT_EQUAL(w.v[k * 9 * c + i], kernel[i * 4 + k]);
                most = fmax(most, fabs((double)kernel[i * 4 + k]));
            }
        CU_ASSERT_EQUAL(w.most, most);
        pl_weights_clear(&w);
        pl_model_clear(&m);
    }
}

static void test_logistic_regression_is_a_picture(void)
{
    pl_model m;
    pl_weights w;
    read_of(logreg, &m, &w);
    CU_ASSERT_EQUAL(w.kind, PL_WEIGHTS_OUTPUT);
    CU_ASSERT(w.w == 9 && w.h == 9 && w.channels == 1 && w.count == 1);
    CU_ASSERT_EQUAL(memcmp(w.v, kn_net_tensor(m.net, 0, m.block).data, 81 * sizeof(float)), 0);
    pl_weights_clear(&w);
    pl_model_clear(&m);
}

/* Dense layers on pixels: hidden units each have a picture; of softmax the output layer's difference counts. */
static void test_dense_units_and_softmax(void)
{
    pl_model m;
    pl_weights w;
    read_of("model.type=layers\nmodel.output=softmax\n"
            "model.layers=[{\"type\":\"flatten\"},{\"type\":\"dense\",\"units\":5}]\n"
            "data.target=Male\ndata.image.size=6\n",
            &m, &w);
    const float *v = kn_net_tensor(m.net, 0, m.block).data;
    CU_ASSERT_EQUAL(w.kind, PL_WEIGHTS_UNITS);
    CU_ASSERT(w.count == 5 && w.w == 6);
    CU_ASSERT_EQUAL(w.v[36 * 2 + 7], v[7 * 5 + 2]);
    pl_weights_clear(&w);
    pl_model_clear(&m);
    read_of("model.type=layers\nmodel.output=softmax\nmodel.layers=[{\"type\":\"flatten\"}]\n"
            "data.target=Male\ndata.image.size=6\n",
            &m, &w);
    v = kn_net_tensor(m.net, 0, m.block).data;
    CU_ASSERT_EQUAL(w.kind, PL_WEIGHTS_OUTPUT);
    CU_ASSERT_EQUAL(w.v[7], v[15] - v[14]);
    pl_weights_clear(&w);
    pl_model_clear(&m);
}

static void test_recurrent_nets_have_none(void)
{
    pl_model m;
    pl_weights w;
    read_of(rnn, &m, &w);
    CU_ASSERT_EQUAL(w.kind, PL_WEIGHTS_NONE);
    pl_weights_clear(&w);
    pl_model_clear(&m);
}

static void test_what_is_not_finite_is_said(void)
{
    pl_model m;
    pl_weights w;
    const char *dir = tst_path("model");
    model_fixture_write(dir, cnn, NAN);
    model_fixture_load(dir, &m);
    TST_FAILS(KN_ENUMERIC, "a weight of conv2d is not finite", pl_weights_read(&m, 0, &w, e));
    pl_model_clear(&m);
}

static void test_the_csv_has_every_weight(void)
{
    pl_model m;
    pl_weights w;
    pl_str s;
    pl_csv csv;
    read_of(colored, &m, &w);
    pl_str_init(&s);
    pl_weights_csv(&w, &s);
    tst_write_text(tst_path("w.csv"), s.text);
    TST_OK(pl_csv_read(tst_path("w.csv"), &csv, e));
    CU_ASSERT_EQUAL_FATAL(csv.rows, 1 + 4 * 9 * 3);
    for (size_t r = 1; r < csv.rows; r++) {
        int at[4]; /* number, channel, y, x */
        for (size_t k = 0; k < 4; k++)
            at[k] = atoi(pl_csv_get(&csv, r, k));
        float want = w.v[((at[0] * 3 + at[2]) * 3 + at[3]) * 3 + at[1]];
        CU_ASSERT_EQUAL((float)atof(pl_csv_get(&csv, r, 4)), want);
    }
    pl_csv_clear(&csv);
    pl_str_clear(&s);
    pl_weights_clear(&w);
    pl_model_clear(&m);
}

/* The colour of a weight is in the picture as often as its square is large, and the sheet has the same bytes again. */
static void test_the_sheet_shows_them(void)
{
    pl_model m;
    pl_weights w;
    pl_str png, again;
    read_of(logreg, &m, &w);
    pl_str_init(&png);
    pl_str_init(&again);
    TST_OK(pl_weights_sheet(&w, "run", "Male", &png, e));
    TST_OK(pl_weights_sheet(&w, "run", "Male", &again, e));
    CU_ASSERT(png.size == again.size && memcmp(png.text, again.text, png.size) == 0);
    png_image image = {.version = PNG_IMAGE_VERSION};
    CU_ASSERT_FATAL(png_image_begin_read_from_memory(&image, png.text, png.size) != 0);
    image.format = PNG_FORMAT_RGB;
    uint8_t *pixel = malloc(PNG_IMAGE_SIZE(image)), want[3];
    CU_ASSERT_FATAL(pixel && png_image_finish_read(&image, NULL, pixel, 0, NULL) != 0);
    int scale = (400 + 8) / 9, found = 0;
    for (int i = 0; i < 81; i++)
        if (fabs((double)w.v[i]) == w.most)
            pl_heat_color(PL_HEAT_SIGNED, (double)w.v[i] / w.most, want);
    for (size_t i = 0; i < (size_t)image.width * image.height; i++)
        found += memcmp(pixel + 3 * i, want, 3) == 0;
    CU_ASSERT(found >= scale * scale);
    CU_ASSERT(found < scale * scale + 100); /* an end of the bar has it too */
    free(pixel);
    pl_str_clear(&png);
    pl_str_clear(&again);
    pl_weights_clear(&w);
    pl_model_clear(&m);
}

/* A study of three groups of two seeds: the run with the better validation accuracy is shown. */
static void study(pl_study_data *d, const char *const model[3])
{
    const report_fixture f = {
        .groups = 3, .seeds = 2, .epochs = 2, .axis = {"model.type"}, .images = 10};
    const char *dir = tst_path("study");
    report_fixture_write(dir, &f);
    for (int g = 0; g < 3; g++)
        for (int k = 0; model[g] && k < 2; k++)
            model_fixture_write(tst_path("study/runs/%012x", 16 * g + k), model[g], 0);
    TST_OK(pl_study_data_read(dir, d, e));
}

static void test_the_section_of_a_group(void)
{
    static const char *const models[3] = {cnn, logreg, rnn};
    pl_study_data d;
    pl_doc doc;
    pl_doc_init(&doc);
    study(&d, models);
    for (int g = 0; g < 3; g++)
        TST_OK(pl_group_weights_section(&d, g, &doc, e));
    CU_ASSERT_EQUAL_FATAL(doc.count, 4);
    CU_ASSERT_EQUAL(doc.block[0].level, 4);
    TST_TEXT(doc.block[0].text, "Weights on the pixels");
    TST_TEXT(doc.block[0].id, "weights-000000000000");
    TST_TEXT(doc.block[1].name, "pictures/000000000000-weights.png");
    TST_TEXT(doc.block[1].text,
             "The 4 filters of conv2d, 3 x 3 pixels each, all on one scale from -0.665 to 0.665: "
             "orange above 0, purple below. Run 000000000000, seed 1.");
    TST_TEXT(doc.block[3].name, "pictures/000000000010-weights.png");
    CU_ASSERT(pl_exists(tst_path("study/pictures/000000000000-weights.csv")));
    CU_ASSERT(pl_exists(tst_path("study/pictures/000000000010-weights.png")));
    CU_ASSERT_FALSE(pl_exists(tst_path("study/pictures/000000000020-weights.png")));
    pl_doc_clear(&doc);
    pl_study_data_clear(&d);
}

static void test_a_section_without_a_model(void)
{
    static const char *const models[3] = {cnn, NULL, cnn};
    pl_study_data d;
    pl_doc doc;
    pl_doc_init(&doc);
    study(&d, models);
    TST_OK(pl_group_weights_section(&d, 1, &doc, e));
    model_fixture_write(tst_path("study/runs/%012x", 0), cnn, NAN);
    TST_OK(pl_group_weights_section(&d, 0, &doc, e));
    CU_ASSERT_EQUAL(doc.count, 0);
    tst_write_text(tst_path("study/runs/%012x/model.safetensors", 32), "cut");
    kn_error e = {KN_OK, ""};
    CU_ASSERT_EQUAL(pl_group_weights_section(&d, 2, &doc, &e), KN_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "000000000020/model.safetensors"));
    pl_doc_clear(&doc);
    pl_study_data_clear(&d);
}

const tst_case tst_insight_weights[] = {
    TST(test_filters_are_the_kernels),    TST(test_logistic_regression_is_a_picture),
    TST(test_dense_units_and_softmax),    TST(test_recurrent_nets_have_none),
    TST(test_what_is_not_finite_is_said), TST(test_the_csv_has_every_weight),
    TST(test_the_sheet_shows_them),       TST(test_the_section_of_a_group),
    TST(test_a_section_without_a_model),  TST_END,
};
