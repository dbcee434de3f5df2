#include "draw/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "draw/gnuplot.h"
#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"

/* Three kinds of figures that leave gnuplot with another pen each, over and over. */
static const char *const bodies[3] = {
    "set title 'a'\nplot [0:1] x lc rgb '#123456' title 'x', 2*x notitle\n",
    "set object rectangle from 0,0 to 1,1 fc rgb '#00ff00' fillstyle solid\nset label 'b' at 0,0 "
    "textcolor rgb '#ffffff'\nplot [0:2][0:2] -1 notitle\n",
    "set multiplot layout 1,2 title 'c'\nplot [0:1] x\nplot [0:1] -x lc rgb '#ff0000' dt 2\n"
    "unset multiplot\n"};

enum { FIGURES = 20 };

static void draw(const char *dir, int threads)
{
    pl_figures f;
    char name[PL_FIGURE_NAME];
    pl_figures_init(&f);
    for (int i = 0; i < FIGURES; i++) {
        snprintf(name, sizeof name, "f%d", i);
        pl_figures_add(&f, &(pl_figure){name, 300, 200, bodies[(i * i + i / 3) % 3], NULL, NULL});
    }
    TST_OK(pl_figures_draw(&f, dir, threads, e));
    pl_figures_clear(&f);
}

static void check_same(const char *a, const char *b, bool want)
{
    size_t a_size = 0, b_size = 0;
    char *a_bytes = tst_read(a, &a_size), *b_bytes = tst_read(b, &b_size);
    CU_ASSERT(a_bytes && b_bytes);
    bool same = a_bytes && b_bytes && a_size == b_size && memcmp(a_bytes, b_bytes, a_size) == 0;
    if (same != want)
        tst_note("%s and %s %s", a, b, same ? "are the same" : "differ");
    CU_ASSERT_EQUAL(same, want);
    free(a_bytes);
    free(b_bytes);
}

static void test_a_figure_is_the_same_wherever_it_stands(void)
{
    static const char *const ending[3] = {"svg", "png", "pdf"};
    draw(tst_path("one"), 1);
    draw(tst_path("four"), 4);
    for (int i = 0; i < FIGURES; i++) {
        int kind = (i * i + i / 3) % 3, k = 0;
        while ((k * k + k / 3) % 3 != kind)
            k++; /* the first of its kind */
        for (int n = 0; n < 3; n++) {
            check_same(tst_path("one/f%d.%s", i, ending[n]), tst_path("four/f%d.%s", i, ending[n]),
                       true);
            check_same(tst_path("one/f%d.%s", i, ending[n]), tst_path("one/f%d.%s", k, ending[n]),
                       true);
        }
    }
    check_same(tst_path("one/f0.svg"), tst_path("one/f1.svg"), false);
}

static void test_one_bad_script_ends_the_others(void)
{
    static const char good[] = "pause 60\n", bad[] = "plot\n\n\nnonsense\n";
    const pl_gnuplot_part parts[3] = {
        {good, sizeof good - 1}, {bad, sizeof bad - 1}, {good, sizeof good - 1}};
    kn_error e = {KN_OK, ""};
    CU_ASSERT_EQUAL(pl_gnuplot_run(tst_dir(), parts, 3, 2, &e), KN_EIO);
    char *want = pl_format("gnuplot ended with status 1 while drawing into %s: ", tst_dir());
    CU_ASSERT(pl_starts_with(e.text, want));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "line "));
    free(want);
}

static void test_an_interrupt_ends_all(void)
{
    static const char slow[] = "pause 60\n";
    const pl_gnuplot_part parts[2] = {{slow, sizeof slow - 1}, {slow, sizeof slow - 1}};
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED,
              "interrupted while the figures were drawn; the same command draws them",
              pl_gnuplot_run(tst_dir(), parts, 2, 2, e));
    pl_interrupt_set(false);
}

static void draw_one(const char *dir, const char *body, const char *source, int width)
{
    pl_figures f;
    pl_figures_init(&f);
    pl_figures_add(&f, &(pl_figure){"one", width, 200, body, NULL, source});
    TST_OK(pl_figures_draw(&f, dir, 1, e));
    pl_figures_clear(&f);
}

static int count_of(const char *path, const char *word)
{
    size_t size = 0, n = strlen(word);
    char *bytes = tst_read(path, &size);
    int count = 0;
    for (size_t i = 0; bytes && i + n <= size; i++)
        count += memcmp(bytes + i, word, n) == 0;
    free(bytes);
    return count;
}

/* The time of making stands in no file: two drawings, a second apart, in two time zones and languages. */
static void test_a_figure_has_no_time_in_it(void)
{
    static const char *const ending[3] = {"svg", "png", "pdf"};
    draw_one(tst_path("now"), bodies[2], "a study", 300);
    sleep(1);
    setenv("TZ", "Asia/Kathmandu", 1);
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    draw_one(tst_path("later"), bodies[2], "a study", 300);
    unsetenv("TZ");
    unsetenv("LC_ALL");
    for (int k = 0; k < 3; k++)
        check_same(tst_path("now/one.%s", ending[k]), tst_path("later/one.%s", ending[k]), true);
    CU_ASSERT_EQUAL(count_of(tst_path("now/one.pdf"), "/CreationDate (D:20000101000000"), 1);
}

static void test_a_pdf_has_the_size_of_a_page_and_its_fonts(void)
{
    draw_one(tst_path("wide"), bodies[0], NULL, PL_FIGURE_FULL);
    draw_one(tst_path("column"), bodies[0], NULL, PL_FIGURE_COLUMN);
    /* 17 cm = 481.9 points and 8.5 cm = 240.9; cairo's page has whole ones */
    CU_ASSERT_EQUAL(count_of(tst_path("wide/one.pdf"), "MediaBox [ 0 0 481 "), 1);
    CU_ASSERT_EQUAL(count_of(tst_path("column/one.pdf"), "MediaBox [ 0 0 240 "), 1);
    CU_ASSERT_EQUAL(count_of(tst_path("wide/one.pdf"), "/FontFile2"), 1);
}

/* The source stands once in the figure, whatever it says and however many panels there are, in a strip that the figure
 * grows by. */
static void test_the_source_stands_below_the_figure(void)
{
    static const char body[] =
        "$d << EOD\nplot of nothing\nset multiplot layout 9,9\nEOD\nset xlabel 'epoch'\n"
        "set multiplot layout 2,2 title 'layout 7,7'\n plot [0:1] x title 'a', \\\n  2*x\n"
        "plot [0:1] -x\nplot [0:1] 3*x\nplot [0:1] 0\nunset multiplot\n";
    draw_one(tst_path("panels"), body, "claims, run 'a' & 2,448", 300);
    CU_ASSERT_EQUAL(count_of(tst_path("panels/one.svg"), "claims, run 'a' &amp; 2,448"), 1);
    CU_ASSERT_EQUAL(count_of(tst_path("panels/one.svg"), ">epoch<"), 4);
    CU_ASSERT_EQUAL(count_of(tst_path("panels/one.svg"), "viewBox=\"0 0 300 217\""), 1);
    draw_one(tst_path("plain"), bodies[0], NULL, 300);
    CU_ASSERT_EQUAL(count_of(tst_path("plain/one.svg"), "viewBox=\"0 0 300 200\""), 1);
    draw_one(tst_path("long"), bodies[0],
             "a study with a long name, run 63bfd1bc02f2; data 0a1b2c3d4e5f, 2,448 test images",
             300);
    CU_ASSERT_EQUAL(count_of(tst_path("long/one.svg"), "viewBox=\"0 0 300 228\""), 1);
}

static void test_prune_removes_all_of_an_earlier_figure(void)
{
    static const char *const heads[] = {"curves-", NULL};
    static const char *const files[] = {"curves-a.svg", "curves-a.pdf", "curves-a.csv",
                                        "curves-b.svg", "curves-b.png", "curves-b.pdf",
                                        "curves-b.csv", "curves-b.txt", "other.pdf"};
    pl_figures f;
    pl_figures_init(&f);
    pl_figures_add(&f, &(pl_figure){"curves-a", 300, 200, bodies[0], NULL, NULL});
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        tst_write_text(tst_path("%s", files[i]), "x");
    TST_OK(pl_figures_prune(&f, tst_dir(), heads, e));
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        CU_ASSERT_EQUAL(pl_exists(tst_path("%s", files[i])), i < 2 || i > 6);
    pl_figures_clear(&f);
}

const tst_case tst_draw_figures[] = {TST_M(test_a_figure_is_the_same_wherever_it_stands),
                                     TST_M(test_a_figure_has_no_time_in_it),
                                     TST(test_a_pdf_has_the_size_of_a_page_and_its_fonts),
                                     TST(test_the_source_stands_below_the_figure),
                                     TST(test_prune_removes_all_of_an_earlier_figure),
                                     TST(test_one_bad_script_ends_the_others),
                                     TST(test_an_interrupt_ends_all),
                                     TST_END};
