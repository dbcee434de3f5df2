/* A study as YAML with every default, declared in spec.h: itself a spec that gives the same runs.
 */
#include <stdlib.h>
#include <string.h>

#include "spec/schema.h"
#include "spec/yaml_scalar.h"
#include "spec/value.h"
#include "spec/value_identity.h"
#include "util/duration.h"

/* Paths as they would stand in the spec's folder. */
static const char *relative(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

/* Whether the run has a value of the key to show; a path that is not given is none. */
static bool has_value(const pl_run *run, const pl_key *key)
{
    const char *path = "";
    if (pl_key_of_study(key) || pl_key_lacks(key, &run->spec))
        return false;
    if (key->type == PL_TYPE_PATH)
        memcpy(&path, (const char *)&run->spec + key->offset, sizeof path);
    return path != NULL;
}

/* A key that has the same value wherever it has an effect stands above the sweep: the first run
 * that has it. A path must be given in all runs. */
static const pl_run *common_run(const pl_study *s, const pl_key *key)
{
    const pl_run *first = NULL;
    for (int i = 0; i < s->run_count; i++) {
        const pl_run *run = &s->runs[i];
        if (!has_value(run, key)) {
            if (key->type == PL_TYPE_PATH)
                return NULL;
        } else if (!first) {
            first = run;
        } else if (!pl_value_equal(key, &first->spec, &run->spec)) {
            return NULL;
        }
    }
    return first;
}

static void add_value(const pl_study *s, const pl_run *run, const pl_key *key, pl_str *out)
{
    const char *path;
    if (key->type == PL_TYPE_PATH) {
        memcpy(&path, (const char *)&run->spec + key->offset, sizeof path);
        pl_scalar_add_text(out, relative(path, s->dir));
    } else {
        pl_value_text(key, &run->spec, out);
    }
}

/* Opens the sections of a dotted name that the name before it was not in; returns the last word. */
static const char *open_sections(const char *name, const char *before, pl_str *out)
{
    int depth = 0;
    const char *word = name;
    for (const char *dot; (dot = strchr(word, '.')); word = dot + 1, depth++) {
        size_t n = (size_t)(dot - name) + 1;
        if (strncmp(name, before, n) != 0)
            pl_str_addf(out, "%*s%.*s:\n", 2 * depth, "", (int)(dot - word), word);
    }
    pl_str_addf(out, "%*s", 2 * depth, "");
    return word;
}

/* The study's own keys, every default filled in. */
static void add_limits(const pl_study *s, pl_str *out)
{
    const pl_halving *h = &s->halving;
    if (s->budget > 0) {
        pl_str_add(out, "  budget: ");
        pl_duration_add(out, s->budget);
        pl_str_add(out, "\n");
    }
    if (h->on)
        pl_str_addf(out, "  halving:\n    metric: %s\n    factor: %d\n    min_epochs: %d\n",
                    pl_keys[pl_key_find("sweep.halving.metric")].choices[h->metric], h->factor,
                    h->min_epochs);
}

/* Each run as the keys in which runs differ. */
static void add_runs(const pl_study *s, const bool *common, pl_str *out)
{
    pl_str_add(out, "  list:\n");
    for (int r = 0; r < s->run_count; r++) {
        bool first = true;
        for (int k = 0; k < pl_key_count; k++) {
            if (common[k] || !has_value(&s->runs[r], &pl_keys[k]))
                continue;
            pl_str_addf(out, "%s%s: ", first ? "    - {" : ", ", pl_keys[k].name);
            add_value(s, &s->runs[r], &pl_keys[k], out);
            first = false;
        }
        pl_str_add(out, "}\n");
    }
}

void pl_study_yaml(const pl_study *s, pl_str *out)
{
    const char *before = "";
    bool *common = calloc((size_t)pl_key_count, sizeof *common);
    if (!common)
        abort();
    pl_str_addf(out, "# %d run%s in %d group%s, every default filled in\n", s->run_count,
                s->run_count == 1 ? "" : "s", s->group_count, s->group_count == 1 ? "" : "s");
    pl_str_add(out, "name: ");
    pl_scalar_add_text(out, s->name);
    pl_str_add(out, "\n");
    for (int k = 0; k < pl_key_count; k++) {
        const pl_run *run = common_run(s, &pl_keys[k]);
        common[k] = run != NULL;
        if (!run)
            continue;
        const char *word = open_sections(pl_keys[k].name, before, out);
        pl_str_addf(out, "%s: ", word);
        add_value(s, run, &pl_keys[k], out);
        pl_str_add(out, "\n");
        before = pl_keys[k].name;
    }
    if (s->run_count > 1 || s->budget > 0)
        pl_str_add(out, "sweep:\n");
    add_limits(s, out);
    if (s->run_count > 1)
        add_runs(s, common, out);
    pl_report_spec_yaml(&s->report, out);
    free(common);
}
