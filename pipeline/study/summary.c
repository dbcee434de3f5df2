#include "study/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "study/reasons.h"

enum { BEST_GROUPS = 5, MOST_REASONS = 5, REASON_WIDTH = 160 };

static const char *spec_of(const pl_summary_facts *f)
{
    return f && f->spec ? f->spec : "SPEC";
}

/* "; 12 made in 7 h 58 min (expected 7 h 40 min), ended by the time limit" */
static void add_facts(const pl_study_data *d, const pl_summary_facts *f, pl_str *s)
{
    static const char *const ended[] = {"", "ended by the time limit", "interrupted",
                                        "ended by failures"};
    char text[PL_NUMBER_TEXT];
    if (!f)
        return;
    if (f->seconds > 0) {
        pl_str_add(s, "; ");
        if (f->made > 0 && f->made < d->done)
            pl_str_addf(s, "%d made in ", f->made);
        pl_str_add(s, pl_human_seconds(f->seconds, text, sizeof text));
        if (f->expected > 0)
            pl_str_addf(s, " (expected %s)", pl_human_seconds(f->expected, text, sizeof text));
    }
    if (f->ended != PL_ENDED_BY_ITSELF)
        pl_str_addf(s, "%s %s", f->seconds > 0 ? "," : ";", ended[f->ended]);
}

/* "  95.41 %  94.90 to 95.92  n 3  cnn size=100"; the column of intervals is kept where any group
 * has one. */
static void add_group(const pl_study_data *d, int group, pl_metric m, bool intervals, pl_str *s)
{
    const pl_report_group *g = &d->group[group];
    const pl_summary *v = &g->summary[m];
    char a[PL_NUMBER_TEXT], b[PL_NUMBER_TEXT], both[2 * PL_NUMBER_TEXT] = "";
    if (v->n > 1)
        snprintf(both, sizeof both, "%s to %s", pl_percent_text(v->low, a),
                 pl_percent_text(v->high, b));
    pl_str_addf(s, "  %6s %%", pl_percent_text(v->mean, a));
    if (intervals)
        pl_str_addf(s, "  %-15s", both);
    pl_str_addf(s, "  n %d", v->n);
    if (v->n < g->run_count)
        pl_str_addf(s, " of %d", g->run_count);
    if (d->group_count > 1)
        pl_str_addf(s, "  %s", g->label);
    pl_str_add(s, "\n");
}

static pl_metric ranked_by(const pl_study_data *d)
{
    int count;
    free(pl_groups_by(d, PL_TEST_ACCURACY, &count));
    return count > 0 ? PL_TEST_ACCURACY : PL_VAL_ACCURACY;
}

static const char *side_of(pl_metric m)
{
    return m == PL_TEST_ACCURACY ? "test" : "validation";
}

static void add_best(const pl_study_data *d, pl_str *s)
{
    pl_metric m = ranked_by(d);
    int count;
    int *order = pl_groups_by(d, m, &count), shown = count < BEST_GROUPS ? count : BEST_GROUPS;
    bool intervals = false;
    for (int i = 0; i < shown; i++)
        intervals |= d->group[order[i]].summary[m].n > 1;
    if (count > shown)
        pl_str_addf(s, "best %d of %d groups by ", shown, d->group_count);
    else if (count > 0 && count < d->group_count)
        pl_str_addf(s, "%d of %d groups by ", count, d->group_count);
    else if (count > 1)
        pl_str_add(s, "groups by ");
    if (count > 0)
        pl_str_addf(s, "%s accuracy (mean%s, runs):\n", side_of(m),
                    intervals ? ", 95 % interval of the mean" : "");
    for (int i = 0; i < shown; i++)
        add_group(d, order[i], m, intervals, s);
    free(order);
}

static void add_reasons(const pl_reason *reason, int count, pl_str *s)
{
    int rest = 0;
    for (int k = 0; k < count; k++) {
        if (k >= MOST_REASONS) {
            rest += reason[k].runs;
            continue;
        }
        pl_str_addf(s, "  %d run%s: ", reason[k].runs, reason[k].runs == 1 ? "" : "s");
        pl_add_cut(s, reason[k].text, REASON_WIDTH);
        pl_str_add(s, reason[k].numbers ? " (numbers of the first)\n" : "\n");
    }
    if (rest > 0)
        pl_str_addf(s, "  %d run%s: %d other reason%s\n", rest, rest == 1 ? "" : "s",
                    count - MOST_REASONS, count - MOST_REASONS == 1 ? "" : "s");
}

/* The run as `facet why` takes it: STUDY/ID in the default results folder, else its folder. */
static void add_run(const pl_study_data *d, int run, pl_str *s)
{
    char *usual = pl_format("results/%s", d->name);
    pl_str_addf(s, strcmp(d->dir, usual) == 0 ? "%s/%s" : "%s/runs/%s",
                strcmp(d->dir, usual) == 0 ? d->name : d->dir, d->run[run].id);
    free(usual);
}

static void add_failed(const pl_study_data *d, const pl_summary_facts *f, pl_str *s)
{
    int count, outside = 0;
    pl_reason *reason = pl_reasons_new(d, "failed", &count);
    for (int i = 0; i < d->run_count; i++)
        outside += d->run[i].failed_outside;
    if (count > 0) {
        pl_str_addf(s, "%d failed:\n", d->failed);
        add_reasons(reason, count, s);
        pl_str_add(s, "  ");
        if (outside)
            pl_str_addf(s, "`facet run %s` tries %s again%s; ", spec_of(f),
                        outside < d->failed ? "those of causes outside the run"
                        : outside == 1      ? "it"
                                            : "them",
                        outside < d->failed ? ", with --retry-failed all" : "");
        else
            pl_str_addf(s, "`facet run %s --retry-failed` tries %s again; ", spec_of(f),
                        d->failed == 1 ? "it" : "them");
        pl_str_add(s, "`facet why ");
        add_run(d, reason[0].first, s);
        pl_str_addf(s, "` tells more%s\n", d->failed == 1 ? "" : " of one");
    }
    pl_reasons_free(reason, count);
}

static void add_stopped(const pl_study_data *d, const pl_summary_facts *f, pl_str *s)
{
    int count, halved = 0, stopped = d->stopped;
    pl_reason *reason = pl_reasons_new(d, "stopped", &count);
    for (int i = 0; i < d->run_count; i++)
        halved += pl_run_is_halved(&d->run[i]);
    if (count > 0) {
        pl_str_addf(s, "%d stopped:\n", stopped);
        add_reasons(reason, count, s);
        if (halved)
            pl_str_addf(s, "  `facet run %s --finish` completes those of halving\n", spec_of(f));
        if (halved < stopped)
            pl_str_addf(s, "  `facet run %s` goes on with %s\n", spec_of(f),
                        halved         ? "the others"
                        : stopped == 1 ? "it"
                                       : "them");
    }
    pl_reasons_free(reason, count);
}

static void add_left(const pl_study_data *d, const pl_summary_facts *f, pl_str *s)
{
    if (d->interrupted)
        pl_str_addf(s, "%d interrupted%s", d->interrupted, d->pending ? ", " : "");
    if (d->pending)
        pl_str_addf(s, "%d pending", d->pending);
    if (d->interrupted || d->pending)
        pl_str_addf(s, ": `facet run %s` goes on\n", spec_of(f));
}

/* A study of one run: what became of it, on the first line. */
static void add_only_run(const pl_study_data *d, const pl_summary_facts *f, pl_str *s)
{
    const pl_report_run *r = &d->run[0];
    pl_metric m = ranked_by(d);
    char a[PL_NUMBER_TEXT];
    pl_str_addf(s, "%s: %s", d->name, r->status);
    add_facts(d, f, s);
    if (r->done && !isnan(r->metric[m]))
        pl_str_addf(s, "; %s accuracy %s %%", side_of(m), pl_percent_text(r->metric[m], a));
    pl_str_add(s, "\n");
}

void pl_summary_text(const pl_study_data *d, const pl_summary_facts *f, pl_str *s)
{
    if (d->run_count == 1) {
        add_only_run(d, f, s);
    } else {
        pl_str_addf(s, "%s: %d of %d runs done", d->name, d->done, d->run_count);
        pl_study_add_counts(d, s);
        add_facts(d, f, s);
        pl_str_add(s, "\n");
        add_best(d, s);
    }
    add_failed(d, f, s);
    add_stopped(d, f, s);
    add_left(d, f, s);
}

kn_status pl_summary_make(const char *study_dir, const pl_summary_facts *facts, pl_str *s,
                          kn_error *e)
{
    pl_study_data d;
    KN_TRY(pl_study_rows_read(study_dir, &d, e));
    pl_summary_text(&d, facts, s);
    pl_str_addf(s, "report: %s/report.html\n", d.dir);
    pl_study_data_clear(&d);
    return KN_OK;
}
