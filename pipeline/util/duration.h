/* Lengths of time as people write them: "90s", "45m", "8h", "1h30m", "2d", or plain seconds. */
#ifndef PL_UTIL_DURATION_H
#define PL_UTIL_DURATION_H

#include <stdbool.h>

#include "util/str.h"

#define PL_DURATION_MAX 864e6 /* seconds; 10000 days */
#define PL_DURATION_FORM "a duration such as 90s, 45m, 8h or 1h30m"

/* Seconds of the text, 0 included; false where it is no duration. */
bool pl_duration_read(const char *text, double *seconds);

/* As a command line takes it: above 0 and at most PL_DURATION_MAX. The sentence begins with
 * `what`. */
kn_status pl_parse_duration(const char *what, const char *text, double *seconds, kn_error *e);

/* The text that reads back as these seconds: "60s", "8h", "1h30m", "90.5s". */
void pl_duration_add(pl_str *out, double seconds);

#endif
