/* The table for people: columns, order, published figures, the marks, as Markdown and as LaTeX. */
#include "report/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/compare/answer_study.h"
#include "tst.h"

/* Three groups of two seeds; the second is hardly worse than the first, the third far. */
static void three_groups(answer_study *s)
{
    static const int threshold[6] = {300, 320, 310, 330, 900, 910};
    answer_study_new(s, 3, 2, 1000);
    for (int r = 0; r < 6; r++)
        answer_study_answer(s, r, (unsigned)r + 1, threshold[r]);
    answer_study_finish(s);
}

static void call(pl_report_group *g, const char *label)
{
    free(g->label);
    g->label = pl_strdup(label);
}

typedef struct made {
    answer_study s;
    pl_marks marks;
    pl_report_spec spec;
    pl_table t;
} made;

static void make(made *m, void (*fill)(answer_study *))
{
    memset(m, 0, sizeof *m);
    fill(&m->s);
    pl_marks_make(&m->s.d, &m->s.a, &m->marks);
    m->t = (pl_table){.d = &m->s.d, .marks = &m->marks, .spec = &m->spec};
}

static void drop(made *m)
{
    pl_marks_clear(&m->marks);
    answer_study_clear(&m->s);
}

/* The table's rows without what is explained below it. */
static char *md(const made *m)
{
    pl_str s;
    pl_str_init(&s);
    pl_table_md(&m->t, &s);
    char *end = strstr(s.text, "\n\n");
    if (end)
        end[1] = '\0';
    return pl_str_take(&s);
}

static void expect_md(const made *m, const char *want)
{
    char *got = md(m);
    TST_TEXT(got, want);
    free(got);
}

static void test_columns_and_order_are_the_specs(void)
{
    static const pl_column_use columns[] = {{PL_COLUMN_GROUP, NULL},
                                            {PL_COLUMN_KEY, "train.lr"},
                                            {PL_COLUMN_KEY, "train.batch"},
                                            {PL_COLUMN_N, NULL},
                                            {PL_COLUMN_TEST_ACCURACY_MEAN, NULL}};
    made m;
    make(&m, three_groups);
    m.spec = (pl_report_spec){.column = columns, .columns = 5};
    expect_md(&m,
              "| group | lr | n | test accuracy, mean, % |\n|---|---|---:|---:|\n"
              "| g0 | 0.1 | 2 | **94.45** |\n| g1 | 0.2 | 2 | 94.25 † |\n| g2 | 0.3 | 2 | 56.85 |\n"
              "| *always the commoner class* |  |  | *60.00* |\n");
    m.spec.sorted = true;
    m.spec.sort = (pl_column_use){PL_COLUMN_TEST_ACCURACY, NULL};
    m.spec.columns = 1;
    expect_md(&m, "| group |\n|---|\n| g2 |\n| g1 |\n| g0 |\n| *always the commoner class* |\n");
    m.spec.sort = (pl_column_use){PL_COLUMN_KEY, "train.lr"};
    m.spec.descending = true;
    expect_md(&m, "| group |\n|---|\n| g2 |\n| g1 |\n| g0 |\n| *always the commoner class* |\n");
    m.spec.sort = (pl_column_use){PL_COLUMN_GROUP, NULL};
    m.spec.descending = false;
    expect_md(&m, "| group |\n|---|\n| g0 |\n| g1 |\n| g2 |\n| *always the commoner class* |\n");
    m.spec.sort = (pl_column_use){PL_COLUMN_KEY, "train.batch"}; /* not swept: as in runs.csv */
    expect_md(&m, "| group |\n|---|\n| g0 |\n| g1 |\n| g2 |\n| *always the commoner class* |\n");
    m.spec.columns = 3; /* and of the columns it is left out, which is said */
    pl_str s;
    pl_str_init(&s);
    pl_table_md(&m.t, &s);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "\nThe column train.batch is left out: no run varies it.\n"));
    pl_str_clear(&s);
    drop(&m);
}

/* What has no value is last, whatever the order. */
static void test_groups_without_a_value_are_last(void)
{
    static const pl_column_use columns[] = {{PL_COLUMN_GROUP, NULL}};
    made m;
    make(&m, three_groups);
    m.s.d.group[1].summary[PL_TEST_ACCURACY].mean = (double)NAN;
    m.spec = (pl_report_spec){
        .column = columns, .columns = 1, .sorted = true, .sort = {PL_COLUMN_TEST_ACCURACY, NULL}};
    expect_md(&m, "| group |\n|---|\n| g2 |\n| g0 |\n| g1 |\n| *always the commoner class* |\n");
    m.spec.descending = true;
    expect_md(&m, "| group |\n|---|\n| g0 |\n| g2 |\n| g1 |\n| *always the commoner class* |\n");
    drop(&m);
}

static void test_published_figures_beside_ours(void)
{
    static const pl_column_use columns[] = {{PL_COLUMN_GROUP, NULL},
                                            {PL_COLUMN_TEST_ACCURACY_MEAN, NULL},
                                            {PL_COLUMN_VS_REFERENCE, NULL}};
    const double none = (double)NAN;
    const pl_reference references[] = {{"paper A", NULL, "a paper", {none, none, 0.95, none}},
                                       {"paper B", "g1", "a paper", {none, none, 0.94, none}},
                                       {"paper C", "lr=0.3", "another", {none, 0.5, 0.6, none}},
                                       {"paper D", "g7", NULL, {none, none, 0.5, none}}};
    made m;
    make(&m, three_groups);
    m.spec =
        (pl_report_spec){.column = columns, .columns = 3, .reference = references, .references = 4};
    m.s.d.group[2].summary[PL_VAL_ACCURACY].mean = 0.75;
    expect_md(&m, "| group | test accuracy, mean, % | against the reference, points |\n"
                  "|---|---:|---:|\n"
                  "| g0 | **94.45** |  |\n"
                  "| g1 | 94.25 † | +0.25 to paper B (94.00) |\n"
                  "| g2 | 56.85 | test -3.15, val +25.00 to paper C (60.00, 50.00) |\n"
                  "| *always the commoner class* | *60.00* |  |\n"
                  "| *paper A* | *95.00* | *-0.55 (g0)* |\n"
                  "| *paper D* | *50.00* |  |\n");
    pl_str s;
    pl_str_init(&s);
    pl_table_md(&m.t, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, " paper A, paper B: a paper. paper C: another.\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text,
                                  "\nThe reference \"paper D\" is to be compared with the group "
                                  "\"g7\", but no single group of this study is called so.\n"));
    pl_str_clear(&s);
    drop(&m);
}

static void test_a_reference_names_a_group_by_words_that_only_one_has(void)
{
    made m;
    make(&m, three_groups);
    const pl_reference whole = {"a", "train.lr=0.2", NULL, {0}},
                       two = {"a", "lr=0.2 lr=0.3", NULL, {0}};
    const pl_reference blank = {"a", "  ", NULL, {0}}, best = {"a", NULL, NULL, {0}};
    CU_ASSERT_EQUAL(pl_reference_group(&m.t, &whole), 1);
    CU_ASSERT_EQUAL(pl_reference_group(&m.t, &two), -1);
    CU_ASSERT_EQUAL(pl_reference_group(&m.t, &blank), -1);
    CU_ASSERT_EQUAL(pl_reference_group(&m.t, &best), 0);
    drop(&m);
}

static void test_the_marks_are_explained(void)
{
    made m;
    make(&m, three_groups);
    pl_str s;
    pl_str_init(&s);
    pl_table_md(&m.t, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        s.text,
        "\n†: not to be told from the best, g0, on the same 1,000 test images: paired bootstrap "
        "(10,000 draws of the images; each image counts with the share of seeds that answer it "
        "rightly), two-sided, at 5 % after Holm's correction over 2 groups."));
    pl_str_reset(&s);
    pl_table_csv(&m.t, &s);
    const char *row = strstr(s.text, "\ng2,0.3,2,");
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_PTR_NOT_NULL(strstr(row, ",0.538100351,0.599371556,1000,"));
    CU_ASSERT(pl_ends_with(s.text, ",0\n"));
    drop(&m);
    make(&m, three_groups);
    answer_study_ask(&m.s, 4, ASK_OTHER_NAMES);
    answer_study_finish(&m.s);
    pl_marks_clear(&m.marks);
    pl_marks_make(&m.s.d, &m.s.a, &m.marks);
    pl_str_reset(&s);
    pl_table_md(&m.t, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\n1 group is not compared with the best, "));
    pl_str_clear(&s);
    drop(&m);
}

/* What would end a cell, a row, a comment or the table in any of the languages, letters of every kind, and no letters. */
static void test_names_of_every_kind(void)
{
    made m;
    pl_str s;
    make(&m, three_groups);
    call(&m.s.d.group[0], "a_b & 50 % #1 {x} ~ ^ \\ $y$ <script>|\"q\"*`c`");
    call(&m.s.d.group[1],
         "[x] Jos\xc3\xa9 \xc5\x81\xc3\xb3\xc5\xba \xe2\x80\x93 \xc2\xb1 \xe2\x80\xa0");
    call(&m.s.d.group[2], "\xe4\xb8\xad \xf0\x9f\x99\x82 \xc4\xa6 \xff\xc3 line\nend");
    pl_str_init(&s);
    pl_table_tex(&m.t, &s);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "\n{}a\\_b \\& 50 \\% \\#1 \\{x\\} \\textasciitilde{} \\textasciicircum{} "
                       "\\textbackslash{} \\$y\\$ \\textless{}script\\textgreater{}\\textbar{}"
                       "\\textquotedbl{}q\\textquotedbl{}*`c` & "));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        s.text,
        "\n{}[x] Jos\xc3\xa9 \xc5\x81\xc3\xb3\xc5\xba \xe2\x80\x93 $\\pm$ $^{\\dagger}$ & "));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\n{}U+4E2D U+1F642 U+0126 U+FFFDU+FFFD line end & "));
    char *table = md(&m);
    CU_ASSERT_PTR_NOT_NULL(strstr(table, "\\|\"q\"\\*\\`c\\` | 2 | "));
    CU_ASSERT_PTR_NOT_NULL(strstr(table, "&lt;script&gt;"));
    free(table);
    if (tst_shell(NULL, "command -v pdflatex", NULL, NULL) != 0) {
        tst_skip("no pdflatex here");
    } else {
        tst_write_text(tst_path("table.tex"), s.text);
        tst_write_text(
            tst_path("page.tex"),
            "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\usepackage{booktabs}\n"
            "\\begin{document}\n\\input{table}\n\\end{document}\n");
        CU_ASSERT_EQUAL(tst_shell(tst_dir(),
                                  "pdflatex -interaction=nonstopmode -halt-on-error page.tex "
                                  ">out.txt 2>&1",
                                  NULL, NULL),
                        0);
        tst_write_text(tst_path("table.tex"), "a_b\n"); /* and one that is refused */
        CU_ASSERT_NOT_EQUAL(tst_shell(tst_dir(),
                                      "pdflatex -interaction=nonstopmode -halt-on-error page.tex "
                                      ">out.txt 2>&1",
                                      NULL, NULL),
                            0);
    }
    pl_str_clear(&s);
    drop(&m);
}

const tst_case tst_report_table[] = {TST(test_columns_and_order_are_the_specs),
                                     TST(test_groups_without_a_value_are_last),
                                     TST(test_published_figures_beside_ours),
                                     TST(test_a_reference_names_a_group_by_words_that_only_one_has),
                                     TST(test_the_marks_are_explained),
                                     TST_M(test_names_of_every_kind),
                                     TST_END};
