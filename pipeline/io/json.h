/* JSON through jansson: reading with a sentence on errors, canonical writing (sorted keys,
 * two-space indent, a final newline, reals as %.17g). */
#ifndef PL_IO_JSON_H
#define PL_IO_JSON_H

#include <jansson.h>

#include "base/status.h"

kn_status pl_json_read(const char *path, json_t **out, kn_error *e);
kn_status pl_json_write(const char *path, const json_t *value, kn_error *e); /* atomic */
char *pl_json_text(const json_t *value);                                     /* heap */

/* A string of bytes that may not be UTF-8: then with ? in place of each that is no ASCII. */
json_t *pl_json_string(const char *text);

#endif
