#include "spec/schema_text.h"

#include <string.h>

#include "nn/layer.h"
#include "spec/layer_list.h"
#include "spec/preset.h"
#include "spec/yaml_scalar.h"
#include "util/duration.h"

static void add_range(pl_str *out, double min, double max)
{
    pl_str_add(out, " in ");
    pl_scalar_add_real(out, min);
    pl_str_add(out, "..");
    pl_scalar_add_real(out, max);
}

static void add_choices(pl_str *out, const char *const *choices)
{
    for (int i = 0; choices[i]; i++)
        pl_str_addf(out, "%s%s", i ? " | " : "", choices[i]);
}

static void add_type(const pl_key *key, pl_str *out)
{
    switch (key->type) {
    case PL_TYPE_TARGETS:
        pl_str_add(out, "column, [column, ...] or all");
        break;
    case PL_TYPE_PATH:
        pl_str_add(out, "path");
        break;
    case PL_TYPE_INT:
    case PL_TYPE_SEED:
        pl_str_add(out, "whole number");
        add_range(out, key->min, key->max);
        break;
    case PL_TYPE_REAL:
    case PL_TYPE_FLOAT:
        pl_str_add(out, "number");
        add_range(out, key->min, key->max);
        break;
    case PL_TYPE_BOOL:
        pl_str_add(out, "true | false");
        break;
    case PL_TYPE_CHOICE:
        add_choices(out, key->choices);
        break;
    case PL_TYPE_INTS:
        pl_str_add(out, "whole number or list of them");
        add_range(out, key->min, key->max);
        break;
    case PL_TYPE_SIZE:
        pl_str_add(out, "whole number or [width, height]");
        add_range(out, key->min, key->max);
        break;
    case PL_TYPE_RATIOS:
        pl_str_add(out, "[train, val, test]");
        break;
    case PL_TYPE_RANGE:
        pl_str_add(out, "[from, to]");
        add_range(out, key->min, key->max);
        break;
    case PL_TYPE_WEIGHTS:
        pl_str_add(out, "none | balanced | [weight of 0, weight of 1]");
        break;
    case PL_TYPE_LAYERS:
        pl_str_add(out, "list of layers, see below");
        break;
    case PL_TYPE_DURATION:
        pl_str_add(out, "duration in ");
        pl_duration_add(out, key->min);
        pl_str_add(out, "..");
        pl_duration_add(out, key->max);
        break;
    case PL_TYPE_STUDY:
        break;
    }
}

static void add_key(const pl_key *key, pl_str *out)
{
    pl_str type;
    pl_str_init(&type);
    add_type(key, &type);
    pl_str_addf(out, "  %s%s%s", key->name, type.size ? ": " : "", type.text);
    if (key->required)
        pl_str_add(out, " (required)");
    else if (key->value)
        pl_str_addf(out, " (default %s)", key->value);
    pl_str_addf(out, "\n      %s", key->help);
    for (int i = 0; i < PL_MAX_EFFECTS && key->effects[i]; i++)
        pl_str_addf(out, "%s %s: %s", i ? "," : "; for", key->effects[i]->culprit,
                    key->effects[i]->only);
    pl_str_add(out, "\n");
    pl_str_clear(&type);
}

static void add_param(const kn_param *p, pl_str *out)
{
    pl_str_addf(out, "    %s: ", p->key);
    if (p->type == KN_PARAM_CHOICE)
        add_choices(out, p->choices);
    else if (p->type == KN_PARAM_BOOL)
        pl_str_add(out, "true | false");
    else {
        pl_str_add(out, p->type == KN_PARAM_REAL  ? "number"
                        : p->type == KN_PARAM_INT ? "whole number"
                                                  : "whole number or [rows, columns]");
        add_range(out, p->min, p->max);
    }
    if (p->required)
        pl_str_add(out, " (required)");
    else if (p->type == KN_PARAM_CHOICE)
        pl_str_addf(out, " (default %s)", p->choices[(int)p->value]);
    else if (p->type == KN_PARAM_BOOL)
        pl_str_addf(out, " (default %s)", p->value > 0 ? "true" : "false");
    else if (p->value >= p->min && p->value <= p->max) {
        pl_str_add(out, " (default ");
        pl_scalar_add_real(out, p->value);
        pl_str_add(out, ")");
    }
    pl_str_addf(out, "\n        %s\n", p->help);
}

static size_t section_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) : 0;
}

/* The texts of the presets, indented. */
static void add_presets(pl_str *out)
{
    pl_str_add(out, "\nPresets of model.preset\n");
    for (int i = PL_PRESET_NONE + 1; i < PL_PRESETS; i++) {
        pl_str_addf(out, "  %s\n", pl_preset_names[i]);
        for (const char *line = pl_preset_text(i); *line; line += strcspn(line, "\n") + 1)
            pl_str_addf(out, "      %.*s\n", (int)strcspn(line, "\n"), line);
    }
}

void pl_schema_text(pl_str *out)
{
    const char *before = "";
    pl_str_add(out, "The study\n");
    for (int k = 0; k < pl_key_count; k++) {
        const char *name = pl_keys[k].name;
        size_t n = section_length(name);
        if (n != section_length(before) || strncmp(name, before, n) != 0)
            for (int i = 0; i < pl_section_count; i++)
                if (strlen(pl_sections[i].name) == n && strncmp(pl_sections[i].name, name, n) == 0)
                    pl_str_addf(out, "\n%s: %s\n", pl_sections[i].name, pl_sections[i].help);
        add_key(&pl_keys[k], out);
        before = name;
    }
    pl_str_add(out, "\nColumns of report.columns, beside every key that a sweep may give values\n");
    for (int c = 0; c < PL_TABLE_COLUMNS; c++)
        pl_str_addf(out, "  %s\n      %s\n", pl_table_column_texts[c].name,
                    pl_table_column_texts[c].help);
    pl_str_add(out, "\nLayers of model.layers\n");
    for (int i = 0; i < kn_layer_kind_count; i++) {
        const kn_layer_kind *kind = kn_layer_kinds[i];
        pl_str_addf(out, "  {type: %s}\n      %s\n", kind->name, kind->doc);
        for (size_t p = 0; p < kind->param_count; p++)
            add_param(&kind->params[p], out);
        if (pl_layer_has_kernel(kind))
            pl_str_add(out, "    regularizer: {l1: number, l2: number} (default none)\n"
                            "        Penalties on this layer's kernel\n");
    }
    pl_str_add(out, "  {residual: [layers]}\n"
                    "      What goes into the layers is added to what comes out of the last of "
                    "them, as add does\n");
    add_presets(out);
}
