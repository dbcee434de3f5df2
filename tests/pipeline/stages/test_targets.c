/* train and evaluate of models that tell several attributes: names, missing labels, and what stays as with one. */
#include "stage_rig.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "io/npy.h"
#include "ops/loss/loss.h"
#include "stages/model_file.h"
#include "stages/scores.h"
#include "tst.h"
#include "util/fs.h"

enum { T = 3, SIZE = 8, TRAIN = 64, VAL = 24, TEST = 32, ALL = TRAIN + VAL + TEST };
static const char *const names[T] = {"kind", "odd", "rare"};

#define SETTINGS                                                                                   \
    "model.type=cnn\nmodel.filters=[4]\nmodel.units=[6]\ntrain.batch=16\ntrain.epochs=4\n"         \
    "train.lr=0.02\n"

/* The rig's label, a bit of the number, and every fifth; every fourth of the second is not known. */
static uint8_t label_of(uint32_t image, int target)
{
    if (target == 0)
        return stage_rig_label(image);
    if (target == 1)
        return image % 4 == 3 ? KN_LABEL_MISSING : image % 2;
    return image % 5 == 0;
}

static void write_labels(const stage_rig *r, int targets, uint8_t (*label)(uint32_t, int))
{
    uint8_t *y = malloc((size_t)(ALL * targets));
    CU_ASSERT_PTR_NOT_NULL_FATAL(y);
    pl_str csv;
    pl_str_init(&csv);
    pl_str_add(&csv, "target\n");
    for (int k = 0; k < targets; k++)
        pl_str_addf(&csv, "%s\n", names[k]);
    for (int i = 0; i < ALL; i++)
        for (int k = 0; k < targets; k++)
            y[i * targets + k] = label((uint32_t)i, k);
    char *path = pl_path_join(r->ingest, "y.npy"), *list = pl_path_join(r->ingest, "targets.csv");
    const int64_t dim[] = {ALL, targets};
    TST_OK(pl_npy_write(path, PL_NPY_U1, 2, dim, y, e));
    tst_write_text(list, csv.text);
    free(path);
    free(list);
    free(y);
    pl_str_clear(&csv);
}

static void set_up(stage_rig *r, const char *target)
{
    stage_rig_init(r, SIZE, TRAIN, VAL, TEST);
    write_labels(r, T, label_of);
    char *text = pl_format(SETTINGS "data.target=%s\n", target);
    stage_rig_spec(r, text);
    free(text);
}

/* The names in the model file, joined by |. */
static char *names_of(const char *name)
{
    pl_model m;
    pl_str s;
    pl_str_init(&s);
    TST_OK(pl_model_load(stage_rig_path(name, "train/model.safetensors"), &m, e));
    for (int k = 0; k < m.spec.data.target.count; k++)
        pl_str_addf(&s, "%s%s", k ? "|" : "", m.spec.data.target.name[k]);
    CU_ASSERT_EQUAL(kn_net_targets(m.net), m.spec.data.target.count);
    pl_model_clear(&m);
    return pl_str_take(&s);
}

/* `all` is the list of the columns: the same model file. */
static void test_all_is_the_list_of_what_ingest_has(void)
{
    stage_rig r;
    set_up(&r, "[kind, odd, rare]");
    TST_OK(stage_rig_train(&r, "list", e));
    stage_rig_spec(&r, SETTINGS "data.target=all\n");
    TST_OK(stage_rig_train(&r, "all", e));
    CU_ASSERT_TRUE(stage_rig_same("list", "all"));
    char *told = names_of("all");
    TST_TEXT(told, "kind|odd|rare");
    free(told);
    stage_rig_clear(&r);
}

static void test_any_number_of_threads_gives_the_same(void)
{
    stage_rig r;
    set_up(&r, "all");
    TST_OK(stage_rig_train(&r, "one", e));
    stage_rig_threads(&r, 3);
    TST_OK(stage_rig_train(&r, "three", e));
    CU_ASSERT_TRUE(stage_rig_same("one", "three"));
    stage_rig_clear(&r);
}

static uint8_t flipped(uint32_t image, int target)
{
    uint8_t y = label_of(image, target);
    return target == 2 && y != KN_LABEL_MISSING ? !y : y;
}

/* The first head of a model sees the others only through what they share: other labels, another model. */
static void test_every_label_counts(void)
{
    stage_rig r;
    set_up(&r, "all");
    TST_OK(stage_rig_train(&r, "a", e));
    write_labels(&r, T, flipped);
    TST_OK(stage_rig_train(&r, "b", e));
    CU_ASSERT_FALSE(stage_rig_same("a", "b"));
    stage_rig_clear(&r);
}

static uint8_t known_to_none(uint32_t image, int target)
{
    (void)image;
    return target == 1 ? KN_LABEL_MISSING : label_of(image, target);
}

/* A target nobody labelled gets no gradient, so its bias stays 0; training goes on. */
static void test_a_target_without_labels_is_not_trained(void)
{
    stage_rig r;
    set_up(&r, "all");
    write_labels(&r, T, known_to_none);
    TST_OK(stage_rig_train(&r, "a", e));
    pl_model m;
    TST_OK(pl_model_load(stage_rig_path("a", "train/model.safetensors"), &m, e));
    kn_tensor bias = kn_net_tensor(m.net, kn_net_tensor_count(m.net) - 1, m.block);
    CU_ASSERT_EQUAL_FATAL(kn_tensor_size(&bias), T);
    CU_ASSERT_TRUE(bias.data[0] != 0.0f && bias.data[1] == 0.0f && bias.data[2] != 0.0f);
    pl_model_clear(&m);
    TST_OK(stage_rig_evaluate(&r, "a", e));
    json_t *root = json_load_file(stage_rig_path("a", "evaluate/metrics.json"), 0, NULL);
    const json_t *odd =
        json_object_get(json_object_get(json_object_get(root, "test"), "targets"), "odd");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(odd, "count")), 0);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(odd, "unknown")), TEST);
    CU_ASSERT_TRUE(json_is_null(json_object_get(odd, "accuracy")));
    json_decref(root);
    stage_rig_clear(&r);
}

typedef struct told {
    size_t rows;
    uint8_t label[TEST * T];
    float p[TEST * T];
} told;

/* The test side of predictions.csv; order, names and labels are checked on the way. */
static void read_rows(const stage_rig *r, told *out)
{
    pl_csv c;
    *out = (told){.rows = 0};
    TST_OK(pl_csv_read(stage_rig_path("a", "evaluate/predictions.csv"), &c, e));
    CU_ASSERT_EQUAL_FATAL(c.rows, 1 + (VAL + TEST) * T);
    TST_TEXT(pl_csv_get(&c, 0, 2), "target");
    for (size_t i = 1 + (size_t)VAL * T; i < c.rows; i++) {
        size_t k = out->rows % T;
        uint32_t image = stage_rig_image(r, 2, (int)(out->rows / T));
        char name[32];
        snprintf(name, sizeof name, "%06u.jpg", image + 1);
        TST_TEXT(pl_csv_get(&c, i, 0), name);
        TST_TEXT(pl_csv_get(&c, i, 1), "test");
        TST_TEXT(pl_csv_get(&c, i, 2), names[k]);
        const char *label = pl_csv_get(&c, i, 3);
        out->label[out->rows] = *label ? (uint8_t)atoi(label) : KN_LABEL_MISSING;
        CU_ASSERT_EQUAL(out->label[out->rows], label_of(image, (int)k));
        out->p[out->rows++] = strtof(pl_csv_get(&c, i, 4), NULL);
    }
    pl_csv_clear(&c);
}

static void check(const json_t *scores, const char *key, double want)
{
    CU_ASSERT_TRUE(tst_near(json_number_value(json_object_get(scores, key)), want, 1e-9, 0));
}

static void test_metrics_follow_from_the_predictions(void)
{
    stage_rig r;
    told rows;
    set_up(&r, "all");
    TST_OK(stage_rig_train(&r, "a", e));
    TST_OK(stage_rig_evaluate(&r, "a", e));
    read_rows(&r, &rows);
    json_t *root = json_load_file(stage_rig_path("a", "evaluate/metrics.json"), 0, NULL);
    const json_t *test = json_object_get(root, "test"), *by = json_object_get(test, "targets");
    double accuracy = 0, loss = 0;
    for (int k = 0; k < T; k++) {
        pl_scores s;
        CU_ASSERT_EQUAL(pl_scores_compute_target(TEST, T, (size_t)k, rows.label, rows.p, &s), 0);
        const json_t *its = json_object_get(by, names[k]);
        check(its, "count", (double)s.count);
        check(its, "unknown", (double)(TEST - s.count));
        check(its, "accuracy", s.accuracy);
        check(its, "auc", s.auc);
        accuracy += s.accuracy / T;
    }
    for (int i = 0; i < TEST * T; i++)
        if (rows.label[i] != KN_LABEL_MISSING)
            loss -= log(rows.label[i] ? (double)rows.p[i] : 1 - (double)rows.p[i]);
    check(test, "accuracy", accuracy);
    check(test, "count", TEST);
    CU_ASSERT_TRUE(tst_near(json_number_value(json_object_get(test, "log_loss")), loss / (TEST * T),
                            1e-6, 1e-5));
    json_decref(root);
    stage_rig_clear(&r);
}

static void test_labels_that_do_not_fit_the_model(void)
{
    stage_rig r;
    set_up(&r, "[kind, odd]");
    TST_FAILS(KN_EFORMAT, "y.npy has 3 labels an image; the model tells 2",
              stage_rig_train(&r, "a", e));
    stage_rig_clear(&r);
}

const tst_case tst_stages_targets[] = {
    TST(test_all_is_the_list_of_what_ingest_has),
    TST(test_any_number_of_threads_gives_the_same),
    TST(test_every_label_counts),
    TST(test_a_target_without_labels_is_not_trained),
    TST(test_metrics_follow_from_the_predictions),
    TST(test_labels_that_do_not_fit_the_model),
    TST_END,
};
