#include "insight/sheets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "insight/sheets_section.h"
#include "pipeline/insight/made_pixels.h"
#include "tst.h"
#include "util/fs.h"

/* The names of a choice, without zeros and extension: "55 41". */
static void choose(const made_study *m, pl_sheet_kind kind, int label, size_t most,
                   const char *want)
{
    pl_str got;
    pl_str_init(&got);
    pl_choice c = pl_sheet_choose(kind, &m->answers[0], PL_SIDE_TEST, label, "a00000000001", most);
    for (size_t i = 0; i < c.count; i++)
        pl_str_addf(&got, "%s%d", i ? " " : "", atoi(m->name[c.image[i]]));
    TST_TEXT(got.text, want);
    pl_choice_clear(&c);
    pl_str_clear(&got);
}

/* As scripts/oracle/mean_faces.py sorts them. */
static void test_choices_are_the_surest_errors_and_the_least_certain(void)
{
    made_study m;
    made_study_init(&m, 1);
    choose(&m, PL_SHEET_ERRORS, 0, 20, "55 41 58 44 47 40 50");
    choose(&m, PL_SHEET_ERRORS, 0, 3, "55 41 58");
    choose(&m, PL_SHEET_ERRORS, 1, 20, "45 42");
    choose(&m, PL_SHEET_UNCERTAIN, 0, 6, "50 43 40 53 47 46");
    choose(&m, PL_SHEET_UNCERTAIN, 1, 6, "57 54 51 42 48 45");
    choose(&m, PL_SHEET_ERRORS, 1, 0, "");
    m.probability[0][12] = m.probability[0][15]; /* 42 and 45 alike: as in the file */
    choose(&m, PL_SHEET_ERRORS, 1, 20, "42 45");
    made_study_clear(&m);
}

static void test_right_ones_are_drawn_by_the_runs_id(void)
{
    made_study m;
    made_study_init(&m, 1);
    pl_choice a = pl_sheet_choose(PL_SHEET_RIGHT, &m.answers[0], PL_SIDE_TEST, 0, "a1", 7);
    pl_choice same = pl_sheet_choose(PL_SHEET_RIGHT, &m.answers[0], PL_SIDE_TEST, 0, "a1", 4);
    pl_choice b = pl_sheet_choose(PL_SHEET_RIGHT, &m.answers[0], PL_SIDE_TEST, 0, "a2", 7);
    CU_ASSERT(a.count == 7 && a.all == 7 && same.count == 4 && same.all == 7);
    CU_ASSERT_EQUAL(memcmp(a.image, same.image, 4 * sizeof *a.image), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(a.image, b.image, 7 * sizeof *a.image), 0);
    bool in_order = true;
    for (size_t i = 0; i < a.count; i++) {
        CU_ASSERT(pl_is_right(&m.answers[0], a.image[i]) && m.label[a.image[i]] == 0);
        in_order = in_order && (i == 0 || a.image[i] > a.image[i - 1]);
    }
    CU_ASSERT_FALSE(in_order);
    pl_choice_clear(&a);
    pl_choice_clear(&same);
    pl_choice_clear(&b);
    made_study_clear(&m);
}

static void test_run_shown_is_the_best_of_validation_with_answers(void)
{
    made_study m;
    made_study_init(&m, 1);
    CU_ASSERT_EQUAL(pl_run_shown(&m.d, &m.a, 0), 0); /* the better one has no answers */
    m.answers[1] = (pl_answers){&m.images, m.probability[1]};
    CU_ASSERT_EQUAL(pl_run_shown(&m.d, &m.a, 0), 1);
    m.run[0].metric[PL_VAL_ACCURACY] = m.run[1].metric[PL_VAL_ACCURACY];
    CU_ASSERT_EQUAL(pl_run_shown(&m.d, &m.a, 0), 0);
    m.run[0].metric[PL_VAL_ACCURACY] = (double)NAN;
    CU_ASSERT_EQUAL(pl_run_shown(&m.d, &m.a, 0), 1);
    m.run[1].metric[PL_VAL_ACCURACY] = (double)NAN;
    CU_ASSERT_EQUAL(pl_run_shown(&m.d, &m.a, 0), 0);
    m.answers[0].images = m.answers[1].images = NULL;
    CU_ASSERT_EQUAL(pl_run_shown(&m.d, &m.a, 0), -1);
    made_study_clear(&m);
}

static void answer(float p, const char *want)
{
    char *got = pl_answer_text("Male", p);
    TST_TEXT(got, want);
    free(got);
}

static void test_answer_text(void)
{
    answer(0.97f, "Male 97 %");
    answer(0.12f, "not Male 88 %");
    answer(0.5f, "not Male 50 %");
    answer(0.5001f, "Male 50 %");
    answer(0.9949f, "Male 99 %");
    answer(0.996f, "Male > 99 %");
    answer(1, "Male 100 %");
    answer(0, "not Male 100 %");
    answer(0.002f, "not Male > 99 %");
}

/* The section as text: kind of the block, text, path, alt. */
static char *section_of(const made_study *m, const char *cache, int threads)
{
    pl_str s;
    pl_doc doc;
    pl_shelf shelf;
    kn_pool *pool = NULL;
    pl_str_init(&s);
    pl_doc_init(&doc);
    TST_OK(kn_pool_new(threads, &pool, e));
    pl_shelf_init(&shelf, cache, pool);
    TST_OK(pl_group_pictures_section(&m->d, &m->a, 0, &shelf, &doc, e));
    for (size_t i = 0; i < doc.count; i++) {
        const pl_block *b = &doc.block[i];
        const char *parts[] = {b->text, b->name, b->alt};
        for (int k = 0; k < 3; k++)
            if (parts[k])
                pl_str_addf(&s, "%s\n", parts[k]);
    }
    pl_shelf_clear(&shelf);
    kn_pool_free(pool);
    pl_doc_clear(&doc);
    return pl_str_take(&s);
}

static const char missing[] =
    "the pixels of these images are not in the cache. `facet run SPEC --until split --results "
    "NEW-FOLDER` makes them again, and `facet report` then draws what is missing.\n";

static void test_section_shows_what_the_cache_has(void)
{
    static const char head[] =
        "Pictures\n"
        "The surest errors, run a00000000001, test images: 7 of 7 that are not Male, 2 of 2 that "
        "are "
        "Male. Below each its name, the answer and the truth; the bar is the probability of Male, "
        "with a tick at 50 %.\n"
        "pictures/a00000000001-errors.png\n"
        "Contact sheet of 9 pictures in two parts. Truly not Male: 000055.jpg (Male 95 %), "
        "000041.jpg (Male 89 %), 000058.jpg (Male 82 %) and others. Truly Male: 000045.jpg (not "
        "Male "
        "95 %), 000042.jpg (not Male 81 %).\n"
        "Mean faces, run a00000000001: ";
    made_study m;
    made_study_init(&m, 1);
    made_cache(&m, 1, MADE_IMAGES);
    char *text = section_of(&m, m.cache, 1);
    char *begins = pl_format("%.*s", (int)sizeof head - 1, text);
    TST_TEXT(begins, head);
    free(begins);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "The two classes differ most in the middle third from "
                                        "above, the right third from the left: Male is brighter "
                                        "there.\n"));
    CU_ASSERT_PTR_NULL(strstr(text, missing));
    char *csv = tst_read(tst_path("pictures/a00000000001-errors.csv"), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(csv);
    CU_ASSERT_EQUAL(strncmp(csv, "image,label,probability\n000055.jpg,0,0.954999983\n", 48), 0);
    free(csv);
    free(text);
    made_study_clear(&m);
}

static const char *const files[] = {"errors", "uncertain", "right", "means"};

static void test_section_is_the_same_again_on_more_threads_and_without_the_cache(void)
{
    made_study m;
    char *png[4], *again[4];
    size_t size[4], size_again[4];
    made_study_init(&m, 3);
    made_cache(&m, 3, MADE_IMAGES);
    char *first = section_of(&m, m.cache, 1);
    for (int k = 0; k < 4; k++) {
        png[k] = tst_read(tst_path("pictures/a00000000001-%s.png", files[k]), &size[k]);
        TST_OK(pl_remove_tree(tst_path("pictures/a00000000001-%s.png", files[k]), e));
    }
    char *second = section_of(&m, m.cache, 3);
    TST_TEXT(second, first);
    for (int k = 0; k < 4; k++) {
        again[k] = tst_read(tst_path("pictures/a00000000001-%s.png", files[k]), &size_again[k]);
        CU_ASSERT(png[k] && again[k] && size[k] == size_again[k] &&
                  memcmp(png[k], again[k], size[k]) == 0);
        free(png[k]);
        free(again[k]);
    }
    char *third = section_of(&m, "/nowhere", 1);
    TST_TEXT(third, first);
    free(first);
    free(second);
    free(third);
    made_study_clear(&m);
}

/* Sheets of other answers are not shown as those of these. */
static void test_section_without_the_cache_shows_no_stale_sheet(void)
{
    made_study m;
    made_study_init(&m, 1);
    char *text = section_of(&m, m.cache, 1),
         *want = pl_format("Pictures\nNo pictures to show: %s", missing);
    TST_TEXT(text, want);
    CU_ASSERT_FALSE(pl_exists(tst_path("pictures")));
    free(text);
    made_cache(&m, 1, MADE_IMAGES);
    free(section_of(&m, m.cache, 1));
    m.probability[0][25] = 0.2f; /* image 55 is right now */
    text = section_of(&m, "/nowhere", 1);
    CU_ASSERT_PTR_NULL(strstr(text, "-errors.png"));
    CU_ASSERT_PTR_NULL(strstr(text, "-means.png"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "-uncertain.png"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Some sheets are missing: "));
    free(text);
    free(want);
    made_study_clear(&m);
}

static void test_section_of_a_run_without_errors(void)
{
    made_study m;
    made_study_init(&m, 1);
    made_cache(&m, 1, MADE_IMAGES);
    for (size_t i = 0; i < m.images.count; i++)
        m.probability[0][i] = m.label[i] ? 0.9f : 0.1f;
    char *text = section_of(&m, m.cache, 2);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "test images: 0 of 0 that are not Male, 0 of 0 that are Male."));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        text,
        "Contact sheet of 0 pictures in two parts. Truly not Male: none. Truly Male: none.\n"));
    char *third = section_of(&m, "/nowhere", 1);
    TST_TEXT(third, text);
    free(third);
    free(text);
    made_study_clear(&m);
}

static void test_shrink_keeps_proportions(void)
{
    static uint8_t x[178 * 218], out[100 * 100];
    int w = 0, h = 0;
    memset(x, 77, sizeof x);
    TST_OK(pl_shrink(x, 178, 218, 1, out, &w, &h, e));
    CU_ASSERT(w == 82 && h == 100 && out[0] == 77 && out[82 * 100 - 1] == 77);
    TST_OK(pl_shrink(x, 20, 5, 1, out, &w, &h, e));
    CU_ASSERT(w == 20 && h == 5);
}

const tst_case tst_insight_sheets[] = {
    TST(test_choices_are_the_surest_errors_and_the_least_certain),
    TST(test_right_ones_are_drawn_by_the_runs_id),
    TST(test_run_shown_is_the_best_of_validation_with_answers),
    TST(test_answer_text),
    TST(test_section_shows_what_the_cache_has),
    TST(test_section_is_the_same_again_on_more_threads_and_without_the_cache),
    TST(test_section_without_the_cache_shows_no_stale_sheet),
    TST(test_section_of_a_run_without_errors),
    TST(test_shrink_keeps_proportions),
    TST_END};
