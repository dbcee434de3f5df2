#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/str.h"

const char *pl_option(int argc, char **argv, int *i, const char *name, bool *bad, kn_error *e)
{
    const char *word = argv[*i];
    size_t n = strlen(name);
    if (strncmp(word, name, n) != 0)
        return NULL;
    if (word[n] == '=')
        return word + n + 1;
    if (word[n] != '\0')
        return NULL;
    if (*i + 1 >= argc) {
        *bad = true;
        kn_fail(e, KN_EUSAGE, "%s needs a value", name);
        return NULL;
    }
    return argv[++*i];
}

bool pl_flag(const char *word, const char *name)
{
    return strcmp(word, name) == 0;
}

kn_status pl_unknown_option(const pl_command *c, const char *word, const char *const *known,
                            kn_error *e)
{
    size_t count = 0;
    if (word[0] != '-')
        return kn_fail(e, KN_EUSAGE, "%s takes no '%s' (facet %s --help)", c->name, word, c->name);
    while (known && known[count])
        count++;
    const char *near = pl_nearest(word, known, count);
    if (near)
        return kn_fail(e, KN_EUSAGE,
                       "%s: unknown option '%s'; did you mean '%s'? (facet %s --help)", c->name,
                       word, near, c->name);
    return kn_fail(e, KN_EUSAGE, "%s: unknown option '%s' (facet %s --help)", c->name, word,
                   c->name);
}

kn_status pl_parse_int(const char *what, const char *text, long min, long max, long *out,
                       kn_error *e)
{
    char *end = NULL;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0')
        return kn_fail(e, KN_EUSAGE, "%s: '%s' is not a whole number", what, text);
    if (errno == ERANGE || value < min || value > max)
        return kn_fail(e, KN_EUSAGE, "%s: %s is not in %ld..%ld", what, text, min, max);
    *out = value;
    return KN_OK;
}
