#include "spec/sweep.h"

#include <math.h>
#include <string.h>

#include "spec/spec_mem.h"
#include "spec/sweep_match.h"

/* The choices of one part of the sweep (a product key, a zip, the list, the seeds): each is a block
 * of overlays. */
typedef struct part {
    pl_sweep_point *choice;
    int count;
} part;

typedef struct expansion {
    pl_resolver *r;
    kn_arena *arena;
    pl_diags *diags;
    const pl_bindings *b;
    pl_sweep *out;
    part *parts;
    int part_count, part_room;
    bool ok;
} expansion;

static pl_node *bound(const pl_bindings *b, const char *key)
{
    return b->key[pl_key_find(key)].value;
}

static bool expect(expansion *x, const pl_node *node, pl_node_kind kind, const char *key,
                   const char *expected)
{
    if (node->kind == kind)
        return true;
    pl_diags_add(x->diags, node->pos, key, NULL, "expected %s, found %s", expected,
                 pl_node_describe(node, x->arena));
    x->ok = false;
    return false;
}

static void add_axis(expansion *x, const char *name)
{
    pl_sweep *s = x->out;
    if (strcmp(name, "train.seed") == 0) {
        s->seeds = true;
        return;
    }
    for (int i = 0; i < s->axis_count; i++)
        if (strcmp(s->axis[i], name) == 0)
            return;
    s->axis = pl_spec_grow(x->arena, s->axis, s->axis_count, &s->axis_room, sizeof *s->axis);
    s->axis[s->axis_count++] = name;
}

/* The keys that a swept value sets: the key itself, or those of a section's map. */
static void add_axes(expansion *x, const char *name, const pl_node *value)
{
    const pl_section *s = pl_section_find(name);
    if (pl_key_find(name) >= 0)
        add_axis(x, name);
    else if (s && value->kind == PL_NODE_MAP)
        for (int i = 0; i < value->count; i++)
            add_axes(x, pl_spec_textf(x->arena, "%s.%s", name, value->entry[i].key),
                     value->entry[i].value);
    else if (s && s->shorthand && !pl_section_emptied(s, value))
        add_axis(x, s->shorthand);
}

static part *add_part(expansion *x, int count)
{
    x->parts = pl_spec_grow(x->arena, x->parts, x->part_count, &x->part_room, sizeof *x->parts);
    part *p = &x->parts[x->part_count++];
    *p = (part){pl_spec_alloc(x->arena, (size_t)count, sizeof *p->choice), count};
    return p;
}

static pl_sweep_point one_overlay(expansion *x, const char *name, pl_pos at, pl_node *value)
{
    pl_overlay *item = pl_spec_alloc(x->arena, 1, sizeof *item);
    *item = (pl_overlay){name, at, value};
    return (pl_sweep_point){item, 1};
}

typedef void axis_found(expansion *x, const char *section, const char *name,
                        const pl_map_entry *entry, void *context);

/* Calls back for each swept name of a map, nested or dotted, whose value is a list. */
static void each_axis(expansion *x, const pl_node *map, const char *section, const char *prefix,
                      axis_found *found, void *context)
{
    for (int i = 0; i < map->count; i++) {
        const pl_map_entry *entry = &map->entry[i];
        const char *name =
            *prefix ? pl_spec_textf(x->arena, "%s.%s", prefix, entry->key) : entry->key;
        const char *full = pl_spec_textf(x->arena, "%s.%s", section, name);
        if (!pl_sweep_known(x->r, section, name, entry->pos)) {
            x->ok = false;
        } else if (entry->value->kind == PL_NODE_MAP && pl_section_find(name)) {
            each_axis(x, entry->value, section, name, found, context);
        } else if (expect(x, entry->value, PL_NODE_LIST, full, "a list of values")) {
            if (entry->value->count == 0) {
                pl_diags_add(x->diags, entry->value->pos, full, NULL, "the list is empty");
                x->ok = false;
            } else {
                found(x, section, name, entry, context);
            }
        }
    }
}

static void product_axis(expansion *x, const char *section, const char *name,
                         const pl_map_entry *entry, void *context)
{
    (void)section;
    (void)context;
    part *p = add_part(x, entry->value->count);
    for (int i = 0; i < p->count; i++) {
        add_axes(x, name, entry->value->item[i]);
        p->choice[i] = one_overlay(x, name, entry->pos, entry->value->item[i]);
    }
}

typedef struct zipped {
    const char *name[PL_MAX_KEYS];
    const pl_map_entry *entry[PL_MAX_KEYS];
    int count;
} zipped;

static void zip_axis(expansion *x, const char *section, const char *name, const pl_map_entry *entry,
                     void *context)
{
    zipped *z = context;
    if (z->count == PL_MAX_KEYS)
        return;
    if (z->count > 0 && entry->value->count != z->entry[0]->value->count) {
        pl_diags_add(x->diags, entry->pos, pl_spec_textf(x->arena, "%s.%s", section, name), NULL,
                     "%d values, but %s has %d; zipped lists have one length", entry->value->count,
                     z->name[0], z->entry[0]->value->count);
        x->ok = false;
        return;
    }
    for (int i = 0; i < entry->value->count; i++)
        add_axes(x, name, entry->value->item[i]);
    z->name[z->count] = name;
    z->entry[z->count++] = entry;
}

static void expand_zip(expansion *x, const pl_node *map)
{
    zipped z = {.count = 0};
    each_axis(x, map, "sweep.zip", "", zip_axis, &z);
    if (!x->ok || z.count == 0)
        return;
    part *p = add_part(x, z.entry[0]->value->count);
    for (int i = 0; i < p->count; i++) {
        pl_overlay *item = pl_spec_alloc(x->arena, (size_t)z.count, sizeof *item);
        for (int k = 0; k < z.count; k++)
            item[k] = (pl_overlay){z.name[k], z.entry[k]->pos, z.entry[k]->value->item[i]};
        p->choice[i] = (pl_sweep_point){item, z.count};
    }
}

static void expand_list(expansion *x, const pl_node *list)
{
    part *p = add_part(x, list->count);
    for (int i = 0; i < list->count; i++) {
        const char *key = pl_spec_textf(x->arena, "sweep.list[%d]", i);
        if (!expect(x, list->item[i], PL_NODE_MAP, key, "a map of keys"))
            continue;
        if (!pl_sweep_flatten(x->r, list->item[i], key, &p->choice[i]))
            x->ok = false;
        for (int k = 0; k < p->choice[i].count; k++)
            add_axes(x, p->choice[i].item[k].name, p->choice[i].item[k].value);
    }
    if (list->count == 0) {
        pl_diags_add(x->diags, list->pos, "sweep.list", NULL, "the list is empty");
        x->ok = false;
    }
}

static void expand_seeds(expansion *x, const pl_node *list)
{
    if (!expect(x, list, PL_NODE_LIST, "sweep.seeds", "a list of whole numbers"))
        return;
    if (list->count == 0) {
        pl_diags_add(x->diags, list->pos, "sweep.seeds", NULL, "the list is empty");
        x->ok = false;
        return;
    }
    x->out->seeds = true;
    part *p = add_part(x, list->count);
    for (int i = 0; i < list->count; i++) {
        int64_t seed;
        const pl_key *key = &pl_keys[pl_key_find("train.seed")];
        if (!pl_read_int(x->diags, "sweep.seeds", list->item[i], key->min, key->max, &seed))
            x->ok = false;
        list->item[i]->idle = true; /* excused: seeds of runs without one, n is 1 */
        p->choice[i] = one_overlay(x, "train.seed", list->item[i]->pos, list->item[i]);
    }
}

static void too_many(expansion *x, double runs)
{
    int sweep = (int)(pl_section_find("sweep") - pl_sections);
    char count[40], most[40];
    pl_diags_add(x->diags, x->b->section[sweep], "sweep", NULL, "%s runs are more than %s",
                 pl_human_count((long long)fmin(runs, 1e15), count, sizeof count),
                 pl_human_count(PL_MAX_RUNS, most, sizeof most));
    x->ok = false;
}

static pl_sweep_point join(expansion *x, const pl_sweep_point *a, const pl_sweep_point *b)
{
    if (b->count == 0)
        return *a;
    pl_overlay *item = pl_spec_alloc(x->arena, (size_t)(a->count + b->count), sizeof *item);
    if (a->count > 0)
        memcpy(item, a->item, (size_t)a->count * sizeof *item);
    memcpy(item + a->count, b->item, (size_t)b->count * sizeof *item);
    return (pl_sweep_point){item, a->count + b->count};
}

/* Every combination of the parts over a first point; the last part turns fastest. */
static pl_sweep_point *combine(expansion *x, const pl_sweep_point *first, const part *parts,
                               int part_count, int *count)
{
    double runs = 1;
    for (int i = 0; i < part_count; i++)
        runs *= parts[i].count;
    if (runs > PL_MAX_RUNS) {
        too_many(x, runs);
        return NULL;
    }
    *count = (int)runs;
    pl_sweep_point *points = pl_spec_alloc(x->arena, (size_t)*count, sizeof *points);
    for (int p = 0; p < *count; p++) {
        points[p] = *first;
        for (int i = 0, block = *count, rest = p; i < part_count; i++) {
            block /= parts[i].count;
            points[p] = join(x, &points[p], &parts[i].choice[rest / block]);
            rest %= block;
        }
    }
    return points;
}

/* One item of sweep.when: the points it matches are replaced by their combinations with its values.
 */
static void apply_when(expansion *x, const pl_node *item, const char *key)
{
    const pl_node *condition = pl_node_get(item, "if"), *set = pl_node_get(item, "set");
    const pl_node *product = pl_node_get(item, "product");
    pl_sweep_point fixed = {NULL, 0};
    x->part_count = 0;
    if (set && expect(x, set, PL_NODE_MAP, pl_spec_textf(x->arena, "%s.set", key), "a map of keys"))
        x->ok =
            pl_sweep_flatten(x->r, set, pl_spec_textf(x->arena, "%s.set", key), &fixed) && x->ok;
    if (product && expect(x, product, PL_NODE_MAP, pl_spec_textf(x->arena, "%s.product", key),
                          "a map of keys"))
        each_axis(x, product, pl_spec_textf(x->arena, "%s.product", key), "", product_axis, NULL);
    int count = 0, room = 0;
    pl_sweep_point *points = NULL;
    for (int p = 0; p < x->out->count && x->ok; p++) {
        pl_bindings here;
        pl_run_spec spec;
        pl_sweep_point *more = &x->out->points[p];
        int more_count = 1;
        pl_sweep_bind(x->r, x->b, more, &here);
        if (!pl_resolve(x->r, &here, &spec)) {
            x->ok = false;
        } else if (pl_sweep_matches(x->r, condition, key, &spec)) {
            pl_sweep_point with = join(x, more, &fixed);
            more = combine(x, &with, x->parts, x->part_count, &more_count);
        }
        for (int i = 0; more && x->ok && i < more_count; i++) {
            points = pl_spec_grow(x->arena, points, count, &room, sizeof *points);
            points[count++] = more[i];
        }
        if (count > PL_MAX_RUNS)
            too_many(x, count);
    }
    x->out->points = points;
    x->out->count = count;
}

static void expand_when(expansion *x, const pl_node *list)
{
    if (!expect(x, list, PL_NODE_LIST, "sweep.when", "a list of {if: ..., set: ...}"))
        return;
    for (int i = 0; i < list->count && x->ok; i++) {
        const pl_node *item = list->item[i];
        const char *key = pl_spec_textf(x->arena, "sweep.when[%d]", i);
        if (!expect(x, item, PL_NODE_MAP, key, "a map of if, set and product"))
            return;
        for (int k = 0; k < item->count; k++) {
            const pl_map_entry *entry = &item->entry[k];
            if (strcmp(entry->key, "if") == 0 || strcmp(entry->key, "set") == 0 ||
                strcmp(entry->key, "product") == 0)
                continue;
            pl_diags_add(x->diags, entry->pos, pl_spec_textf(x->arena, "%s.%s", key, entry->key),
                         NULL, "unknown key; an item of when has if, set and product");
            x->ok = false;
        }
        const pl_node *condition = pl_node_get(item, "if");
        if (!condition) {
            pl_diags_add(x->diags, item->pos, pl_spec_textf(x->arena, "%s.if", key), NULL,
                         "this key is required");
            x->ok = false;
        } else {
            expect(x, condition, PL_NODE_MAP, pl_spec_textf(x->arena, "%s.if", key),
                   "a map of keys");
        }
        if (x->ok)
            apply_when(x, item, key);
    }
}

/* No run can be made: every value is then checked by itself, so that all errors are reported at
 * once. */
static void check_values(expansion *x)
{
    pl_resolve_check(x->r, x->b);
    for (int i = 0; i < x->part_count; i++)
        for (int k = 0; k < x->parts[i].count; k++) {
            pl_bindings here;
            pl_bindings none;
            memset(&none, 0, sizeof none);
            pl_sweep_bind(x->r, &none, &x->parts[i].choice[k], &here);
            pl_resolve_check(x->r, &here);
        }
}

bool pl_sweep_expand(pl_resolver *r, const pl_bindings *b, pl_sweep *out)
{
    expansion x = {
        .r = r, .arena = r->reader.arena, .diags = r->reader.diags, .b = b, .out = out, .ok = true};
    const pl_node *product = bound(b, "sweep.product"), *zip = bound(b, "sweep.zip");
    const pl_node *list = bound(b, "sweep.list"), *seeds = bound(b, "sweep.seeds");
    const pl_node *when = bound(b, "sweep.when"), *exclude = bound(b, "sweep.exclude");
    const pl_sweep_point empty = {NULL, 0};
    *out = (pl_sweep){.count = 0};
    if (product && expect(&x, product, PL_NODE_MAP, "sweep.product", "a map of keys to lists"))
        each_axis(&x, product, "sweep.product", "", product_axis, NULL);
    if (zip && expect(&x, zip, PL_NODE_MAP, "sweep.zip", "a map of keys to lists"))
        expand_zip(&x, zip);
    if (list && expect(&x, list, PL_NODE_LIST, "sweep.list", "a list of maps"))
        expand_list(&x, list);
    if (seeds)
        expand_seeds(&x, seeds);
    if (exclude && !pl_sweep_check_exclude(r, exclude))
        x.ok = false;
    if (x.ok)
        out->points = combine(&x, &empty, x.parts, x.part_count, &out->count);
    if (x.ok && when)
        expand_when(&x, when);
    if (!x.ok)
        check_values(&x);
    return x.ok;
}

void pl_sweep_bind(pl_resolver *r, const pl_bindings *b, const pl_sweep_point *point,
                   pl_bindings *out)
{
    *out = *b;
    for (int i = 0; i < point->count; i++)
        pl_bind(out, point->item[i].name, point->item[i].at, point->item[i].value, r->reader.arena,
                r->reader.diags);
}
