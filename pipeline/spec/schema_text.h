/* The schema for people and for editors. */
#ifndef PL_SPEC_SCHEMA_TEXT_H
#define PL_SPEC_SCHEMA_TEXT_H

#include <jansson.h>

#include "spec/schema.h"
#include "util/str.h"

/* Every section and key, then every layer type with its parameters: type, range, default, help. */
void pl_schema_text(pl_str *out);

/* JSON Schema, draft 2020-12. A new reference. */
json_t *pl_schema_json(void);

#endif
