#include "spec/node_json.h"

#include <string.h>

#include "spec/yaml_scalar.h"

static json_t *node_json(const pl_node *node)
{
    int64_t whole;
    double real;
    bool flag;
    if (node->kind == PL_NODE_LIST) {
        json_t *list = json_array();
        for (int i = 0; i < node->count; i++)
            json_array_append_new(list, node_json(node->item[i]));
        return list;
    }
    if (node->kind == PL_NODE_MAP) {
        json_t *map = json_object();
        for (int i = 0; i < node->count; i++)
            json_object_set_new(map, node->entry[i].key, node_json(node->entry[i].value));
        return map;
    }
    if (pl_node_is_null(node))
        return json_null();
    if (pl_scalar_int(node, &whole))
        return json_integer(whole);
    if (pl_scalar_real(node, &real))
        return json_real(real);
    if (pl_scalar_bool(node, &flag))
        return json_boolean(flag);
    return json_string(node->text);
}

json_t *pl_yaml_text_json(const char *text)
{
    kn_arena arena;
    pl_diags diags;
    pl_source source = {.name = "value", .dir = ".", .text = text, .size = strlen(text)};
    kn_arena_init(&arena);
    pl_diags_init(&diags, &arena);
    const pl_node *node = pl_yaml_parse(&source, &arena, &diags);
    json_t *value = node ? node_json(node) : json_null();
    kn_arena_clear(&arena);
    return value;
}
