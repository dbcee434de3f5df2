/* A YAML value as JSON: whole numbers, reals, truth values, null, texts, lists and maps. */
#ifndef PL_SPEC_NODE_JSON_H
#define PL_SPEC_NODE_JSON_H

#include <jansson.h>

#include "spec/yaml_tree.h"

/* The value written as YAML text, a new reference; null where the text is empty or no YAML. */
json_t *pl_yaml_text_json(const char *text);

#endif
