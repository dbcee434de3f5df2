/* What a page must be, whatever is on it. */
#ifndef TESTS_HTML_CHECK_H
#define TESTS_HTML_CHECK_H

#include <stdbool.h>

/* Every element is closed in its order, every id is used once, headings begin with the one h1 and leave out no level, every
 * picture has a text, every table a caption and scopes. The content of script and style is skipped. */
bool html_is_good(const char *html);

/* How often `part` is in `text`. */
int html_count(const char *text, const char *part);

#endif
