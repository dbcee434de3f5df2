#include "spec/sweep_match.h"

#include <string.h>

#include "spec/spec_mem.h"

bool pl_sweep_known(pl_resolver *r, const char *where, const char *name, pl_pos pos)
{
    kn_arena *arena = r->reader.arena;
    int index = pl_key_find(name);
    const pl_section *s = pl_section_find(name);
    bool of_run = (index >= 0 && pl_keys[index].type != PL_TYPE_STUDY) ||
                  (s && strcmp(s->name, "sweep") != 0);
    if (of_run)
        return true;
    const char *full = pl_spec_textf(arena, "%s.%s", where, name);
    if (index >= 0 || s) {
        pl_diags_add(r->reader.diags, pos, full, NULL, "%s is the study's and cannot be swept",
                     name);
        return false;
    }
    const char *dot = strrchr(name, '.');
    const char *section = dot ? pl_spec_strndup(arena, name, (size_t)(dot - name)) : "";
    pl_diags_add(r->reader.diags, pos, full, pl_key_nearest(section, name), "unknown key");
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
           type == PL_TYPE_WEIGHTS || type == PL_TYPE_LAYERS;
}

/* Equal as the text of the value: 1e-3 is 0.001, and 50 is [50, 50]. */
static bool equals(pl_resolver *r, const pl_key *key, const pl_node *value, const pl_run_spec *spec)
{
    pl_run_spec other = *spec;
    pl_str a, b;
    bool same = false;
    if (!pl_value_read(&r->reader, key, value, &other))
        return false;
    pl_str_init(&a);
    pl_str_init(&b);
    pl_value_text(key, spec, &a);
    pl_value_text(key, &other, &b);
    same = strcmp(a.text, b.text) == 0;
    pl_str_clear(&a);
    pl_str_clear(&b);
    return same;
}

static bool matches_one(pl_resolver *r, const pl_overlay *want, const char *where,
                        const pl_run_spec *spec)
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
    if (want->value->kind != PL_NODE_LIST || takes_a_list(key->type))
        return equals(r, key, want->value, spec);
    for (int i = 0; i < want->value->count; i++)
        if (equals(r, key, want->value->item[i], spec))
            return true;
    return false;
}

bool pl_sweep_matches(pl_resolver *r, const pl_node *condition, const char *where,
                      const pl_run_spec *spec)
{
    pl_sweep_point want;
    if (!pl_sweep_flatten(r, condition, where, &want))
        return false;
    for (int i = 0; i < want.count; i++)
        if (!matches_one(r, &want.item[i], where, spec))
            return false;
    return true;
}

bool pl_sweep_check_exclude(pl_resolver *r, const pl_node *list)
{
    kn_arena *arena = r->reader.arena;
    bool ok = true;
    if (list->kind != PL_NODE_LIST) {
        pl_diags_add(r->reader.diags, list->pos, "sweep.exclude", NULL,
                     "expected a list of maps, found %s", pl_node_describe(list, arena));
        return false;
    }
    for (int i = 0; i < list->count; i++) {
        const char *key = pl_spec_textf(arena, "sweep.exclude[%d]", i);
        pl_sweep_point want;
        if (list->item[i]->kind != PL_NODE_MAP || list->item[i]->count == 0) {
            pl_diags_add(
                r->reader.diags, list->item[i]->pos, key, NULL, "expected a map of keys, found %s",
                list->item[i]->kind == PL_NODE_MAP ? "an empty one"
                                                   : pl_node_describe(list->item[i], arena));
            ok = false;
        } else if (!pl_sweep_flatten(r, list->item[i], key, &want)) {
            ok = false;
        }
    }
    return ok;
}

bool pl_sweep_excluded(pl_resolver *r, const pl_bindings *b, const pl_run_spec *spec)
{
    const pl_node *list = b->key[pl_key_find("sweep.exclude")].value;
    for (int i = 0; list && i < list->count; i++)
        if (pl_sweep_matches(r, list->item[i],
                             pl_spec_textf(r->reader.arena, "sweep.exclude[%d]", i), spec))
            return true;
    return false;
}
