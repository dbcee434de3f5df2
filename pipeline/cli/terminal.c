#define _DEFAULT_SOURCE
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool pl_terminal_size(size_t *width, size_t *height)
{
    struct winsize size = {0};
    if (!isatty(STDOUT_FILENO))
        return false;
    bool told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *width = told ? size.ws_col : 80;
    *height = told ? size.ws_row : 24;
    return true;
}

bool pl_terminal_has_unicode(void)
{
    const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = NULL, *term = getenv("TERM");
    for (size_t i = 0; i < 3 && !(locale && *locale); i++)
        locale = getenv(names[i]);
    const char *dot = locale ? strchr(locale, '.') : NULL;
    bool utf8 =
        dot && (strncasecmp(dot + 1, "utf-8", 5) == 0 || strncasecmp(dot + 1, "utf8", 4) == 0);
    return utf8 && term && *term && strcmp(term, "dumb") != 0 && strcmp(term, "linux") != 0;
}
