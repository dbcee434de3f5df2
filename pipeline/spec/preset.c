#include "spec/preset.h"

#include <string.h>

#include "spec/spec_mem.h"

static const char original[] = {
#include <preset_original.inc>
    0};
static const char best[] = {
#include <preset_best.inc>
    0};

const char *const pl_preset_names[] = {"none", "original", "best", NULL};
static const char *const texts[PL_PRESETS] = {"", original, best};
_Static_assert(sizeof pl_preset_names / sizeof pl_preset_names[0] == PL_PRESETS + 1,
               "a name for every preset");

const char *pl_preset_text(int preset)
{
    return texts[preset];
}

static const pl_bindings *read_preset(int preset, kn_arena *arena, pl_diags *diags)
{
    pl_source *source = pl_spec_alloc(arena, 1, sizeof *source);
    pl_bindings *b = pl_spec_alloc(arena, 1, sizeof *b);
    *source = (pl_source){.name = pl_spec_textf(arena, "preset %s", pl_preset_names[preset]),
                          .dir = ".",
                          .text = texts[preset],
                          .size = strlen(texts[preset]),
                          .preset = true};
    pl_node *root = pl_yaml_parse(source, arena, diags);
    if (root)
        pl_bind_map(b, root, "", arena, diags);
    return b;
}

static int preset_named(const pl_node *node)
{
    for (int i = PL_PRESET_NONE + 1; i < PL_PRESETS; i++)
        if (node && node->kind == PL_NODE_SCALAR && strcmp(node->text, pl_preset_names[i]) == 0)
            return i;
    return PL_PRESET_NONE;
}

void pl_preset_beneath(pl_presets *p, pl_bindings *b, kn_arena *arena, pl_diags *diags)
{
    const pl_bound *named = &b->key[pl_key_find("model.preset")];
    int preset = preset_named(named->value);
    if (preset == PL_PRESET_NONE)
        return;
    if (!p->read[preset])
        p->read[preset] = read_preset(preset, arena, diags);
    for (int i = 0; i < pl_key_count; i++) {
        pl_node *value = p->read[preset]->key[i].value;
        if (value && !b->key[i].value && !b->key[i].emptied)
            b->key[i] = (pl_bound){.value = value, .key = named->key};
    }
}
