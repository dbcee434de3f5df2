/* YAML text as a tree in which every node knows its file, line and column (libyaml underneath).
 *
 * Aliases share the node they name; merge keys (`<<`) are resolved; duplicate keys are errors. */
#ifndef PL_SPEC_YAML_TREE_H
#define PL_SPEC_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "spec/diag.h"

typedef enum pl_node_kind { PL_NODE_SCALAR, PL_NODE_LIST, PL_NODE_MAP } pl_node_kind;

typedef struct pl_node pl_node;

typedef struct pl_map_entry {
    const char *key;
    pl_pos pos; /* of the key */
    pl_node *value;
} pl_map_entry;

struct pl_node {
    pl_node_kind kind;
    pl_pos pos;
    const char *text;    /* scalar */
    bool plain;          /* scalar without quotes */
    int count;           /* list, map */
    pl_node **item;      /* list */
    pl_map_entry *entry; /* map, in file order, merged entries last */
    size_t weight;       /* nodes below it and itself, aliases counted each time */
    bool idle;           /* it had no effect in some run: said once, or excused */
};

/* Parses the source's text. Problems go to diags; the tree may then be NULL. An empty document
 * gives NULL without a diagnostic. */
pl_node *pl_yaml_parse(const pl_source *source, kn_arena *arena, pl_diags *diags);

/* The value of a key of a map, or NULL. */
pl_node *pl_node_get(const pl_node *map, const char *key);

/* null, ~ or nothing, without quotes. */
bool pl_node_is_null(const pl_node *node);

/* What a node is, for messages: `"fast"`, `the text "3"` (quoted), `a list`, `a map`, `nothing`.
 * The string lives in the arena. */
const char *pl_node_describe(const pl_node *node, kn_arena *arena);

#endif
