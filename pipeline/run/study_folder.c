#define _GNU_SOURCE
#include "run/study_folder.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "util/fs.h"

static char *note_path(const char *study_dir)
{
    return pl_path_join(study_dir, ".spec.json");
}

static char *whole_path(const char *path)
{
    char *whole = realpath(path, NULL);
    return whole ? whole : pl_strdup(path);
}

kn_status pl_study_folder_note(const char *study_dir, const pl_study *study, kn_error *e)
{
    char *spec = whole_path(study->path), *folder = whole_path(study->dir);
    char *path = note_path(study_dir);
    json_t *note = json_pack("{s:s,s:s}", "spec", spec, "folder", folder);
    char *text = pl_json_text(note);
    kn_status rc = pl_write_file_if_changed(path, text, strlen(text), e);
    free(text);
    json_decref(note);
    free(path);
    free(folder);
    free(spec);
    return rc;
}

/* A member of the note, heap, or NULL. */
static char *noted(const char *study_dir, const char *member)
{
    char *path = note_path(study_dir), *copy = NULL;
    json_t *note = NULL;
    if (pl_exists(path) && pl_json_read(path, &note, NULL) == KN_OK) {
        const char *text = json_string_value(json_object_get(note, member));
        copy = text ? pl_strdup(text) : NULL;
        json_decref(note);
    }
    free(path);
    return copy;
}

char *pl_study_folder_spec(const char *study_dir)
{
    return noted(study_dir, "spec");
}

/* The path under `folder` where it is under the study's folder; the old one where memory is out or the
 * path is absolute. */
static const char *moved(pl_study *s, const char *path, const char *folder)
{
    size_t size = strlen(s->dir);
    if (!path || strncmp(path, s->dir, size) != 0 || path[size] != '/')
        return path;
    char *text = pl_path_join(folder, path + size + 1);
    const char *copy = kn_arena_strdup(&s->arena, text);
    free(text);
    return copy ? copy : path;
}

/* The runs are const to all but their maker, and live in the study's own arena. */
static void move_paths(pl_study *s, const char *folder)
{
    pl_run *runs = (pl_run *)(uintptr_t)s->runs;
    for (int r = 0; r < s->run_count; r++) {
        pl_data_spec *d = &runs[r].spec.data;
        const char **const path[] = {&d->images, &d->labels, &d->partition, &d->identity};
        for (int i = 0; i < 4; i++)
            *path[i] = moved(s, *path[i], folder);
    }
    for (int f = 0; f < s->file_count; f++)
        s->files[f].path = moved(s, s->files[f].path, folder);
}

kn_status pl_study_folder_load(const char *study_dir, pl_study *out, kn_error *e)
{
    char *path = pl_path_join(study_dir, "study.yaml"), *folder = noted(study_dir, "folder");
    kn_status rc = pl_study_load(path, NULL, 0, out, e);
    if (rc == KN_OK && folder)
        move_paths(out, folder);
    free(folder);
    free(path);
    return rc;
}

void pl_study_folder_sweep(const char *study_dir)
{
    static const char *const within[] = {"plots", "pictures", "data"};
    pl_remove_leftovers(study_dir);
    for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
        char *dir = pl_path_join(study_dir, within[i]);
        pl_remove_leftovers(dir);
        free(dir);
    }
}
