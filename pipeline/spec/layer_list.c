#include "spec/layer_list.h"

#include <stdlib.h>
#include <string.h>

#include "nn/layer_config.h"
#include "nn/models.h"
#include "spec/layer_flatten.h"
#include "spec/yaml_scalar.h"
#include "spec/spec_mem.h"
#include "spec/value.h"

enum { MAX_NAMES = 64 };

typedef struct context {
    kn_arena *arena;
    pl_diags *diags;
} context;

bool pl_layer_has_kernel(const kn_layer_kind *kind)
{
    for (size_t i = 0; i < kind->param_count; i++)
        if (strcmp(kind->params[i].key, "filters") == 0 ||
            strcmp(kind->params[i].key, "units") == 0)
            return true;
    return false;
}

static bool read_pair(context *c, const char *name, const pl_node *node, const kn_param *p,
                      int out[2])
{
    int64_t value[2];
    if (node->kind == PL_NODE_LIST) {
        if (node->count != 2) {
            pl_diags_add(c->diags, node->pos, name, NULL,
                         "expected a whole number or [rows, columns], found a list of %d",
                         node->count);
            return false;
        }
        for (int i = 0; i < 2; i++)
            if (!pl_read_int(c->diags, name, node->item[i], p->min, p->max, &value[i]))
                return false;
    } else {
        if (!pl_read_int(c->diags, name, node, p->min, p->max, &value[0]))
            return false;
        value[1] = value[0];
    }
    out[0] = (int)value[0];
    out[1] = (int)value[1];
    return true;
}

static bool read_param(context *c, const char *name, const pl_node *node, const kn_param *p,
                       void *config)
{
    char *member = (char *)config + p->offset;
    int64_t whole;
    double real;
    bool flag;
    int pair[2];
    switch (p->type) {
    case KN_PARAM_INT:
        if (!pl_read_int(c->diags, name, node, p->min, p->max, &whole))
            return false;
        pair[0] = (int)whole;
        memcpy(member, &pair[0], sizeof pair[0]);
        return true;
    case KN_PARAM_REAL:
        if (!pl_read_real(c->diags, name, node, p->min, p->max, &real))
            return false;
        memcpy(member, &(float){(float)real}, sizeof(float));
        return true;
    case KN_PARAM_BOOL:
        if (!pl_read_bool(c->diags, name, node, &flag))
            return false;
        memcpy(member, &flag, sizeof flag);
        return true;
    case KN_PARAM_CHOICE:
        if (!pl_read_choice(c->diags, name, node, p->choices, &pair[0]))
            return false;
        memcpy(member, &pair[0], sizeof pair[0]);
        return true;
    case KN_PARAM_PAIR:
        if (!read_pair(c, name, node, p, pair))
            return false;
        memcpy(member, pair, sizeof pair);
        return true;
    }
    return false;
}

static void read_regularizer(context *c, const char *name, const pl_node *node, kn_layer_spec *out)
{
    if (node->kind == PL_NODE_SCALAR && (pl_node_is_null(node) || strcmp(node->text, "none") == 0))
        return;
    if (node->kind != PL_NODE_MAP) {
        pl_diags_add(c->diags, node->pos, name, NULL, "expected a map of l1 and l2, found %s",
                     pl_node_describe(node, c->arena));
        return;
    }
    for (int i = 0; i < node->count; i++) {
        const pl_map_entry *entry = &node->entry[i];
        const char *full = pl_spec_textf(c->arena, "%s.%s", name, entry->key);
        bool l1 = strcmp(entry->key, "l1") == 0;
        double value;
        if (!l1 && strcmp(entry->key, "l2") != 0)
            pl_diags_add(c->diags, entry->pos, full, NULL,
                         "unknown key; a regularizer has l1 and l2");
        else if (pl_read_real(c->diags, full, entry->value, 0, 1000, &value))
            *(l1 ? &out->l1 : &out->l2) = (float)value;
    }
}

static const kn_layer_kind *find_kind(context *c, const char *name, const pl_node *word)
{
    const char *names[MAX_NAMES];
    pl_str list;
    const kn_layer_kind *kind = NULL;
    size_t count = 0;
    pl_str_init(&list);
    for (int i = 0; i < kn_layer_kind_count && count < MAX_NAMES; i++) {
        names[count++] = kn_layer_kinds[i]->name;
        pl_str_addf(&list, "%s%s", i ? ", " : "", kn_layer_kinds[i]->name);
    }
    if (word->kind != PL_NODE_SCALAR || pl_node_is_null(word))
        pl_diags_add(c->diags, word->pos, name, NULL, "expected a layer type, found %s",
                     pl_node_describe(word, c->arena));
    else if (!(kind = kn_layer_kind_find(word->text)))
        pl_diags_add(c->diags, word->pos, name, pl_nearest(word->text, names, count),
                     "\"%.60s\" is not one of %s", word->text, list.text);
    pl_str_clear(&list);
    return kind;
}

static const kn_param *find_param(const kn_layer_kind *kind, const char *key)
{
    for (size_t i = 0; i < kind->param_count; i++)
        if (strcmp(kind->params[i].key, key) == 0)
            return &kind->params[i];
    return NULL;
}

static void unknown_param(context *c, const char *full, const pl_map_entry *entry,
                          const kn_layer_kind *kind)
{
    const char *names[MAX_NAMES];
    pl_str list;
    size_t count = 0;
    pl_str_init(&list);
    for (size_t i = 0; i < kind->param_count && count < MAX_NAMES - 1; i++)
        names[count++] = kind->params[i].key;
    if (pl_layer_has_kernel(kind))
        names[count++] = "regularizer";
    for (size_t i = 0; i < count; i++)
        pl_str_addf(&list, "%s%s", i ? ", " : "", names[i]);
    pl_diags_add(c->diags, entry->pos, full, pl_nearest(entry->key, names, count),
                 "unknown key; %s has %s", kind->name, count ? list.text : "no parameters");
    pl_str_clear(&list);
}

static void read_layer(context *c, const char *name, const pl_node *node, kn_layer_spec *out)
{
    const pl_node *word = node->kind == PL_NODE_MAP ? pl_node_get(node, "type") : node;
    if (!word) {
        pl_diags_add(c->diags, node->pos, pl_spec_textf(c->arena, "%s.type", name), NULL,
                     "this key is required");
        return;
    }
    const kn_layer_kind *kind =
        find_kind(c, pl_spec_textf(c->arena, "%s%s", name, word == node ? "" : ".type"), word);
    if (!kind)
        return;
    char *config = pl_spec_alloc(c->arena, 1, kind->config_size);
    kn_param_defaults(kind->params, kind->param_count, config);
    *out = (kn_layer_spec){.kind = kind, .config = config};
    for (int i = 0; node->kind == PL_NODE_MAP && i < node->count; i++) {
        const pl_map_entry *entry = &node->entry[i];
        const char *full = pl_spec_textf(c->arena, "%s.%s", name, entry->key);
        const kn_param *p = find_param(kind, entry->key);
        if (strcmp(entry->key, "type") == 0)
            continue;
        if (p)
            read_param(c, full, entry->value, p, config);
        else if (strcmp(entry->key, "regularizer") == 0 && pl_layer_has_kernel(kind))
            read_regularizer(c, full, entry->value, out);
        else
            unknown_param(c, full, entry, kind);
    }
    for (size_t i = 0; i < kind->param_count; i++)
        if (kind->params[i].required &&
            (node->kind != PL_NODE_MAP || !pl_node_get(node, kind->params[i].key)))
            pl_diags_add(c->diags, node->pos,
                         pl_spec_textf(c->arena, "%s.%s", name, kind->params[i].key), NULL,
                         "this key is required for %s", kind->name);
}

static void read_flat(context *c, const pl_flat_layer *flat, kn_layer_spec *out)
{
    if (flat->back == 0) {
        read_layer(c, flat->name, flat->node, out);
        return;
    }
    kn_add_config *config = pl_spec_alloc(c->arena, 1, sizeof *config);
    config->back = flat->back;
    *out = (kn_layer_spec){.kind = &kn_layer_add, .config = config};
}

bool pl_layers_read(const pl_node *node, kn_arena *arena, pl_diags *diags,
                    const kn_layer_spec **layers, int *count)
{
    context c = {arena, diags};
    int before = diags->count;
    if (node->kind != PL_NODE_LIST) {
        pl_diags_add(diags, node->pos, "model.layers", NULL, "expected a list of layers, found %s",
                     pl_node_describe(node, arena));
        return false;
    }
    int flat_count;
    const pl_flat_layer *flat = pl_layers_flatten(node, arena, diags, &flat_count);
    if (flat_count > KN_MODEL_MAX_LAYERS) {
        pl_diags_add(diags, node->pos, "model.layers", NULL, "%d layers are more than %d",
                     flat_count, KN_MODEL_MAX_LAYERS);
        return false;
    }
    kn_layer_spec *specs = pl_spec_alloc(arena, (size_t)flat_count, sizeof *specs);
    for (int i = 0; i < flat_count; i++)
        read_flat(&c, &flat[i], &specs[i]);
    if (diags->count > before)
        return false;
    *layers = specs;
    *count = flat_count;
    return true;
}

/* A default outside the range stands for "not given" (alpha -1, stride 0): it is not written. */
static bool given(const kn_param *p, const void *config)
{
    int whole;
    float real;
    if (p->type == KN_PARAM_REAL) {
        memcpy(&real, (const char *)config + p->offset, sizeof real);
        return (double)real >= (double)(float)p->min && (double)real <= (double)(float)p->max;
    }
    if (p->type == KN_PARAM_INT || p->type == KN_PARAM_PAIR) {
        memcpy(&whole, (const char *)config + p->offset, sizeof whole);
        return whole >= p->min && whole <= p->max;
    }
    return true;
}

static void add_param(const kn_param *p, const void *config, pl_str *out)
{
    const char *member = (const char *)config + p->offset;
    int pair[2];
    float real;
    bool flag;
    switch (p->type) {
    case KN_PARAM_INT:
        memcpy(&pair[0], member, sizeof pair[0]);
        pl_str_addf(out, "%d", pair[0]);
        break;
    case KN_PARAM_REAL:
        memcpy(&real, member, sizeof real);
        pl_scalar_add_float(out, real);
        break;
    case KN_PARAM_BOOL:
        memcpy(&flag, member, sizeof flag);
        pl_str_add(out, flag ? "true" : "false");
        break;
    case KN_PARAM_CHOICE:
        memcpy(&pair[0], member, sizeof pair[0]);
        pl_str_add(out, p->choices[pair[0]]);
        break;
    case KN_PARAM_PAIR:
        memcpy(pair, member, sizeof pair);
        if (pair[0] == pair[1])
            pl_str_addf(out, "%d", pair[0]);
        else
            pl_str_addf(out, "[%d, %d]", pair[0], pair[1]);
        break;
    }
}

void pl_layers_text(const kn_layer_spec *layers, int count, pl_str *out)
{
    pl_str_add(out, "[");
    for (int i = 0; i < count; i++) {
        const kn_layer_kind *kind = layers[i].kind;
        pl_str_addf(out, "%s{type: %s", i ? ", " : "", kind->name);
        for (size_t p = 0; p < kind->param_count; p++) {
            if (!given(&kind->params[p], layers[i].config))
                continue;
            pl_str_addf(out, ", %s: ", kind->params[p].key);
            add_param(&kind->params[p], layers[i].config, out);
        }
        if (layers[i].l1 > 0 || layers[i].l2 > 0) {
            pl_str_add(out, ", regularizer: {l1: ");
            pl_scalar_add_float(out, layers[i].l1);
            pl_str_add(out, ", l2: ");
            pl_scalar_add_float(out, layers[i].l2);
            pl_str_add(out, "}");
        }
        pl_str_add(out, "}");
    }
    pl_str_add(out, "]");
}

/* Whether the parameter is written as its default is. */
static bool is_default(const kn_layer_kind *kind, const kn_param *p, const void *config)
{
    char *fresh = calloc(1, kind->config_size ? kind->config_size : 1);
    if (!fresh)
        abort();
    kn_param_defaults(kind->params, kind->param_count, fresh);
    pl_str a, b;
    pl_str_init(&a);
    pl_str_init(&b);
    add_param(p, config, &a);
    add_param(p, fresh, &b);
    bool same = !p->required && strcmp(a.text, b.text) == 0;
    pl_str_clear(&a);
    pl_str_clear(&b);
    free(fresh);
    return same;
}

void pl_layers_brief(const kn_layer_spec *layers, int count, pl_str *out)
{
    for (int i = 0; i < count; i++) {
        const kn_layer_kind *kind = layers[i].kind;
        const char *mark = "(";
        pl_str_addf(out, "%s%s", i ? " " : "", kind->name);
        for (size_t p = 0; p < kind->param_count; p++) {
            if (is_default(kind, &kind->params[p], layers[i].config))
                continue;
            pl_str_addf(out, "%s%s=", mark, kind->params[p].key);
            add_param(&kind->params[p], layers[i].config, out);
            mark = ",";
        }
        if (layers[i].l1 > 0 || layers[i].l2 > 0) {
            pl_str_addf(out, "%sl1=", mark);
            pl_scalar_add_float(out, layers[i].l1);
            pl_str_add(out, ",l2=");
            pl_scalar_add_float(out, layers[i].l2);
            mark = ",";
        }
        if (*mark == ',')
            pl_str_add(out, ")");
    }
}
