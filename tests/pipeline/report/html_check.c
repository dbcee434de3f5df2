#include "pipeline/report/html_check.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/str.h"

enum { MOST_DEPTH = 64, NAME_ROOM = 32 };

int html_count(const char *text, const char *part)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
        n++;
    return n;
}

static bool is_void(const char *name)
{
    static const char *const names[] = {"meta", "br", "img", "input"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (strcmp(name, names[k]) == 0)
            return true;
    }
    return false;
}

static bool has(const char *tag, const char *end, const char *attribute)
{
    const char *at = strstr(tag, attribute);
    return at && at < end;
}

/* What an element must have besides its name. */
static bool tag_is_good(const char *name, const char *tag, const char *end, int *heading)
{
    if (strcmp(name, "img") == 0 && !has(tag, end, " alt=\""))
        return false;
    if (strcmp(name, "th") == 0 && !has(tag, end, " scope=\""))
        return false;
    if (name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && name[2] == '\0') {
        int level = name[1] - '0';
        bool good = *heading == 0 ? level == 1 : level >= 2 && level <= *heading + 1;
        *heading = level;
        return good;
    }
    return true;
}

static bool ids_are_once(const char *html)
{
    for (const char *p = html; (p = strstr(p, " id=")); p++) {
        char *id = pl_format("%.*s", (int)strcspn(p + 5, "'\"") + 6, p);
        bool again = strstr(p + 4, id) != NULL;
        free(id);
        if (again)
            return false;
    }
    return true;
}

bool html_is_good(const char *html)
{
    char open[MOST_DEPTH][NAME_ROOM];
    int depth = 0, heading = 0;
    for (const char *p = html; (p = strchr(p, '<')); p++) {
        char name[NAME_ROOM];
        bool closes = p[1] == '/';
        size_t n = strcspn(p + 1 + closes, " >/\n\t");
        const char *end = strchr(p, '>');
        if (p[1] == '!')
            continue;
        if (n == 0 || n >= sizeof name || !end)
            return false;
        memcpy(name, p + 1 + closes, n);
        name[n] = '\0';
        if (!closes && !tag_is_good(name, p, end, &heading))
            return false;
        if (is_void(name) || end[-1] == '/')
            continue;
        if (!closes && depth < MOST_DEPTH)
            memcpy(open[depth++], name, sizeof name);
        else if (!closes || depth == 0 || strcmp(open[--depth], name) != 0)
            return false;
        if (!closes && (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)) {
            p = strstr(end, strcmp(name, "script") == 0 ? "</script>" : "</style>");
            if (!p)
                return false;
            p--; /* the loop's step comes back to it */
        }
    }
    return depth == 0 && heading > 0 && ids_are_once(html) &&
           html_count(html, "<table") == html_count(html, "<caption");
}
