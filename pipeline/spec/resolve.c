#include "spec/resolve.h"

#include <string.h>

#include "spec/spec_mem.h"

typedef struct pl_parsed_default {
    const char *text;
    pl_node *node;
} parsed_default;

static const pl_source default_source = {.name = "default", .dir = ".", .text = "", .size = 0};

void pl_resolver_init(pl_resolver *r, kn_arena *arena, pl_diags *diags, const pl_source *main)
{
    *r = (pl_resolver){.reader = {.arena = arena, .diags = diags}, .main = main};
}

/* Defaults are YAML text in the schema; each is parsed once. */
static const pl_node *default_node(pl_resolver *r, const char *text)
{
    for (int i = 0; i < r->default_count; i++)
        if (strcmp(r->defaults[i].text, text) == 0)
            return r->defaults[i].node;
    kn_arena *arena = r->reader.arena;
    pl_source *source = pl_spec_alloc(arena, 1, sizeof *source);
    *source = default_source;
    source->text = text;
    source->size = strlen(text);
    pl_node *node = pl_yaml_parse(source, arena, r->reader.diags);
    r->defaults =
        pl_spec_grow(arena, r->defaults, r->default_count, &r->default_room, sizeof *r->defaults);
    r->defaults[r->default_count++] = (parsed_default){text, node};
    return node;
}

bool pl_resolve_default(pl_resolver *r, const pl_key *key, pl_run_spec *spec)
{
    const char *text = pl_key_default(key, spec);
    if (text)
        return pl_value_read(&r->reader, key, default_node(r, text), spec);
    pl_run_spec none;
    memset(&none, 0, sizeof none);
    pl_value_copy(key, &none, spec);
    return false;
}

/* early_stopping is on where any of its other keys is given. */
static void imply_early_stopping(const pl_bindings *b, pl_run_spec *spec)
{
    static const char section[] = "train.early_stopping.";
    if (b->key[pl_key_find("train.early_stopping.enabled")].value)
        return;
    for (int i = 0; i < pl_key_count; i++)
        if (strncmp(pl_keys[i].name, section, sizeof section - 1) == 0 && b->key[i].value)
            spec->train.early.on = true;
}

static bool require(pl_resolver *r, const pl_bindings *b, const char *name, const char *why)
{
    int index = pl_key_find(name);
    if (b->key[index].value)
        return true;
    pl_diags_add(r->reader.diags, pl_bound_pos(b, index, r->main), name, NULL,
                 "this key is required%s", why);
    return false;
}

static bool check_required(pl_resolver *r, const pl_bindings *b, const pl_run_spec *spec)
{
    bool ok = true;
    for (int i = 0; i < pl_key_count; i++)
        if (pl_keys[i].required)
            ok = require(r, b, pl_keys[i].name, "") && ok;
    if (!ok)
        return false;
    if (spec->split.method == PL_SPLIT_OFFICIAL)
        ok = require(r, b, "data.partition", " for split.method official") && ok;
    if (spec->split.method == PL_SPLIT_IDENTITY)
        ok = require(r, b, "data.identity", " for split.method identity") && ok;
    if (spec->model.type == PL_MODEL_LAYERS)
        ok = require(r, b, "model.layers", " for model.type layers") && ok;
    return ok;
}

bool pl_resolve(pl_resolver *r, const pl_bindings *b, pl_run_spec *out)
{
    bool ok = true;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        if (key->type == PL_TYPE_STUDY)
            continue;
        pl_resolve_default(r, key, out);
        if (key->offset == offsetof(pl_run_spec, train.early.on))
            imply_early_stopping(b, out);
        if (b->key[i].value)
            ok = pl_value_read(&r->reader, key, b->key[i].value, out) && ok;
    }
    return check_required(r, b, out) && ok;
}

void pl_resolve_check(pl_resolver *r, const pl_bindings *b)
{
    pl_run_spec spec;
    memset(&spec, 0, sizeof spec);
    for (int i = 0; i < pl_key_count; i++)
        if (b->key[i].value)
            pl_value_read(&r->reader, &pl_keys[i], b->key[i].value, &spec);
}

static void note_idle(pl_resolver *r, const pl_bindings *b, int index, const pl_effect *lacks,
                      const pl_run_spec *spec)
{
    pl_node *value = b->key[index].value;
    if (!value || value->idle)
        return;
    value->idle = true;
    pl_str culprit;
    pl_str_init(&culprit);
    pl_value_text(&pl_keys[pl_key_find(lacks->culprit)], spec, &culprit);
    kn_arena *arena = r->reader.arena;
    r->idle = pl_spec_grow(arena, r->idle, r->idle_count, &r->idle_room, sizeof *r->idle);
    r->idle[r->idle_count++] =
        (pl_idle){pl_spec_textf(arena, "has no effect with %s %s; it is for %s", lacks->culprit,
                                culprit.text, lacks->only),
                  index, b->key[index].key};
    pl_str_clear(&culprit);
}

void pl_resolve_effects(pl_resolver *r, const pl_bindings *b, pl_run_spec *spec)
{
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        if (key->type == PL_TYPE_STUDY)
            continue;
        const pl_effect *lacks = pl_key_lacks(key, spec);
        if (!lacks) {
            if (b->key[i].value)
                r->used[i] = true;
            continue;
        }
        note_idle(r, b, i, lacks, spec);
        pl_resolve_default(r, key, spec);
    }
}

void pl_resolve_report_idle(pl_resolver *r)
{
    for (int i = 0; i < r->idle_count; i++)
        if (!r->used[r->idle[i].key])
            pl_diags_add(r->reader.diags, r->idle[i].pos, pl_keys[r->idle[i].key].name, NULL, "%s",
                         r->idle[i].text);
}
