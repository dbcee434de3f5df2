/* The evaluate stage: metrics.json against what follows from predictions.csv. */
#include "stage_rig.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "tst.h"
#include "util/interrupt.h"

static const char settings[] = "model.type=cnn\nmodel.filters=[4]\nmodel.units=[6]\n"
                               "model.regularizer.l2=0.001\ntrain.batch=16\ntrain.epochs=6\n"
                               "train.lr=0.02\n";

typedef struct side_rows {
    int count, label[64];
    double p[64];
} side_rows;

/* Rows of one side; checks the header, the order and the names on the way. */
static side_rows read_side(const stage_rig *r, int side)
{
    static const char *const names[] = {"train", "val", "test"};
    side_rows out = {0};
    pl_csv t;
    TST_OK(pl_csv_read(stage_rig_path("a", "evaluate/predictions.csv"), &t, e));
    for (size_t i = 1; i < t.rows; i++) {
        if (strcmp(pl_csv_get(&t, i, 1), names[side]) != 0)
            continue;
        uint32_t image = stage_rig_image(r, side, out.count);
        char name[32];
        snprintf(name, sizeof name, "%06u.jpg", image + 1);
        TST_TEXT(pl_csv_get(&t, i, 0), name);
        out.label[out.count] = atoi(pl_csv_get(&t, i, 2));
        CU_ASSERT_EQUAL(out.label[out.count], stage_rig_label(image));
        out.p[out.count++] = strtod(pl_csv_get(&t, i, 3), NULL);
    }
    pl_csv_clear(&t);
    CU_ASSERT_EQUAL(out.count, r->side[side]);
    return out;
}

static void check_number(const json_t *scores, const char *key, double want, double rtol)
{
    const json_t *value = json_object_get(scores, key);
    bool near = value && tst_near(json_number_value(value), want, 1e-12, rtol);
    CU_ASSERT_TRUE(near);
    if (!near)
        tst_note("%s: got %.17g, want %.17g", key, json_number_value(value), want);
}

/* Pairs (a 1, a 0) with the 1 above, ties half. */
static double auc(const side_rows *s)
{
    double above = 0, pairs = 0;
    for (int i = 0; i < s->count; i++)
        for (int j = 0; j < s->count; j++)
            if (s->label[i] && !s->label[j]) {
                pairs++;
                above += s->p[i] > s->p[j] ? 1 : s->p[i] == s->p[j] ? 0.5 : 0;
            }
    return above / pairs;
}

static void check_scores(const json_t *scores, const side_rows *s)
{
    double m[2][2] = {{0, 0}, {0, 0}}, loss = 0, n = s->count;
    for (int i = 0; i < s->count; i++) {
        m[s->label[i]][s->p[i] > 0.5]++;
        loss -= log(s->label[i] ? s->p[i] : 1 - s->p[i]);
    }
    double ones = m[1][0] + m[1][1], recall_0 = m[0][0] / (n - ones), recall_1 = m[1][1] / ones;
    double precision_1 = m[1][1] / (m[0][1] + m[1][1]);
    check_number(scores, "count", n, 0);
    check_number(scores, "accuracy", (m[0][0] + m[1][1]) / n, 1e-9);
    check_number(scores, "balanced_accuracy", (recall_0 + recall_1) / 2, 1e-9);
    check_number(scores, "majority", fmax(ones, n - ones) / n, 1e-9);
    check_number(scores, "recall_0", recall_0, 1e-9);
    check_number(scores, "recall_1", recall_1, 1e-9);
    check_number(scores, "precision_0", m[0][0] / (m[0][0] + m[1][0]), 1e-9);
    check_number(scores, "precision_1", precision_1, 1e-9);
    check_number(scores, "f1", 2 * precision_1 * recall_1 / (precision_1 + recall_1), 1e-9);
    check_number(scores, "auc", auc(s), 1e-9);
    check_number(scores, "log_loss", loss / n, 1e-5);
    for (int i = 0; i < 4; i++) {
        const json_t *row = json_array_get(json_object_get(scores, "confusion"), (size_t)(i / 2));
        double got = (double)json_integer_value(json_array_get(row, (size_t)(i % 2)));
        CU_ASSERT_EQUAL(got, m[i / 2][i % 2]);
    }
}

static json_t *metrics(void)
{
    json_t *root = json_load_file(stage_rig_path("a", "evaluate/metrics.json"), 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    return root;
}

static void test_metrics_follow_from_the_predictions(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 60, 30, 50);
    stage_rig_spec(&r, settings);
    TST_OK(stage_rig_train(&r, "a", e));
    TST_OK(stage_rig_evaluate(&r, "a", e));
    json_t *m = metrics();
    side_rows val = read_side(&r, 1), test = read_side(&r, 2);
    check_scores(json_object_get(m, "val"), &val);
    check_scores(json_object_get(m, "test"), &test);
    json_decref(m);
    stage_rig_clear(&r);
}

/* loss - log_loss is the penalty, on both sides; and val is what the last epoch said. */
static void test_the_loss_includes_the_penalty(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 60, 30, 50);
    stage_rig_spec(&r, settings);
    TST_OK(stage_rig_train(&r, "a", e));
    TST_OK(stage_rig_evaluate(&r, "a", e));
    json_t *m = metrics();
    double loss[2], log_loss[2];
    static const char *const side[] = {"val", "test"};
    for (int i = 0; i < 2; i++) {
        const json_t *s = json_object_get(m, side[i]);
        loss[i] = json_number_value(json_object_get(s, "loss"));
        log_loss[i] = json_number_value(json_object_get(s, "log_loss"));
    }
    CU_ASSERT_TRUE(loss[0] > log_loss[0]);
    CU_ASSERT_TRUE(tst_near(loss[0] - log_loss[0], loss[1] - log_loss[1], 1e-9, 0));
    json_decref(m);
    pl_csv t;
    TST_OK(pl_csv_read(stage_rig_path("a", "train/epochs.csv"), &t, e));
    CU_ASSERT_TRUE(tst_near(strtod(pl_csv_get(&t, t.rows - 1, 3), NULL), loss[0], 0, 1e-8));
    pl_csv_clear(&t);
    stage_rig_clear(&r);
}

static void test_same_for_any_threads(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 60, 30, 50);
    stage_rig_spec(&r, settings);
    TST_OK(stage_rig_train(&r, "a", e));
    char *predictions = NULL, *scores = NULL;
    for (int threads = 1; threads <= 3; threads++) {
        stage_rig_threads(&r, threads);
        TST_OK(stage_rig_evaluate(&r, "a", e));
        char *p = stage_rig_text("a", "evaluate/predictions.csv");
        char *m = stage_rig_text("a", "evaluate/metrics.json");
        if (predictions) {
            TST_TEXT(p, predictions);
            TST_TEXT(m, scores);
        }
        free(predictions);
        free(scores);
        predictions = p;
        scores = m;
    }
    free(predictions);
    free(scores);
    stage_rig_clear(&r);
}

static void test_a_side_without_images(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 60, 0, 50);
    stage_rig_spec(&r, settings);
    TST_OK(stage_rig_train(&r, "a", e));
    TST_OK(stage_rig_evaluate(&r, "a", e));
    json_t *m = metrics();
    CU_ASSERT_PTR_NULL(json_object_get(m, "val"));
    CU_ASSERT_PTR_NOT_NULL(json_object_get(m, "test"));
    json_decref(m);
    stage_rig_clear(&r);
}

static void test_inputs_that_do_not_fit(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 60, 10, 10);
    stage_rig_spec(&r, settings);
    TST_OK(stage_rig_train(&r, "a", e));
    tst_write_text(tst_path("ingest/names.csv"), "image\n000001.jpg\n");
    char want[2048];
    snprintf(want, sizeof want, "%s: 1 names for 80 images", tst_path("ingest/names.csv"));
    TST_FAILS(KN_EFORMAT, want, stage_rig_evaluate(&r, "a", e));
    stage_rig_clear(&r);
}

static void test_interrupted(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 60, 10, 10);
    stage_rig_spec(&r, settings);
    TST_OK(stage_rig_train(&r, "a", e));
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED, "interrupted", stage_rig_evaluate(&r, "a", e));
    pl_interrupt_set(false);
    stage_rig_clear(&r);
}

const tst_case tst_stages_evaluate[] = {
    TST(test_metrics_follow_from_the_predictions),
    TST(test_the_loss_includes_the_penalty),
    TST(test_same_for_any_threads),
    TST(test_a_side_without_images),
    TST(test_inputs_that_do_not_fit),
    TST(test_interrupted),
    TST_END,
};
