/* Presets: what they may say, what holds over them, and every message about them. */
#include "spec/preset.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "spec/value.h"
#include "tst.h"

/* clang-format off */
static const spec_wrong wrong[] = {
    {"unknown_preset",
     SPEC_HEAD "model: {preset: bset}\n",
     {NULL},
     "x.yaml:4:17: model.preset: \"bset\" is not one of none, original, best\n"
     "model: {preset: bset}\n"
     "                ^\n"
     "did you mean \"best\"?"},
    {"unknown_preset_by_set",
     SPEC_HEAD "model: cnn\n",
     {"model.preset=origin", NULL},
     "--set model.preset: \"origin\" is not one of none, original, best\n"
     "did you mean \"original\"?"},
    {"no_word",
     SPEC_HEAD "model: {preset: [best]}\n",
     {NULL},
     "x.yaml:4:17: model.preset: expected one of none, original, best, found a list\n"
     "model: {preset: [best]}\n"
     "                ^"},
    {"unknown_preset_beside_other_errors",
     SPEC_HEAD "model: {preset: orignal, kernel: 0}\n"
     "train: {lrr: 1}\n",
     {NULL},
     "x.yaml:4:17: model.preset: \"orignal\" is not one of none, original, best\n"
     "model: {preset: orignal, kernel: 0}\n"
     "                ^\n"
     "did you mean \"original\"?\n"
     "x.yaml:4:34: model.kernel: 0 is not in 1..11\n"
     "model: {preset: orignal, kernel: 0}\n"
     "                                 ^\n"
     "x.yaml:5:9: train.lrr: unknown key\n"
     "train: {lrr: 1}\n"
     "        ^\n"
     "did you mean \"train.lr\"?"},
    {"own_value_out_of_range",
     SPEC_HEAD "model: {preset: original, kernel: 0}\n",
     {NULL},
     "x.yaml:4:35: model.kernel: 0 is not in 1..11\n"
     "model: {preset: original, kernel: 0}\n"
     "                                  ^"},
    {"own_key_without_effect",
     SPEC_HEAD "model: {preset: original, hidden: 3}\n",
     {NULL},
     "x.yaml:4:27: model.hidden: has no effect with model.type cnn; it is for rnn\n"
     "model: {preset: original, hidden: 3}\n"
     "                          ^"},
    {"own_key_without_effect_in_a_sweep",
     SPEC_HEAD "sweep:\n"
     "  list:\n"
     "    - {model: {preset: original}}\n"
     "    - {model: {type: logreg, filters: [3]}}\n",
     {NULL},
     "x.yaml:7:30: model.filters: has no effect with model.type logreg; it is for cnn\n"
     "    - {model: {type: logreg, filters: [3]}}\n"
     "                             ^"},
    {"type_taken_away",
     SPEC_HEAD "model: {preset: original, type: null}\n",
     {NULL},
     "x.yaml:4:1: model.type: this key is required\n"
     "model: {preset: original, type: null}\n"
     "^"},
    {"layers_taken_away",
     SPEC_HEAD "model: {preset: best, layers: null}\n",
     {NULL},
     "x.yaml:4:1: model.layers: this key is required for model.type layers\n"
     "model: {preset: best, layers: null}\n"
     "^"},
    {"original_on_small_pictures",
     SPEC_HEAD "model: {preset: original}\n",
     {"data.image.size=3", NULL},
     "--set data.image.size: an image of 3x3 does not fit this model: layer 1 (maxpool): pool2d: a 2x2 window does not fit into 1x1"},
    {"best_on_small_pictures",
     SPEC_HEAD "model: {preset: best}\n",
     {"data.image.size=1", NULL},
     "--set data.image.size: an image of 1x1 does not fit this model: layer 3 (maxpool): pool2d: a 2x2 window does not fit into 1x1"},
    {"swept_unknown_preset",
     SPEC_HEAD "sweep: {product: {model.preset: [original, worst]}}\n",
     {NULL},
     "x.yaml:4:44: model.preset: \"worst\" is not one of none, original, best\n"
     "sweep: {product: {model.preset: [original, worst]}}\n"
     "                                           ^"},
};
/* clang-format on */

static void test_wrong_presets(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

/* Of model, train and augment, never of the data, the split or the study; nor another preset. */
static void test_presets_say_what_they_may(void)
{
    for (int i = PL_PRESET_NONE + 1; i < PL_PRESETS; i++) {
        const char *text = pl_preset_text(i);
        const pl_source source = {.name = "preset", .dir = ".", .text = text, .size = strlen(text)};
        kn_arena arena;
        pl_diags diags;
        pl_bindings *b = calloc(1, sizeof *b);
        kn_arena_init(&arena);
        pl_diags_init(&diags, &arena);
        pl_node *root = pl_yaml_parse(&source, &arena, &diags);
        CU_ASSERT_PTR_NOT_NULL_FATAL(root);
        pl_bind_map(b, root, "", &arena, &diags);
        CU_ASSERT_EQUAL(diags.count, 0);
        CU_ASSERT_TRUE(pl_starts_with(text, "# "));
        CU_ASSERT_PTR_NOT_NULL(b->key[pl_key_find("model.type")].value);
        CU_ASSERT_PTR_NULL(b->key[pl_key_find("model.preset")].value);
        for (int k = 0; k < pl_key_count; k++)
            if (b->key[k].value)
                CU_ASSERT_TRUE(pl_starts_with(pl_keys[k].name, "model.") ||
                               pl_starts_with(pl_keys[k].name, "train.") ||
                               pl_starts_with(pl_keys[k].name, "augment."));
        kn_arena_clear(&arena);
        free(b);
    }
}

/* Each as a spec of its own: no key in it is idle or out of range. */
static void test_presets_are_right_as_specs(void)
{
    for (int i = PL_PRESET_NONE + 1; i < PL_PRESETS; i++) {
        char *text = pl_format(SPEC_HEAD "%s", pl_preset_text(i));
        char *named = pl_format(SPEC_HEAD "model: {preset: %s}\n", pl_preset_names[i]);
        pl_study a = spec_study(text), b = spec_study(named);
        char *want = spec_canonical(&a.runs[0]), *got = spec_canonical(&b.runs[0]);
        TST_TEXT(got, want);
        free(got);
        free(want);
        pl_study_clear(&a);
        pl_study_clear(&b);
        free(named);
        free(text);
    }
}

/* That the spec is the same run as the one that is written out. */
static void check_same(const char *spec, const char *const *set, const char *written)
{
    pl_study s, w = spec_study(written);
    TST_OK(spec_load(spec, set, &s, e));
    CU_ASSERT_EQUAL_FATAL(s.run_count, 1);
    char *got = spec_canonical(&s.runs[0]), *want = spec_canonical(&w.runs[0]);
    TST_TEXT(got, want);
    free(got);
    free(want);
    pl_study_clear(&s);
    pl_study_clear(&w);
}

static void test_original_is_the_network_of_the_study(void)
{
    check_same(SPEC_HEAD "model: {preset: original}\n", NULL,
               SPEC_HEAD "model: cnn\ntrain: {batch: 500, epochs: 4}\n");
}

static void test_the_spec_holds_over_a_preset(void)
{
    static const char *const by_set[] = {"model.preset=original", "train.epochs=9", NULL};
    static const char *const none[] = {"model.preset=none", NULL};
    check_same(SPEC_HEAD "train: {lr: 0.5, batch: null}\nmodel: {filters: 3, preset: original}\n",
               NULL, SPEC_HEAD "model: {type: cnn, filters: 3}\ntrain: {lr: 0.5, epochs: 4}\n");
    check_same(SPEC_HEAD "train: null\nmodel: {preset: original}\n", NULL,
               SPEC_HEAD "model: cnn\n");
    check_same(SPEC_HEAD "train: {schedule: none}\nmodel: {preset: best, type: cnn}\n", NULL,
               SPEC_HEAD "model: cnn\ntrain: {optimizer: adamw_torch, lr: 0.004, batch: 128,\n"
                         "  epochs: 12, label_smoothing: 0.02}\n");
    check_same(SPEC_HEAD "model: rnn\n", by_set,
               SPEC_HEAD
               "model: {type: rnn, output: sigmoid, units: 64}\ntrain: {batch: 500, epochs: 9}\n");
    check_same(SPEC_HEAD "model: {preset: best, type: logreg}\n", NULL,
               SPEC_HEAD "model: logreg\n");
    check_same(SPEC_HEAD "model: {preset: best, type: cnn}\n", none, SPEC_HEAD "model: cnn\n");
}

/* Beneath a base too, whichever of the files names it. */
static void test_a_base_holds_over_a_preset(void)
{
    static const char base[] = "model: {preset: original, kernel: 5}\ntrain: {epochs: 7}\n";
    tst_write(tst_path("base.yaml"), base, sizeof base - 1);
    check_same(SPEC_HEAD "base: base.yaml\n", NULL,
               SPEC_HEAD "model: {type: cnn, kernel: 5}\ntrain: {batch: 500, epochs: 7}\n");
    check_same(SPEC_HEAD
               "base: base.yaml\nmodel: {preset: best, type: cnn}\ntrain: {epochs: null}\n",
               NULL,
               SPEC_HEAD "model: {type: cnn, kernel: 5}\n"
                         "train: {optimizer: adamw_torch, lr: 0.004, schedule: onecycle,\n"
                         "  batch: 128, label_smoothing: 0.02}\n");
}

static void test_presets_are_swept(void)
{
    pl_study s =
        spec_study(SPEC_HEAD "train: {epochs: 3}\n"
                             "sweep:\n"
                             "  product: {model.preset: [original, best]}\n"
                             "  when: [{if: {model.preset: best}, set: {train.batch: 16}}]\n"
                             "  seeds: [1, 2]\n");
    CU_ASSERT_FATAL(s.run_count == 4 && s.group_count == 2 && s.axis_count == 1);
    TST_TEXT(s.axis[0], "model.preset");
    TST_TEXT(s.runs[0].label, "model.preset=original seed=1");
    TST_TEXT(s.runs[3].label, "model.preset=best seed=2");
    CU_ASSERT_EQUAL(s.runs[0].spec.model.type, PL_MODEL_CNN);
    CU_ASSERT_EQUAL(s.runs[3].spec.model.type, PL_MODEL_LAYERS);
    CU_ASSERT_EQUAL(s.runs[3].spec.train.epochs, 3);
    CU_ASSERT_EQUAL(s.runs[0].spec.train.batch, 500);
    CU_ASSERT_EQUAL(s.runs[3].spec.train.batch, 16);
    pl_study_clear(&s);
}

/* A preset is no parameter: runs that are equal but for it are one run. */
static void test_equal_runs_are_one_whatever_preset_they_name(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: {type: cnn}\n"
                                      "train: {batch: 500, epochs: 4}\n"
                                      "sweep: {product: {model.preset: [none, original]}}\n");
    CU_ASSERT_EQUAL(s.run_count, 1);
    char *text = spec_canonical(&s.runs[0]);
    CU_ASSERT_PTR_NULL(strstr(text, "preset"));
    free(text);
    pl_study_clear(&s);
}

const tst_case tst_spec_preset[] = {
    TST(test_wrong_presets),
    TST(test_presets_say_what_they_may),
    TST(test_presets_are_right_as_specs),
    TST(test_original_is_the_network_of_the_study),
    TST(test_the_spec_holds_over_a_preset),
    TST(test_a_base_holds_over_a_preset),
    TST(test_presets_are_swept),
    TST(test_equal_runs_are_one_whatever_preset_they_name),
    TST_END,
};
