#include "spec/net_check.h"

#include <stdio.h>
#include <string.h>

#include "spec/layer_flatten.h"
#include "spec/spec_mem.h"
#include "spec/value.h"

static bool shapes_depend_on(const pl_key *key)
{
    return pl_starts_with(key->name, "model.") || pl_starts_with(key->name, "data.image.");
}

void pl_net_check_init(pl_net_check *c, kn_arena *arena, pl_diags *diags)
{
    *c = (pl_net_check){.arena = arena, .diags = diags};
    pl_run_table_init(&c->seen, shapes_depend_on);
}

void pl_net_check_clear(pl_net_check *c)
{
    pl_run_table_clear(&c->seen);
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
    int index, count;
    if (spec->model.type == PL_MODEL_LAYERS && list && !list->pos.source->preset &&
        sscanf(why, "layer %d ", &index) == 1 && index >= 0 && index < spec->model.layer_count) {
        const pl_flat_layer *flat = pl_layers_flatten(list, c->arena, c->diags, &count);
        pl_diags_add(c->diags, flat[index].node->pos, flat[index].name, NULL, "%s",
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
                      const pl_run *runs, int run)
{
    if (pl_run_table_add(&c->seen, runs, run) != run)
        return;
    kn_arena arena;
    kn_net_desc desc;
    kn_net *net = NULL;
    kn_error e = {KN_OK, ""};
    kn_arena_init(&arena);
    kn_status rc = pl_spec_net(&runs[run].spec, &arena, &desc, &e);
    desc.precision = KN_PRECISION_F32; /* shapes are those of any machine */
    if (rc == KN_OK)
        rc = kn_net_new(&desc, &net, &e);
    if (rc != KN_OK)
        report(c, b, main, &runs[run].spec, e.text);
    kn_net_free(net);
    kn_arena_clear(&arena);
}
