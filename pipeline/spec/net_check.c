#include "spec/net_check.h"

#include <stdio.h>
#include <string.h>

#include "spec/spec_mem.h"
#include "spec/value.h"

void pl_net_check_init(pl_net_check *c, kn_arena *arena, pl_diags *diags)
{
    *c = (pl_net_check){.arena = arena, .diags = diags};
    pl_digest_table_init(&c->seen, arena);
}

/* Image and model as text: what the shapes depend on. */
static bool is_new(pl_net_check *c, const pl_run_spec *spec)
{
    bool fresh;
    pl_str text;
    pl_str_init(&text);
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        if ((strncmp(key->name, "model.", 6) != 0 && strncmp(key->name, "data.image.", 11) != 0) ||
            pl_key_lacks(key, spec))
            continue;
        pl_value_text(key, spec, &text);
        pl_str_add(&text, "\n");
    }
    pl_digest_table_add(&c->seen, text.text, &fresh);
    pl_str_clear(&text);
    return fresh;
}

/* "layer 2 (conv2d): conv2d: a 3x3 ..." says its kind twice: what follows the last of them. */
static const char *without_kind(const char *why)
{
    const char *open = strchr(why, '('), *close = open ? strstr(open, "): ") : NULL;
    if (!close)
        return why;
    size_t n = (size_t)(close - open - 1);
    const char *rest = close + 3;
    return strncmp(rest, open + 1, n) == 0 && rest[n] == ':' ? rest + n + 2 : rest;
}

static void report(pl_net_check *c, const pl_bindings *b, const pl_source *main,
                   const pl_run_spec *spec, const char *why)
{
    int layers = pl_key_find("model.layers"), size = pl_key_find("data.image.size");
    const pl_node *list = b->key[layers].value;
    int index;
    if (spec->model.type == PL_MODEL_LAYERS && list && sscanf(why, "layer %d ", &index) == 1 &&
        index >= 0 && index < list->count) {
        pl_diags_add(c->diags, list->item[index]->pos,
                     pl_spec_textf(c->arena, "model.layers[%d]", index), NULL, "%s",
                     without_kind(why));
        return;
    }
    const char *rest = without_kind(why), *named = strstr(why, "): ");
    size_t head = named ? (size_t)(named - why) + 3 : 0;
    pl_pos pos = b->key[size].value ? b->key[size].value->pos
                                    : pl_bound_pos(b, pl_key_find("model.type"), main);
    pl_diags_add(c->diags, pos, "data.image.size", NULL,
                 "an image of %dx%d does not fit this model: %.*s%s", spec->data.width,
                 spec->data.height, (int)head, why, rest);
}

void pl_net_check_run(pl_net_check *c, const pl_bindings *b, const pl_source *main,
                      const pl_run_spec *spec)
{
    if (!is_new(c, spec))
        return;
    kn_arena arena;
    kn_net_desc desc;
    kn_net *net = NULL;
    kn_error e = {KN_OK, ""};
    kn_arena_init(&arena);
    kn_status rc = pl_spec_net(spec, &arena, &desc, &e);
    if (rc == KN_OK)
        rc = kn_net_new(&desc, &net, &e);
    if (rc != KN_OK)
        report(c, b, main, spec, e.text);
    kn_net_free(net);
    kn_arena_clear(&arena);
}
