/* Folders, free space and lock files, declared in fs.h. */
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
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/str.h"

static kn_status make_one(const char *path, kn_error *e)
{
    if (mkdir(path, 0777) == 0)
        return KN_OK;
    int saved = errno;
    if (pl_is_dir(path))
        return KN_OK;
    if (saved == EEXIST)
        return kn_fail(e, KN_EIO, "cannot make folder '%s': a file of that name is there", path);
    errno = saved;
    return kn_fail_errno(e, KN_EIO, "cannot make folder '%s'", path);
}

kn_status pl_make_dirs(const char *path, kn_error *e)
{
    char *copy = pl_strdup(path);
    kn_status rc = KN_OK;
    for (char *p = copy + 1; rc == KN_OK && copy[0] && *p; p++)
        if (*p == '/' && p[-1] != '/') {
            *p = '\0';
            rc = make_one(copy, e);
            *p = '/';
        }
    if (rc == KN_OK)
        rc = make_one(path, e);
    free(copy);
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    int failed = kind == FTW_DP || kind == FTW_DNR ? rmdir(path) : unlink(path);
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

/* The process in a name that ends in .tmpPID.N; 0 for any other name. */
static pid_t maker_of(const char *name)
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
    return (pid_t)pid;
}

void pl_remove_leftovers(const char *dir)
{
    char **names;
    size_t count;
    if (!pl_is_dir(dir) || pl_list_dir(dir, &names, &count, NULL) != KN_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        pid_t pid = maker_of(names[i]);
        if (pid == 0 || kill(pid, 0) == 0 || errno != ESRCH)
            continue;
        char *path = pl_path_join(dir, names[i]);
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

kn_status pl_lock_open(const char *path, bool try_only, int *fd, kn_error *e)
{
    *fd = -1;
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open lock file '%s'", path);
    int failed = 0;
    do
        failed = flock(lock, LOCK_EX | (try_only ? LOCK_NB : 0));
    while (failed && errno == EINTR);
    if (!failed) {
        *fd = lock;
        return KN_OK;
    }
    kn_status rc = KN_OK;
    if (errno != EWOULDBLOCK)
        rc = kn_fail_errno(e, KN_EIO, "cannot lock '%s'", path);
    close(lock);
    return rc;
}

void pl_lock_close(int fd)
{
    if (fd >= 0)
        close(fd);
}
