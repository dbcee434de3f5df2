#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insight/robust.h"
#include "insight/robust_curves.h"
#include "insight/robust_figure.h"
#include "insight/robust_section.h"
#include "pipeline/compare/answer_study.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

/* Every condition: of 10 images all answered, with alignment 8, `right` of them rightly. */
static void fill(pl_robust *r, bool aligned, int right)
{
    memset(r, 0, sizeof *r);
    r->aligned = aligned;
    for (int a = 0; a < 1 + aligned; a++)
        for (int k = 0; k < PL_DISTURB_COUNT; k++)
            for (int s = 0; s < PL_DISTURB_STEPS; s++)
                r->point[a][k][s] = (pl_robust_point){10, a ? 8 : 10, right};
}

static void write_file(const char *path, const pl_robust *r, const char *const *target,
                       size_t count)
{
    pl_str csv;
    pl_str_init(&csv);
    pl_str_add(&csv, pl_robust_csv_header);
    pl_robust_csv_rows(r, target, count, "0123456789ab", &csv);
    tst_write_text(path, csv.text);
    pl_str_clear(&csv);
}

static void test_a_row_for_every_condition(void)
{
    pl_robust r;
    const char *const target[] = {"Male"};
    fill(&r, false, 8);
    write_file(tst_path("r.csv"), &r, target, 1);
    char *text = tst_read(tst_path("r.csv"), NULL);
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    CU_ASSERT_EQUAL(lines, 1 + PL_DISTURB_COUNT * PL_DISTURB_STEPS);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nscale,0.6,0,10,10,8,0.8,0.490162"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ",Male,0123456789ab\n"));
    free(text);
}

static void test_what_is_written_is_read(void)
{
    pl_robust r[2], back;
    const char *const target[] = {"Male", "Smiling"};
    bool found;
    fill(&r[0], true, 8);
    fill(&r[1], true, 3);
    r[1].point[1][PL_DISTURB_JPEG][2] = (pl_robust_point){10, 0, 0}; /* no face in any */
    write_file(tst_path("r.csv"), r, target, 2);
    TST_OK(pl_robust_read(tst_path("r.csv"), "Smiling", &found, &back, e));
    CU_ASSERT(found && memcmp(r[1].point, back.point, sizeof back.point) == 0 && back.aligned);
    TST_OK(pl_robust_read(tst_path("r.csv"), NULL, &found, &back, e));
    CU_ASSERT(found && memcmp(r[0].point, back.point, sizeof back.point) == 0);
    TST_OK(pl_robust_read(tst_path("r.csv"), "Young", &found, &back, e));
    CU_ASSERT_FALSE(found);
}

static void refuse(const char *row, const char *message)
{
    pl_robust r;
    bool found;
    kn_error e;
    char *text = pl_format("%s%s\n", pl_robust_csv_header, row);
    char *whole = pl_format("%s%s", tst_path("bad.csv"), message);
    tst_write_text(tst_path("bad.csv"), text);
    CU_ASSERT_EQUAL(pl_robust_read(tst_path("bad.csv"), NULL, &found, &r, &e), KN_EFORMAT);
    TST_TEXT(e.text, whole);
    free(whole);
    free(text);
}

static void test_malformed_files(void)
{
    refuse("scale,0.65,0,10,10,8,0.8,,,Male,x",
           ":2: disturbance 'scale', amount '0.65', align '0' is no condition that is measured; "
           "`facet robust RUN` "
           "makes the file anew");
    refuse("fog,1,0,10,10,8,0.8,,,Male,x", ":2: disturbance 'fog', amount '1', align '0' is no "
                                           "condition that is measured; `facet robust RUN` makes "
                                           "the file anew");
    refuse("scale,1,2,10,10,8,0.8,,,Male,x", ":2: disturbance 'scale', amount '1', align '2' is no "
                                             "condition that is measured; `facet robust RUN` "
                                             "makes the file anew");
    refuse("scale,1,0,10,11,8,0.8,,,Male,x",
           ":2: images '10', answered '11', right '8': each is at most the one before it");
    refuse("scale,1,0,10,10,-1,0.8,,,Male,x",
           ":2: images '10', answered '10', right '-1': each is at most the one before it");
    pl_robust r;
    bool found;
    kn_error e;
    tst_write_text(tst_path("old.csv"), "disturbance,amount,align,images,answered,right\n");
    CU_ASSERT_EQUAL(pl_robust_read(tst_path("old.csv"), NULL, &found, &r, &e), KN_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "old.csv: a column of those that are written now is "
                                          "missing; `facet robust RUN` makes the file anew"));
}

/* 8 and 6 of 10 are 0.7 in the mean; the standard error is 0.1, Student's quantile for two 12.7062. Of one run the interval is Wilson's. */
static void test_means_over_runs(void)
{
    pl_robust r[2];
    pl_robust_group g;
    fill(&r[0], true, 8);
    fill(&r[1], false, 6);
    r[0].point[0][PL_DISTURB_BLUR][1] = (pl_robust_point){10, 0, 0};
    r[1].point[0][PL_DISTURB_BLUR][1] = (pl_robust_point){10, 0, 0};
    pl_robust_mean_of(r, 2, &g);
    const pl_robust_mean *m = &g.at[0][PL_DISTURB_SCALE][0];
    CU_ASSERT(g.runs == 2 && g.images == 10 && g.aligned && m->runs == 2);
    CU_ASSERT_DOUBLE_EQUAL(m->accuracy, 0.7, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->low, 0.7 - 1.27062, 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(m->high, 0.7 + 1.27062, 1e-5);
    CU_ASSERT(m->least == 0.6 && m->most == 0.8 && m->kept == 1);
    m = &g.at[1][PL_DISTURB_SCALE][0]; /* the second run was not measured with alignment */
    CU_ASSERT(m->runs == 1 && m->accuracy == 1);
    CU_ASSERT_DOUBLE_EQUAL(m->least, 8 / (8 + 3.841459), 1e-6);
    CU_ASSERT(m->least == m->low && m->most == m->high);
    CU_ASSERT_DOUBLE_EQUAL(m->kept, 0.8, 1e-12);
    m = &g.at[0][PL_DISTURB_BLUR][1];
    CU_ASSERT(m->runs == 0 && isnan(m->accuracy) && isnan(m->least) && m->kept == 0);
}

static void write_run(const char *dir, const char *id, const pl_robust *r)
{
    const char *const target[] = {"Male"};
    char *path = pl_robust_path(dir, id);
    write_file(path, r, target, 1);
    free(path);
}

/* Groups of two seeds; run k of group i has i + 4 + k rightly of 10. */
static void small_study(answer_study *s, int groups)
{
    static char id[16][13];
    kn_error e;
    answer_study_new(s, groups, 2, 10);
    answer_study_finish(s);
    free(s->d.dir);
    s->d.dir = pl_strdup(tst_dir());
    CU_ASSERT_EQUAL(pl_remove_tree(tst_path("robust"), &e), KN_OK);
    CU_ASSERT_EQUAL(pl_make_dirs(tst_path("robust"), &e), KN_OK);
    for (int k = 0; k < 2 * groups; k++) {
        pl_robust r;
        snprintf(id[k], sizeof id[k], "00000000000%x", (unsigned)k);
        s->d.run[k].id = id[k];
        fill(&r, true, k / 2 + k % 2 + 2);
        write_run(s->d.dir, id[k], &r);
    }
}

static const pl_block *table_of(const pl_doc *doc)
{
    for (size_t i = 0; i < doc->count; i++)
        if (doc->block[i].kind == PL_BLOCK_TABLE)
            return &doc->block[i];
    return NULL;
}

static void test_the_section_tells_means(void)
{
    answer_study s;
    pl_doc doc;
    pl_figures figures;
    small_study(&s, 2);
    pl_doc_init(&doc);
    pl_figures_init(&figures);
    TST_OK(pl_robust_section(&s.d, &doc, &figures, e));
    const pl_block *t = table_of(&doc);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    CU_ASSERT(t->columns == 5 && t->rows == 2 + 4 * (PL_DISTURB_STEPS - 1));
    TST_TEXT(t->column[2].title, "g0, aligned");
    TST_TEXT(t->cell[0].text, "undisturbed");
    TST_TEXT(t->cell[1].text, "25.00");
    TST_TEXT(t->cell[2].text, "31.25\n80.0 kept");
    TST_TEXT(t->cell[5 + 0].text, "mean of those below");
    TST_TEXT(t->cell[5 + 3].text, "35.00");
    CU_ASSERT_EQUAL(figures.count, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(figures.item[0].script,
                                  "'small: accuracy on test images made worse, means of seeds'"));
    CU_ASSERT_PTR_NOT_NULL(strstr(figures.item[0].csv, "\ng1,2,scale,0.6,1,10,0.8,0.4375,"));
    pl_figures_clear(&figures);
    pl_doc_clear(&doc);
    answer_study_clear(&s);
}

/* Gnuplot draws what may be missing: the commoner label's share, answers at an amount, any error, alignment. */
static void test_the_figure_is_drawn(void)
{
    answer_study s;
    small_study(&s, 2);
    for (int k = 0; k < 3; k++) {
        pl_figures figures;
        pl_robust r;
        s.d.majority = k == 0 ? 0.6 : (double)NAN;
        fill(&r, false, 10);
        r.point[0][PL_DISTURB_NOISE][4] = (pl_robust_point){10, 0, 0};
        for (int i = 0; k == 2 && i < 4; i++)
            write_run(s.d.dir, s.d.run[i].id, &r);
        pl_figures_init(&figures);
        TST_OK(pl_robust_section(&s.d, NULL, &figures, e));
        TST_OK(pl_figures_draw(&figures, tst_path("plots"), 1, e));
        CU_ASSERT_EQUAL(strstr(figures.item[0].script, "commoner") != NULL, k == 0);
        pl_figures_clear(&figures);
    }
    answer_study_clear(&s);
}

/* Six are measured: four are drawn, the CSV has all. A group without a file is not told. */
static void test_many_groups_and_none(void)
{
    answer_study s;
    pl_doc doc;
    pl_figures figures;
    small_study(&s, 6);
    pl_doc_init(&doc);
    pl_figures_init(&figures);
    for (int i = 0; i < 6; i++)
        s.d.group[i].summary[PL_VAL_ACCURACY].mean = i == 3 ? (double)NAN : 0.5 + 0.01 * i;
    TST_OK(pl_robust_section(&s.d, &doc, &figures, e));
    const char *script = figures.item[0].script;
    CU_ASSERT(strstr(script, "title 'g0'") == NULL && strstr(script, "title 'g3'") == NULL);
    CU_ASSERT(strstr(script, "title 'g1'") && strstr(script, "title 'g5'"));
    CU_ASSERT_PTR_NOT_NULL(strstr(figures.item[0].csv, "\ng0,2,scale,0.6,0,"));
    pl_figures_clear(&figures);
    kn_error error;
    CU_ASSERT_EQUAL(pl_remove_tree(tst_path("robust"), &error), KN_OK);
    size_t blocks = doc.count;
    TST_OK(pl_robust_section(&s.d, &doc, &figures, e));
    CU_ASSERT(figures.count == 0 && doc.count == blocks);
    pl_figures_clear(&figures);
    pl_doc_clear(&doc);
    answer_study_clear(&s);
}

static void test_a_malformed_file_of_a_study(void)
{
    answer_study s;
    pl_figures figures;
    kn_error e;
    small_study(&s, 2);
    pl_figures_init(&figures);
    tst_write_text(tst_path("robust/000000000003.csv"), "a,b\n1,2\n");
    CU_ASSERT_EQUAL(pl_robust_section(&s.d, NULL, &figures, &e), KN_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "/robust/000000000003.csv: a column"));
    CU_ASSERT_EQUAL(figures.count, 0);
    pl_figures_clear(&figures);
    answer_study_clear(&s);
}

const tst_case tst_insight_robust[] = {
    TST(test_a_row_for_every_condition),
    TST(test_what_is_written_is_read),
    TST(test_malformed_files),
    TST(test_means_over_runs),
    TST(test_the_section_tells_means),
    TST(test_the_figure_is_drawn),
    TST(test_many_groups_and_none),
    TST(test_a_malformed_file_of_a_study),
    TST_END,
};
