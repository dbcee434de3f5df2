/* Folders and free space, declared in fs.h. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/interrupt.h"
#include "util/room.h"
#include "util/str.h"
#include "util/sys.h"

/* Whatever is known of the folder's entry in its parent is on the disk from now on. Best effort: a
 * parent that may not be opened is somebody else's. */
static void sync_entry(const char *path)
{
    char *parent = pl_path_dir(path);
    pl_fsync_path(parent, NULL);
    free(parent);
}

static kn_status make_one(const char *path, bool *made, kn_error *e)
{
    pl_room room = {0};
    *made = false;
    while (!pl_is_dir(path) && !(*made = pl_sys_mkdir(path) == 0)) {
        if (errno == EEXIST && !pl_is_dir(path))
            return kn_fail(e, KN_EIO, "cannot make folder '%s': a file of that name is there",
                           path);
        if (errno != EEXIST)
            KN_TRY(pl_room_again(&room, path, e, "cannot make folder '%s'", path));
    }
    pl_room_found(&room);
    return KN_OK;
}

/* Whether a folder has at most so many entries. One that cannot be read counts as full. */
static bool has_at_most(const char *path, int most)
{
    DIR *dir = opendir(path);
    int count = dir ? -2 : most + 1; /* . and .. */
    while (dir && count <= most && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count <= most;
}

/* A folder's entry is synced into its parent before anything is made in it, so one that holds
 * something is there to stay. Of one found empty that cannot be said, for its maker may have been
 * killed in between: it is synced once more. */
kn_status pl_make_dirs(const char *path, kn_error *e)
{
    char *copy = pl_strdup(path), *last = NULL;
    bool made = false, last_made = true;
    kn_status rc = *path ? KN_OK : make_one(path, &made, e);
    for (char *p = copy + 1; rc == KN_OK && p[-1]; p++) {
        char here = *p;
        if ((here && here != '/') || p[-1] == '/')
            continue;
        *p = '\0';
        rc = make_one(copy, &made, e);
        if (made && !last_made && has_at_most(last, 1))
            sync_entry(last);
        if (made || (!here && has_at_most(copy, 0)))
            sync_entry(copy);
        free(last);
        last = pl_strdup(copy);
        last_made = made;
        if (!here)
            break;
        *p = here;
    }
    free(last);
    free(copy);
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    int failed = kind == FTW_DP || kind == FTW_DNR ? pl_sys_rmdir(path) : pl_sys_unlink(path);
    return failed && errno != ENOENT ? -1 : 0;
}

kn_status pl_remove_tree(const char *path, kn_error *e)
{
    struct stat st;
    if (lstat(path, &st) != 0 && errno == ENOENT)
        return KN_OK;
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return kn_fail_errno(e, KN_EIO, "cannot remove '%s'", path);
    return KN_OK;
}

enum { PER_HOST = 1000 }; /* temporary names of one process for one file */

/* 1..2^31-1, the same for all processes of the machine. */
static unsigned long host_number(void)
{
    char host[128] = "";
    unsigned long sum = 2166136261u; /* FNV-1a */
    gethostname(host, sizeof host - 1);
    for (const char *p = host; *p; p++)
        sum = ((sum ^ (unsigned char)*p) * 16777619u) & 0xffffffffu;
    return (sum & 0x7fffffffu) | 1u;
}

char *pl_temporary_name(const char *to, unsigned n)
{
    return pl_format("%s.tmp%ld.%lu", to, (long)getpid(), host_number() * PER_HOST + n);
}

/* The process in a name that ends in .tmpPID.N; 0 for any other name. *here: it is or was of this machine. */
static pid_t maker_of(const char *name, bool *here)
{
    const char *at = NULL;
    for (const char *p = name; (p = strstr(p, ".tmp")) != NULL; p++)
        at = p;
    if (!at || !isdigit((unsigned char)at[4]))
        return 0;
    char *end;
    errno = 0;
    long pid = strtol(at + 4, &end, 10);
    if (errno != 0 || pid <= 0 || pid > INT_MAX || *end != '.' || !end[1] ||
        end[1 + strspn(end + 1, "0123456789")])
        return 0;
    unsigned long host = strtoul(end + 1, NULL, 10) / PER_HOST;
    *here = host == 0 || host == host_number();
    return (pid_t)pid;
}

/* A killed process that nobody has waited for yet (its parent died first, and the machine's first
 * process is slow) still has its number, but does nothing any more. */
static bool is_alive(pid_t pid)
{
    char path[40], text[512] = "";
    if (kill(pid, 0) != 0 && errno == ESRCH)
        return false;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *f = fopen(path, "re");
    size_t size = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[size] = '\0';
    const char *name_end = strrchr(text, ')'); /* "PID (name) state ..." */
    return !(name_end && name_end[1] == ' ' && (name_end[2] == 'Z' || name_end[2] == 'X'));
}

/* Of another machine a process cannot be asked for; none writes at a file for a day. */
static bool is_old(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && difftime(time(NULL), st.st_mtime) > 24 * 3600;
}

void pl_remove_leftovers(const char *dir)
{
    char **names;
    size_t count;
    if (!pl_is_dir(dir) || pl_list_dir(dir, &names, &count, NULL) != KN_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        bool here = true;
        pid_t pid = maker_of(names[i], &here);
        if (pid == 0 || (here && is_alive(pid)))
            continue;
        char *path = pl_path_join(dir, names[i]);
        if (here || is_old(path))
            pl_remove_tree(path, NULL);
        free(path);
    }
    pl_free_names(names);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

kn_status pl_list_dir(const char *path, char ***names, size_t *count, kn_error *e)
{
    *names = NULL;
    *count = 0;
    DIR *dir = opendir(path);
    if (!dir)
        return kn_fail_errno(e, KN_EIO, "cannot open folder '%s'", path);
    size_t used = 0, room = 64;
    char **list = malloc(room * sizeof *list);
    if (!list)
        abort();
    struct dirent *entry = NULL;
    while (errno = 0, (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (used + 1 == room) {
            room *= 2;
            list = realloc(list, room * sizeof *list);
            if (!list)
                abort();
        }
        list[used++] = pl_strdup(entry->d_name);
    }
    list[used] = NULL;
    kn_status rc = KN_OK;
    if (errno != 0)
        rc = kn_fail_errno(e, KN_EIO, "cannot read folder '%s'", path);
    closedir(dir);
    if (rc != KN_OK) {
        pl_free_names(list);
        return rc;
    }
    qsort(list, used, sizeof *list, by_bytes);
    *names = list;
    *count = used;
    return KN_OK;
}

void pl_free_names(char **names)
{
    for (char **n = names; n && *n; n++)
        free(*n);
    free(names);
}

uint64_t pl_disk_free(const char *path)
{
    char *at = pl_strdup(path);
    struct statvfs v;
    int failed = statvfs(at, &v);
    while (failed && strcmp(at, ".") != 0 && strcmp(at, "/") != 0) {
        char *parent = pl_path_dir(at);
        free(at);
        at = parent;
        failed = statvfs(at, &v);
    }
    free(at);
    return failed ? 0 : (uint64_t)v.f_bavail * (uint64_t)v.f_frsize;
}
