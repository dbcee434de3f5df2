/* The terminal that stdout goes to. */
#ifndef PL_CLI_TERMINAL_H
#define PL_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Characters of a line and lines, 80 and 24 where the terminal does not tell; false where stdout is none. */
bool pl_terminal_size(size_t *width, size_t *height);

/* Whether it shows braille and block characters: a UTF-8 locale, and a TERM that is neither dumb nor the
 * Linux console's. */
bool pl_terminal_has_unicode(void);

#endif
