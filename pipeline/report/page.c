#include "report/page.h"

#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "report/page_parts.h"
#include "report/page_style.h"
#include "report/plot_bodies.h"
#include "report/plots.h"
#include "study/summary.h"
#include "util/fs.h"

enum { MAX_SVG_BYTES = 1 << 26, MAX_SPEC_BYTES = 1 << 24 };

/* Everything up to the opening of the body's content: title and style. */
static void page_head(const char *title, pl_str *s)
{
    pl_str_add(s,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    pl_add_html(s, title);
    pl_str_addf(s, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", pl_page_style);
}

static void page_tail(pl_str *s)
{
    pl_str_add(s, "</body>\n</html>\n");
}

/* Copies an SVG with the prefix on each id, so that figures do not share them. */
static void prefix_ids(const char *svg, const char *prefix, pl_str *s)
{
    static const char *const marks[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};
    while (*svg) {
        size_t n = 0;
        for (size_t k = 0; k < sizeof marks / sizeof marks[0] && n == 0; k++)
            n = pl_starts_with(svg, marks[k]) ? strlen(marks[k]) : 0;
        pl_str_add_bytes(s, svg, n ? n : 1);
        if (n)
            pl_str_add(s, prefix);
        svg += n ? n : 1;
    }
}

/* An .svg file made by gnuplot as part of the page. */
static kn_status add_svg(const char *path, const char *prefix, const char *alt, pl_str *s,
                         kn_error *e)
{
    char *text;
    size_t size;
    KN_TRY(pl_read_file(path, MAX_SVG_BYTES, &text, &size, e));
    const char *svg = strstr(text, "<svg");
    if (!svg) {
        free(text);
        return kn_fail(e, KN_EFORMAT, "%s: not an SVG file", path);
    }
    pl_str_add(s, "<svg role=\"img\" aria-label=\"");
    pl_add_html(s, alt);
    pl_str_add(s, "\"");
    prefix_ids(svg + 4, prefix, s);
    free(text);
    return KN_OK;
}

static kn_status add_figure(const char *plots, const char *name, const char *caption, pl_str *s,
                            kn_error *e)
{
    char *path = pl_format("%s/%s.svg", plots, name), *prefix = pl_format("%s-", name);
    pl_str_add(s, "<figure>");
    kn_status rc = add_svg(path, prefix, caption, s, e);
    pl_str_add(s, "<figcaption>");
    pl_add_html(s, caption);
    pl_str_add(s, "</figcaption></figure>\n");
    free(path);
    free(prefix);
    return rc;
}

static kn_status add_group(const pl_study_data *d, int group, const char *plots, bool all,
                           pl_str *s, kn_error *e)
{
    const pl_report_group *g = &d->group[group];
    char name[PL_FIGURE_NAME];
    pl_str_addf(s, "<section id=\"group-%02d\"><h3>", group + 1);
    pl_add_html(s, g->label);
    pl_str_add(s, "</h3>\n<div class=\"pair\">\n");
    if (pl_group_has_curves(d, group)) {
        pl_group_figure_name(d, group, "curves", name);
        char *caption =
            pl_format("Accuracy and loss after each %s%s.", pl_run_step(&d->run[g->run[0]]),
                      g->done > 1 ? ", one line per seed" : "");
        kn_status rc = add_figure(plots, name, caption, s, e);
        free(caption);
        KN_TRY(rc);
    } else {
        pl_str_add(s, "<p class=\"soft\">No curve: this model is not trained in epochs.</p>\n");
    }
    if (pl_confusion_total(&g->test) > 0) {
        pl_group_figure_name(d, group, "confusion", name);
        KN_TRY(add_figure(plots, name,
                          g->done > 1
                              ? "Confusion matrix of the test images, summed over the seeds; "
                                "shares are of the row."
                              : "Confusion matrix of the test images; shares are of the row.",
                          s, e));
    }
    pl_str_add(s, "</div>\n");
    pl_page_group_runs(d, group, all, s);
    pl_str_add(s, "</section>\n");
    return KN_OK;
}

static kn_status add_groups(const pl_study_data *d, const char *plots, const pl_drawn *drawn,
                            pl_str *s, kn_error *e)
{
    int shown = 0, left = 0;
    for (int g = 0; g < d->group_count; g++) {
        shown += drawn->group[g];
        left += d->group[g].done > 0 && !drawn->group[g];
    }
    if (shown == 0)
        return KN_OK;
    pl_str_add(s, "<h2 id=\"groups\">Each group</h2>\n");
    if (left)
        pl_str_addf(
            s,
            "<p class=\"soft\">The study has more than %d runs: the %d best and the %d worst "
            "groups by test accuracy are drawn. <code>facet report STUDY --plots all</code> "
            "draws the other %d.</p>\n",
            PL_DRAWN_ALL_RUNS, PL_DRAWN_EDGE, PL_DRAWN_EDGE, left);
    for (int g = 0; g < d->group_count; g++) {
        if (drawn->group[g])
            KN_TRY(add_group(d, g, plots, drawn->all, s, e));
    }
    return KN_OK;
}

/* Lines of plain text as they are. */
static void add_pre(const char *text, pl_str *s)
{
    pl_str line;
    pl_str_init(&line);
    pl_str_add(s, "<pre>");
    while (*text) { /* pl_add_html would turn line ends into blanks */
        size_t n = strcspn(text, "\n");
        pl_str_reset(&line);
        pl_str_add_bytes(&line, text, n);
        pl_add_html(s, line.text);
        pl_str_add(s, "\n");
        text += n + (text[n] ? 1 : 0);
    }
    pl_str_add(s, "</pre>\n");
    pl_str_clear(&line);
}

/* What became of the study, as the command tells it. */
static void add_summary(const pl_study_data *d, pl_str *s)
{
    pl_str text;
    pl_str_init(&text);
    pl_summary_text(d, NULL, &text);
    add_pre(text.text, s);
    pl_str_clear(&text);
}

/* The figures of the study as a whole, where they were drawn. */
static kn_status add_overall(const pl_study_data *d, const char *plots, pl_str *s, kn_error *e)
{
    int count;
    free(pl_groups_by(d, PL_TEST_ACCURACY, &count));
    if (count > 0)
        KN_TRY(add_figure(plots, "comparison",
                          "Test accuracy of each group, best on top. The dashed line is what "
                          "always answering the commoner class would reach.",
                          s, e));
    if (pl_study_has_progress(d))
        KN_TRY(add_figure(plots, "progress",
                          "Validation accuracy after each epoch, the mean over the seeds of a "
                          "group; the lines of groups that were stopped end there.",
                          s, e));
    return KN_OK;
}

/* study.yaml, folded away. */
static void add_spec(const pl_study_data *d, pl_str *s)
{
    char *path = pl_path_join(d->dir, "study.yaml"), *text;
    size_t size;
    kn_error ignored;
    if (pl_exists(path) && pl_read_file(path, MAX_SPEC_BYTES, &text, &size, &ignored) == KN_OK) {
        pl_str_add(s,
                   "<h2 id=\"spec\">The spec</h2>\n<details><summary>study.yaml: defaults filled "
                   "in, sweep expanded</summary>\n");
        add_pre(text, s);
        pl_str_add(s, "</details>\n");
        free(text);
    }
    free(path);
}

kn_status pl_page_write(const pl_study_data *d, const char *plots, const pl_drawn *drawn, pl_str *s,
                        kn_error *e)
{
    page_head(d->name, s);
    pl_str_add(s, "<h1>");
    pl_add_html(s, d->name);
    pl_str_add(s, "</h1>\n");
    add_summary(d, s);
    pl_page_overview(d, s);
    pl_page_results(d, s);
    KN_TRY(add_overall(d, plots, s, e));
    pl_page_failures(d, s);
    KN_TRY(add_groups(d, plots, drawn, s, e));
    pl_page_cost(d, s);
    pl_page_data(d, s);
    pl_page_identity(d, s);
    add_spec(d, s);
    page_tail(s);
    return KN_OK;
}
