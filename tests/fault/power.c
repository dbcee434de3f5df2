#define _GNU_SOURCE
#include "fault/power.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"
#include "util/sys.h"

typedef struct step {
    long number;
    int kind;
    unsigned long long inode;
    char *path, *more; /* into the trace's text */
    bool names;        /* makes, moves or removes a name, in the folder `inode` */
    bool certain, undone;
} step;

typedef struct story {
    const char *dir, *keep;
    char *text;
    step *step;
    int count;
    kn_rng rng;
    power_loss loss;
} story;

static int kind_of(const char *name)
{
    for (int k = 0; k < PL_SYS_KINDS; k++)
        if (strcmp(name, pl_sys_name((pl_sys_kind)k)) == 0)
            return k;
    return -1;
}

static bool makes_a_name(const step *s)
{
    switch (s->kind) {
    case PL_SYS_OPEN:
    case PL_SYS_MKDIR:
        return strcmp(s->more, "new") == 0;
    case PL_SYS_RENAME:
    case PL_SYS_UNLINK:
    case PL_SYS_RMDIR:
        return true;
    default:
        return false;
    }
}

static int by_number(const void *a, const void *b)
{
    const step *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* A line that a kill cut short tells nothing: its call was not made. */
static void read_story(story *t, const char *trace)
{
    size_t size = 0, lines = 0;
    t->text = tst_read(trace, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t->text);
    for (size_t i = 0; i < size; i++)
        lines += t->text[i] == '\n';
    t->step = calloc(lines + 1, sizeof *t->step);
    char *rest = t->text, *line;
    while (strchr(rest, '\n') && (line = strsep(&rest, "\n")) != NULL) {
        char *field[6] = {NULL};
        for (int i = 0; i < 6 && line; i++)
            field[i] = strsep(&line, "\t");
        CU_ASSERT_PTR_NOT_NULL_FATAL(field[5]);
        step *s = &t->step[t->count++];
        *s = (step){.number = atol(field[0]),
                    .kind = kind_of(field[2]),
                    .inode = strtoull(field[3], NULL, 10),
                    .path = field[4],
                    .more = field[5]};
        s->names = makes_a_name(s);
    }
    qsort(t->step, (size_t)t->count, sizeof *t->step, by_number);
}

/* The place now of what had this name after step k: later renames moved it, or a folder above it.
 * Heap. */
static char *place_now(const story *t, const char *path, int k)
{
    char *now = pl_strdup(path);
    for (int j = k + 1; j < t->count; j++) {
        const step *s = &t->step[j];
        size_t n = s->kind == PL_SYS_RENAME && !s->undone ? strlen(s->path) : 0;
        if (n == 0 || strncmp(now, s->path, n) != 0 || (now[n] != '\0' && now[n] != '/'))
            continue;
        char *moved = pl_format("%s%s", s->more, now + n);
        free(now);
        now = moved;
    }
    char *whole = pl_path_join(t->dir, now);
    free(now);
    return whole;
}

/* Settling a rename settles the making of what it moved: an object cannot lose the name it had before
 * and keep the one it has. */
static void settle_makers(story *t, int rename)
{
    const char *name = t->step[rename].path;
    for (int k = rename - 1; k >= 0; k--) {
        step *s = &t->step[k];
        const char *made = s->kind == PL_SYS_RENAME ? s->more : s->path;
        if (!s->names || s->kind == PL_SYS_UNLINK || s->kind == PL_SYS_RMDIR ||
            strcmp(made, name) != 0)
            continue;
        s->certain = true;
        if (s->kind == PL_SYS_RENAME)
            settle_makers(t, k);
        return;
    }
}

static void settle_names(story *t)
{
    for (int f = 0; f < t->count; f++) {
        if (t->step[f].kind != PL_SYS_FSYNC)
            continue;
        for (int k = 0; k < f; k++) {
            step *s = &t->step[k];
            if (!s->names || s->inode != t->step[f].inode || s->certain)
                continue;
            s->certain = true;
            if (s->kind == PL_SYS_RENAME)
                settle_makers(t, k);
        }
    }
}

/* Chooses in each folder how many of its last uncertain steps are lost: all, none, or some. */
static void choose(story *t)
{
    for (int k = 0; k < t->count; k++) {
        step *s = &t->step[k];
        int left = 0, first = k;
        for (int j = 0; j < t->count; j++)
            if (t->step[j].names && !t->step[j].certain && t->step[j].inode == s->inode) {
                first = left++ == 0 ? j : first;
            }
        if (!s->names || s->certain || first != k)
            continue;
        unsigned how = (unsigned)kn_rng_below(&t->rng, 4);
        int lost = how == 0 ? 0 : how == 1 ? left : (int)kn_rng_below(&t->rng, (uint32_t)left + 1);
        t->loss.uncertain += left;
        for (int j = t->count - 1; j >= 0 && lost > 0; j--)
            if (t->step[j].names && !t->step[j].certain && t->step[j].inode == s->inode) {
                t->step[j].undone = true;
                lost--;
            }
    }
}

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* Takes one step back, where it was made at all: the last one of a killed process may not have been. */
static void undo(story *t, int k)
{
    const step *s = &t->step[k];
    char *path = place_now(t, s->path, k), *to = place_now(t, s->more, k);
    char *kept = pl_format("%s/%ld", t->keep, s->number);
    bool done = false;
    switch (s->kind) {
    case PL_SYS_OPEN:
        done = unlink(path) == 0;
        break;
    case PL_SYS_MKDIR:
        done = is_there(path) && pl_remove_tree(path, NULL) == KN_OK;
        break;
    case PL_SYS_RENAME:
        done = !is_there(path) && rename(to, path) == 0;
        if (done)
            (void)!link(kept, to);
        break;
    case PL_SYS_UNLINK:
        done = link(kept, path) == 0;
        break;
    case PL_SYS_RMDIR:
        done = mkdir(path, 0777) == 0;
        break;
    default:
        break;
    }
    t->loss.undone += done;
    free(kept);
    free(to);
    free(path);
}

/* Whether the bytes of this inode may be missing: written since the last fsync of it. */
static bool is_dirty(const story *t, unsigned long long inode)
{
    bool dirty = false;
    for (int k = 0; k < t->count; k++) {
        const step *s = &t->step[k];
        if (s->inode != inode)
            continue;
        if (s->kind == PL_SYS_FSYNC)
            dirty = false;
        else if (s->kind == PL_SYS_WRITE || s->kind == PL_SYS_RESERVE ||
                 s->kind == PL_SYS_TRUNCATE || s->kind == PL_SYS_CLONE)
            dirty = true;
    }
    return dirty;
}

static void damage_file(story *t, const char *path, off_t size)
{
    off_t from = (off_t)((double)size * kn_rng_uniform64(&t->rng));
    switch (kn_rng_below(&t->rng, 4)) {
    case 0:
        return;
    case 1:
        from = 0;
        break;
    default:
        break;
    }
    bool zeros = kn_rng_below(&t->rng, 2) == 0;
    if (truncate(path, from) == 0 && (!zeros || truncate(path, size) == 0))
        t->loss.damaged++;
}

static void damage_tree(story *t, const char *dir)
{
    char **names = NULL;
    size_t count = 0;
    if (pl_list_dir(dir, &names, &count, NULL) != KN_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        char *path = pl_path_join(dir, names[i]);
        struct stat st;
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            damage_tree(t, path);
        else if (S_ISREG(st.st_mode) && st.st_size > 0 && is_dirty(t, st.st_ino))
            damage_file(t, path, st.st_size);
        free(path);
    }
    pl_free_names(names);
}

power_loss power_cut(const char *dir, const char *trace, const char *keep, uint64_t seed)
{
    story t = {.dir = dir, .keep = keep};
    kn_rng_init(&t.rng, seed, 7);
    read_story(&t, trace);
    settle_names(&t);
    choose(&t);
    for (int k = t.count - 1; k >= 0; k--)
        if (t.step[k].undone)
            undo(&t, k);
    damage_tree(&t, dir);
    free(t.step);
    free(t.text);
    return t.loss;
}
