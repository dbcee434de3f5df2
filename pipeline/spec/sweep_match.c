#include "spec/sweep_match.h"

#include <string.h>

#include "spec/spec_mem.h"
#include "spec/value_identity.h"

bool pl_sweep_known(pl_resolver *r, const char *where, const char *name, pl_pos pos)
{
    kn_arena *arena = r->reader.arena;
    pl_diags *diags = r->reader.diags;
    int index = pl_key_find(name);
    const pl_section *s = pl_section_find(name);
    if ((index >= 0 && pl_key_sweepable(&pl_keys[index])) || (s && !pl_section_of_study(s)))
        return true;
    const char *full = pl_spec_textf(arena, "%s.%s", where, name);
    if (s || (index >= 0 && pl_key_of_study(&pl_keys[index]))) {
        pl_diags_add(diags, pos, full, NULL, "%s is the study's and cannot be swept", name);
    } else if (index >= 0) {
        pl_diags_add(diags, pos, full, NULL,
                     "%s changes no result, so it cannot be swept; give it once, outside the sweep",
                     name);
    } else {
        const char *dot = strrchr(name, '.');
        const char *section = dot ? pl_spec_strndup(arena, name, (size_t)(dot - name)) : "";
        pl_diags_add(diags, pos, full, pl_key_nearest(section, name), "unknown key");
    }
    return false;
}

typedef struct flat {
    pl_overlay *item;
    int count, room;
} flat;

static bool flatten(pl_resolver *r, const pl_node *map, const char *where, const char *prefix,
                    flat *out)
{
    bool ok = true;
    kn_arena *arena = r->reader.arena;
    for (int i = 0; i < map->count; i++) {
        const pl_map_entry *entry = &map->entry[i];
        const char *name = *prefix ? pl_spec_textf(arena, "%s.%s", prefix, entry->key) : entry->key;
        if (!pl_sweep_known(r, where, name, entry->pos)) {
            ok = false;
        } else if (entry->value->kind == PL_NODE_MAP && pl_section_find(name)) {
            ok = flatten(r, entry->value, where, name, out) && ok;
        } else {
            out->item = pl_spec_grow(arena, out->item, out->count, &out->room, sizeof *out->item);
            out->item[out->count++] = (pl_overlay){name, entry->pos, entry->value};
        }
    }
    return ok;
}

bool pl_sweep_flatten(pl_resolver *r, const pl_node *map, const char *where, pl_sweep_point *out)
{
    flat all = {NULL, 0, 0};
    bool ok = flatten(r, map, where, "", &all);
    *out = (pl_sweep_point){all.item, all.count};
    return ok;
}

static bool takes_a_list(pl_type type)
{
    return type == PL_TYPE_INTS || type == PL_TYPE_SIZE || type == PL_TYPE_RATIOS ||
           type == PL_TYPE_RANGE || type == PL_TYPE_WEIGHTS || type == PL_TYPE_LAYERS;
}

/* One key of a condition: its values are read now, each into a run spec of its own. */
static bool read_key(pl_resolver *r, const pl_overlay *want, const char *where,
                     pl_condition_key *out)
{
    int index = pl_key_find(want->name);
    const pl_section *s = pl_section_find(want->name);
    if (index < 0 && s && s->shorthand)
        index = pl_key_find(s->shorthand);
    if (index < 0) {
        pl_diags_add(r->reader.diags, want->at,
                     pl_spec_textf(r->reader.arena, "%s.%s", where, want->name), NULL,
                     "expected a map of keys, found %s",
                     pl_node_describe(want->value, r->reader.arena));
        return false;
    }
    const pl_key *key = &pl_keys[index];
    bool any_of = want->value->kind == PL_NODE_LIST && !takes_a_list(key->type);
    int count = any_of ? want->value->count : 1;
    bool ok = true;
    pl_run_spec *value = pl_spec_alloc(r->reader.arena, (size_t)count, sizeof *value);
    for (int i = 0; i < count; i++)
        ok = pl_value_read(&r->reader, key, any_of ? want->value->item[i] : want->value,
                           &value[i]) &&
             ok;
    *out = (pl_condition_key){key, value, count};
    return ok;
}

bool pl_condition_read(pl_resolver *r, const pl_node *map, const char *where, pl_condition *out)
{
    pl_sweep_point want;
    if (!pl_sweep_flatten(r, map, where, &want))
        return false;
    bool ok = true;
    *out = (pl_condition){pl_spec_alloc(r->reader.arena, (size_t)want.count, sizeof *out->item),
                          want.count};
    for (int i = 0; i < want.count; i++)
        ok = read_key(r, &want.item[i], where, &out->item[i]) && ok;
    return ok;
}

static bool has_one_of(const pl_condition_key *c, const pl_run_spec *spec)
{
    for (int i = 0; i < c->count; i++)
        if (pl_value_equal(c->key, &c->value[i], spec))
            return true;
    return false;
}

bool pl_condition_holds(const pl_condition *c, const pl_run_spec *spec)
{
    for (int i = 0; i < c->count; i++)
        if (!has_one_of(&c->item[i], spec))
            return false;
    return true;
}

bool pl_sweep_read_exclude(pl_resolver *r, const pl_node *list, pl_sweep *out)
{
    kn_arena *arena = r->reader.arena;
    bool ok = true;
    if (list->kind != PL_NODE_LIST) {
        pl_diags_add(r->reader.diags, list->pos, "sweep.exclude", NULL,
                     "expected a list of maps, found %s", pl_node_describe(list, arena));
        return false;
    }
    out->exclude = pl_spec_alloc(arena, (size_t)list->count, sizeof *out->exclude);
    out->exclude_count = list->count;
    for (int i = 0; i < list->count; i++) {
        const pl_node *map = list->item[i];
        const char *key = pl_spec_textf(arena, "sweep.exclude[%d]", i);
        if (map->kind != PL_NODE_MAP || map->count == 0) {
            pl_diags_add(r->reader.diags, map->pos, key, NULL, "expected a map of keys, found %s",
                         map->kind == PL_NODE_MAP ? "an empty one" : pl_node_describe(map, arena));
            ok = false;
        } else {
            ok = pl_condition_read(r, map, key, &out->exclude[i]) && ok;
        }
    }
    return ok;
}
