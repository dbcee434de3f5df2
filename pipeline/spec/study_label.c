#include "spec/study_label.h"

#include <string.h>

#include "spec/layer_list.h"
#include "spec/schema.h"
#include "spec/spec_mem.h"
#include "spec/value.h"

/* The value for people; nothing where the key has no effect on the run. */
static const char *axis_value(const char *axis, const pl_run_spec *spec, kn_arena *arena)
{
    pl_str text;
    pl_str_init(&text);
    int index = pl_key_find(axis);
    if (!pl_key_lacks(&pl_keys[index], spec)) {
        if (pl_keys[index].type == PL_TYPE_LAYERS)
            pl_layers_brief(spec->model.layers, spec->model.layer_count, &text);
        else
            pl_value_text(&pl_keys[index], spec, &text);
    }
    const char *copy = pl_spec_strdup(arena, text.text);
    pl_str_clear(&text);
    return copy;
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

void pl_study_label(pl_study *s, pl_run *runs, bool seeds)
{
    const pl_key *seed = &pl_keys[pl_key_find("train.seed")];
    const char **usual = pl_spec_alloc(&s->arena, (size_t)s->axis_count, sizeof *usual);
    pl_str text;
    pl_str_init(&text);
    for (int r = 0; r < s->run_count; r++) {
        const char **value = pl_spec_alloc(&s->arena, (size_t)s->axis_count, sizeof *value);
        for (int a = 0; a < s->axis_count; a++)
            value[a] = axis_value(s->axis[a], &runs[r].spec, &s->arena);
        runs[r].value = value;
    }
    for (int a = 0; a < s->axis_count; a++)
        usual[a] = usual_value(s, runs, a);
    for (int r = 0; r < s->run_count; r++) {
        pl_run *run = &runs[r];
        put_label(s, run, usual, &text);
        if (text.size == 0)
            put_label(s, run, NULL, &text);
        run->group_label = text.size ? pl_spec_strdup(&s->arena, text.text) : s->name;
        if (seeds && !pl_key_lacks(seed, &run->spec))
            pl_str_addf(&text, "%sseed=%llu", text.size ? " " : "",
                        (unsigned long long)run->spec.train.seed);
        run->label = text.size ? pl_spec_strdup(&s->arena, text.text) : s->name;
    }
    pl_str_clear(&text);
}
