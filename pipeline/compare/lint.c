#include "compare/lint.h"

#include <stdlib.h>
#include <string.h>

#include "compare/lint_rules.h"

enum { NAMES_SHOWN = 4, LINES_SHOWN = 5 };

static const char *const rule_names[PL_LINT_RULES] = {
    "split-audit",      "chosen-on-test",  "unsettled-order", "different-data",
    "different-epochs", "different-seeds", "single-seed",     "below-majority",
    "collapsed-runs",   "overfitting",     "not-converged",   "identical-results"};

const char *pl_lint_rule_name(pl_lint_rule rule)
{
    return rule_names[rule];
}

void pl_lint_add(pl_lint *l, pl_lint_rule rule, pl_severity severity, const int *group, int groups,
                 const char *fmt, ...)
{
    pl_str text;
    va_list args;
    pl_str_init(&text);
    va_start(args, fmt);
    pl_str_addv(&text, fmt, args);
    va_end(args);
    l->finding = realloc(l->finding, (l->count + 1) * sizeof *l->finding);
    int *copy = calloc((size_t)groups + 1, sizeof *copy);
    if (!l->finding || !copy)
        abort();
    if (groups > 0)
        memcpy(copy, group, (size_t)groups * sizeof *copy);
    char *brief = pl_strdup(text.text), *end = strchr(text.text, '\n');
    brief[strcspn(brief, "\n")] = '\0';
    if (end)
        *end = ' ';
    l->finding[l->count++] = (pl_finding){rule, severity, brief, pl_str_take(&text), copy, groups};
}

int *pl_lint_groups_with(const pl_study_data *d, bool (*fits)(const pl_report_run *r), int *count)
{
    int *group = calloc((size_t)d->group_count + 1, sizeof *group);
    if (!group)
        abort();
    *count = 0;
    for (int g = 0; g < d->group_count; g++) {
        bool any = false;
        for (int k = 0; k < d->group[g].run_count; k++)
            any = any || fits(&d->run[d->group[g].run[k]]);
        if (any)
            group[(*count)++] = g;
    }
    return group;
}

void pl_lint_names(const pl_study_data *d, const int *group, int groups, pl_str *s)
{
    int shown = groups > NAMES_SHOWN + 1 ? NAMES_SHOWN : groups;
    for (int i = 0; i < shown; i++)
        pl_str_addf(s, "%s%s",
                    i == 0            ? ""
                    : i + 1 == groups ? " and "
                                      : ", ",
                    d->group[group[i]].label);
    if (shown < groups)
        pl_str_addf(s, " and %d more", groups - shown);
}

const char *pl_run_parameter(const pl_report_run *r, const char *key)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(r->manifest, "spec"), key));
    return text ? text : "";
}

bool pl_run_is_random(const pl_report_run *r)
{
    return strcmp(pl_run_parameter(r, "model.solver"), "lbfgs") != 0;
}

bool pl_study_sweeps(const pl_study_data *d, const char *head)
{
    for (int a = 0; a < d->axis_count; a++)
        if (pl_starts_with(d->axis[a], head))
            return true;
    return false;
}

/* Warnings first; within them the order the rules were asked in. */
static void put_warnings_first(pl_lint *l)
{
    pl_finding *sorted = calloc(l->count + 1, sizeof *sorted);
    size_t n = 0;
    if (!sorted)
        abort();
    for (int s = PL_SEVERITY_WARNING; s <= PL_SEVERITY_NOTE; s++)
        for (size_t i = 0; i < l->count; i++)
            if (l->finding[i].severity == (pl_severity)s)
                sorted[n++] = l->finding[i];
    free(l->finding);
    l->finding = sorted;
}

void pl_lint_make(const pl_study_data *d, const pl_marks *marks, pl_lint *out)
{
    *out = (pl_lint){NULL, 0};
    pl_lint_audit(d, out);
    pl_lint_on_test(d, marks, out);
    pl_lint_unsettled(d, marks, out);
    pl_lint_data(d, out);
    pl_lint_epochs(d, out);
    pl_lint_seeds(d, out);
    pl_lint_single_seed(d, out);
    pl_lint_majority(d, out);
    pl_lint_overfitting(d, out);
    pl_lint_unconverged(d, out);
    pl_lint_identical(d, out);
    put_warnings_first(out);
}

void pl_lint_clear(pl_lint *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->finding[i].brief);
        free(l->finding[i].text);
        free(l->finding[i].group);
    }
    free(l->finding);
    *l = (pl_lint){NULL, 0};
}

static size_t warnings(const pl_lint *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        n += l->finding[i].severity == PL_SEVERITY_WARNING;
    return n;
}

void pl_lint_text(const pl_lint *l, pl_str *s)
{
    size_t w = warnings(l), notes = l->count - w;
    size_t shown = l->count > LINES_SHOWN + 1 ? LINES_SHOWN : l->count;
    if (l->count == 0)
        return;
    if (w > 0)
        pl_str_addf(s, "%zu warning%s%s", w, w == 1 ? "" : "s", notes ? " and " : "");
    if (notes > 0)
        pl_str_addf(s, "%zu note%s", notes, notes == 1 ? "" : "s");
    pl_str_add(s, " on what the table seems to say:\n");
    for (size_t i = 0; i < shown; i++)
        pl_str_addf(s, "  %s%s\n", l->finding[i].severity == PL_SEVERITY_NOTE ? "note: " : "",
                    l->finding[i].brief);
    if (shown < l->count)
        pl_str_addf(s, "  and %zu more, in the report\n", l->count - shown);
}

void pl_lint_section(const pl_lint *l, pl_doc *doc)
{
    pl_doc_heading(doc, 2, "careful", "What to be careful about");
    if (l->count == 0)
        pl_doc_text(
            doc, PL_TONE_SOFT,
            "The rules of lint found nothing: no test data in a choice, groups alike in data, "
            "epochs and seeds, nothing overfitted or still falling, no order that chance could "
            "have made.");
    for (size_t i = 0; i < l->count; i++)
        pl_doc_item(doc,
                    l->finding[i].severity == PL_SEVERITY_WARNING ? PL_TONE_WARNING : PL_TONE_PLAIN,
                    "%s", l->finding[i].text);
}
