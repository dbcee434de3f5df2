#include "insight/pixels_far.h"

#include <math.h>
#include <stdlib.h>

#include "tst.h"
#include "util/fs.h"

static const char facts[] =
    "{\"count\": 100,\n"
    "\"width\": {\"q01\": 178, \"q99\": 178, \"min\": 178, \"max\": 178},\n"
    "\"height\": {\"q01\": 218, \"q99\": 218, \"min\": 218, \"max\": 218},\n"
    "\"aspect\": {\"q01\": 0.8165, \"q99\": 0.8165, \"min\": 0.8165, \"max\": 0.8165},\n"
    "\"brightness\": {\"q01\": 0.2, \"q99\": 0.6, \"min\": 0.1, \"max\": 0.9},\n"
    "\"contrast\": {\"q01\": 0.1, \"q99\": 0.3, \"min\": 0.05, \"max\": 0.4},\n"
    "\"sharpness\": {\"q01\": 0.004, \"q99\": 0.064, \"min\": 0.001, \"max\": 0.1}}";

static pl_training_facts read(const char *text, int width)
{
    pl_training_facts t;
    bool found = false;
    TST_OK(pl_make_dirs(tst_path("data/0123456789ab"), e));
    tst_write_text(tst_path("data/0123456789ab/training.json"), text);
    TST_OK(pl_training_facts_read(tst_dir(), "0123456789ab", width, 50, 1, &found, &t, e));
    CU_ASSERT_TRUE(found);
    return t;
}

static void check(const pl_training_facts *t, pl_facts f, int w, int h, const char *note,
                  const char *words)
{
    pl_str got, short_got;
    pl_far_measured m = pl_far_measure_of(&f, w, h);
    pl_str_init(&got);
    pl_str_init(&short_got);
    pl_far_note(t, &m, &got, &short_got);
    TST_TEXT(got.text, note);
    TST_TEXT(short_got.text, words);
    pl_str_clear(&got);
    pl_str_clear(&short_got);
}

/* brightness 0.2..0.6 is left above 0.6 + 0.4 / 4 = 0.7; sharpness, four octaves, above 0.064 * 2 = 0.128 and below 0.002. */
static void test_far_note_names_measure_value_and_range(void)
{
    const double none = (double)NAN;
    pl_training_facts t = read(facts, 50);
    check(&t, (pl_facts){0.4, 0.2, 0.02, none}, 178, 218, "", "");
    check(&t, (pl_facts){0.69, 0.2, 0.12, none}, 300, 367, "", "");
    check(&t, (pl_facts){0.71, 0.2, 0.02, none}, 178, 218,
          "brighter than 99 % of the training pictures (brightness 0.71; theirs 0.2 to 0.6)",
          "brighter");
    check(&t, (pl_facts){0.4, 0.2, 0.0015, none}, 178, 218,
          "blurrier than 99 % of the training pictures (sharpness 0.0015; theirs 0.004 to 0.064)",
          "blurrier");
    check(&t, (pl_facts){0.05, 0.01, 0, none}, 178, 218,
          "darker than every training picture (brightness 0.05; theirs 0.2 to 0.6); flatter than "
          "every training picture (contrast 0.01; theirs 0.1 to 0.3); blurrier than every training "
          "picture (sharpness 0; theirs 0.004 to 0.064)",
          "darker, +2");
    check(&t, (pl_facts){0.4, 0.2, 0.13, none}, 178, 218,
          "sharper than every training picture (sharpness 0.13; theirs 0.004 to 0.064)", "sharper");
}

static void test_far_note_of_size_and_proportions(void)
{
    const pl_facts usual = {0.4, 0.2, 0.02, (double)NAN};
    pl_training_facts t = read(facts, 50);
    check(&t, usual, 80, 98, "smaller than every training picture (size 80 x 98; theirs 178 x 218)",
          "smaller");
    check(&t, usual, 1000, 1225,
          "larger than every training picture (size 1000 x 1225; theirs 178 x 218)", "larger");
    check(&t, usual, 218, 218,
          "wider than every training picture (width to height 1; theirs 0.817)", "wider");
    check(&t, usual, 80, 218,
          "narrower than every training picture (width to height 0.367; theirs 0.817)", "narrower");
}

/* Pixels measured at another size say nothing of these; sizes of the originals still do. */
static void test_far_note_knows_the_size_that_was_measured(void)
{
    const pl_facts bright = {0.95, 0.2, 0.02, 0.5};
    pl_training_facts t =
        read("{\"at\": {\"50x50x1\": {\"brightness\": {\"q01\": 0.2, \"q99\": 0.6, \"min\": 0.1, "
             "\"max\": 0.9}}}}",
             50);
    check(&t, bright, 9, 9,
          "brighter than every training picture (brightness 0.95; theirs 0.2 to 0.6)", "brighter");
    t = read("{\"at\": {\"50x50x1\": {\"brightness\": {\"q01\": 0.2, \"q99\": 0.6, \"min\": 0.1, "
             "\"max\": 0.9}}}}",
             100);
    check(&t, bright, 9, 9, "", "");
}

static void test_training_facts_absent_or_malformed(void)
{
    pl_training_facts t;
    bool found = true;
    TST_OK(pl_training_facts_read(tst_dir(), "ffffffffffff", 50, 50, 1, &found, &t, e));
    CU_ASSERT_FALSE(found);
    found = true;
    TST_OK(pl_training_facts_read(tst_dir(), "", 50, 50, 1, &found, &t, e));
    CU_ASSERT_FALSE(found);
    read(facts, 50);
    char *path = pl_format("%s/data/0123456789ab/training.json", tst_dir());
    char *want = pl_format("%s: contrast: q01 is not a number", path);
    tst_write_text(path, "{\"contrast\": {\"q01\": \"x\"}}");
    TST_FAILS(KN_EFORMAT, want,
              pl_training_facts_read(tst_dir(), "0123456789ab", 50, 50, 1, &found, &t, e));
    free(want);
    want = pl_format("%s: not a JSON object", path);
    tst_write_text(path, "[1, 2");
    TST_FAILS(KN_EFORMAT, want,
              pl_training_facts_read(tst_dir(), "0123456789ab", 50, 50, 1, &found, &t, e));
    free(want);
    free(path);
}

const tst_case tst_insight_pixels_far[] = {TST(test_far_note_names_measure_value_and_range),
                                           TST(test_far_note_of_size_and_proportions),
                                           TST(test_far_note_knows_the_size_that_was_measured),
                                           TST(test_training_facts_absent_or_malformed), TST_END};
