/* Runs by the values of their keys: equal as their canonical text is, key by key. */
#include "spec/run_table.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "spec/value.h"
#include "spec/value_identity.h"
#include "tst.h"

static bool every_key(const pl_key *key)
{
    return pl_key_sweepable(key);
}

/* A value of every type in two ways of writing it, and another value. */
static const char *const variants[][3] = {
    {"data.target=Male", "data.target='Male'", "data.target=Young"},
    {"data.partition=p.csv", "data.partition=p.csv", "data.partition=q.csv"},
    {"data.partition=p.csv", "data.partition='p.csv'", "data.identity=p.csv"},
    {"data.image.size=60", "data.image.size=[60, 60]", "data.image.size=[60, 61]"},
    {"data.image.channels=gray", "data.image.channels='gray'", "data.image.channels=rgb"},
    {"split.ratios=[0.8, 0.1, 0.1]", "split.ratios=[8e-1, 0.10, .1]", "split.ratios=[0.8, 0.2, 0]"},
    {"split.seed=9007199254740992", "split.seed=+9007199254740992", "split.seed=9007199254740991"},
    {"train.lr=0.001", "train.lr=1e-3", "train.lr=0.0010000000000000002"},
    {"model.dropout=0", "model.dropout=-0.0", "model.dropout=0.1"},
    {"train.schedule.warmup=0", "train.schedule.warmup=-0", "train.schedule.warmup=1"},
    {"model.units=32", "model.units=[32]", "model.units=[32, 32]"},
    {"train.shuffle=true", "train.shuffle=yes", "train.shuffle=off"},
    {"train.class_weight=[1, 2]", "train.class_weight=[1.0, 2]", "train.class_weight=[1, 2.5]"},
    {"train.class_weight=none", "train.class_weight=", "train.class_weight=[1, 1]"},
    {"model={type: layers, layers: [flatten, {type: dense, units: 3}]}",
     "model={type: layers, layers: [flatten, {units: 3, type: dense}]}",
     "model={type: layers, layers: [flatten, {type: dense, units: 4}]}"},
};

static void test_values_are_equal_as_their_text_is(void)
{
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
        pl_study s[3];
        for (int i = 0; i < 3; i++)
            TST_OK(spec_load(SPEC_HEAD "model: cnn\n", (const char *const[]){variants[v][i], NULL},
                             &s[i], e));
        bool other_equal = true;
        for (int k = 0; k < pl_key_count; k++) {
            const pl_key *key = &pl_keys[k];
            if (!every_key(key))
                continue;
            const pl_run_spec *a = &s[0].runs[0].spec, *b = &s[1].runs[0].spec,
                              *c = &s[2].runs[0].spec;
            if (!pl_value_equal(key, a, b))
                tst_note("%s is not %s", variants[v][0], variants[v][1]);
            CU_ASSERT_TRUE(pl_value_equal(key, a, b));
            CU_ASSERT_EQUAL(pl_value_hash(key, a, 7), pl_value_hash(key, b, 7));
            other_equal = other_equal && pl_value_equal(key, a, c) &&
                          pl_value_hash(key, a, 7) == pl_value_hash(key, c, 7);
        }
        if (other_equal)
            tst_note("%s is %s", variants[v][0], variants[v][2]);
        CU_ASSERT_FALSE(other_equal);
        for (int i = 0; i < 3; i++)
            pl_study_clear(&s[i]);
    }
}

static void test_the_first_of_its_kind_is_found(void)
{
    enum { RUNS = 3000, KINDS = 700 };
    pl_run *runs = calloc(RUNS + 1, sizeof *runs);
    pl_run_table all, rate;
    pl_run_table_init(&all, every_key);
    pl_run_table_init_key(&rate, &pl_keys[pl_key_find("train.lr")]);
    for (int i = 0; i < RUNS; i++) {
        runs[i].spec.train.lr = i % KINDS;
        CU_ASSERT_EQUAL(pl_run_table_add(&all, runs, i), i % KINDS);
        CU_ASSERT_EQUAL(pl_run_table_add(&rate, runs, i), i % KINDS);
    }
    CU_ASSERT(all.count == KINDS && rate.count == KINDS);
    runs[RUNS] = runs[1];
    runs[RUNS].spec.train.epochs = 5;
    CU_ASSERT_EQUAL(pl_run_table_add(&rate, runs, RUNS), 1);
    CU_ASSERT_EQUAL(pl_run_table_add(&all, runs, RUNS), RUNS);
    pl_run_table_clear(&all);
    pl_run_table_clear(&rate);
    free(runs);
}

const tst_case tst_spec_run_table[] = {TST(test_values_are_equal_as_their_text_is),
                                       TST(test_the_first_of_its_kind_is_found), TST_END};
