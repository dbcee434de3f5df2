#include "spec/binding.h"

#include <assert.h>
#include <string.h>

#include "spec/spec_mem.h"

static bool is_under(const char *name, const char *section)
{
    size_t n = strlen(section);
    return n == 0 || (strncmp(name, section, n) == 0 && name[n] == '.');
}

static void unbind_section(pl_bindings *b, const char *section)
{
    for (int i = 0; i < pl_key_count; i++)
        if (is_under(pl_keys[i].name, section))
            b->key[i].value = NULL;
}

static void bind_key(pl_bindings *b, int index, pl_pos at, pl_node *value)
{
    b->key[index] = (pl_bound){pl_node_is_null(value) ? NULL : value, at};
}

bool pl_section_emptied(const pl_section *s, const pl_node *value)
{
    return pl_node_is_null(value) || (s->none && value->kind == PL_NODE_SCALAR && value->plain &&
                                      strcmp(value->text, "none") == 0);
}

/* `schedule: cosine`, `regularizer: none`, or something that a section cannot be. */
static void bind_scalar(pl_bindings *b, const pl_section *s, pl_pos at, pl_node *value,
                        kn_arena *arena, pl_diags *diags)
{
    if (pl_section_emptied(s, value))
        unbind_section(b, s->name);
    else if (s->shorthand)
        bind_key(b, pl_key_find(s->shorthand), at, value);
    else
        pl_diags_add(diags, value->pos, s->name, NULL, "expected a map of keys, found %s",
                     pl_node_describe(value, arena));
}

bool pl_bind(pl_bindings *b, const char *name, pl_pos at, pl_node *value, kn_arena *arena,
             pl_diags *diags)
{
    int index = pl_key_find(name);
    const pl_section *s = pl_section_find(name);
    assert(pl_key_count <= PL_MAX_KEYS);
    if (index >= 0) {
        bind_key(b, index, at, value);
        return true;
    }
    if (s) {
        b->section[s - pl_sections] = at;
        if (value->kind == PL_NODE_MAP)
            pl_bind_map(b, value, name, arena, diags);
        else
            bind_scalar(b, s, at, value, arena, diags);
        return true;
    }
    const char *dot = strrchr(name, '.');
    const char *section = dot ? pl_spec_strndup(arena, name, (size_t)(dot - name)) : "";
    pl_diags_add(diags, at, name, pl_key_nearest(section, name), "unknown key");
    return false;
}

void pl_bind_map(pl_bindings *b, const pl_node *map, const char *section, kn_arena *arena,
                 pl_diags *diags)
{
    for (int i = 0; i < map->count; i++) {
        const pl_map_entry *entry = &map->entry[i];
        if (*section == '\0' && strncmp(entry->key, "x-", 2) == 0)
            continue;
        const char *name =
            *section ? pl_spec_textf(arena, "%s.%s", section, entry->key) : entry->key;
        pl_bind(b, name, entry->pos, entry->value, arena, diags);
    }
}

pl_pos pl_bound_pos(const pl_bindings *b, int key, const pl_source *source)
{
    pl_pos best = {source, 0, 0};
    size_t longest = 0;
    if (b->key[key].value)
        return b->key[key].key;
    for (int i = 0; i < pl_section_count; i++) {
        size_t n = strlen(pl_sections[i].name);
        if (b->section[i].line > 0 && n > longest &&
            is_under(pl_keys[key].name, pl_sections[i].name)) {
            best = b->section[i];
            longest = n;
        }
    }
    return best;
}
