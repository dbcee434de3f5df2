/* Why a node is missing, in a sentence: the parts of its key beside those of the nearest earlier
 * entry of the study. */
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "run/plan.h"
#include "util/fs.h"

/* entry.json of every entry in the store. */
static kn_status read_history(pl_plan *p, kn_error *e)
{
    if (p->history)
        return KN_OK;
    pl_entry_row *rows = NULL;
    size_t count = 0;
    KN_TRY(pl_store_list(p->store, &rows, &count, e));
    p->history = json_array();
    for (size_t i = 0; i < count; i++) {
        char *path = pl_path_join(rows[i].dir, "entry.json");
        json_t *info = NULL;
        if (pl_json_read(path, &info, NULL) == KN_OK)
            json_array_append_new(p->history, info);
        free(path);
    }
    pl_store_list_free(rows, count);
    return KN_OK;
}

/* Keys of either object whose values differ; the first such key (in the order of b, then of a) to
 * *first. */
static int differences(json_t *a, json_t *b, const char **first)
{
    const char *key = NULL;
    json_t *value = NULL;
    int count = 0;
    *first = NULL;
    json_object_foreach(b, key, value)
    {
        if (!json_equal(value, json_object_get(a, key)) && count++ == 0)
            *first = key;
    }
    json_object_foreach(a, key, value)
    {
        if (!json_object_get(b, key) && count++ == 0)
            *first = key;
    }
    return count;
}

static int distance(json_t *old, json_t *new)
{
    static const char *const parts[] = {"parameters", "sources", "inputs"};
    const char *first = NULL;
    int count = 0;
    for (int i = 0; i < 3; i++)
        count +=
            differences(json_object_get(old, parts[i]), json_object_get(new, parts[i]), &first);
    count += !json_equal(json_object_get(old, "version"), json_object_get(new, "version"));
    const json_t *numeric = json_object_get(new, "numeric");
    return count + (numeric && !json_equal(json_object_get(old, "numeric"), numeric));
}

/* An entry that the study still uses is no predecessor but a sibling. */
static bool in_use(const pl_plan *p, const char *key)
{
    for (int i = 0; i < p->node_count; i++)
        if (p->node[i].state == PL_NODE_HIT && strcmp(p->node[i].key.hex, key) == 0)
            return true;
    return false;
}

static json_t *nearest(const pl_plan *p, const pl_plan_node *n)
{
    json_t *best = NULL, *info = NULL;
    const char *best_made = "";
    int best_distance = 0;
    size_t i = 0;
    json_array_foreach(p->history, i, info)
    {
        const char *stage = json_string_value(json_object_get(info, "stage"));
        const char *study = json_string_value(json_object_get(info, "study"));
        const char *made = json_string_value(json_object_get(info, "made"));
        const char *key = json_string_value(json_object_get(info, "key"));
        if (!stage || !study || !key || strcmp(stage, p->stages[n->stage]->name) != 0 ||
            strcmp(study, p->study->name) != 0 || in_use(p, key))
            continue;
        int d = distance(info, n->parts);
        made = made ? made : "";
        if (!best || d < best_distance || (d == best_distance && strcmp(made, best_made) > 0)) {
            best = info;
            best_made = made;
            best_distance = d;
        }
    }
    return best;
}

static void add_more(pl_str *s, int count)
{
    if (count > 1)
        pl_str_addf(s, " (and %d more)", count - 1);
}

static void say_parameters(json_t *old, json_t *new, const char *key, pl_str *s)
{
    const char *from = json_string_value(json_object_get(old, key));
    const char *to = json_string_value(json_object_get(new, key));
    if (from && to)
        pl_str_addf(s, "%s changed from %s to %s", key, from, to);
    else if (to)
        pl_str_addf(s, "%s is new (%s)", key, to);
    else
        pl_str_addf(s, "%s is gone (it was %s)", key, from ? from : "");
}

static char *say_difference(json_t *old, json_t *new)
{
    const char *key = NULL;
    pl_str s;
    pl_str_init(&s);
    json_t *a = json_object_get(old, "parameters"), *b = json_object_get(new, "parameters");
    int count = differences(a, b, &key);
    if (count > 0) {
        say_parameters(a, b, key, &s);
    } else if ((count = differences(json_object_get(old, "sources"),
                                    json_object_get(new, "sources"), &key)) > 0) {
        pl_str_addf(&s, "the content of %s changed", key);
    } else if ((count = differences(json_object_get(old, "inputs"), json_object_get(new, "inputs"),
                                    &key)) > 0) {
        const char *slash = strchr(key, '/');
        pl_str_addf(&s, "%.*s's output changed", slash ? (int)(slash - key) : (int)strlen(key),
                    key);
    } else if (!json_equal(json_object_get(old, "version"), json_object_get(new, "version"))) {
        pl_str_addf(&s, "the stage's version changed from %lld to %lld",
                    (long long)json_integer_value(json_object_get(old, "version")),
                    (long long)json_integer_value(json_object_get(new, "version")));
    } else {
        const char *from = json_string_value(json_object_get(old, "numeric"));
        const char *to = json_string_value(json_object_get(new, "numeric"));
        pl_str_addf(&s, "the arithmetic changed from %s to %s", from ? from : "none",
                    to ? to : "none");
    }
    add_more(&s, count);
    return pl_str_take(&s);
}

static char *unknown_reason(const pl_plan *p, const pl_plan_node *n)
{
    for (int s = PL_STAGE_COUNT - 1; s >= 0; s--)
        if (n->dep[s] >= 0 && p->node[n->dep[s]].state != PL_NODE_HIT)
            return pl_format("after %s", p->stages[s]->name);
    return pl_strdup("");
}

static char *miss_reason(const pl_plan *p, const pl_plan_node *n)
{
    char *work = pl_format("%s/work/%s", pl_store_dir(p->store), n->key.hex);
    bool begun = pl_exists(work);
    free(work);
    if (pl_store_was_damaged(p->store, p->stages[n->stage]->name, &n->key))
        return pl_strdup("its entry was damaged");
    if (begun)
        return pl_strdup("begun, not finished");
    json_t *old = nearest(p, n);
    return old ? say_difference(old, n->parts) : pl_strdup("never run");
}

kn_status pl_plan_explain(pl_plan *p, pl_stage_id until, kn_error *e)
{
    for (int i = 0; i < p->node_count; i++) {
        pl_plan_node *n = &p->node[i];
        if (n->reason || n->stage > until)
            continue;
        if (n->state == PL_NODE_MISS)
            KN_TRY(read_history(p, e));
        n->reason = n->state == PL_NODE_MISS      ? miss_reason(p, n)
                    : n->state == PL_NODE_UNKNOWN ? unknown_reason(p, n)
                    : n->state == PL_NODE_SPARED  ? pl_strdup("its runs are done")
                                                  : pl_strdup("");
    }
    return KN_OK;
}
