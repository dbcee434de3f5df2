/* Scalars of YAML as numbers, and numbers as text: independent of locale. */
#ifndef PL_SPEC_YAML_SCALAR_H
#define PL_SPEC_YAML_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

#include "spec/yaml_tree.h"
#include "util/str.h"

/* Unquoted scalars alone are numbers and truth values. Return false where the node is something
 * else; a whole number beyond int64 and a real beyond double are something else too. */
bool pl_scalar_int(const pl_node *node, int64_t *out);
bool pl_scalar_real(const pl_node *node, double *out);
bool pl_scalar_bool(const pl_node *node, bool *out); /* true false yes no on off */

/* The shortest of %.15g, %.16g, %.17g (%.6g to %.9g for float) that reads back as the same number.
 */
void pl_scalar_add_real(pl_str *out, double value);
void pl_scalar_add_float(pl_str *out, float value);

/* The text as a YAML scalar that reads back as the same text: plain where that is safe inside a
 * flow list, else in double quotes. */
void pl_scalar_add_text(pl_str *out, const char *text);

#endif
