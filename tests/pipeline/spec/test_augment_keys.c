/* The sections augment and evaluate: forms, defaults, keys, and what wrong ones say. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "spec/schema.h"
#include "tst.h"

static void test_without_them_nothing_is_done(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: cnn\n");
    CU_ASSERT_FALSE(kn_augment_does(&s.runs[0].spec.augment));
    CU_ASSERT_FALSE(s.runs[0].spec.evaluate.flip);
    CU_ASSERT_EQUAL(s.runs[0].spec.evaluate.shift, 0);
    pl_study_clear(&s);
    s = spec_study(SPEC_HEAD "model: cnn\naugment: none\nevaluate: {tta: none}\n");
    CU_ASSERT_FALSE(kn_augment_does(&s.runs[0].spec.augment));
    pl_study_clear(&s);
}

static void test_every_form(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: cnn\n"
                                      "augment:\n"
                                      "  flip: 0.5\n"
                                      "  shift: 0.1\n"
                                      "  scale: [0.9, 1.1]\n"
                                      "  rotate: 10\n"
                                      "  crop: 0.8\n"
                                      "  brightness: 0.2\n"
                                      "  contrast: 0.3\n"
                                      "  gamma: [0.8, 1.25]\n"
                                      "  noise: 0.05\n"
                                      "  blur: 1.5\n"
                                      "  cutout: {size: 0.25, probability: 0.75}\n"
                                      "evaluate: {tta: {flip: true, shift: 0.05}}\n");
    const kn_augment *a = &s.runs[0].spec.augment;
    CU_ASSERT(a->flip == 0.5f && a->shift == 0.1f && a->rotate == 10 && a->crop == 0.8f);
    CU_ASSERT(a->scale[0] == 0.9f && a->scale[1] == 1.1f);
    CU_ASSERT(a->gamma[0] == 0.8f && a->gamma[1] == 1.25f);
    CU_ASSERT(a->brightness == 0.2f && a->contrast == 0.3f && a->noise == 0.05f);
    CU_ASSERT(a->blur == 1.5f && a->cutout == 0.25f && a->cutout_probability == 0.75f);
    CU_ASSERT_TRUE(s.runs[0].spec.evaluate.flip);
    CU_ASSERT_EQUAL(s.runs[0].spec.evaluate.shift, 0.05f);
    pl_study_clear(&s);
}

static void test_a_number_is_the_cutouts_size(void)
{
    pl_study s =
        spec_study(SPEC_HEAD "model: {type: logreg, solver: adam}\naugment: {cutout: 0.3}\n");
    CU_ASSERT_EQUAL(s.runs[0].spec.augment.cutout, 0.3f);
    CU_ASSERT_EQUAL(s.runs[0].spec.augment.cutout_probability, 0.5f);
    pl_study_clear(&s);
}

static char *of_stage(const char *text, unsigned stage)
{
    pl_study s = spec_study(text);
    pl_str got;
    pl_str_init(&got);
    pl_spec_canonical(&s.runs[0].spec, stage, &got);
    pl_study_clear(&s);
    return pl_str_take(&got);
}

/* Runs from before these keys keep their ids: what is off is not in the text. */
static void test_what_is_off_is_in_no_key(void)
{
    static const char *const off[] = {
        SPEC_HEAD "model: cnn\n",
        SPEC_HEAD "model: cnn\naugment: {flip: 0, scale: [1, 1.0], crop: 1, cutout: 0}\n"
                  "evaluate: {tta: {flip: false, shift: 0.0}}\n",
    };
    char *first = of_stage(off[0], PL_KEY_ALL), *second = of_stage(off[1], PL_KEY_ALL);
    TST_TEXT(second, first);
    CU_ASSERT_PTR_NULL(strstr(first, "augment"));
    CU_ASSERT_PTR_NULL(strstr(first, "evaluate"));
    free(first);
    free(second);
}

static void test_augment_is_of_training_and_views_of_evaluation(void)
{
    static const char text[] = SPEC_HEAD "model: cnn\naugment: {scale: [0.9, 1], cutout: 0.25}\n"
                                         "evaluate: {tta: {flip: true, shift: 0.05}}\n";
    char *train = of_stage(text, PL_KEY_TRAIN), *evaluate = of_stage(text, PL_KEY_EVALUATE);
    CU_ASSERT_PTR_NOT_NULL(strstr(train, "\naugment.scale=[0.9, 1]\naugment.cutout.size=0.25\n"));
    CU_ASSERT_PTR_NULL(strstr(train, "evaluate"));
    TST_TEXT(evaluate, "evaluate.tta.flip=true\nevaluate.tta.shift=0.05\n");
    free(train);
    free(evaluate);
}

static void test_the_text_reads_back(void)
{
    char *text = of_stage(SPEC_HEAD "model: cnn\n"
                                    "augment: {flip: 0.1, shift: 0.07, scale: [0.7, 1.3],\n"
                                    "  rotate: 7.5, crop: 0.33, brightness: 0.01, contrast: 1,\n"
                                    "  gamma: [0.3, 3], noise: 0.001, blur: 8,\n"
                                    "  cutout: {size: 1, probability: 0.001}}\n"
                                    "evaluate: {tta: {shift: 0.5}}\n",
                          PL_KEY_ALL);
    kn_arena arena;
    pl_run back = {.label = ""};
    kn_arena_init(&arena);
    TST_OK(pl_spec_from_canonical(text, &arena, &back.spec, e));
    char *again = spec_canonical(&back);
    TST_TEXT(again, text);
    CU_ASSERT_EQUAL(back.spec.augment.scale[1], 1.3f);
    CU_ASSERT_EQUAL(back.spec.evaluate.shift, 0.5f);
    free(again);
    free(text);
    kn_arena_clear(&arena);
}

/* A list of ranges is a list of values; lbfgs and what it does not touch are one run. */
static void test_sweeps(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: cnn\n"
                                      "sweep:\n"
                                      "  product:\n"
                                      "    augment.scale: [[1, 1], [0.9, 1.1]]\n"
                                      "    model.type: [cnn, logreg]\n"
                                      "    evaluate.tta.flip: [false, true]\n");
    CU_ASSERT_EQUAL(s.run_count, 6);
    pl_study_clear(&s);
}

/* clang-format off */
static const spec_wrong wrong[] = {
    {"a_share_that_is_none",
     SPEC_HEAD "model: cnn\n"
     "augment: {flip: 1.5, shift: 0.6, crop: 0, blur: 9}\n",
     {NULL},
     "x.yaml:5:17: augment.flip: 1.5 is not in 0..1\n"
     "augment: {flip: 1.5, shift: 0.6, crop: 0, blur: 9}\n"
     "                ^\n"
     "x.yaml:5:29: augment.shift: 0.6 is not in 0..0.5\n"
     "augment: {flip: 1.5, shift: 0.6, crop: 0, blur: 9}\n"
     "                            ^\n"
     "x.yaml:5:40: augment.crop: 0 is not in 0.05..1\n"
     "augment: {flip: 1.5, shift: 0.6, crop: 0, blur: 9}\n"
     "                                       ^\n"
     "x.yaml:5:49: augment.blur: 9 is not in 0..8\n"
     "augment: {flip: 1.5, shift: 0.6, crop: 0, blur: 9}\n"
     "                                                ^"},
    {"a_number_for_a_range",
     SPEC_HEAD "model: cnn\n"
     "augment: {scale: 0.1, gamma: [1, 2, 3]}\n",
     {NULL},
     "x.yaml:5:18: augment.scale: expected two numbers: [from, to], found \"0.1\"\n"
     "augment: {scale: 0.1, gamma: [1, 2, 3]}\n"
     "                 ^\n"
     "x.yaml:5:30: augment.gamma: expected two numbers: [from, to], found a list\n"
     "augment: {scale: 0.1, gamma: [1, 2, 3]}\n"
     "                             ^"},
    {"a_range_out_of_range_or_backwards",
     SPEC_HEAD "model: cnn\n"
     "augment: {scale: [0.1, 1], gamma: [2, 0.5]}\n",
     {NULL},
     "x.yaml:5:19: augment.scale: 0.1 is not in 0.2..5\n"
     "augment: {scale: [0.1, 1], gamma: [2, 0.5]}\n"
     "                  ^\n"
     "x.yaml:5:35: augment.gamma: from 2 to 0.5 goes backwards\n"
     "augment: {scale: [0.1, 1], gamma: [2, 0.5]}\n"
     "                                  ^"},
    {"an_unknown_change",
     SPEC_HEAD "model: cnn\n"
     "augment: {rotation: 10, cutout: {prob: 0.5}}\n",
     {NULL},
     "x.yaml:5:11: augment.rotation: unknown key\n"
     "augment: {rotation: 10, cutout: {prob: 0.5}}\n"
     "          ^\n"
     "did you mean \"augment.rotate\"?\n"
     "x.yaml:5:34: augment.cutout.prob: unknown key\n"
     "augment: {rotation: 10, cutout: {prob: 0.5}}\n"
     "                                 ^"},
    {"augment_where_nothing_is_trained_by_steps",
     SPEC_HEAD "model: logreg\n"
     "augment: {flip: 0.5}\n",
     {NULL},
     "x.yaml:5:11: augment.flip: has no effect with model.solver lbfgs; it is for adam\n"
     "augment: {flip: 0.5}\n"
     "          ^"},
    {"the_probability_of_no_square",
     SPEC_HEAD "model: cnn\n"
     "augment: {cutout: {probability: 0.9}}\n",
     {NULL},
     "x.yaml:5:20: augment.cutout.probability: has no effect with augment.cutout.size 0; it is for sizes above 0\n"
     "augment: {cutout: {probability: 0.9}}\n"
     "                   ^"},
    {"views_that_are_none",
     SPEC_HEAD "model: cnn\n"
     "evaluate: {tta: {flip: 0.5, shift: 0.51}}\n",
     {NULL},
     "x.yaml:5:24: evaluate.tta.flip: expected true or false, found \"0.5\"\n"
     "evaluate: {tta: {flip: 0.5, shift: 0.51}}\n"
     "                       ^\n"
     "x.yaml:5:36: evaluate.tta.shift: 0.51 is not in 0..0.5\n"
     "evaluate: {tta: {flip: 0.5, shift: 0.51}}\n"
     "                                   ^"},
};
/* clang-format on */

static void test_every_message_is_whole(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

const tst_case tst_spec_augment_keys[] = {
    TST(test_without_them_nothing_is_done),
    TST(test_every_form),
    TST(test_a_number_is_the_cutouts_size),
    TST(test_what_is_off_is_in_no_key),
    TST(test_augment_is_of_training_and_views_of_evaluation),
    TST(test_the_text_reads_back),
    TST(test_sweeps),
    TST(test_every_message_is_whole),
    TST_END,
};
