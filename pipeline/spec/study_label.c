#include "spec/study_label.h"

#include <string.h>

#include "spec/layer_list.h"
#include "spec/run_table.h"
#include "spec/schema.h"
#include "spec/spec_mem.h"
#include "spec/value.h"

/* The value for people. */
static const char *value_text(const pl_key *key, const pl_run_spec *spec, kn_arena *arena)
{
    pl_str text;
    pl_str_init(&text);
    if (key->type == PL_TYPE_LAYERS)
        pl_layers_brief(spec->model.layers, spec->model.layer_count, &text);
    else
        pl_value_text(key, spec, &text);
    const char *copy = pl_spec_strdup(arena, text.text);
    pl_str_clear(&text);
    return copy;
}

/* The values of one axis, each text made once; nothing where the key has no effect on the run. */
static void put_values(const pl_study *s, const pl_run *runs, int axis, const char **values,
                       kn_arena *arena)
{
    const pl_key *key = &pl_keys[pl_key_find(s->axis[axis])];
    pl_run_table table;
    pl_run_table_init_key(&table, key);
    for (int r = 0; r < s->run_count; r++) {
        const char **at = &values[(ptrdiff_t)r * s->axis_count + axis];
        if (pl_key_lacks(key, &runs[r].spec)) {
            *at = "";
            continue;
        }
        int first = pl_run_table_add(&table, runs, r);
        *at = first == r ? value_text(key, &runs[r].spec, arena)
                         : values[(ptrdiff_t)first * s->axis_count + axis];
    }
    pl_run_table_clear(&table);
}

/* The value that more than half of at least three runs share: a label need not repeat it. NULL:
 * there is none, or the axis is the model's type, which every label shows. */
static const char *usual_value(const pl_study *s, const pl_run *runs, int axis)
{
    if (strcmp(s->axis[axis], "model.type") == 0)
        return NULL;
    int with_value = 0, votes = 0, held = 0;
    const char *candidate = NULL;
    for (int r = 0; r < s->run_count; r++) { /* Boyer and Moore's majority vote */
        const char *v = runs[r].value[axis];
        if (!v[0])
            continue;
        with_value++;
        if (votes == 0)
            candidate = v;
        votes += strcmp(v, candidate) == 0 ? 1 : -1;
    }
    for (int r = 0; candidate && r < s->run_count; r++)
        held += strcmp(runs[r].value[axis], candidate) == 0;
    return with_value > 2 && 2 * held > with_value ? candidate : NULL;
}

/* "key=value ..." of the axes; usual: per axis the value left out, or NULL to leave out nothing. */
static void put_label(const pl_study *s, const pl_run *run, const char *const *usual, pl_str *text)
{
    pl_str_reset(text);
    for (int a = 0; a < s->axis_count; a++) {
        const char *v = run->value[a];
        if (v[0] && !(usual && usual[a] && strcmp(usual[a], v) == 0))
            pl_str_addf(text, "%s%s=%s", text->size ? " " : "", s->axis[a], v);
    }
}

static const char *group_label(const pl_study *s, const pl_run *run, const char *const *usual,
                               kn_arena *arena)
{
    pl_str text;
    pl_str_init(&text);
    put_label(s, run, usual, &text);
    if (text.size == 0)
        put_label(s, run, NULL, &text);
    const char *label = text.size ? pl_spec_strdup(arena, text.text) : s->name;
    pl_str_clear(&text);
    return label;
}

static const char *label_with_seed(const pl_study *s, const pl_run *run, kn_arena *arena)
{
    unsigned long long seed = run->spec.train.seed;
    if (run->group_label == s->name)
        return pl_spec_textf(arena, "seed=%llu", seed);
    return pl_spec_textf(arena, "%s seed=%llu", run->group_label, seed);
}

void pl_study_label(pl_study *s, pl_run *runs, bool seeds)
{
    kn_arena *arena = &s->arena;
    const pl_key *seed = &pl_keys[pl_key_find("train.seed")];
    const char **usual = pl_spec_alloc(arena, (size_t)s->axis_count, sizeof *usual);
    const char **of_group = pl_spec_alloc(arena, (size_t)s->group_count, sizeof *of_group);
    const char **values =
        pl_spec_alloc(arena, (size_t)s->run_count * (size_t)s->axis_count, sizeof *values);
    for (int a = 0; a < s->axis_count; a++)
        put_values(s, runs, a, values, arena);
    for (int r = 0; r < s->run_count; r++)
        runs[r].value = values + (ptrdiff_t)r * s->axis_count;
    for (int a = 0; a < s->axis_count; a++)
        usual[a] = usual_value(s, runs, a);
    for (int r = 0; r < s->run_count; r++) {
        pl_run *run = &runs[r];
        if (!of_group[run->group])
            of_group[run->group] = group_label(s, run, usual, arena);
        run->group_label = of_group[run->group];
        run->label = seeds && !pl_key_lacks(seed, &run->spec) ? label_with_seed(s, run, arena)
                                                              : run->group_label;
    }
}
