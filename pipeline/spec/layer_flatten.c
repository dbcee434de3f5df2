#include "spec/layer_flatten.h"

#include <string.h>

#include "spec/spec_mem.h"

typedef struct flat {
    kn_arena *arena;
    pl_diags *diags;
    pl_flat_layer *item;
    int count, room;
} flat;

static void put(flat *f, const pl_node *node, const char *name, int back)
{
    f->item = pl_spec_grow(f->arena, f->item, f->count, &f->room, sizeof *f->item);
    f->item[f->count++] = (pl_flat_layer){node, name, back};
}

/* Whether the item is a right residual; what is wrong with it is reported. */
static bool check_residual(flat *f, const pl_node *item, const char *name)
{
    bool alone = true;
    for (int i = 0; i < item->count; i++) {
        const pl_map_entry *entry = &item->entry[i];
        if (strcmp(entry->key, "residual") == 0)
            continue;
        pl_diags_add(f->diags, entry->pos, pl_spec_textf(f->arena, "%s.%s", name, entry->key), NULL,
                     "unknown key; a residual has its list of layers alone");
        alone = false;
    }
    const pl_node *inner = pl_node_get(item, "residual");
    const char *full = pl_spec_textf(f->arena, "%s.residual", name);
    if (inner->kind != PL_NODE_LIST)
        pl_diags_add(f->diags, inner->pos, full, NULL, "expected a list of layers, found %s",
                     pl_node_describe(inner, f->arena));
    else if (inner->count == 0)
        pl_diags_add(f->diags, inner->pos, full, NULL, "at least one layer is needed");
    return alone && inner->kind == PL_NODE_LIST && inner->count > 0;
}

static void flatten(flat *f, const pl_node *list, const char *path)
{
    for (int i = 0; i < list->count; i++) {
        const pl_node *item = list->item[i], *inner = pl_node_get(item, "residual");
        const char *name = pl_spec_textf(f->arena, "%s[%d]", path, i);
        int before = f->count;
        if (!inner) {
            put(f, item, name, 0);
        } else if (check_residual(f, item, name)) {
            flatten(f, inner, pl_spec_textf(f->arena, "%s.residual", name));
            put(f, item, name, f->count - before);
        }
    }
}

const pl_flat_layer *pl_layers_flatten(const pl_node *list, kn_arena *arena, pl_diags *diags,
                                       int *count)
{
    flat f = {.arena = arena, .diags = diags};
    flatten(&f, list, "model.layers");
    *count = f.count;
    return f.item;
}
