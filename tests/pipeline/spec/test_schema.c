/* The schema tables: complete, consistent, and what is made of them. */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "spec/binding.h"
#include "spec/resolve.h"
#include "spec/schema.h"
#include "spec/schema_text.h"
#include "tst.h"

static void test_every_key_is_complete(void)
{
    CU_ASSERT(pl_key_count <= PL_MAX_KEYS);
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        const char *dot = strrchr(key->name, '.');
        CU_ASSERT_EQUAL(pl_key_find(key->name), i);
        CU_ASSERT(strlen(key->help) > 10);
        CU_ASSERT(key->help[strlen(key->help) - 1] != '.');
        CU_ASSERT_EQUAL(key->choices != NULL, key->type == PL_TYPE_CHOICE);
        CU_ASSERT_EQUAL(key->stages == 0, pl_key_of_study(key) || key->type == PL_TYPE_PATH ||
                                              !pl_key_sweepable(key));
        CU_ASSERT(key->type != PL_TYPE_STUDY || pl_key_of_study(key));
        if (dot) {
            char section[64];
            snprintf(section, sizeof section, "%.*s", (int)(dot - key->name), key->name);
            CU_ASSERT_PTR_NOT_NULL(pl_section_find(section));
        }
        for (int k = 0; k < PL_MAX_EFFECTS && key->effects[k]; k++) {
            int culprit = pl_key_find(key->effects[k]->culprit);
            CU_ASSERT(culprit >= 0 && culprit < i); /* it must be known when this key is read */
        }
    }
}

/* Whether a key of the study takes its own default. */
static bool takes_default(pl_resolver *r, const pl_key *key)
{
    pl_bindings none;
    int64_t whole;
    int choice;
    double seconds;
    memset(&none, 0, sizeof none);
    const pl_node *node = pl_resolve_node(r, &none, (int)(key - pl_keys));
    if (key->type == PL_TYPE_INT || key->type == PL_TYPE_SEED)
        return pl_read_int(r->reader.diags, key->name, node, key->min, key->max, &whole);
    if (key->type == PL_TYPE_CHOICE)
        return pl_read_choice(r->reader.diags, key->name, node, key->choices, &choice);
    return key->type == PL_TYPE_DURATION &&
           pl_read_duration(r->reader.diags, key->name, node, key->min, key->max, &seconds);
}

/* Every default is a value the key itself takes. */
static void test_every_default_is_in_range(void)
{
    kn_arena arena;
    pl_diags diags;
    pl_resolver resolver;
    pl_run_spec spec;
    kn_arena_init(&arena);
    pl_diags_init(&diags, &arena);
    pl_resolver_init(&resolver, &arena, &diags, NULL);
    memset(&spec, 0, sizeof spec);
    for (int i = 0; i < pl_key_count; i++)
        if (pl_key_default(&pl_keys[i], &spec))
            CU_ASSERT_TRUE(pl_key_of_study(&pl_keys[i])
                               ? takes_default(&resolver, &pl_keys[i])
                               : pl_resolve_default(&resolver, &pl_keys[i], &spec));
    CU_ASSERT_EQUAL(diags.count, 0);
    kn_arena_clear(&arena);
}

static void test_nearest_key(void)
{
    static const struct {
        const char *section, *word, *want;
    } cases[] = {
        {"train", "lrr", "train.lr"},           {"train", "epoch", "train.epochs"},
        {"train", "learning_rate", "train.lr"}, {"train", "batch_size", "train.batch"},
        {"", "batch", "train.batch"},           {"", "modle", "model"},
        {"data", "imags", "data.images"},       {"train", "zzzzzz", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = pl_key_nearest(cases[i].section, cases[i].word);
        TST_TEXT(got ? got : "", cases[i].want ? cases[i].want : "");
    }
}

static void test_text_lists_every_key_and_layer(void)
{
    pl_str text;
    pl_str_init(&text);
    pl_schema_text(&text);
    for (int i = 0; i < pl_key_count; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(text.text, pl_keys[i].name));
    for (int i = 0; i < kn_layer_kind_count; i++) {
        char line[80];
        snprintf(line, sizeof line, "  {type: %s}\n", kn_layer_kinds[i]->name);
        CU_ASSERT_PTR_NOT_NULL(strstr(text.text, line));
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(text.text,
                                  "  train.batch: whole number in 1..65536 (default 32)\n"
                                  "      Images per step; for model.solver: adam\n"));
    pl_str_clear(&text);
}

/* Every "$ref" of the JSON Schema names a definition. */
static void check_references(const json_t *value, const json_t *defs)
{
    const char *key;
    const json_t *child;
    size_t i;
    if (json_is_array(value)) {
        json_array_foreach(value, i, child) check_references(child, defs);
    } else if (json_is_object(value)) {
        void *at = json_object_iter((json_t *)(uintptr_t)value);
        for (; at; at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
            key = json_object_iter_key(at);
            child = json_object_iter_value(at);
            if (strcmp(key, "$ref") == 0)
                CU_ASSERT_PTR_NOT_NULL(json_object_get(defs, json_string_value(child) + 8));
            check_references(child, defs);
        }
    }
}

static void test_json_schema(void)
{
    json_t *schema = pl_schema_json();
    CU_ASSERT_PTR_NOT_NULL_FATAL(schema);
    json_t *defs = json_object_get(schema, "$defs");
    CU_ASSERT_EQUAL(json_object_size(defs), (size_t)(pl_key_count + pl_section_count + 1));
    check_references(schema, defs);
    json_t *batch = json_object_get(defs, "train.batch");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(batch, "default")), 32);
    json_t *first = json_array_get(json_object_get(batch, "anyOf"), 0);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(first, "maximum")), 65536);
    json_decref(schema);
}

/* What is shown is a spec of the same runs, and shows as itself. */
static void test_shown_study_is_a_spec_of_the_same_runs(void)
{
    static const char *const specs[] = {
        SPEC_HEAD "model: cnn\n",
        SPEC_HEAD
        "  target: '5: x'\nmodel: {type: layers, layers: [flatten, {type: dense, units: 3}]}\n",
        SPEC_HEAD
        "model: {hidden: [5], C: 2}\n"
        "train: {schedule: {warmup: 1}, early_stopping: {patience: 1}}\n"
        "sweep: {product: {model.type: [cnn, rnn, logreg], data.image.size: [30, [40, 50]],\n"
        "  data.partition: [p.csv, null]}, seeds: [1, 2]}\n",
        SPEC_HEAD "model: cnn\n"
                  "train: {epochs: 27, checkpoint: 2m30s}\n"
                  "sweep:\n"
                  "  random: {n: 30, seed: 7, params: {train.lr: {log: [1e-7, 10]},\n"
                  "    model: {dropout: {uniform: [0, 0.5]}, units: {choice: [32, [64, 32]]}},\n"
                  "    train.batch: {log_int: [16, 512]}, data.image.size: {int: [30, 60]},\n"
                  "    model.regularizer: {choice: [none, {l2: 0.01}]}}}\n"
                  "  product: {train.optimizer: [adam, sgd]}\n"
                  "  seeds: [1, 2, 3]\n"
                  "  halving: {metric: val_loss, min_epochs: 2}\n"
                  "  budget: 7.5h\n",
        SPEC_HEAD
        "train: {epochs: 3, ema: 0.99, clip_norm: 0.5, schedule: {type: restarts}}\n"
        "sweep: {product: {model.preset: [original, best, none], model.type: [cnn, rnn],\n"
        "  train.mixup: [0, 0.2], train.precision: [fp32, bf16]}}\n",
    };
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        pl_study s = spec_study(specs[i]);
        pl_str text, again;
        pl_str_init(&text);
        pl_str_init(&again);
        pl_study_yaml(&s, &text);
        pl_study back = spec_study(text.text);
        pl_study_yaml(&back, &again);
        TST_TEXT(again.text, text.text);
        CU_ASSERT_EQUAL_FATAL(back.run_count, s.run_count);
        CU_ASSERT_EQUAL(back.group_count, s.group_count);
        CU_ASSERT_DOUBLE_EQUAL(back.budget, s.budget, 0);
        CU_ASSERT(back.halving.on == s.halving.on && back.halving.metric == s.halving.metric &&
                  back.halving.factor == s.halving.factor &&
                  back.halving.min_epochs == s.halving.min_epochs);
        for (int r = 0; r < s.run_count; r++) {
            char *a = spec_canonical(&s.runs[r]), *b = spec_canonical(&back.runs[r]);
            TST_TEXT(b, a);
            CU_ASSERT_EQUAL(back.runs[r].group, s.runs[r].group);
            CU_ASSERT_DOUBLE_EQUAL(back.runs[r].spec.train.checkpoint,
                                   s.runs[r].spec.train.checkpoint, 0);
            free(a);
            free(b);
        }
        pl_study_clear(&back);
        pl_study_clear(&s);
        pl_str_clear(&text);
        pl_str_clear(&again);
    }
}

const tst_case tst_spec_schema[] = {TST(test_every_key_is_complete),
                                    TST(test_every_default_is_in_range),
                                    TST(test_nearest_key),
                                    TST(test_text_lists_every_key_and_layer),
                                    TST(test_json_schema),
                                    TST(test_shown_study_is_a_spec_of_the_same_runs),
                                    TST_END};
