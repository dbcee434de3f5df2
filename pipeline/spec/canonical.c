/* Canonical text of a run and its reverse, declared in spec.h. */
#include <string.h>

#include "spec/resolve.h"
#include "spec/schema.h"
#include "spec/spec_mem.h"
#include "spec/value.h"

/* A key that came later says nothing where it changes nothing: the runs from before it keep their
 * ids, and their results their keys. */
static bool is_silent(const pl_key *key, const pl_run_spec *spec, const char *value)
{
    return (key->stages & PL_KEY_LATER) && strcmp(value, pl_key_default(key, spec)) == 0;
}

void pl_spec_canonical(const pl_run_spec *spec, unsigned stages, pl_str *out)
{
    pl_str value;
    pl_str_init(&value);
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        if (!(key->stages & stages) || pl_key_lacks(key, spec))
            continue;
        pl_str_reset(&value);
        pl_value_text(key, spec, &value);
        if (!is_silent(key, spec, value.text))
            pl_str_addf(out, "%s=%s\n", key->name, value.text);
    }
    pl_str_clear(&value);
}

/* One "key=value" line; the text of the value is its own source, so that messages name the key. */
static kn_status bind_line(pl_bindings *b, const char *line, size_t size, kn_arena *arena,
                           pl_diags *diags, kn_error *e)
{
    const char *equals = memchr(line, '=', size);
    if (!equals)
        return kn_fail(e, KN_EFORMAT, "canonical parameters: \"%.*s\" is not key=value",
                       (int)(size < 60 ? size : 60), line);
    const char *name = pl_spec_strndup(arena, line, (size_t)(equals - line));
    size_t length = size - (size_t)(equals - line) - 1;
    pl_source *source = pl_spec_alloc(arena, 1, sizeof *source);
    *source = (pl_source){.name = "canonical parameters",
                          .dir = ".",
                          .text = pl_spec_strndup(arena, equals + 1, length),
                          .size = length};
    int index = pl_key_find(name);
    if (index < 0 || !(pl_keys[index].stages & PL_KEY_ALL))
        return kn_fail(e, KN_EFORMAT, "canonical parameters: %s is no key this version knows",
                       name);
    pl_node *value = pl_yaml_parse(source, arena, diags);
    if (value)
        pl_bind(b, name, (pl_pos){source, 0, 0}, value, arena, diags);
    return KN_OK;
}

kn_status pl_spec_from_canonical(const char *text, kn_arena *arena, pl_run_spec *out, kn_error *e)
{
    pl_bindings b;
    pl_diags diags;
    pl_resolver resolver;
    memset(&b, 0, sizeof b);
    memset(out, 0, sizeof *out);
    pl_diags_init(&diags, arena);
    pl_resolver_init(&resolver, arena, &diags, NULL);
    for (const char *line = text; *line;) {
        size_t size = strcspn(line, "\n");
        if (size > 0)
            KN_TRY(bind_line(&b, line, size, arena, &diags, e));
        line += size + (line[size] == '\n');
    }
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        if (pl_key_of_study(key))
            continue;
        pl_resolve_default(&resolver, key, out);
        if (b.key[i].value)
            pl_value_read(&resolver.reader, key, b.key[i].value, out);
    }
    if (diags.count > 0)
        return kn_fail(e, KN_EFORMAT, "canonical parameters: %s", diags.item[0].text);
    if (out->model.type == PL_MODEL_LAYERS && !out->model.layers)
        return kn_fail(e, KN_EFORMAT, "canonical parameters: model.layers is missing");
    return KN_OK;
}
