#include "report/report.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/report/html_check.h"
#include "pipeline/report/report_fixture.h"
#include "report/plot_bodies.h"
#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"

static const char *const models[] = {"cnn", "logreg, <adam>", "50% \\ \"q\" | 'x' `y` $z_1 #&~^{}"};
static const report_fixture three = {.groups = 3,
                                     .seeds = 2,
                                     .epochs = 4,
                                     .axis = {"model.type", NULL},
                                     .value = {models, NULL},
                                     .images = 50};

static bool is_drawing(void)
{
    char *at = pl_temporary_name(tst_path("plots/.drawing"), 0);
    bool yes = pl_exists(at);
    free(at);
    return yes;
}

static void test_report_write_makes_the_tables(void)
{
    const char *dir = tst_dir();
    report_fixture f = three;
    f.groups = 1;
    report_fixture_write(dir, &f);
    TST_OK(pl_report_write(dir, (pl_report_options){0}, NULL, e));
    char *text = tst_read(tst_path("table.csv"), NULL);
    /* accuracies 0.96 and 0.94: mean 0.95, std 0.0141421356, half width 12.7062047 * 0.01 */
    TST_TEXT(
        text,
        "group,model.type,n,train_accuracy_mean,train_accuracy_std,train_accuracy_ci95_low,"
        "train_accuracy_ci95_high,val_accuracy_mean,val_accuracy_std,val_accuracy_ci95_low,"
        "val_accuracy_ci95_high,test_accuracy_mean,test_accuracy_std,test_accuracy_ci95_low,"
        "test_accuracy_ci95_high,test_loss_mean,test_loss_std,test_loss_ci95_low,test_loss_ci95_"
        "high,params,test_wilson_low,test_wilson_high,test_images,test_auc_mean,"
        "balanced_accuracy_mean,vs_best_difference,vs_best_low,vs_best_high,vs_best_p_mcnemar,"
        "vs_best_p_bootstrap,vs_best_p_holm,as_good_as_best\n"
        "g0,cnn,2,0.96,0.0141421356,0.832937953,1.08706205,0.945,0.0141421356,0.817937953,"
        "1.07206205,0.95,0.0141421356,0.822937953,1.07706205,0.2,0,0.2,0.2,533313,0.865399093,"
        "0.988961116,50,0.99,,,,,,,,1\n");
    free(text);
    text = tst_read(tst_path("cost.csv"), NULL);
    TST_TEXT(text,
             "group,model.type,n,train_seconds_mean,images_per_second_mean\ng0,cnn,2,12,1500\n");
    free(text);
    text = tst_read(tst_path("table.md"), NULL);
    TST_TEXT(
        text,
        "| group | n | parameters | train accuracy, % | validation accuracy, % | test accuracy, "
        "% | 95 % over the images | test loss | test AUC |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        "| cnn | 2 | 533,313 | 96.00 ± 1.41 (83.29 to 100.00) | 94.50 ± 1.41 (81.79 to "
        "100.00) | 95.00 ± 1.41 (82.29 to 100.00) | 86.54 to 98.90 | 0.2000 ± 0.0000 "
        "(0.2000 to 0.2000) | 0.9900 |\n"
        "| *always the commoner class* |  |  |  |  | *60.00* | *46.18 to 72.39* |  |  |\n"
        "\n"
        "Each cell of a metric: mean ± sample standard deviation over the seeds (95 % "
        "interval of the mean, Student's t, cut at 0 and 100); n is the number of seeds. Bold: the "
        "best mean. "
        "The loss contains the model's penalty, so it compares only models with the same "
        "regularizer and output.\n"
        "\n"
        "95 % over the images: Wilson's interval of the mean accuracy as a share of the 50 "
        "test images of one run, so of what another 50 images could have given.\n");
    free(text);
}

/* ensembles.csv, section, and rows where they are asked for; with `false` none of it, and an earlier file goes. */
static void test_averages_of_seeds_are_in_the_report(void)
{
    const char *dir = tst_dir();
    static const char *const spec[] = {"name: x\n", "report:\n  ensemble: true\n",
                                       "report:\n  ensemble: false\n"};
    report_fixture f = three;
    f.groups = 2;
    report_fixture_write(dir, &f);
    for (int k = 0; k < 3; k++) {
        tst_write_text(tst_path("study.yaml"), spec[k]);
        TST_OK(pl_report_write(dir, (pl_report_options){0}, NULL, e));
        char *page = tst_read(tst_path("report.html"), NULL),
             *text = tst_read(tst_path("report.md"), NULL),
             *table = tst_read(tst_path("table.tex"), NULL);
        CU_ASSERT_EQUAL(pl_exists(tst_path("ensembles.csv")), k < 2);
        CU_ASSERT_EQUAL(strstr(text, "\n## Averages of seeds\n") != NULL, k < 2);
        CU_ASSERT_EQUAL(strstr(page, "<h2 id=\"ensembles\"") != NULL, k < 2);
        CU_ASSERT_EQUAL(strstr(text, "\n| cnn, average of 2 |  | 1,066,626 |") != NULL, k == 1);
        CU_ASSERT_EQUAL(strstr(page, "cnn, average of 2") != NULL, k == 1);
        CU_ASSERT_EQUAL(strstr(table, "\n{}cnn, average of 2 &  & 1,066,626 &") != NULL, k == 1);
        free(page);
        free(text);
        free(table);
    }
}

static void check_short(const char *axis, const char *want)
{
    const char *axes[2] = {"train.lr", axis};
    pl_study_data d = {.axis = axes, .axis_count = 2};
    TST_TEXT(pl_axis_short(&d, 1), want);
}

static void test_axes_are_short_but_clear(void)
{
    check_short("data.image.size", "size");
    check_short("model.type", "type");
    check_short("train.schedule.type", "schedule.type");
    check_short("train.early_stopping.enabled", "early_stopping.enabled");
    check_short("split.method", "split.method");
    check_short("head.lr", "head.lr"); /* not the only lr */
    check_short("study", "study");
}

/* A curve that stays where it is runs along the frame: no key may lie inside. */
static void test_the_key_lies_outside_the_panels(void)
{
    pl_report_epoch epoch = {.epoch = 1, .train_loss = 0.5, .val_loss = 0.4};
    pl_report_run run = {.epoch = &epoch, .epoch_count = 1, .seed = "1", .model = "cnn"};
    const pl_report_run *runs[1] = {&run};
    const pl_curves curves = {"g0", runs, 1};
    pl_str body;
    pl_str_init(&body);
    pl_plot_curves(&curves, &body);
    const char *key = strstr(body.text, "set key ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT_EQUAL(strncmp(key, "set key tmargin ", 16), 0);
    CU_ASSERT_PTR_NULL(strstr(key + 1, "set key "));
    pl_str_clear(&body);
}

static void test_report_write_leaves_spread_of_one_seed_empty(void)
{
    report_fixture f = three;
    f.groups = f.seeds = 1;
    f.axis[0] = NULL;
    report_fixture_write(tst_dir(), &f);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    char *text = tst_read(tst_path("table.csv"), NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\ng0,1,0.97,,,,0.955,,,,0.96,,,,0.2,,,,533313,"));
    free(text);
}

static void test_report_write_escapes_and_remakes_byte_for_byte(void)
{
    static const char *const files[] = {"table.csv",
                                        "table.md",
                                        "table.tex",
                                        "report.html",
                                        "plots/comparison.svg",
                                        "plots/comparison.png",
                                        "plots/group-03-curves.svg",
                                        "plots/group-03-confusion.png",
                                        "plots/curves-000000000021.svg"};
    enum { FILES = sizeof files / sizeof files[0] };
    char *first[FILES];
    size_t size[FILES];
    report_fixture_write(tst_dir(), &three);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    for (size_t i = 0; i < FILES; i++) {
        first[i] = tst_read(tst_path("%s", files[i]), &size[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(first[i]);
    }
    TST_OK(pl_remove_tree(tst_path("plots"), e));
    TST_OK(pl_remove_tree(tst_path("report.html"), e));
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    for (size_t i = 0; i < FILES; i++) {
        size_t again_size;
        char *again = tst_read(tst_path("%s", files[i]), &again_size);
        CU_ASSERT(again && again_size == size[i] && memcmp(again, first[i], size[i]) == 0);
        free(again);
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(first[3], "logreg, &lt;adam&gt;"));
    CU_ASSERT_PTR_NULL(strstr(first[3], "<adam>"));
    CU_ASSERT_PTR_NULL(strstr(first[3], "<x>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(first[3], "train.batch=32"));
    CU_ASSERT_PTR_NOT_NULL(strstr(first[6], ">iteration<"));
    CU_ASSERT_PTR_NOT_NULL(strstr(first[3], "<li>image: &lt;x&gt;.jpg, reason: cut</li>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        first[3], "<th scope=\"row\">train</th><td class=\"n\">90</td><td class=\"n\">40</td>"
                  "<td class=\"n\">50</td><td class=\"n\" data-v=\"55.55556\">55.56</td>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(first[4], "50% \\ \"q\" | 'x' `y` $z_1 #&amp;~^{}"));
    CU_ASSERT_PTR_NOT_NULL(strstr(first[2], "50\\% \\textbackslash{} \\textquotedbl{}q"));
    for (size_t i = 0; i < FILES; i++)
        free(first[i]);
}

static void test_report_write_tells_of_failed_and_pending_runs(void)
{
    report_fixture f = three;
    f.with_failed = true;
    report_fixture_write(tst_dir(), &f);
    pl_str said;
    pl_str_init(&said);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, &said, e));
    char *want =
        pl_format("%s/table.csv .md .tex: 3 groups\n%s/cost.csv\n%s/plots: %d figures, "
                  "each as .svg, .png, .pdf and .csv\n"
                  "%s/report.html .md\n"
                  "1 warning on what the table seems to say:\n"
                  "  cnn leads logreg, <adam> by 2.00 points of test accuracy, and chance "
                  "may have made that.\n",
                  tst_dir(), tst_dir(), tst_dir(), report_fixture_figures("", ".svg"), tst_dir());
    TST_TEXT(said.text, want);
    char *page = tst_read(tst_path("report.html"), NULL);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(page, "the loss is not finite in epoch 2, batch 17, layer &lt;conv&gt;"));
    char *table = tst_read(tst_path("table.csv"), NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(table, ",0,,,,,,,,,,,,,,,,"));
    free(table);
    free(page);
    free(want);
    pl_str_clear(&said);
}

static void test_report_write_refuses_what_is_no_study(void)
{
    char *want =
        pl_format("%s: no runs.csv there; `facet run SPEC` makes a study's results", tst_dir());
    TST_FAILS(KN_EIO, want, pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    free(want);
    tst_write_text(tst_path("runs.csv"), "run,group\na,b\n");
    want =
        pl_format("%s/runs.csv: the header needs the columns run, group, status, seed, the swept "
                  "keys, then model",
                  tst_dir());
    TST_FAILS(KN_EFORMAT, want, pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    free(want);
}

static void test_report_write_refuses_a_bad_prediction(void)
{
    report_fixture_write(tst_dir(), &three);
    const char *path = tst_path("runs/%012x/predictions.csv", 0);
    tst_write_text(path, "image,split,label,probability\na.jpg,test,1,1.5\n");
    char *want = pl_format("%s:2: probability: \"1.5\" is not in 0..1", path);
    TST_FAILS(KN_EFORMAT, want, pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    free(want);
}

static void test_mixed_arithmetic_is_said(void)
{
    report_fixture f = three;
    f.groups = 1;
    report_fixture_write(tst_dir(), &f);
    tst_write_text(tst_path("runs/%012x/manifest.json", 1), "{\"numeric\": \"scalar Prescott\"}");
    pl_str said;
    pl_str_init(&said);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, &said, e));
    const char *note =
        "The runs were computed with different arithmetic (instruction set or BLAS core): "
        "see numeric in their manifests.\n";
    CU_ASSERT_PTR_NOT_NULL(strstr(said.text, note));
    char *table = tst_read(tst_path("table.md"), NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(table, note));
    free(table);
    pl_str_clear(&said);
}

static void test_page_is_well_formed(void)
{
    report_fixture f = three;
    f.groups = f.seeds = 2;
    f.with_failed = true;
    report_fixture_write(tst_dir(), &f);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    char *page = tst_read(tst_path("report.html"), NULL);
    CU_ASSERT(html_is_good(page));
    char *cell = strstr(page, "</td>");
    memcpy(cell, "</tr>", 5); /* negative: one wrong tag is seen */
    CU_ASSERT(!html_is_good(page));
    free(page);
}

static void test_report_write_without_gnuplot_names_the_package(void)
{
    report_fixture f = three;
    f.groups = f.seeds = 1;
    report_fixture_write(tst_dir(), &f);
    char *path = pl_strdup(getenv("PATH"));
    setenv("PATH", tst_dir(), 1);
    TST_FAILS(KN_EIO,
              "gnuplot is not installed, so there are no plots: install the package gnuplot-nox "
              "(apt-get install gnuplot-nox)",
              pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    setenv("PATH", path, 1);
    free(path);
    CU_ASSERT(pl_exists(tst_path("table.csv")));
    CU_ASSERT(pl_exists(tst_path("report.md")));
    CU_ASSERT(!is_drawing());
}

static void test_an_interrupted_report_is_made_by_the_next_call(void)
{
    report_fixture f = three;
    f.groups = f.seeds = 1;
    report_fixture_write(tst_dir(), &f);
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED,
              "interrupted while the figures were drawn; the same command draws them",
              pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    pl_interrupt_set(false);
    CU_ASSERT(!is_drawing());
    CU_ASSERT(!pl_exists(tst_path("report.html")));
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    CU_ASSERT(pl_exists(tst_path("report.html")));
}

static void test_report_write_removes_figures_of_an_earlier_report(void)
{
    report_fixture f = three;
    f.groups = f.seeds = 1;
    report_fixture_write(tst_dir(), &f);
    TST_OK(pl_make_dirs(tst_path("plots"), e));
    tst_write_text(tst_path("plots/curves-feedfeedfeed.svg"), "x");
    tst_write_text(tst_path("plots/my-own.svg"), "x");
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    CU_ASSERT(!pl_exists(tst_path("plots/curves-feedfeedfeed.svg")));
    CU_ASSERT(pl_exists(tst_path("plots/my-own.svg")));
    CU_ASSERT(pl_exists(tst_path("plots/curves-000000000000.svg")));
}

/* The list of what a report made: it alone tells what the next one may remove. */
static void test_a_report_removes_what_an_earlier_one_made_and_nothing_else(void)
{
    report_fixture f = three;
    f.groups = f.seeds = 1;
    report_fixture_write(tst_dir(), &f);
    TST_OK(pl_make_dirs(tst_path("plots"), e));
    TST_OK(pl_make_dirs(tst_path("pictures"), e));
    tst_write_text(tst_path("plots/roc-1.pdf"), "x");
    tst_write_text(tst_path("pictures/errors-1.png"), "x");
    tst_write_text(tst_path("pictures/my-own.png"), "x");
    tst_write_text(tst_path("outside"), "x");
    tst_write_text(tst_path(".report.files"),
                   "outside\npictures/../outside\npictures/errors-1.png\nplots/roc-1.pdf\n");
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    CU_ASSERT(!pl_exists(tst_path("plots/roc-1.pdf")));
    CU_ASSERT(!pl_exists(tst_path("pictures/errors-1.png")));
    CU_ASSERT(pl_exists(tst_path("pictures/my-own.png")));
    CU_ASSERT(pl_exists(tst_path("outside")));
    char *list = tst_read(tst_path(".report.files"), NULL);
    CU_ASSERT_EQUAL(html_count(list, "plots/comparison.svg\n"), 1);
    CU_ASSERT_PTR_NULL(strstr(list, "roc-1"));
    free(list);
}

/* What was noted before the figures were drawn is removed even where that report did not end. */
static void test_an_interrupted_report_has_listed_its_figures(void)
{
    report_fixture f = three;
    f.groups = f.seeds = 1;
    report_fixture_write(tst_dir(), &f);
    tst_write_text(tst_path(".report.files"), "plots/roc-1.svg\n");
    pl_interrupt_set(true);
    kn_error e;
    CU_ASSERT_EQUAL(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, &e), KN_EINTERRUPTED);
    pl_interrupt_set(false);
    char *list = tst_read(tst_path(".report.files"), NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(list, "plots/comparison.png\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(list, "plots/roc-1.svg\n"));
    free(list);
}

/* As a process leaves it that was killed while it wrote. */
static void leave_behind(const char *to)
{
    pid_t child = fork();
    if (child == 0) {
        char *name = pl_temporary_name(to, 0);
        FILE *f = fopen(name, "w");
        _exit(f && fclose(f) == 0 ? 0 : 1);
    }
    int status = 1;
    CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static void test_what_a_killed_report_left_is_swept(void)
{
    static const char *const folder[] = {"plots", "pictures", "data"};
    report_fixture_write(tst_dir(), &three);
    for (size_t i = 0; i < 3; i++) {
        TST_OK(pl_make_dirs(tst_path("%s", folder[i]), e));
        leave_behind(tst_path("%s/x", folder[i]));
    }
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    char *found = NULL;
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "find . -name '*.tmp*'", &found, NULL), 0);
    TST_TEXT(found, "");
    free(found);
}

#define EVIL "<script>alert(1)</script>\"'\n]]></style>\xE2\x80\xAE\xD7\xA9`c`"

/* A swept value as nobody should write one, in everything that is made for people. */
static void test_evil_names_stay_text_everywhere(void)
{
    static const char *const values[] = {EVIL, EVIL " 2"};
    report_fixture f = {.groups = 2,
                        .seeds = 2,
                        .epochs = 3,
                        .axis = {"data.target", NULL},
                        .value = {values, NULL},
                        .images = 30};
    report_fixture_write(tst_dir(), &f);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    char *page = tst_read(tst_path("report.html"), NULL),
         *md = tst_read(tst_path("report.md"), NULL);
    char *tex = tst_read(tst_path("table.tex"), NULL);
    CU_ASSERT(html_is_good(page));
    CU_ASSERT_PTR_NULL(strstr(page, "<script>alert"));
    CU_ASSERT_EQUAL(html_count(page, "</style>"), 1);
    CU_ASSERT_PTR_NULL(strstr(page, "\xE2\x80\xAE"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;"));
    char *fence = strstr(md, "\n```\n") + 5,
         *end = strstr(fence, "\n```\n"); /* the summary, taken as it is */
    CU_ASSERT_PTR_NULL(strstr(end, "<script"));
    CU_ASSERT(html_count(md, "<script") == html_count(fence, "<script"));
    CU_ASSERT_PTR_NOT_NULL(strstr(end, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    CU_ASSERT_PTR_NULL(strstr(strstr(tex, "\\begin{tabular}"), "<script")); /* above are comments */
    CU_ASSERT_PTR_NOT_NULL(strstr(tex, "\\textless{}script\\textgreater{}alert(1)"));
    free(tex);
    free(md);
    free(page);
}

/* The digests of all files of a report made anew, in another folder of the same name. */
static char *digests_of(const char *name, const char *zone, const char *language, int threads)
{
    char *command = pl_format("mkdir %s && cp -r study %s", name, name), *out = NULL;
    CU_ASSERT_EQUAL_FATAL(tst_shell(tst_dir(), command, NULL, NULL), 0);
    setenv("TZ", zone, 1);
    setenv("LC_ALL", language, 1);
    tzset();
    TST_OK(pl_report_write(tst_path("%s/study", name), (pl_report_options){.threads = threads},
                           NULL, e));
    unsetenv("TZ");
    unsetenv("LC_ALL");
    tzset();
    CU_ASSERT_EQUAL_FATAL(tst_shell(tst_path("%s/study", name),
                                    "find . -type f | LC_ALL=C sort | xargs sha256sum", &out, NULL),
                          0);
    free(command);
    return out;
}

/* Where and when a report is made must not show. */
static void test_the_bytes_do_not_depend_on_zone_language_and_threads(void)
{
    report_fixture f = three;
    TST_OK(pl_make_dirs(tst_path("study"), e));
    report_fixture_write(tst_path("study"), &f);
    char *first = digests_of("a", "UTC", "C", 1);
    char *second = digests_of("b", "Asia/Tokyo", "de_DE.UTF-8", 5);
    CU_ASSERT_PTR_NOT_NULL(strstr(first, "./report.html\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(first, "./report.md\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(first, "./plots/group-03-curves.svg\n"));
    TST_TEXT(second, first);
    tst_write_text(tst_path("study/study.yaml"),
                   "name: other\n"); /* negative: another content shows */
    char *third = digests_of("c", "UTC", "C", 1);
    CU_ASSERT(strcmp(third, first) != 0);
    free(third);
    free(second);
    free(first);
}

/* The last group's runs were stopped by halving after an epoch. */
static void write_halved(void)
{
    report_fixture_write(tst_dir(), &three);
    char *text = tst_read(tst_path("runs.csv"), NULL);
    for (char *row = strstr(text, ",g2,done"); row; row = strstr(row, ",g2,done")) {
        char *end = strchr(row, '\n'), *rest = pl_strdup(end), *tail = strstr(row, ",533313,");
        memcpy(row, ",g2,stop", 8);
        char *whole = pl_format("%.*sped%.*s,,,,,,,,,,%s", (int)(row + 8 - text), text,
                                (int)(tail - row - 8), row + 8, rest);
        ptrdiff_t at = row - text;
        free(rest);
        free(text);
        text = whole;
        row = text + at + 1;
    }
    tst_write_text(tst_path("runs.csv"), text);
    free(text);
    for (int seed = 0; seed < 2; seed++) {
        for (int g = 0; g < 2; g++) /* not lbfgs, whose steps are no epochs */
            tst_write_text(tst_path("runs/%012x/manifest.json", 16 * g + seed), "{}");
        tst_write_text(
            tst_path("runs/%012x/manifest.json", 32 + seed),
            "{\"reason\": \"halving: place 3 of 3 groups after epoch 1, val_accuracy 0.5\"}");
        tst_write_text(tst_path("runs/%012x/epochs.csv", 32 + seed),
                       "epoch,train_loss,train_accuracy,val_loss,val_accuracy\n1,1,0.5,1,0.625\n");
    }
}

static void test_stopped_runs_are_shown_as_far_as_they_came(void)
{
    write_halved();
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    char *table = tst_read(tst_path("table.md"), NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(table, "\n2 of 6 runs are left out: 2 stopped.\n"));
    char *page = tst_read(tst_path("report.html"), NULL);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(page, "<td class=\"n\" data-v=\"0\">0<br><small>2 stopped</small></td>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page,
                                  "<td>stopped</td><td class=\"n\">1</td><td class=\"n\">"
                                  "62.50</td><td>halving: place 3 of 3 groups after epoch 1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "4 of 6 runs done, 2 stopped\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(page, "\n  2 runs: halving after epoch 1, among 3 groups\n  `facet run SPEC "
                     "--finish` completes those of halving\n</pre>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "the lines of groups that were stopped end there"));
    CU_ASSERT(html_is_good(page));
    CU_ASSERT(!pl_exists(tst_path("plots/curves-%012x.svg", 32)));
    char *svg = tst_read(tst_path("plots/progress.svg"), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(svg);
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, ">stopped<"));
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, ">finished<"));
    free(svg);
    free(page);
    free(table);
    report_fixture_write(tst_dir(), &three); /* --finish */
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    CU_ASSERT(!pl_exists(tst_path("plots/progress.svg")));
}

/* Where metrics.json has the counts, they are those. */
static void test_the_confusion_is_taken_from_the_metrics(void)
{
    report_fixture f = three;
    f.groups = f.seeds = 1;
    report_fixture_write(tst_dir(), &f);
    tst_write_text(tst_path("runs/%012x/metrics.json", 0),
                   "{\"test\": {\"confusion\": [[30, 1], [2, 1234]]}}");
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    char *svg = tst_read(tst_path("plots/group-01-confusion.svg"), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(svg);
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, ">1,234<"));
    free(svg);
}

const tst_case tst_report_report[] = {
    TST_M(test_what_a_killed_report_left_is_swept),
    TST(test_report_write_makes_the_tables),
    TST(test_averages_of_seeds_are_in_the_report),
    TST(test_axes_are_short_but_clear),
    TST(test_the_key_lies_outside_the_panels),
    TST(test_report_write_leaves_spread_of_one_seed_empty),
    TST_M(test_report_write_escapes_and_remakes_byte_for_byte),
    TST_M(test_report_write_tells_of_failed_and_pending_runs),
    TST(test_report_write_refuses_what_is_no_study),
    TST(test_report_write_refuses_a_bad_prediction),
    TST(test_mixed_arithmetic_is_said),
    TST(test_page_is_well_formed),
    TST(test_report_write_without_gnuplot_names_the_package),
    TST(test_an_interrupted_report_is_made_by_the_next_call),
    TST(test_report_write_removes_figures_of_an_earlier_report),
    TST(test_a_report_removes_what_an_earlier_one_made_and_nothing_else),
    TST(test_an_interrupted_report_has_listed_its_figures),
    TST_M(test_evil_names_stay_text_everywhere),
    TST_M(test_the_bytes_do_not_depend_on_zone_language_and_threads),
    TST(test_stopped_runs_are_shown_as_far_as_they_came),
    TST(test_the_confusion_is_taken_from_the_metrics),
    TST_END};
