/* A study as YAML with every default, declared in spec.h: itself a spec that gives the same runs.
 */
#include <stdlib.h>
#include <string.h>

#include "spec/schema.h"
#include "spec/yaml_scalar.h"
#include "spec/value.h"

/* Paths as they would stand in the spec's folder. */
static const char *relative(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

/* The value as text; false where the key has no effect or no value. */
static bool shown(const pl_study *s, const pl_run *run, const pl_key *key, pl_str *out)
{
    pl_str_reset(out);
    if (key->type == PL_TYPE_STUDY || pl_key_lacks(key, &run->spec))
        return false;
    if (key->type == PL_TYPE_PATH) {
        const char *path;
        memcpy(&path, (const char *)&run->spec + key->offset, sizeof path);
        if (path)
            pl_scalar_add_text(out, relative(path, s->dir));
    } else {
        pl_value_text(key, &run->spec, out);
    }
    return out->size > 0;
}

/* A key that has the same value wherever it has an effect stands above the sweep. */
static bool is_common(const pl_study *s, const pl_key *key, pl_str *text)
{
    pl_str other;
    bool same = true;
    pl_str_init(&other);
    pl_str_reset(text);
    for (int i = 0; i < s->run_count && same; i++) {
        if (!shown(s, &s->runs[i], key, &other))
            same = key->type != PL_TYPE_PATH;
        else if (text->size == 0)
            pl_str_add(text, other.text);
        else
            same = strcmp(other.text, text->text) == 0;
    }
    pl_str_clear(&other);
    return same && text->size > 0;
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

void pl_study_yaml(const pl_study *s, pl_str *out)
{
    pl_str text;
    const char *before = "";
    bool *common = calloc((size_t)pl_key_count, sizeof *common);
    if (!common)
        abort();
    pl_str_init(&text);
    pl_str_addf(out, "# %d run%s in %d group%s, every default filled in\n", s->run_count,
                s->run_count == 1 ? "" : "s", s->group_count, s->group_count == 1 ? "" : "s");
    pl_str_add(out, "name: ");
    pl_scalar_add_text(out, s->name);
    pl_str_add(out, "\n");
    for (int k = 0; k < pl_key_count; k++) {
        common[k] = is_common(s, &pl_keys[k], &text);
        if (!common[k])
            continue;
        const char *word = open_sections(pl_keys[k].name, before, out);
        pl_str_addf(out, "%s: %s\n", word, text.text);
        before = pl_keys[k].name;
    }
    if (s->run_count > 1)
        pl_str_add(out, "sweep:\n  list:\n");
    for (int r = 0; s->run_count > 1 && r < s->run_count; r++) {
        bool first = true;
        for (int k = 0; k < pl_key_count; k++) {
            if (common[k] || !shown(s, &s->runs[r], &pl_keys[k], &text))
                continue;
            pl_str_addf(out, "%s%s: %s", first ? "    - {" : ", ", pl_keys[k].name, text.text);
            first = false;
        }
        pl_str_add(out, "}\n");
    }
    pl_str_clear(&text);
    free(common);
}
