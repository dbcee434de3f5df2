#include "report/table_reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"

/* "key=value", whole or by its short key; the model's type by its value alone. */
static bool has_word(const pl_study_data *d, const pl_report_group *g, const char *word, size_t n)
{
    for (int a = 0; a < d->axis_count; a++) {
        char *whole = pl_format("%s=%s", d->axis[a], g->value[a]);
        char *brief = pl_format("%s=%s", pl_axis_short(d, a), g->value[a]);
        const char *alone = strcmp(d->axis[a], "model.type") == 0 ? g->value[a] : brief;
        bool same = (strlen(whole) == n && strncmp(whole, word, n) == 0) ||
                    (strlen(brief) == n && strncmp(brief, word, n) == 0) ||
                    (strlen(alone) == n && strncmp(alone, word, n) == 0);
        free(whole);
        free(brief);
        if (same)
            return true;
    }
    return false;
}

static bool has_words(const pl_study_data *d, const pl_report_group *g, const char *words)
{
    bool any = false;
    for (const char *at = words + strspn(words, " "); *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (!has_word(d, g, at, n))
            return false;
        any = true;
        at += n;
    }
    return any;
}

int pl_reference_group(const pl_table *t, const pl_reference *r)
{
    const pl_study_data *d = t->d;
    int found = -1, matches = 0;
    if (!r->group)
        return t->marks->best;
    for (int g = 0; g < d->group_count; g++)
        if (strcmp(d->group[g].name, r->group) == 0 || strcmp(d->group[g].label, r->group) == 0)
            return g;
    for (int g = 0; g < d->group_count; g++) {
        if (has_words(d, &d->group[g], r->group)) {
            found = g;
            matches++;
        }
    }
    return matches == 1 ? found : -1;
}

/* Test accuracy first. */
static const pl_metric weight[PL_REFERENCE_FIGURES] = {PL_TEST_ACCURACY, PL_VAL_ACCURACY,
                                                       PL_TRAIN_ACCURACY, PL_TEST_LOSS};
static const char *const words[PL_METRIC_COUNT] = {"train ", "val ", "test ", "loss "};

/* Ours less the reference's: "+0.42", or "test +0.42, val +0.1" of several. Returns the first of them. */
static double add_differences(const pl_study_data *d, int group, const pl_reference *r, pl_str *s)
{
    double first = (double)NAN;
    int figures = 0, told = 0;
    for (int f = 0; f < PL_REFERENCE_FIGURES; f++)
        figures += !isnan(r->figure[f]);
    for (int k = 0; k < PL_REFERENCE_FIGURES; k++) {
        pl_metric m = weight[k];
        double difference = d->group[group].summary[m].mean - r->figure[m];
        if (isnan(difference))
            continue;
        first = told == 0 ? difference : first;
        pl_str_add(s, told++ ? ", " : "");
        pl_str_add(s, figures > 1 || m != PL_TEST_ACCURACY ? words[m] : "");
        pl_str_addf(s, m == PL_TEST_LOSS ? "%+.4f" : "%+.2f",
                    m == PL_TEST_LOSS ? difference : 100 * difference);
    }
    return first;
}

static void add_figures(const pl_reference *r, pl_str *s)
{
    int told = 0;
    char text[PL_NUMBER_TEXT];
    for (int k = 0; k < PL_REFERENCE_FIGURES; k++) {
        double value = r->figure[weight[k]];
        if (isnan(value))
            continue;
        pl_str_addf(s, "%s%s", told++ ? ", " : "",
                    weight[k] == PL_TEST_LOSS ? pl_number_text(value, text)
                                              : pl_percent_text(value, text));
    }
}

void pl_reference_add_group(const pl_table *t, int group, pl_str *s)
{
    int told = 0;
    for (int i = 0; i < t->spec->references; i++) {
        const pl_reference *r = &t->spec->reference[i];
        if (!r->group || pl_reference_group(t, r) != group)
            continue;
        pl_str_add(s, told++ ? "; " : "");
        add_differences(t->d, group, r, s);
        pl_str_addf(s, " to %s (", r->label);
        add_figures(r, s);
        pl_str_add(s, ")");
    }
}

double pl_reference_add_own(const pl_table *t, const pl_reference *r, pl_str *s)
{
    int group = pl_reference_group(t, r);
    if (group < 0)
        return (double)NAN;
    double first = add_differences(t->d, group, r, s);
    if (!isnan(first) && t->d->group_count > 1)
        pl_str_addf(s, " (%s)", t->d->group[group].label);
    return first;
}
