#include "run/live.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io/json.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/room.h"
#include "util/str.h"
#include "util/sys.h"

/* What this process is writing; `last` is the content, so that a pause can be added to it. */
static struct {
    pthread_mutex_t mutex;
    char *path, *log; /* log: NULL: none */
    json_t *last;
    pid_t owner;
    double from;  /* not written before, by the clock */
    bool written; /* there is a file */
} now = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void host_name(char out[128])
{
    memset(out, 0, 128);
    gethostname(out, 127);
}

/* Over the file that is there: a full disk has no room for another. A reader may see it torn, and
 * looks again. */
static void write_in_place(const char *text)
{
    int fd = pl_sys_open(now.path, O_WRONLY);
    if (fd < 0)
        return;
    ssize_t wrote = pl_sys_write(fd, now.path, text, strlen(text));
    if (wrote < 0 || pl_sys_truncate(fd, now.path, (off_t)wrote) != 0)
        pl_verbose("cannot write '%s'", now.path);
    pl_sys_close(fd, now.path);
}

/* Whole or not at all; not worth an fsync. */
static void write_file(void)
{
    now.written = true;
    char *text = pl_json_text(now.last);
    char *fresh = pl_format("%s.new", now.path);
    size_t size = strlen(text);
    int fd = pl_sys_open(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0 && errno == ENOENT) { /* another process found the folder empty and removed it */
        char *dir =
            pl_path_dir(now.path); /* not pl_make_dirs: that may wait, and nobody need wait here */
        if (pl_sys_mkdir(dir) == 0 || errno == EEXIST)
            fd = pl_sys_open(fresh, O_WRONLY | O_CREAT | O_TRUNC);
        free(dir);
    }
    bool whole = fd >= 0 && pl_sys_write(fd, fresh, text, size) == (ssize_t)size;
    if (fd >= 0)
        whole = pl_sys_close(fd, fresh) == 0 && whole;
    if (!whole || pl_sys_rename(fresh, now.path) != 0) {
        if (fd >= 0)
            pl_sys_unlink(fresh);
        write_in_place(text);
    }
    free(fresh);
    free(text);
}

static void write_live(void *context, const pl_progress_state *state)
{
    char host[128];
    (void)context;
    host_name(host);
    json_t *fresh = json_pack("{s:s,s:s,s:s,s:f,s:f,s:f,s:f,s:i,s:f,s:s,s:n,s:n}", "title",
                              state->title, "note", state->note, "unit", state->unit, "done",
                              state->done, "total", state->total, "from", state->from, "seconds",
                              state->seconds, "process", (int)getpid(), "started",
                              pl_process_started((long)getpid()), "host", host, "paused", "log");
    pthread_mutex_lock(&now.mutex);
    if (now.path && fresh) {
        json_decref(now.last);
        now.last = fresh;
        if (now.log)
            json_object_set_new(fresh, "log", json_string(now.log));
        if (pl_now() >= now.from)
            write_file();
    } else {
        json_decref(fresh);
    }
    pthread_mutex_unlock(&now.mutex);
}

/* Forgets without touching the file: it is the parent's after a fork. */
static void forget(void)
{
    free(now.path);
    free(now.log);
    json_decref(now.last);
    now.path = now.log = NULL;
    now.last = NULL;
}

/* util/room.h tells this thread that it waits, and when that is over. */
static void on_room(void *context, const pl_room_state *state)
{
    char left[32];
    (void)context;
    char *why = pl_format("no space for '%s', %s free on its disk", state->path,
                          pl_human_bytes((double)state->free, left, sizeof left));
    pl_live_pause(state->over ? NULL : why);
    free(why);
}

void pl_live_begin(const char *study_dir, const char *name, double after)
{
    pl_live_end();
    pthread_mutex_lock(&now.mutex);
    now.path = pl_format("%s/.live/%s.json", study_dir, name);
    now.owner = getpid();
    now.from = pl_now() + after;
    now.written = false;
    pthread_mutex_unlock(&now.mutex);
    write_live(NULL, &(pl_progress_state){.title = "starting", .note = "", .unit = ""});
    pl_progress_observe(write_live, NULL);
    pl_room_observe(on_room, NULL);
}

void pl_live_end(void)
{
    pthread_mutex_lock(&now.mutex);
    if (now.path) {
        pl_progress_observe(NULL, NULL);
        pl_room_observe(NULL, NULL);
        if (now.owner == getpid() && now.written) {
            char *dir = pl_path_dir(now.path);
            pl_sys_unlink(now.path);
            pl_sys_rmdir(dir); /* the last one out */
            free(dir);
        }
        forget();
    }
    pthread_mutex_unlock(&now.mutex);
}

void pl_live_log(const char *path)
{
    char here[4096];
    pthread_mutex_lock(&now.mutex);
    if (now.path && now.owner == getpid()) {
        free(now.log);
        now.log = getcwd(here, sizeof here) ? pl_path_join(here, path) : pl_strdup(path);
    }
    pthread_mutex_unlock(&now.mutex);
}

void pl_live_pause(const char *why)
{
    pthread_mutex_lock(&now.mutex);
    if (now.path && now.last && now.owner == getpid()) {
        json_object_set_new(now.last, "paused", why ? json_string(why) : json_null());
        write_file();
    }
    pthread_mutex_unlock(&now.mutex);
}

/* The content with "name" and "age"; NULL where it does not count (any more). */
static json_t *read_live(const char *path)
{
    struct stat st;
    json_t *live = NULL;
    char host[128];
    if (stat(path, &st) != 0)
        return NULL;
    for (int i = 0; i < 2 && !live; i++)
        if (pl_json_read(path, &live, NULL) != KN_OK)
            live = NULL;
    double age = difftime(time(NULL), st.st_mtime);
    const char *where = json_string_value(json_object_get(live, "host"));
    long process = (long)json_integer_value(json_object_get(live, "process"));
    double started = json_number_value(json_object_get(live, "started"));
    host_name(host);
    bool here = where && strcmp(where, host) == 0;
    bool counts = here ? process > 0 && pl_process_started(process) == started
                       : where && age <= PL_LIVE_SECONDS;
    if (!counts) {
        json_decref(live);
        return NULL;
    }
    char *name = pl_path_stem(path);
    json_object_set_new(live, "name", json_string(name));
    json_object_set_new(live, "age", json_integer(age > 0 ? (json_int_t)age : 0));
    free(name);
    return live;
}

/* Calls back with each file of the folder and its content (NULL: it does not count). */
static void for_each(const char *study_dir,
                     void (*found)(void *context, const char *path, json_t *live), void *context)
{
    char *dir = pl_path_join(study_dir, ".live");
    char **names = NULL;
    size_t count = 0;
    if (pl_is_dir(dir) && pl_list_dir(dir, &names, &count, NULL) == KN_OK) {
        for (size_t i = 0; i < count; i++) {
            char *path = pl_path_join(dir, names[i]);
            json_t *live = pl_ends_with(path, ".json") ? read_live(path) : NULL;
            found(context, path, live);
            json_decref(live);
            free(path);
        }
        pl_free_names(names);
    }
    free(dir);
}

static void add_live(void *context, const char *path, json_t *live)
{
    (void)path;
    if (live)
        json_array_append((json_t *)context, live);
}

json_t *pl_live_list(const char *study_dir)
{
    json_t *list = json_array();
    for_each(study_dir, add_live, list);
    return list;
}

/* NAME.json.new is younger than a moment while it is being written. */
static void remove_stale(void *context, const char *path, json_t *live)
{
    struct stat st;
    (void)context;
    bool writing = !pl_ends_with(path, ".json") && stat(path, &st) == 0 &&
                   difftime(time(NULL), st.st_mtime) < PL_LIVE_SECONDS;
    if (!live && !writing)
        pl_sys_unlink(path);
}

void pl_live_clear(const char *study_dir)
{
    for_each(study_dir, remove_stale, NULL);
    char *dir = pl_path_join(study_dir, ".live");
    pl_sys_rmdir(dir);
    free(dir);
}
