#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "draw/figures.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

/* Draws three figures; the last one's slope is given. Returns how many gnuplot drew. */
static size_t draw(int slope)
{
    size_t drawn = 99;
    char *body = pl_format("plot [0:1] %d*x\n", slope);
    pl_figures f;
    pl_figures_init(&f);
    pl_figures_add(&f, &(pl_figure){"b", 200, 150, "plot [0:1] x\n", "x\n1\n", "a source"});
    pl_figures_add(&f, &(pl_figure){"a", 200, 150, "plot [0:1] x\n", NULL, NULL});
    pl_figures_add(&f, &(pl_figure){"c", 200, 150, body, NULL, NULL});
    TST_OK(pl_figures_draw_count(&f, tst_path("plots"), 1, &drawn, e));
    pl_figures_clear(&f);
    free(body);
    return drawn;
}

static void test_only_what_changed_is_drawn(void)
{
    size_t size = 0, now = 0;
    CU_ASSERT_EQUAL(draw(1), 3);
    char *memory = tst_read(tst_path("plots/.drawn"), &size);
    CU_ASSERT_EQUAL(draw(1), 0);
    CU_ASSERT_EQUAL(draw(2), 1);
    CU_ASSERT_EQUAL(draw(1), 1);
    char *again = tst_read(tst_path("plots/.drawn"), &now);
    CU_ASSERT(memory && again && size == now && memcmp(memory, again, size) == 0);
    free(memory);
    free(again);
}

/* What was removed, cut or changed by hand, with its size kept too, is drawn again as it was. */
static void test_a_damaged_file_is_drawn_again(void)
{
    static const char *const files[] = {"plots/a.svg", "plots/b.png", "plots/c.pdf"};
    draw(1);
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 3; i++) {
            size_t size = 0, now = 0;
            char *was = tst_read(tst_path("%s", files[i]), &size);
            char *bad = malloc(size);
            CU_ASSERT_FATAL(was && bad && size > 100);
            memcpy(bad, was, size);
            bad[size / 2] ^= 1;
            if (k == 0)
                TST_OK(pl_remove_tree(tst_path("%s", files[i]), e));
            else
                tst_write(tst_path("%s", files[i]), bad, k == 1 ? size - 9 : size);
            CU_ASSERT_EQUAL(draw(1), 1);
            char *is = tst_read(tst_path("%s", files[i]), &now);
            CU_ASSERT(is && size == now && memcmp(was, is, size) == 0);
            free(was);
            free(bad);
            free(is);
        }
    }
}

static void test_a_memory_that_says_nothing_draws_all(void)
{
    static const char *const texts[] = {"", "gnuplot 1.0\n", "\n\n\n", "nonsense"};
    draw(1);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        tst_write_text(tst_path("plots/.drawn"), texts[i]);
        CU_ASSERT_EQUAL(draw(1), 3);
    }
    size_t size = 0; /* another version of gnuplot draws all */
    char *memory = tst_read(tst_path("plots/.drawn"), &size);
    CU_ASSERT_FATAL(memory && strncmp(memory, "gnuplot ", 8) == 0);
    memory[8] = memory[8] == '9' ? '8' : '9';
    tst_write_text(tst_path("plots/.drawn"), memory);
    CU_ASSERT_EQUAL(draw(1), 3);
    free(memory);
}

/* Runs with a PATH on which `gnuplot` is this script; NULL: none. */
static void with_gnuplot(const char *script, kn_status want, const char *text, int slope)
{
    char *path = pl_strdup(getenv("PATH")), *body = pl_format("plot %d*x\n", slope);
    pl_figures f;
    pl_figures_init(&f);
    pl_figures_add(&f, &(pl_figure){"a", 200, 150, body, NULL, NULL});
    TST_OK(pl_make_dirs(tst_path("bin"), e));
    if (script) {
        tst_write_text(tst_path("bin/gnuplot"), script);
        CU_ASSERT_EQUAL(chmod(tst_path("bin/gnuplot"), 0755), 0);
    }
    setenv("PATH", tst_path("bin"), 1);
    if (want == KN_OK)
        TST_OK(pl_figures_draw(&f, tst_path("plots"), 1, e));
    else
        TST_FAILS(want, text, pl_figures_draw(&f, tst_path("plots"), 1, e));
    setenv("PATH", path, 1);
    pl_figures_clear(&f);
    free(body);
    free(path);
}

static void test_a_gnuplot_that_lacks_something_is_named(void)
{
    static const char missing[] = "gnuplot is not installed, so there are no plots: install the "
                                  "package gnuplot-nox (apt-get install gnuplot-nox)";
    static const char poor[] =
        "#!/bin/sh\necho 'line 3: unknown or ambiguous terminal type; type just set terminal for a "
        "list' >&2\nexit 1\n";
    with_gnuplot(NULL, KN_EIO, missing, 1);
    with_gnuplot(poor, KN_EIO,
                 "this gnuplot lacks one of the terminals svg, pngcairo and pdfcairo, so there are "
                 "no plots: install the package gnuplot-nox (apt-get install gnuplot-nox)",
                 1);
    TST_OK(pl_remove_tree(tst_path("bin"), e));
    pl_figures f;
    pl_figures_init(&f);
    pl_figures_add(&f, &(pl_figure){"a", 200, 150, "plot 1*x\n", NULL, NULL});
    TST_OK(pl_figures_draw(&f, tst_path("plots"), 1, e));
    pl_figures_clear(&f);
    with_gnuplot(NULL, KN_OK, NULL, 1); /* what is there needs no gnuplot */
    with_gnuplot(NULL, KN_EIO, missing, 2);
}

const tst_case tst_draw_figure_memory[] = {
    TST(test_only_what_changed_is_drawn), TST_M(test_a_damaged_file_is_drawn_again),
    TST_M(test_a_memory_that_says_nothing_draws_all),
    TST(test_a_gnuplot_that_lacks_something_is_named), TST_END};
