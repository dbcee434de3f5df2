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
            b->key[i] = (pl_bound){.emptied = true};
    for (int i = 0; i < pl_section_count; i++)
        if (strcmp(pl_sections[i].name, section) == 0 || is_under(pl_sections[i].name, section))
            b->stated[i] = false;
}

static void bind_key(pl_bindings *b, int index, pl_pos at, pl_node *value)
{
    bool empty = pl_node_is_null(value);
    b->key[index] = (pl_bound){empty ? NULL : value, at, empty};
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
    bool emptied = pl_section_emptied(s, value);
    b->stated[s - pl_sections] = !emptied && s->shorthand;
    if (emptied)
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
    assert(pl_key_count <= PL_MAX_KEYS && pl_section_count <= PL_MAX_SECTIONS);
    if (index >= 0) {
        bind_key(b, index, at, value);
        return true;
    }
    if (s) {
        b->section[s - pl_sections] = at;
        b->stated[s - pl_sections] = value->kind == PL_NODE_MAP;
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

bool pl_section_given(const pl_bindings *b, const char *section)
{
    bool given = b->stated[pl_section_find(section) - pl_sections];
    for (int i = 0; i < pl_key_count && !given; i++)
        given = is_under(pl_keys[i].name, section) && b->key[i].value;
    return given;
}

pl_pos pl_section_pos(const pl_bindings *b, const char *section, const pl_source *source)
{
    ptrdiff_t s = pl_section_find(section) - pl_sections;
    if (b->stated[s])
        return b->section[s];
    for (int i = 0; i < pl_key_count; i++)
        if (is_under(pl_keys[i].name, section) && b->key[i].value)
            return b->key[i].key;
    return (pl_pos){source, 0, 0};
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
