#include "run/run_standing.h"

#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "run/run_key.h"
#include "util/fs.h"
#include "util/str.h"

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static pl_run_status status_of(const json_t *manifest)
{
    const char *text = text_of(manifest, "status");
    for (int s = PL_RUN_DONE; text && s <= PL_RUN_INTERRUPTED; s++)
        if (strcmp(text, pl_run_status_text((pl_run_status)s)) == 0)
            return (pl_run_status)s;
    return PL_RUN_PENDING;
}

/* By these stage versions and this arithmetic: other ones may end otherwise. */
static bool is_current(const json_t *manifest, const pl_stage *const *stages)
{
    const json_t *versions = json_object_get(manifest, "stage_versions");
    const char *numeric = text_of(manifest, "numeric");
    bool same = numeric && strcmp(numeric, pl_numeric_identity()) == 0;
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        same = same &&
               json_integer_value(json_object_get(versions, stages[s]->name)) == stages[s]->version;
    return same;
}

void pl_standing_read(const char *study_dir, const char *id, const pl_stage *const *stages,
                      pl_standing *out)
{
    char *path = pl_format("%s/runs/%s/manifest.json", study_dir, id);
    json_t *manifest = NULL;
    if (pl_exists(path) && pl_json_read(path, &manifest, NULL) != KN_OK)
        manifest = NULL;
    free(path);
    *out = (pl_standing){.status = status_of(manifest),
                         .error = text_of(manifest, "error"),
                         .cause = text_of(manifest, "cause"),
                         .reason = text_of(manifest, "reason"),
                         .manifest = manifest};
    out->failed = out->status == PL_RUN_FAILED && out->cause && strcmp(out->cause, "run") == 0 &&
                  (!stages || is_current(manifest, stages));
    out->halted =
        out->status == PL_RUN_STOPPED && out->reason && pl_starts_with(out->reason, "halving");
}

void pl_standing_clear(pl_standing *s)
{
    json_decref(s->manifest);
    *s = (pl_standing){.status = PL_RUN_PENDING};
}
