#include "spec/resolve.h"

#include <string.h>

#include "spec/spec_mem.h"

typedef struct pl_parsed_default {
    const char *text;
    const pl_node *node;
} parsed_default;

static const pl_source default_source = {.name = "default", .dir = ".", .text = "", .size = 0};

void pl_resolver_init(pl_resolver *r, kn_arena *arena, pl_diags *diags, const pl_source *main)
{
    *r = (pl_resolver){.reader = {.arena = arena, .diags = diags}, .main = main};
}

static const pl_node *parse_default(pl_resolver *r, const char *text)
{
    pl_source *source = pl_spec_alloc(r->reader.arena, 1, sizeof *source);
    *source = default_source;
    source->text = text;
    source->size = strlen(text);
    return pl_yaml_parse(source, r->reader.arena, r->reader.diags);
}

/* Defaults are YAML text in the schema; each is parsed once. A literal's address tells it. */
static const pl_node *dependent_default(pl_resolver *r, const char *text)
{
    for (int i = 0; i < r->default_count; i++)
        if (r->defaults[i].text == text)
            return r->defaults[i].node;
    r->defaults = pl_spec_grow(r->reader.arena, r->defaults, r->default_count, &r->default_room,
                               sizeof *r->defaults);
    r->defaults[r->default_count] = (parsed_default){text, parse_default(r, text)};
    return r->defaults[r->default_count++].node;
}

/* NULL where the key has no default. */
static const pl_node *default_node(pl_resolver *r, int key, const pl_run_spec *spec)
{
    if (pl_keys[key].value_for)
        return dependent_default(r, pl_key_default(&pl_keys[key], spec));
    if (!r->default_of[key] && pl_keys[key].value)
        r->default_of[key] = parse_default(r, pl_keys[key].value);
    return r->default_of[key];
}

const pl_node *pl_resolve_node(pl_resolver *r, const pl_bindings *b, int key)
{
    return b->key[key].value ? b->key[key].value : default_node(r, key, NULL);
}

bool pl_resolve_default(pl_resolver *r, const pl_key *key, pl_run_spec *spec)
{
    const pl_node *node = default_node(r, (int)(key - pl_keys), spec);
    if (node)
        return pl_value_read(&r->reader, key, node, spec);
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
    int preset = pl_key_find("model.preset");
    if (b->key[preset].value && !r->from[preset])
        return false; /* an unknown one: who can tell what is missing? */
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

/* The key's value into a spec that holds the value of the run before: read only where it comes from
 * another node. */
static bool resolve_key(pl_resolver *r, const pl_bindings *b, int index, pl_run_spec *out)
{
    const pl_key *key = &pl_keys[index];
    const pl_node *own = b->key[index].value, *node = own ? own : default_node(r, index, out);
    if (node && node == r->from[index])
        return true;
    r->from[index] = node;
    pl_resolve_default(r, key, out);
    if (own && !pl_value_read(&r->reader, key, own, out)) {
        r->from[index] = NULL;
        return false;
    }
    return true;
}

bool pl_resolve(pl_resolver *r, const pl_bindings *b, pl_run_spec *out)
{
    bool ok = true;
    for (int i = 0; i < pl_key_count; i++) {
        if (pl_key_of_study(&pl_keys[i]))
            continue;
        ok = resolve_key(r, b, i, &r->last) && ok;
        if (pl_keys[i].offset == offsetof(pl_run_spec, train.early.on)) {
            imply_early_stopping(b, &r->last);
            r->from[i] = NULL; /* it may no longer be what the node says */
        }
    }
    *out = r->last;
    return check_required(r, b, out) && ok;
}

void pl_resolve_check(pl_resolver *r, const pl_bindings *b)
{
    pl_run_spec spec;
    memset(&spec, 0, sizeof spec);
    for (int i = 0; i < pl_key_count; i++)
        if (b->key[i].value && !pl_key_of_study(&pl_keys[i]))
            pl_value_read(&r->reader, &pl_keys[i], b->key[i].value, &spec);
}

static void note_idle(pl_resolver *r, const pl_bindings *b, int index, const pl_effect *lacks,
                      const pl_run_spec *spec)
{
    pl_node *value = b->key[index].value;
    pl_pos at = b->key[index].key, last = r->idle_at[index];
    if (!value || value->idle || value->pos.source->preset)
        return;
    value->idle = true;
    if (at.source == last.source && at.line == last.line && at.column == last.column)
        return;
    r->idle_at[index] = at;
    pl_str culprit;
    pl_str_init(&culprit);
    pl_value_text(&pl_keys[pl_key_find(lacks->culprit)], spec, &culprit);
    kn_arena *arena = r->reader.arena;
    r->idle = pl_spec_grow(arena, r->idle, r->idle_count, &r->idle_room, sizeof *r->idle);
    r->idle[r->idle_count++] =
        (pl_idle){pl_spec_textf(arena, "has no effect with %s %s; it is for %s", lacks->culprit,
                                culprit.text, lacks->only),
                  index, at};
    pl_str_clear(&culprit);
}

/* The key's default for this run, read only where it is another than the last. */
static void reset_key(pl_resolver *r, int index, pl_run_spec *spec)
{
    const pl_node *node = default_node(r, index, spec);
    if (node && node != r->reset_from[index] &&
        pl_value_read(&r->reader, &pl_keys[index], node, &r->reset))
        r->reset_from[index] = node;
    pl_value_copy(&pl_keys[index], &r->reset, spec); /* zero where there is no default */
}

void pl_resolve_effects(pl_resolver *r, const pl_bindings *b, pl_run_spec *spec)
{
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        if (pl_key_of_study(key))
            continue;
        const pl_effect *lacks = pl_key_lacks(key, spec);
        if (!lacks) {
            if (b->key[i].value && !b->key[i].value->pos.source->preset)
                r->used[i] = true;
            continue;
        }
        note_idle(r, b, i, lacks, spec);
        reset_key(r, i, spec);
    }
}

void pl_resolve_report_idle(pl_resolver *r)
{
    for (int i = 0; i < r->idle_count; i++)
        if (!r->used[r->idle[i].key])
            pl_diags_add(r->reader.diags, r->idle[i].pos, pl_keys[r->idle[i].key].name, NULL, "%s",
                         r->idle[i].text);
}
