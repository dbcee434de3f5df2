/* A comparison as JSON and as CSV, declared in compare.h. */
#include <math.h>
#include <stdlib.h>

#include "compare/compare.h"
#include "io/csv.h"
#include "io/json.h"

static json_t *number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *two(double a, double b)
{
    json_t *list = json_array();
    json_array_append_new(list, number(a));
    json_array_append_new(list, number(b));
    return list;
}

static void put(json_t *o, const char *key, json_t *value)
{
    if (json_object_set_new(o, key, value) != 0)
        abort();
}

static void put_pairs(json_t *o, const pl_pairs *p)
{
    put(o, "both_right", json_integer(p->both));
    put(o, "only_first_right", json_integer(p->first));
    put(o, "only_second_right", json_integer(p->second));
    put(o, "none_right", json_integer(p->neither));
}

static void put_mcnemar(json_t *o, const pl_seed_pair *p)
{
    put_pairs(o, &p->pairs);
    put(o, "mcnemar_exact_p", number(p->paired.exact_p));
    put(o, "mcnemar_mid_p", number(p->paired.mid_p));
    put(o, "difference", number(p->paired.difference));
    put(o, "difference_ci95", two(p->paired.low, p->paired.high));
    json_t *auc = json_object();
    put(auc, "auc", two(p->auc.auc[0], p->auc.auc[1]));
    put(auc, "difference", number(p->auc.difference));
    put(auc, "ci95", two(p->auc.low, p->auc.high));
    put(auc, "p", number(p->auc.p));
    put(o, "delong", auc);
}

static json_t *effect(const pl_effect *f)
{
    json_t *o = json_object();
    put(o, "pairs", json_integer(f->n));
    put(o, "difference", number(f->value));
    put(o, "ci95", two(f->low, f->high));
    put(o, "p", number(f->p));
    return o;
}

static json_t *side_json(const pl_compare_side *s)
{
    json_t *o = json_object(), *runs = json_array(), *seeds = json_array();
    for (int k = 0; k < s->runs; k++) {
        json_array_append_new(runs, json_string(s->run[k].id));
        json_array_append_new(seeds, json_string(s->run[k].seed));
    }
    put(o, "name", json_string(s->name));
    put(o, "runs", runs);
    put(o, "seeds", seeds);
    return o;
}

static void put_groups(const pl_comparison *c, json_t *o)
{
    json_t *sides = json_array(), *pairs = json_array(), *images = json_object();
    for (int s = 0; s < 2; s++)
        json_array_append_new(sides, side_json(&c->side[s]));
    for (int k = 0; k < c->pairs; k++) {
        const pl_seed_pair *p = &c->pair[k];
        json_t *pair = json_object(), *runs = json_array();
        for (int s = 0; s < 2; s++)
            json_array_append_new(runs, json_string(c->side[s].run[p->run[s]].id));
        put(pair, "runs", runs);
        put_mcnemar(pair, p);
        put(pair, "holm_p", number(p->holm_p));
        json_array_append_new(pairs, pair);
    }
    put(images, "first_better", json_integer((json_int_t)c->better[0]));
    put(images, "second_better", json_integer((json_int_t)c->better[1]));
    put(images, "alike", json_integer((json_int_t)c->alike));
    put(o, "groups", sides);
    put(o, "seed_pairs", pairs);
    put(o, "over_seeds", effect(&c->by_seed));
    put(o, "auc_over_seeds", effect(&c->auc_by_seed));
    put(o, "who_is_right", images);
}

static void put_runs(const pl_comparison *c, json_t *o)
{
    json_t *runs = json_array();
    for (int s = 0; s < 2; s++)
        json_array_append_new(runs, json_string(c->side[s].name));
    put(o, "runs", runs);
    put_mcnemar(o, &c->pair[0]);
    put(o, "accuracy_first_ci95", two(c->wilson[0].low, c->wilson[0].high));
    put(o, "accuracy_second_ci95", two(c->wilson[1].low, c->wilson[1].high));
}

static json_t *slice_json(const pl_slice *x)
{
    json_t *o = json_object();
    put(o, "slice", json_string(x->name));
    put(o, "images", json_integer((json_int_t)x->n));
    put(o, "small", json_boolean(x->small));
    put(o, "accuracy", two(x->accuracy[0], x->accuracy[1]));
    put(o, "difference", number(x->difference));
    put(o, "ci95", two(x->low, x->high));
    put(o, "p", number(x->p));
    put(o, "holm_p", number(x->holm_p));
    return o;
}

void pl_comparison_json(const pl_comparison *c, pl_str *s)
{
    json_t *o = json_object(), *boot = json_object(), *slices = json_array();
    json_t *alone = json_array();
    for (int side = 0; side < 2; side++)
        json_array_append_new(alone, json_integer((json_int_t)c->images.alone[side]));
    if (c->target)
        put(o, "target", pl_json_string(c->target));
    put(o, "images", json_integer((json_int_t)c->images.count));
    put(o, "images_alone", alone);
    put(o, "accuracy", two(c->accuracy[0], c->accuracy[1]));
    put(o, "difference", number(c->difference));
    put(boot, "ci95", two(c->boot.low, c->boot.high));
    put(boot, "p", number(c->boot.p));
    put(boot, "samples", json_integer(PL_COMPARE_SAMPLES));
    put(o, "bootstrap", boot);
    if (c->groups)
        put_groups(c, o);
    else
        put_runs(c, o);
    for (size_t k = 0; k < c->slices; k++)
        json_array_append_new(slices, slice_json(&c->slice[k]));
    put(o, "slices", slices);
    char *text = pl_json_text(o);
    if (!text)
        abort();
    pl_str_add(s, text);
    free(text);
    json_decref(o);
}

static void add_run_columns(const pl_comparison *c, pl_str *s)
{
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < c->side[side].runs; k++) {
            char *name = pl_format("%s %s", side ? "second" : "first", c->side[side].run[k].id);
            pl_str_add(s, ",");
            pl_csv_add(s, name);
            free(name);
        }
    }
}

void pl_comparison_csv(const pl_comparison *c, pl_str *s)
{
    const pl_common_images *m = &c->images;
    pl_str_add(s, "image,label,probability_first,probability_second,right_first,right_second");
    if (c->groups)
        add_run_columns(c, s);
    pl_str_add(s, "\n");
    for (size_t i = 0; i < m->count; i++) {
        pl_csv_add(s, m->name[i]);
        pl_str_addf(s, ",%d,%.9g,%.9g,%.9g,%.9g", m->label[i], (double)m->mean_p[0][i],
                    (double)m->mean_p[1][i], (double)m->share[0][i], (double)m->share[1][i]);
        for (int side = 0; c->groups && side < 2; side++)
            for (int k = 0; k < m->runs[side]; k++)
                pl_str_addf(s, ",%.9g", (double)m->p[side][k][i]);
        pl_str_add(s, "\n");
    }
}
