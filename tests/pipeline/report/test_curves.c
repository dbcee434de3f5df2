#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "report/plot_bodies.h"
#include "tst.h"

/* Two seeds, the second one epoch longer. */
static pl_report_epoch a[2] = {{1, 0.7, 0.6, 0.6, 0.7}, {2, 0.5, 0.8, 0.4, 0.9}};
static pl_report_epoch b[3] = {
    {1, 0.9, 0.5, 0.8, 0.6}, {2, 0.6, 0.7, 0.5, 0.8}, {3, 0.25, 0.9, 0.5, 0.85}};

static const pl_report_run first = {.seed = "1", .model = "cnn", .epoch = a, .epoch_count = 2};
static const pl_report_run second = {.seed = "2", .model = "cnn", .epoch = b, .epoch_count = 3};

static void test_the_band_is_least_and_greatest(void)
{
    const pl_report_run *const runs[2] = {&first, &second};
    const pl_curves c = {"g0", runs, 2};
    pl_str s;
    pl_str_init(&s);
    pl_curves_csv(&c, &s);
    TST_TEXT(s.text,
             "epoch,runs,train_accuracy,train_accuracy_low,train_accuracy_high,val_accuracy,"
             "val_accuracy_low,val_accuracy_high,train_loss,train_loss_low,train_loss_high,"
             "val_loss,val_loss_low,val_loss_high\n"
             "1,2,0.55,0.5,0.6,0.65,0.6,0.7,0.8,0.7,0.9,0.7,0.6,0.8\n"
             "2,2,0.75,0.7,0.8,0.85,0.8,0.9,0.55,0.5,0.6,0.45,0.4,0.5\n"
             "3,1,0.9,0.9,0.9,0.85,0.85,0.85,0.25,0.25,0.25,0.5,0.5,0.5\n");
    pl_str_clear(&s);
}

static void test_json_for_the_page(void)
{
    const pl_report_run *const runs[2] = {&first, &second};
    const pl_curves c = {"g0", runs, 2}, one = {"g0", runs, 1};
    pl_str s;
    pl_str_init(&s);
    pl_curves_json(&c, &s);
    TST_TEXT(s.text,
             "[{\"xlabel\":\"epoch\",\"ylabel\":\"accuracy (%)\",\"x\":[1,2,3],\"series\":["
             "{\"name\":\"train\",\"role\":\"train\",\"y\":[55,75,90],\"low\":[50,70,90],"
             "\"high\":[60,80,90]},{\"name\":\"validation\",\"role\":\"val\",\"y\":[65,85,85],"
             "\"low\":[60,80,85],\"high\":[70,90,85]}],\"marks\":[{\"name\":\"best epoch\","
             "\"series\":1,\"x\":2,\"y\":85}]},{\"xlabel\":\"epoch\",\"ylabel\":\"loss\",\"x\":"
             "[1,2,3],\"series\":[{\"name\":\"train\",\"role\":\"train\",\"y\":[0.8,0.55,0.25],"
             "\"low\":[0.7,0.5,0.25],\"high\":[0.9,0.6,0.25]},{\"name\":\"validation\",\"role\":"
             "\"val\",\"y\":[0.7,0.45,0.5],\"low\":[0.6,0.4,0.5],\"high\":[0.8,0.5,0.5]}],"
             "\"marks\":[{\"name\":\"best epoch\",\"series\":1,\"x\":2,\"y\":0.45}]}]");
    pl_str_reset(&s);
    pl_curves_json(&one, &s);
    CU_ASSERT_PTR_NULL(strstr(s.text, "\"low\""));
    pl_str_clear(&s);
}

static pl_report_epoch many[1000];

static void test_of_many_epochs_some_and_none_without_values(void)
{
    pl_report_run run = {.seed = "", .model = "cnn", .epoch = many, .epoch_count = 1000};
    const pl_report_run *const runs[1] = {&run};
    const pl_curves c = {"g0", runs, 1};
    const double none = (double)NAN;
    for (int i = 0; i < 1000; i++)
        many[i] = (pl_report_epoch){i + 1, 1.0 / (i + 1), none, i == 500 ? none : 0.1, none};
    pl_str s;
    pl_str_init(&s);
    pl_curves_json(&c, &s);
    json_t *charts = json_loads(s.text, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(json_array_size(charts), 1); /* no accuracy */
    json_t *x = json_object_get(json_array_get(charts, 0), "x");
    CU_ASSERT_EQUAL(json_array_size(x), 250);
    CU_ASSERT_EQUAL(json_integer_value(json_array_get(x, 0)), 1);
    CU_ASSERT_EQUAL(json_integer_value(json_array_get(x, 249)), 1000);
    json_decref(charts);
    for (int i = 0; i < 1000; i++)
        many[i].train_loss = many[i].val_loss = none;
    pl_str_reset(&s);
    pl_curves_json(&c, &s);
    TST_TEXT(s.text, "[]");
    pl_str_reset(&s);
    pl_plot_curves(&c, &s); /* empty panels */
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "plot [0:1][0:1] 2 notitle"));
    pl_str_clear(&s);
}

const tst_case tst_report_curves[] = {
    TST(test_the_band_is_least_and_greatest), TST(test_json_for_the_page),
    TST(test_of_many_epochs_some_and_none_without_values), TST_END};
