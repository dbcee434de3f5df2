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

const tst_case tst_draw_figures[] = {TST_M(test_a_figure_is_the_same_wherever_it_stands),
                                     TST(test_one_bad_script_ends_the_others),
                                     TST(test_an_interrupt_ends_all), TST_END};
