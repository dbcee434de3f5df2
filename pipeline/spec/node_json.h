/* A YAML value as JSON: whole numbers, reals, truth values, null, texts, lists and maps. */
#ifndef PL_SPEC_NODE_JSON_H
#define PL_SPEC_NODE_JSON_H

#include <jansson.h>

#include "spec/yaml_tree.h"

json_t *pl_node_json(const pl_node *node); /* a new reference */

/* The value written as YAML text; null where the text is empty or no YAML. */
json_t *pl_yaml_text_json(const char *text);

#endif
