#include "compare/compare.h"

#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "study/answers.h"
#include "util/fs.h"

typedef struct answer {
    const char *image;
    int label;
    int right;
} answer;

static int by_image(const void *a, const void *b)
{
    return strcmp(((const answer *)a)->image, ((const answer *)b)->image);
}

/* Of the test side, in order of names; heap. */
static kn_status read_answers(pl_image_sets *sets, const char *dir, answer **out, size_t *count,
                              kn_error *e)
{
    pl_answers p;
    char *path = pl_path_join(dir, "predictions.csv");
    kn_status rc = pl_answers_read(sets, path, &p, e);
    free(path);
    KN_TRY(rc);
    const pl_image_set *s = p.images;
    answer *a = malloc((s->count + 1) * sizeof *a);
    *count = 0;
    for (size_t i = 0; a && i < s->count; i++)
        if (s->side[i] == PL_SIDE_TEST)
            a[(*count)++] = (answer){s->name[i], s->label[i], pl_is_right(&p, i)};
    pl_answers_clear(&p);
    if (!a)
        return kn_fail(e, KN_ENOMEM, "%zu predictions do not fit in memory", s->count);
    qsort(a, *count, sizeof *a, by_image);
    *out = a;
    return KN_OK;
}

static void count_pair(pl_pairs *p, int first, int second)
{
    if (first && second)
        p->both++;
    else if (first)
        p->first++;
    else if (second)
        p->second++;
    else
        p->neither++;
}

/* Walks both sorted lists. */
static kn_status match(const answer *a, size_t na, const answer *b, size_t nb, pl_comparison *out,
                       kn_error *e)
{
    size_t i = 0, k = 0;
    while (i < na && k < nb) {
        int order = strcmp(a[i].image, b[k].image);
        if (order < 0) {
            i++;
        } else if (order > 0) {
            k++;
        } else {
            if (a[i].label != b[k].label)
                return kn_fail(e, KN_EDATA,
                               "%s is labelled %d in the first run and %d in the second: they have "
                               "different targets",
                               a[i].image, a[i].label, b[k].label);
            count_pair(&out->pairs, a[i++].right, b[k++].right);
            out->common++;
        }
    }
    out->alone[0] = na - out->common;
    out->alone[1] = nb - out->common;
    return KN_OK;
}

kn_status pl_compare_runs(const char *first_dir, const char *second_dir, pl_comparison *out,
                          kn_error *e)
{
    const char *dir[2] = {first_dir, second_dir};
    pl_image_sets sets = {NULL, 0};
    answer *a[2] = {NULL, NULL};
    size_t count[2];
    kn_status rc = KN_OK;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < 2; i++)
        KN_TRY_TO(rc, cleanup, read_answers(&sets, dir[i], &a[i], &count[i], e));
    KN_TRY_TO(rc, cleanup, match(a[0], count[0], a[1], count[1], out, e));
    if (out->common == 0)
        rc = kn_fail(e, KN_EDATA,
                     "the two runs have no test image in common (%zu and %zu test images)",
                     count[0], count[1]);
    else
        out->paired = pl_compare_pairs(&out->pairs);
cleanup:
    for (int i = 0; i < 2; i++)
        free(a[i]);
    pl_image_sets_clear(&sets);
    return rc;
}

void pl_comparison_text(const pl_comparison *c, const char *first, const char *second, pl_str *s)
{
    const pl_paired *r = &c->paired;
    char n[4][32];
    pl_str_addf(s, "%-11s %s\n%-11s %s\n\n", "first", first, "second", second);
    pl_str_addf(s, "on %s common test images",
                pl_human_count((long long)c->common, n[0], sizeof n[0]));
    if (c->alone[0] + c->alone[1])
        pl_str_addf(s, " (%s more in the first, %s more in the second)",
                    pl_human_count((long long)c->alone[0], n[0], sizeof n[0]),
                    pl_human_count((long long)c->alone[1], n[1], sizeof n[1]));
    pl_str_addf(s, ":\n  accuracy    %.2f %% and %.2f %%\n", 100 * r->accuracy[0],
                100 * r->accuracy[1]);
    pl_str_addf(s, "  difference  %+.2f points, 95 %% interval %+.2f to %+.2f\n",
                100 * r->difference, 100 * r->low, 100 * r->high);
    pl_str_addf(s, "  both right %s, only the first %s, only the second %s, neither %s\n",
                pl_human_count(c->pairs.both, n[0], sizeof n[0]),
                pl_human_count(c->pairs.first, n[1], sizeof n[1]),
                pl_human_count(c->pairs.second, n[2], sizeof n[2]),
                pl_human_count(c->pairs.neither, n[3], sizeof n[3]));
    pl_str_addf(s, "  McNemar     exact p = %.3g, mid-p = %.3g\n", r->exact_p, r->mid_p);
}

void pl_comparison_json(const pl_comparison *c, const char *first, const char *second, pl_str *s)
{
    const pl_paired *r = &c->paired;
    json_t *root = json_pack(
        "{s:[s,s], s:[f,f], s:f, s:[f,f], s:I, s:[I,I], s:I, s:I, s:I, s:I, s:f, s:f}", "runs",
        first, second, "accuracy", r->accuracy[0], r->accuracy[1], "difference", r->difference,
        "difference_ci95", r->low, r->high, "images", (json_int_t)c->common, "images_alone",
        (json_int_t)c->alone[0], (json_int_t)c->alone[1], "both_right", (json_int_t)c->pairs.both,
        "only_first_right", (json_int_t)c->pairs.first, "only_second_right",
        (json_int_t)c->pairs.second, "none_right", (json_int_t)c->pairs.neither, "mcnemar_exact_p",
        r->exact_p, "mcnemar_mid_p", r->mid_p);
    char *text = root ? pl_json_text(root) : NULL;
    if (!text)
        abort();
    pl_str_add(s, text);
    free(text);
    json_decref(root);
}
