#include "run/live.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io/json.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/str.h"

static char *path;

static void write_live(void *context, const pl_progress_state *state)
{
    (void)context;
    json_t *live =
        json_pack("{s:s,s:s,s:s,s:f,s:f,s:f,s:f,s:i}", "title", state->title, "note", state->note,
                  "unit", state->unit, "done", state->done, "total", state->total, "from",
                  state->from, "seconds", state->seconds, "process", (int)getpid());
    char *text = pl_json_text(live);
    char *fresh = pl_format("%s.new", path); /* whole or not at all; not worth an fsync */
    FILE *f = fopen(fresh, "we");
    if (f) {
        fputs(text, f);
        if (fclose(f) == 0)
            rename(fresh, path);
    }
    free(fresh);
    free(text);
    json_decref(live);
}

void pl_live_begin(const char *study_dir, const char *id)
{
    pl_live_end();
    char *dir = pl_format("%s/runs/%s", study_dir, id);
    if (pl_make_dirs(dir, NULL) == KN_OK) {
        path = pl_path_join(dir, "live.json");
        write_live(NULL, &(pl_progress_state){.title = "starting", .note = "", .unit = ""});
        pl_progress_observe(write_live, NULL);
    }
    free(dir);
}

void pl_live_end(void)
{
    if (!path)
        return;
    pl_progress_observe(NULL, NULL);
    unlink(path);
    free(path);
    path = NULL;
}

void pl_live_remove(const char *study_dir, const char *id)
{
    char *file = pl_format("%s/runs/%s/live.json", study_dir, id);
    unlink(file);
    free(file);
}

json_t *pl_live_read(const char *study_dir, const char *id)
{
    char *file = pl_format("%s/runs/%s/live.json", study_dir, id);
    json_t *live = NULL;
    struct stat st;
    if (stat(file, &st) == 0 && pl_json_read(file, &live, NULL) == KN_OK)
        json_object_set_new(live, "age", json_integer((json_int_t)(time(NULL) - st.st_mtime)));
    free(file);
    return live;
}
