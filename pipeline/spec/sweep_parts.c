#include "spec/sweep_parts.h"

#include <string.h>

#include "spec/spec_mem.h"
#include "spec/sweep_match.h"

bool pl_parts_expect(pl_sweep_parts *x, const pl_node *node, pl_node_kind kind, const char *key,
                     const char *expected)
{
    if (node->kind == kind)
        return true;
    pl_diags_add(x->diags, node->pos, key, NULL, "expected %s, found %s", expected,
                 pl_node_describe(node, x->arena));
    x->ok = false;
    return false;
}

void pl_parts_axis(pl_sweep_parts *x, const char *name)
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

void pl_parts_axes(pl_sweep_parts *x, const char *where, const char *name, pl_pos pos,
                   const pl_node *value)
{
    const pl_section *s = pl_section_find(name);
    int key = pl_key_find(name);
    if (key >= 0 && !pl_key_sweepable(&pl_keys[key]))
        x->ok = pl_sweep_known(x->r, where, name, pos) && x->ok;
    else if (key >= 0)
        pl_parts_axis(x, name);
    else if (s && value->kind == PL_NODE_MAP)
        for (int i = 0; i < value->count; i++)
            pl_parts_axes(x, where, pl_spec_textf(x->arena, "%s.%s", name, value->entry[i].key),
                          value->entry[i].pos, value->entry[i].value);
    else if (s && s->shorthand && !pl_section_emptied(s, value))
        pl_parts_axis(x, s->shorthand);
}

pl_sweep_part *pl_parts_add(pl_sweep_parts *x, int count)
{
    x->item = pl_spec_grow(x->arena, x->item, x->count, &x->room, sizeof *x->item);
    pl_sweep_part *p = &x->item[x->count++];
    *p = (pl_sweep_part){pl_spec_alloc(x->arena, (size_t)count, sizeof *p->choice), count};
    return p;
}

static pl_sweep_point one_overlay(pl_sweep_parts *x, const char *name, pl_pos at, pl_node *value)
{
    pl_overlay *item = pl_spec_alloc(x->arena, 1, sizeof *item);
    *item = (pl_overlay){name, at, value};
    return (pl_sweep_point){item, 1};
}

typedef void axis_found(pl_sweep_parts *x, const char *section, const char *name,
                        const pl_map_entry *entry, void *context);

/* Calls back for each swept name of a map, nested or dotted, whose value is a list. */
static void each_axis(pl_sweep_parts *x, const pl_node *map, const char *section,
                      const char *prefix, axis_found *found, void *context)
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
        } else if (pl_parts_expect(x, entry->value, PL_NODE_LIST, full, "a list of values")) {
            if (entry->value->count == 0) {
                pl_diags_add(x->diags, entry->value->pos, full, NULL, "the list is empty");
                x->ok = false;
            } else {
                found(x, section, name, entry, context);
            }
        }
    }
}

static void product_axis(pl_sweep_parts *x, const char *section, const char *name,
                         const pl_map_entry *entry, void *context)
{
    (void)context;
    pl_sweep_part *p = pl_parts_add(x, entry->value->count);
    for (int i = 0; i < p->count; i++) {
        pl_parts_axes(x, section, name, entry->pos, entry->value->item[i]);
        p->choice[i] = one_overlay(x, name, entry->pos, entry->value->item[i]);
    }
}

typedef struct zipped {
    const char *name[PL_MAX_KEYS];
    const pl_map_entry *entry[PL_MAX_KEYS];
    int count;
} zipped;

static void zip_axis(pl_sweep_parts *x, const char *section, const char *name,
                     const pl_map_entry *entry, void *context)
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
        pl_parts_axes(x, section, name, entry->pos, entry->value->item[i]);
    z->name[z->count] = name;
    z->entry[z->count++] = entry;
}

void pl_parts_product(pl_sweep_parts *x, const pl_node *map, const char *where)
{
    if (pl_parts_expect(x, map, PL_NODE_MAP, where, "a map of keys to lists"))
        each_axis(x, map, where, "", product_axis, NULL);
}

void pl_parts_zip(pl_sweep_parts *x, const pl_node *map)
{
    zipped z = {.count = 0};
    if (!pl_parts_expect(x, map, PL_NODE_MAP, "sweep.zip", "a map of keys to lists"))
        return;
    each_axis(x, map, "sweep.zip", "", zip_axis, &z);
    if (!x->ok || z.count == 0)
        return;
    pl_sweep_part *p = pl_parts_add(x, z.entry[0]->value->count);
    for (int i = 0; i < p->count; i++) {
        pl_overlay *item = pl_spec_alloc(x->arena, (size_t)z.count, sizeof *item);
        for (int k = 0; k < z.count; k++)
            item[k] = (pl_overlay){z.name[k], z.entry[k]->pos, z.entry[k]->value->item[i]};
        p->choice[i] = (pl_sweep_point){item, z.count};
    }
}

void pl_parts_list(pl_sweep_parts *x, const pl_node *list)
{
    if (!pl_parts_expect(x, list, PL_NODE_LIST, "sweep.list", "a list of maps"))
        return;
    pl_sweep_part *p = pl_parts_add(x, list->count);
    for (int i = 0; i < list->count; i++) {
        const char *key = pl_spec_textf(x->arena, "sweep.list[%d]", i);
        if (!pl_parts_expect(x, list->item[i], PL_NODE_MAP, key, "a map of keys"))
            continue;
        if (!pl_sweep_flatten(x->r, list->item[i], key, &p->choice[i]))
            x->ok = false;
        for (int k = 0; k < p->choice[i].count; k++)
            pl_parts_axes(x, key, p->choice[i].item[k].name, p->choice[i].item[k].at,
                          p->choice[i].item[k].value);
    }
    if (list->count == 0) {
        pl_diags_add(x->diags, list->pos, "sweep.list", NULL, "the list is empty");
        x->ok = false;
    }
}

void pl_parts_seeds(pl_sweep_parts *x, const pl_node *list)
{
    if (!pl_parts_expect(x, list, PL_NODE_LIST, "sweep.seeds", "a list of whole numbers"))
        return;
    if (list->count == 0) {
        pl_diags_add(x->diags, list->pos, "sweep.seeds", NULL, "the list is empty");
        x->ok = false;
        return;
    }
    x->out->seeds = true;
    pl_sweep_part *p = pl_parts_add(x, list->count);
    for (int i = 0; i < list->count; i++) {
        int64_t seed;
        const pl_key *key = &pl_keys[pl_key_find("train.seed")];
        if (!pl_read_int(x->diags, "sweep.seeds", list->item[i], key->min, key->max, &seed))
            x->ok = false;
        list->item[i]->idle = true; /* excused: seeds of runs without one, n is 1 */
        p->choice[i] = one_overlay(x, "train.seed", list->item[i]->pos, list->item[i]);
    }
}
