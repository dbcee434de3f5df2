#include "spec/sweep.h"

#include <math.h>
#include <string.h>

#include "spec/spec_mem.h"
#include "spec/sweep_match.h"
#include "spec/sweep_parts.h"
#include "spec/sweep_random.h"

static pl_node *bound(const pl_bindings *b, const char *key)
{
    return b->key[pl_key_find(key)].value;
}

static void too_many(pl_sweep_parts *x, const pl_bindings *b, double runs)
{
    int sweep = (int)(pl_section_find("sweep") - pl_sections);
    char count[40], most[40];
    pl_diags_add(x->diags, b->section[sweep], "sweep", NULL, "%s runs are more than %s",
                 pl_human_count((long long)fmin(runs, 1e15), count, sizeof count),
                 pl_human_count(PL_MAX_RUNS, most, sizeof most));
    x->ok = false;
}

static pl_overlay *put(pl_overlay *at, const pl_sweep_point *p)
{
    if (p->count > 0)
        memcpy(at, p->item, (size_t)p->count * sizeof *at);
    return at + p->count;
}

/* Overlays of all combinations: each choice of a part stands in runs / part.count of them. */
static size_t overlays(const pl_sweep_parts *x, const pl_sweep_point *first, int runs)
{
    size_t sum = (size_t)first->count * (size_t)runs;
    for (int i = 0; i < x->count; i++) {
        size_t of_part = 0;
        for (int k = 0; k < x->item[i].count; k++)
            of_part += (size_t)x->item[i].choice[k].count;
        sum += of_part * (size_t)(runs / x->item[i].count);
    }
    return sum;
}

/* Every combination of the parts over a first point; the last part turns fastest. NULL where there
 * are too many. */
static pl_sweep_point *combine(pl_sweep_parts *x, const pl_bindings *b, const pl_sweep_point *first,
                               int *count)
{
    double runs = 1;
    for (int i = 0; i < x->count; i++)
        runs *= x->item[i].count;
    if (runs > PL_MAX_RUNS) {
        too_many(x, b, runs);
        return NULL;
    }
    *count = (int)runs;
    pl_sweep_point *points = pl_spec_alloc(x->arena, (size_t)*count, sizeof *points);
    pl_overlay *at = pl_spec_alloc(x->arena, overlays(x, first, *count), sizeof *at);
    for (int p = 0; p < *count; p++) {
        points[p].item = at;
        at = put(at, first);
        for (int i = 0, block = *count, rest = p; i < x->count; i++) {
            block /= x->item[i].count;
            at = put(at, &x->item[i].choice[rest / block]);
            rest %= block;
        }
        points[p].count = (int)(at - points[p].item);
    }
    return points;
}

/* The values of `set` behind a point's own. */
static pl_sweep_point with_values(pl_sweep_parts *x, const pl_sweep_point *p,
                                  const pl_sweep_point *set)
{
    if (set->count == 0)
        return *p;
    pl_overlay *item = pl_spec_alloc(x->arena, (size_t)(p->count + set->count), sizeof *item);
    put(put(item, p), set);
    return (pl_sweep_point){item, p->count + set->count};
}

/* What one item of sweep.when gives to the points that match: fixed values, and parts. */
typedef struct addition {
    pl_condition condition;
    pl_sweep_point set;
    pl_sweep_parts parts;
} addition;

/* Replaces the points that match by their combinations with the values. */
static void apply_when(pl_sweep_parts *x, const pl_bindings *b, addition *more)
{
    pl_sweep_point *points = NULL;
    int count = 0, room = 0;
    for (int p = 0; p < x->out->count && x->ok; p++) {
        pl_bindings here;
        pl_run_spec spec;
        pl_sweep_point *made = &x->out->points[p], with;
        int made_count = 1;
        pl_sweep_bind(x->r, b, made, &here);
        if (!pl_resolve(x->r, &here, &spec)) {
            x->ok = false;
        } else if (pl_condition_holds(&more->condition, &spec)) {
            with = with_values(x, made, &more->set);
            made = combine(&more->parts, b, &with, &made_count);
            x->ok = x->ok && made;
        }
        for (int i = 0; x->ok && i < made_count; i++) {
            points = pl_spec_grow(x->arena, points, count, &room, sizeof *points);
            points[count++] = made[i];
        }
        if (count > PL_MAX_RUNS)
            too_many(x, b, count);
    }
    x->out->points = points;
    x->out->count = count;
}

/* No run can be made: every value is then checked by itself, so that all errors are reported at
 * once. */
static void check_values(const pl_sweep_parts *x, const pl_bindings *b)
{
    pl_resolve_check(x->r, b);
    for (int i = 0; i < x->count; i++)
        for (int k = 0; k < x->item[i].count; k++) {
            pl_bindings here, none;
            memset(&none, 0, sizeof none);
            pl_sweep_bind(x->r, &none, &x->item[i].choice[k], &here);
            pl_resolve_check(x->r, &here);
        }
}

static bool read_addition(pl_sweep_parts *x, const pl_node *item, const char *where, addition *out)
{
    const pl_node *set = pl_node_get(item, "set"), *product = pl_node_get(item, "product");
    const char *set_key = pl_spec_textf(x->arena, "%s.set", where);
    *out = (addition){
        .parts = {.r = x->r, .arena = x->arena, .diags = x->diags, .out = x->out, .ok = true}};
    x->ok = pl_condition_read(x->r, pl_node_get(item, "if"), where, &out->condition) && x->ok;
    if (set && pl_parts_expect(x, set, PL_NODE_MAP, set_key, "a map of keys"))
        x->ok = pl_sweep_flatten(x->r, set, set_key, &out->set) && x->ok;
    if (product)
        pl_parts_product(&out->parts, product, pl_spec_textf(x->arena, "%s.product", where));
    x->ok = x->ok && out->parts.ok;
    return x->ok;
}

/* An item of sweep.when has these keys and no others. */
static void check_item(pl_sweep_parts *x, const pl_node *item, const char *where)
{
    for (int k = 0; k < item->count; k++) {
        const pl_map_entry *entry = &item->entry[k];
        if (strcmp(entry->key, "if") == 0 || strcmp(entry->key, "set") == 0 ||
            strcmp(entry->key, "product") == 0)
            continue;
        pl_diags_add(x->diags, entry->pos, pl_spec_textf(x->arena, "%s.%s", where, entry->key),
                     NULL, "unknown key; an item of when has if, set and product");
        x->ok = false;
    }
    const char *key = pl_spec_textf(x->arena, "%s.if", where);
    const pl_node *condition = pl_node_get(item, "if");
    if (condition) {
        pl_parts_expect(x, condition, PL_NODE_MAP, key, "a map of keys");
    } else {
        pl_diags_add(x->diags, item->pos, key, NULL, "this key is required");
        x->ok = false;
    }
}

static void expand_when(pl_sweep_parts *x, const pl_bindings *b, const pl_node *list)
{
    if (!pl_parts_expect(x, list, PL_NODE_LIST, "sweep.when", "a list of {if: ..., set: ...}"))
        return;
    for (int i = 0; i < list->count && x->ok; i++) {
        const char *where = pl_spec_textf(x->arena, "sweep.when[%d]", i);
        addition more;
        if (!pl_parts_expect(x, list->item[i], PL_NODE_MAP, where, "a map of if, set and product"))
            return;
        check_item(x, list->item[i], where);
        if (!x->ok)
            return;
        if (read_addition(x, list->item[i], where, &more))
            apply_when(x, b, &more);
        else
            check_values(&more.parts, b);
    }
}

bool pl_sweep_expand(pl_resolver *r, const pl_bindings *b, pl_sweep *out)
{
    pl_sweep_parts x = {
        .r = r, .arena = r->reader.arena, .diags = r->reader.diags, .out = out, .ok = true};
    const pl_node *product = bound(b, "sweep.product"), *zip = bound(b, "sweep.zip");
    const pl_node *list = bound(b, "sweep.list"), *seeds = bound(b, "sweep.seeds");
    const pl_node *when = bound(b, "sweep.when"), *exclude = bound(b, "sweep.exclude");
    const pl_sweep_point empty = {NULL, 0};
    *out = (pl_sweep){.count = 0};
    if (product)
        pl_parts_product(&x, product, "sweep.product");
    if (zip)
        pl_parts_zip(&x, zip);
    if (list)
        pl_parts_list(&x, list);
    if (pl_section_given(b, "sweep.random"))
        pl_parts_random(&x, b);
    if (seeds)
        pl_parts_seeds(&x, seeds);
    if (exclude && !pl_sweep_read_exclude(r, exclude, out))
        x.ok = false;
    if (x.ok)
        out->points = combine(&x, b, &empty, &out->count);
    if (x.ok && when)
        expand_when(&x, b, when);
    if (!x.ok)
        check_values(&x, b);
    return x.ok;
}

void pl_sweep_bind(pl_resolver *r, const pl_bindings *b, const pl_sweep_point *point,
                   pl_bindings *out)
{
    *out = *b;
    for (int i = 0; i < point->count; i++)
        pl_bind(out, point->item[i].name, point->item[i].at, point->item[i].value, r->reader.arena,
                r->reader.diags);
    pl_preset_beneath(&r->presets, out, r->reader.arena, r->reader.diags);
}

bool pl_sweep_excluded(const pl_sweep *s, const pl_run_spec *spec)
{
    for (int i = 0; i < s->exclude_count; i++)
        if (pl_condition_holds(&s->exclude[i], spec))
            return true;
    return false;
}
