#define _GNU_SOURCE
#include "run/launcher_spec.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fs.h"

static char *working_folder(void)
{
    const char *pwd = getenv("PWD");
    struct stat named, here;
    if (pwd && pwd[0] == '/' && stat(pwd, &named) == 0 && stat(".", &here) == 0 &&
        named.st_dev == here.st_dev && named.st_ino == here.st_ino)
        return pl_strdup(pwd);
    char *dir = getcwd(NULL, 0);
    return dir ? dir : pl_strdup(".");
}

char *pl_launcher_absolute(const char *path)
{
    if (path[0] == '/')
        return pl_strdup(path);
    char *dir = working_folder();
    while (pl_starts_with(path, "./"))
        path += 2;
    char *whole = strcmp(path, ".") == 0 ? pl_strdup(dir) : pl_path_join(dir, path);
    free(dir);
    return whole;
}

/* Paths that runs share are one string of the arena. */
static const char *absolute_in(kn_arena *arena, const char *path, const char *last_from,
                               const char *last_to)
{
    if (!path || (last_from && strcmp(path, last_from) == 0))
        return path ? last_to : NULL;
    char *whole = pl_launcher_absolute(path);
    char *copy = kn_arena_strdup(arena, whole);
    free(whole);
    if (!copy)
        abort();
    return copy;
}

void pl_launcher_spec(const pl_study *study, pl_str *out)
{
    pl_study moved = *study;
    kn_arena arena;
    kn_arena_init(&arena);
    pl_run *runs = calloc((size_t)study->run_count + 1, sizeof *runs);
    if (!runs)
        abort();
    const pl_data_spec none = {.images = NULL}, *from = &none, *to = &none;
    for (int r = 0; r < study->run_count; r++) {
        runs[r] = study->runs[r];
        pl_data_spec *d = &runs[r].spec.data;
        d->images = absolute_in(&arena, d->images, from->images, to->images);
        d->labels = absolute_in(&arena, d->labels, from->labels, to->labels);
        d->partition = absolute_in(&arena, d->partition, from->partition, to->partition);
        d->identity = absolute_in(&arena, d->identity, from->identity, to->identity);
        from = &study->runs[r].spec.data;
        to = d;
    }
    moved.runs = runs;
    moved.budget = 0; /* of one command, not of each task */
    moved.halving.on = false;
    moved.dir = "."; /* no absolute path begins with it, so none is written relative to it */
    pl_study_yaml(&moved, out);
    free(runs);
    kn_arena_clear(&arena);
}
