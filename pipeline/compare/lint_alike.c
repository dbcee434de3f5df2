/* What is compared as if alike: data, epochs, seeds, results. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/lint_rules.h"
#include "io/json.h"
#include "study/attributes.h"
#include "util/fs.h"

static const pl_report_run *first_done(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    for (int k = 0; k < g->run_count; k++)
        if (d->run[g->run[k]].done)
            return &d->run[g->run[k]];
    return NULL;
}

/* Groups with a run that is done; heap. */
static int *done_groups(const pl_study_data *d, int *count)
{
    int *group = calloc((size_t)d->group_count + 1, sizeof *group);
    if (!group)
        abort();
    *count = 0;
    for (int g = 0; g < d->group_count; g++)
        if (first_done(d, g))
            group[(*count)++] = g;
    return group;
}

/* Runs are of one data ID where they have the same images on the same sides. A run without one is passed over. */
void pl_lint_data(const pl_study_data *d, pl_lint *l)
{
    int count, others = 0;
    int *group = done_groups(d, &count), *other = calloc((size_t)count + 1, sizeof *other);
    char first[PL_DATA_ID] = "", its[PL_DATA_ID];
    bool within = false; /* runs of one group differ */
    if (!other)
        abort();
    for (int i = 0; i < count; i++) {
        const pl_report_group *g = &d->group[group[i]];
        char own[PL_DATA_ID] = "";
        bool differs = false;
        for (int k = 0; k < g->run_count; k++) {
            if (!d->run[g->run[k]].done)
                continue;
            pl_data_id_of(d->run[g->run[k]].manifest, its);
            if (!its[0])
                continue;
            if (!first[0])
                memcpy(first, its, sizeof first);
            if (!own[0])
                memcpy(own, its, sizeof own);
            within = within || strcmp(its, own) != 0;
            differs = differs || strcmp(its, first) != 0;
        }
        if (differs)
            other[others++] = group[i];
    }
    bool swept = pl_study_sweeps(d, "split.") || pl_study_sweeps(d, "data.target") ||
                 pl_study_sweeps(d, "data.limit") || pl_study_sweeps(d, "data.images") ||
                 pl_study_sweeps(d, "data.labels") || pl_study_sweeps(d, "data.partition") ||
                 pl_study_sweeps(d, "data.identity") || pl_study_sweeps(d, "data.max_bad");
    pl_str names;
    pl_str_init(&names);
    pl_lint_names(d, other, others, &names);
    if (others > 0 && swept && !within)
        pl_lint_add(
            l, PL_LINT_DATA, PL_SEVERITY_NOTE, other, others,
            "groups differ in data or split, which the sweep varies: %s have other images than "
            "the first group.\nTheir accuracies are on different questions; differences between "
            "them are those of the data too.",
            names.text);
    else if (others > 0)
        pl_lint_add(
            l, PL_LINT_DATA, PL_SEVERITY_WARNING, other, others,
            "groups of different data are compared as if alike: %s have other images or another "
            "split than the first group.\nNo key of them is swept: the files were changed between "
            "the runs. Run the older ones again, or keep the studies apart.",
            names.text);
    pl_str_clear(&names);
    free(other);
    free(group);
}

/* Epochs that were asked for: stopping early is the group's own doing. */
void pl_lint_epochs(const pl_study_data *d, pl_lint *l)
{
    int count, with = 0;
    int *group = done_groups(d, &count), *one = calloc((size_t)count + 1, sizeof *one);
    long least = 0, most = 0;
    if (!one)
        abort();
    for (int i = 0; i < count; i++) {
        const char *text = pl_run_parameter(first_done(d, group[i]), "train.epochs");
        if (!text[0])
            continue;
        long epochs = strtol(text, NULL, 10);
        least = with == 0 || epochs < least ? epochs : least;
        most = epochs > most ? epochs : most;
        one[with++] = group[i];
    }
    if (with > 1 && least != most && pl_study_sweeps(d, "train.epochs"))
        pl_lint_add(
            l, PL_LINT_EPOCHS, PL_SEVERITY_NOTE, one, with,
            "groups were trained for %ld to %ld epochs, which the sweep varies.\nBetween groups "
            "that differ in another key too, the longer training may be what makes the "
            "difference.",
            least, most);
    else if (with > 1 && least != most)
        pl_lint_add(
            l, PL_LINT_EPOCHS, PL_SEVERITY_WARNING, one, with,
            "groups trained for %ld to %ld epochs are compared as if alike.\nThe longer training "
            "may be what makes the difference; give all of them the same train.epochs.",
            least, most);
    free(one);
    free(group);
}

/* The seeds of a group's runs that are done, in order, joined by blanks; heap. */
static char *seeds_of(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    pl_str s;
    pl_str_init(&s);
    for (int k = 0; k < g->run_count; k++)
        if (d->run[g->run[k]].done)
            pl_str_addf(&s, "%s%s", s.size ? " " : "", d->run[g->run[k]].seed);
    return pl_str_take(&s);
}

/* Of groups in which chance has a part. */
void pl_lint_seeds(const pl_study_data *d, pl_lint *l)
{
    int count, with = 0, least = 0, most = 0;
    int *group = done_groups(d, &count), *one = calloc((size_t)count + 1, sizeof *one);
    char *first = NULL;
    bool same = true, missing = false;
    if (!one)
        abort();
    for (int i = 0; i < count; i++) {
        if (!pl_run_is_random(first_done(d, group[i])))
            continue;
        char *seeds = seeds_of(d, group[i]);
        int n = d->group[group[i]].done;
        least = with == 0 || n < least ? n : least;
        most = n > most ? n : most;
        missing = missing || n < d->group[group[i]].run_count;
        same = same && (!first || strcmp(first, seeds) == 0);
        one[with++] = group[i];
        if (first)
            free(seeds);
        else
            first = seeds;
    }
    if (!same && least != most)
        pl_lint_add(
            l, PL_LINT_SEEDS, PL_SEVERITY_WARNING, one, with,
            "groups of %d to %d seeds are compared as if alike%s.\nThe more seeds, the nearer a "
            "mean is to what training gives; a group of few is higher or lower by luck.",
            least, most, missing ? ": some runs are not done" : "");
    else if (!same)
        pl_lint_add(
            l, PL_LINT_SEEDS, PL_SEVERITY_WARNING, one, with,
            "groups of different seeds are compared as if alike.\nGive all of them the same seeds, "
            "so that they begin alike.");
    free(first);
    free(one);
    free(group);
}

static bool same_numbers(const pl_report_run *a, const pl_report_run *b)
{
    for (int m = PL_TRAIN_ACCURACY; m <= PL_TEST_LOSS; m++) {
        bool both = !isnan(a->metric[m]) && !isnan(b->metric[m]);
        if (both ? a->metric[m] != b->metric[m] : isnan(a->metric[m]) != isnan(b->metric[m]))
            return false;
    }
    return !isnan(a->metric[PL_TEST_LOSS]) || !isnan(a->metric[PL_TEST_ACCURACY]);
}

/* Run for run the same accuracies and loss. */
static bool same_results(const pl_study_data *d, int one, int other)
{
    const pl_report_group *a = &d->group[one], *b = &d->group[other];
    if (a->done != b->done || a->done == 0 || a->run_count != b->run_count)
        return false;
    for (int k = 0; k < a->run_count; k++) {
        const pl_report_run *x = &d->run[a->run[k]], *y = &d->run[b->run[k]];
        if (x->done != y->done || (x->done && !same_numbers(x, y)))
            return false;
    }
    return true;
}

void pl_lint_identical(const pl_study_data *d, pl_lint *l)
{
    bool *told = calloc((size_t)d->group_count + 1, sizeof *told);
    int *alike = calloc((size_t)d->group_count + 1, sizeof *alike);
    if (!told || !alike)
        abort();
    for (int g = 0; g < d->group_count; g++) {
        int n = 0;
        for (int h = g; h < d->group_count && !told[g]; h++)
            if (h == g || same_results(d, g, h))
                alike[n++] = h;
        if (n < 2)
            continue;
        for (int i = 0; i < n; i++)
            told[alike[i]] = true;
        pl_str names;
        pl_str_init(&names);
        pl_lint_names(d, alike, n, &names);
        pl_lint_add(
            l, PL_LINT_IDENTICAL, PL_SEVERITY_WARNING, alike, n,
            "different groups have the same results to the last digit: %s.\nThe key they differ in "
            "changed nothing, or their models answer always alike.",
            names.text);
        pl_str_clear(&names);
    }
    free(alike);
    free(told);
}

/* A member that counts; 0 where it is not there. */
static long long counted(const json_t *audit, const char *name)
{
    const json_t *v = json_object_get(audit, name);
    long long n = json_is_number(v) ? (long long)json_number_value(v) : 0;
    return n > 0 ? n : 0;
}

static void add_count(pl_str *s, long long n, const char *one, const char *many)
{
    char text[32];
    if (n > 0)
        pl_str_addf(s, "%s%s %s", s->size ? ", " : "", pl_human_count(n, text, sizeof text),
                    n == 1 ? one : many);
}

static void judge_audit(const json_t *audit, const char *id, const int *group, int groups,
                        pl_lint *l)
{
    pl_str leaks, other;
    pl_str_init(&leaks);
    pl_str_init(&other);
    add_count(&leaks, counted(audit, "people_on_two_sides"), "person", "people");
    add_count(&leaks, counted(audit, "identical_pairs_on_two_sides"), "pair of identical pictures",
              "pairs of identical pictures");
    add_count(&leaks, counted(audit, "near_pairs_on_two_sides"),
              "pair of nearly identical pictures", "pairs of nearly identical pictures");
    add_count(&other, counted(audit, "contradicting_pairs"), "pair with contradicting labels",
              "pairs with contradicting labels");
    if (leaks.size > 0)
        pl_lint_add(
            l, PL_LINT_AUDIT, PL_SEVERITY_WARNING, group, groups,
            "the split of data %s has on two sides: %s.\nSuch test images are not new to the "
            "models, so the test accuracy is too high by what they remember of them.",
            id, leaks.text);
    if (other.size > 0)
        pl_lint_add(
            l, PL_LINT_AUDIT, PL_SEVERITY_WARNING, group, groups,
            "data %s: %s among identical or nearly identical pictures.\nNo model can be right on "
            "both of a pair; the labels are wrong more often than these show.",
            id, other.text);
    pl_str_clear(&leaks);
    pl_str_clear(&other);
}

/* Each data ID once, with its groups. */
void pl_lint_audit(const pl_study_data *d, pl_lint *l)
{
    int count;
    int *group = done_groups(d, &count), *of_id = calloc((size_t)count + 1, sizeof *of_id);
    bool *told = calloc((size_t)count + 1, sizeof *told);
    if (!of_id || !told)
        abort();
    for (int i = 0; i < count; i++) {
        char id[PL_DATA_ID], its[PL_DATA_ID];
        int n = 0;
        pl_data_id_of(first_done(d, group[i])->manifest, id);
        for (int k = i; k < count && id[0] && !told[i]; k++) {
            pl_data_id_of(first_done(d, group[k])->manifest, its);
            if (strcmp(id, its) == 0)
                of_id[n++] = k;
        }
        if (n == 0)
            continue;
        for (int k = 0; k < n; k++) {
            told[of_id[k]] = k > 0 || told[of_id[k]];
            of_id[k] = group[of_id[k]];
        }
        char *path = pl_format("%s/data/%s/audit.json", d->dir, id);
        json_t *audit = NULL;
        if (pl_exists(path) && pl_json_read(path, &audit, NULL) == KN_OK)
            judge_audit(audit, id, of_id, n, l);
        json_decref(audit);
        free(path);
    }
    free(told);
    free(of_id);
    free(group);
}
