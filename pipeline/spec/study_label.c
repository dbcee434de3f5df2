#include "spec/study_label.h"

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

void pl_study_label(pl_study *s, pl_run *runs, bool seeds)
{
    const pl_key *seed = &pl_keys[pl_key_find("train.seed")];
    pl_str text;
    pl_str_init(&text);
    for (int r = 0; r < s->run_count; r++) {
        pl_run *run = &runs[r];
        const char **value = pl_spec_alloc(&s->arena, (size_t)s->axis_count, sizeof *value);
        pl_str_reset(&text);
        for (int a = 0; a < s->axis_count; a++) {
            value[a] = axis_value(s->axis[a], &run->spec, &s->arena);
            if (value[a][0])
                pl_str_addf(&text, "%s%s=%s", text.size ? " " : "", s->axis[a], value[a]);
        }
        run->value = value;
        run->group_label = text.size ? pl_spec_strdup(&s->arena, text.text) : s->name;
        if (seeds && !pl_key_lacks(seed, &run->spec))
            pl_str_addf(&text, "%sseed=%llu", text.size ? " " : "",
                        (unsigned long long)run->spec.train.seed);
        run->label = text.size ? pl_spec_strdup(&s->arena, text.text) : s->name;
    }
    pl_str_clear(&text);
}
