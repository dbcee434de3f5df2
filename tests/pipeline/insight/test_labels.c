#include "insight/labels.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/insight/insight_rig.h"
#include "tst.h"

/* 4 groups of one run on 20 validation and 20 test images, all sure and right but where a test says otherwise. */
static void make(insight_study *s)
{
    insight_study_make(s, &(insight_rig){.groups = 4, .seeds = 1, .val = 20, .test = 20});
    for (int g = 0; g < 4; g++) {
        pl_answers *a = &s->answers.run[g];
        for (size_t i = 0; i < a->images->count; i++)
            a->probability[i] = a->images->label[i] ? 0.95f : 0.05f;
    }
}

/* The group gives the image's label this probability. */
static void say(insight_study *s, int group, size_t image, double p)
{
    pl_answers *a = &s->answers.run[group];
    a->probability[image] = (float)(a->images->label[image] ? p : 1.0 - p);
}

static void test_half_of_the_models_and_at_least_two(void)
{
    insight_study s;
    pl_doubts d;
    make(&s);
    for (int g = 0; g < 4; g++)
        say(&s, g, 5, 0.02 + 0.01 * g);
    for (int g = 0; g < 2; g++) {
        say(&s, g, 7, 0.03); /* 2 of 4 */
        say(&s, g, 31, 0.01);
    }
    say(&s, 3, 9, 0.01); /* one is not several */
    for (int g = 0; g < 4; g++)
        say(&s, g, 11, 0.2); /* wrong, but in doubt */
    pl_doubts_of(&s.d, &s.answers, &d);
    CU_ASSERT_EQUAL_FATAL(d.count, 3);
    CU_ASSERT(d.models == 4 && d.left_out == 0 && d.images == 40);
    TST_TEXT(d.item[0].image, "000005.jpg");
    CU_ASSERT(d.item[0].wrong == 4 && d.item[0].asked == 4 && d.item[0].side == PL_SIDE_VAL);
    CU_ASSERT(tst_near(d.item[0].mean, 0.035, 0, 1e-6));
    TST_TEXT(d.item[1].image, "000031.jpg"); /* less probable than the next */
    CU_ASSERT(d.item[1].wrong == 2 && d.item[1].side == PL_SIDE_TEST);
    CU_ASSERT(tst_near(d.item[1].mean, (0.01 + 0.95) / 2, 0, 1e-6));
    TST_TEXT(d.item[2].image, "000007.jpg");
    pl_str csv;
    pl_str_init(&csv);
    pl_label_errors_csv(&d, &csv);
    char *want = pl_format("image,side,label,models_wrong,models,mean_probability_of_label\n"
                           "000005.jpg,val,%d,4,4,",
                           s.answers.sets.set[0]->label[5]);
    CU_ASSERT(pl_starts_with(csv.text, want));
    free(want);
    pl_str_clear(&csv);
    pl_doubts_clear(&d);
    insight_study_free(&s);
}

/* A run that is sure of everything, and says always the same, has no voice. */
static void test_a_collapsed_run_is_not_asked(void)
{
    insight_study s;
    pl_doubts d;
    make(&s);
    for (int g = 0; g < 2; g++) {
        for (size_t i = 0; i < 40; i++)
            s.answers.run[g].probability[i] = 1e-7f;
    }
    pl_doubts_of(&s.d, &s.answers, &d);
    CU_ASSERT(d.models == 2 && d.left_out == 2 && d.count == 0);
    pl_doubts_clear(&d);
    say(&s, 2, 3, 0.05);
    say(&s, 3, 3, 0.05);
    pl_doubts_of(&s.d, &s.answers, &d);
    CU_ASSERT_EQUAL_FATAL(d.count, 1);
    CU_ASSERT(d.item[0].wrong == 2 && d.item[0].asked == 2);
    pl_doubts_clear(&d);
    insight_study_free(&s);
}

/* Groups whose predictions.csv lists other images meet where the names are the same. */
static void test_images_are_matched_by_name(void)
{
    insight_study s, other;
    pl_doubts d;
    make(&s);
    make(&other);
    pl_image_sets *sets = &s.answers.sets;
    sets->set = realloc(sets->set, 2 * sizeof(*sets->set));
    CU_ASSERT_PTR_NOT_NULL_FATAL(sets->set);
    sets->set[sets->count++] = other.answers.sets.set[0];
    other.answers.sets.count = 0;
    s.answers.run[3].images = sets->set[1];
    say(&s, 0, 6, 0.04);
    say(&s, 3, 6, 0.04);
    pl_doubts_of(&s.d, &s.answers, &d);
    CU_ASSERT_EQUAL_FATAL(d.count, 1);
    CU_ASSERT(d.item[0].wrong == 2 && d.item[0].asked == 4 && d.images == 40);
    pl_doubts_clear(&d);
    insight_study_free(&other);
    insight_study_free(&s);
}

static char *section(const insight_study *s)
{
    pl_doc doc;
    pl_figures f;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    pl_label_errors_section(&s->d, &s->answers, &doc, &f);
    CU_ASSERT_EQUAL(f.count, 0);
    char *text = insight_doc_text(&doc);
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    return text;
}

static void test_the_section_is_no_verdict(void)
{
    insight_study s;
    make(&s);
    char *text = section(&s);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Of 40 validation and test images, 0 are contradicted by"));
    CU_ASSERT_PTR_NULL(strstr(text, "verdict"));
    free(text);
    for (size_t i = 0; i < 35; i++) {
        for (int g = 0; g < 2; g++)
            say(&s, g, i, i % 20 == 0 ? 0.05 : 0.95);
    }
    text = section(&s);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Of 40 validation and test images, 2 are contradicted by"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "This is a list to look at, not a verdict"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "000000.jpg | validation | Male | 2 of 4 | 50.00\n"));
    free(text);
    insight_study_free(&s);
    insight_study_make(&s, &(insight_rig){.groups = 1, .seeds = 3, .val = 20, .test = 20});
    text = section(&s);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Not looked for: that takes at least two groups with a run "
                                        "whose AUC is 0.8 or more; the study has 1.\n"));
    free(text);
    insight_study_free(&s);
    insight_study_make(&s, &(insight_rig){.groups = 2, .seeds = 1, .val = 0, .test = 0});
    text = section(&s);
    CU_ASSERT_PTR_NULL(strstr(text, "contradicted"));
    free(text);
    insight_study_free(&s);
}

const tst_case tst_insight_labels[] = {
    TST(test_half_of_the_models_and_at_least_two), TST(test_a_collapsed_run_is_not_asked),
    TST(test_images_are_matched_by_name), TST(test_the_section_is_no_verdict), TST_END};
