#include "util/free_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/str.h"

/* The number behind `name` at the start of a line of a file of "name number" lines; name "": the first number of the file.
 * -1: none, as where the file says "max". */
static double number_in(const char *path, const char *name)
{
    char line[256];
    double value = -1;
    size_t length = strlen(name);
    FILE *f = fopen(path, "re");
    while (f && value < 0 && fgets(line, sizeof line, f)) {
        char *end = NULL;
        if (strncmp(line, name, length) != 0)
            continue;
        value = strtod(line + length, &end);
        value = end == line + length ? -1 : value;
        if (length == 0)
            break;
    }
    if (f)
        fclose(f);
    return value;
}

static double number_at(const char *dir, const char *file, const char *name)
{
    char *path = pl_format("%s/%s", dir, file);
    double value = number_in(path, name);
    free(path);
    return value;
}

/* What one control group leaves free; -1: it has no limit. */
static double free_in_group(const char *dir, bool v2)
{
    double limit = number_at(dir, v2 ? "memory.max" : "memory.limit_in_bytes", "");
    double used = number_at(dir, v2 ? "memory.current" : "memory.usage_in_bytes", "");
    double files = number_at(dir, "memory.stat", v2 ? "inactive_file " : "total_inactive_file ");
    const double no_limit = 9e18; /* v1 writes the largest number of pages there is */
    if (limit < 0 || used < 0 || limit > no_limit)
        return -1;
    double left = limit - used + (files > 0 ? files : 0);
    return left > 0 ? left : 0;
}

/* The folder of this process's group of the memory controller, heap; NULL: none. *root gets the length of the part
 * that is the hierarchy's root. */
static char *group_dir(const char *root, bool *v2, size_t *base)
{
    char line[1024], *dir = NULL;
    char *path = pl_format("%s/proc/self/cgroup", root);
    FILE *f = fopen(path, "re");
    free(path);
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *names = strchr(line, ':'), *group = names ? strchr(names + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        bool unified = names[1] == '\0', memory = strcmp(names + 1, "memory") == 0;
        if (!memory && (!unified || dir))
            continue;
        free(dir);
        *v2 = unified;
        dir = pl_format("%s/sys/fs/cgroup%s", root, memory ? "/memory" : "");
        *base = strlen(dir);
        char *whole = pl_format("%s%s", dir, strcmp(group, "/") == 0 ? "" : group);
        free(dir);
        dir = whole;
    }
    if (f)
        fclose(f);
    return dir;
}

double pl_memory_free_under(const char *root)
{
    bool v2 = false;
    size_t base = 0;
    char *path = pl_format("%s/proc/meminfo", root), *dir = group_dir(root, &v2, &base);
    double least = number_in(path, "MemAvailable:") * 1024;
    free(path);
    least = least < 0 ? -1 : least;
    while (dir) {
        double here = free_in_group(dir, v2);
        if (here >= 0 && (least < 0 || here < least))
            least = here;
        char *slash = strrchr(dir, '/');
        if (strlen(dir) <= base || !slash)
            break;
        *slash = '\0';
    }
    free(dir);
    return least;
}

long pl_memory_kills_under(const char *root)
{
    bool v2 = false;
    size_t base = 0;
    char *dir = group_dir(root, &v2, &base);
    double kills =
        dir ? number_at(dir, v2 ? "memory.events" : "memory.oom_control", "oom_kill ") : 0;
    free(dir);
    return kills > 0 ? (long)kills : 0;
}

double pl_memory_free(void)
{
    return pl_memory_free_under("");
}

long pl_memory_kills(void)
{
    return pl_memory_kills_under("");
}
