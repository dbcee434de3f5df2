/* Path text, declared in fs.h. */
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/str.h"

static char *copy_bytes(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy)
        abort();
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *pl_path_join(const char *dir, const char *name)
{
    if (name[0] == '/' || dir[0] == '\0')
        return pl_strdup(name);
    return pl_format("%s%s%s", dir, pl_ends_with(dir, "/") ? "" : "/", name);
}

/* The length of the path without slashes at its end; "/" keeps one. */
static size_t trimmed(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return n;
}

char *pl_path_dir(const char *path)
{
    size_t n = trimmed(path);
    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n == 0)
        return pl_strdup(".");
    while (n > 1 && path[n - 1] == '/')
        n--;
    return copy_bytes(path, n);
}

const char *pl_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *pl_path_stem(const char *path)
{
    const char *base = pl_path_base(path);
    const char *dot = strrchr(base, '.');
    return copy_bytes(base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}
