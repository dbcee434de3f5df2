/* JSON Schema of a spec, declared in schema_text.h: an editor completes and checks specs with it.
 */
#include <string.h>

#include "nn/layer.h"
#include "spec/layer_list.h"
#include "spec/node_json.h"
#include "spec/schema_text.h"

static json_t *typed(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

/* Whole bounds as integers: editors show 1024, not 1024.0. */
static json_t *bound(double value)
{
    if (value == (double)(json_int_t)value)
        return json_integer((json_int_t)value);
    return json_real(value);
}

static json_t *ranged(const char *type, double min, double max)
{
    return json_pack("{s:s, s:o, s:o}", "type", type, "minimum", bound(min), "maximum", bound(max));
}

static json_t *list_of(json_t *items, int min, int max)
{
    return json_pack("{s:s, s:o, s:i, s:i}", "type", "array", "items", items, "minItems", min,
                     "maxItems", max);
}

static json_t *words(const char *const *choices)
{
    json_t *list = json_array();
    for (int i = 0; choices[i]; i++)
        json_array_append_new(list, json_string(choices[i]));
    return json_pack("{s:o}", "enum", list);
}

static json_t *reference(const char *name)
{
    return json_pack("{s:o}", "$ref", json_sprintf("#/$defs/%s", name));
}

/* A column may be called 5: any scalar is a name. */
static json_t *column_name(void)
{
    return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
}

static void alternatives(const pl_key *key, json_t *any)
{
    switch (key->type) {
    case PL_TYPE_TARGETS:
        json_array_append_new(any, column_name());
        json_array_append_new(any, list_of(column_name(), 1, KN_TARGETS_MAX));
        break;
    case PL_TYPE_PATH:
        json_array_append_new(any, typed("string"));
        break;
    case PL_TYPE_INT:
    case PL_TYPE_SEED:
        json_array_append_new(any, ranged("integer", key->min, key->max));
        break;
    case PL_TYPE_REAL:
    case PL_TYPE_FLOAT:
        json_array_append_new(any, ranged("number", key->min, key->max));
        break;
    case PL_TYPE_BOOL:
        json_array_append_new(any, typed("boolean"));
        break;
    case PL_TYPE_CHOICE:
        json_array_append_new(any, words(key->choices));
        break;
    case PL_TYPE_INTS:
        json_array_append_new(any, ranged("integer", key->min, key->max));
        json_array_append_new(any,
                              list_of(ranged("integer", key->min, key->max), 0, KN_MODEL_MAX_LIST));
        break;
    case PL_TYPE_SIZE:
        json_array_append_new(any, ranged("integer", key->min, key->max));
        json_array_append_new(any, list_of(ranged("integer", key->min, key->max), 2, 2));
        break;
    case PL_TYPE_RATIOS:
        json_array_append_new(any, list_of(ranged("number", key->min, key->max), 3, 3));
        break;
    case PL_TYPE_RANGE:
        json_array_append_new(any, list_of(ranged("number", key->min, key->max), 2, 2));
        break;
    case PL_TYPE_WEIGHTS:
        json_array_append_new(any, json_pack("{s:[s,s]}", "enum", "none", "balanced"));
        json_array_append_new(any, list_of(ranged("number", key->min, key->max), 2, 2));
        break;
    case PL_TYPE_LAYERS:
        json_array_append_new(any, list_of(reference("layer"), 0, KN_MODEL_MAX_LAYERS));
        break;
    case PL_TYPE_DURATION:
        json_array_append_new(
            any, json_pack("{s:s, s:s}", "type", "string", "pattern", "^([0-9.]+[dhms])+$"));
        json_array_append_new(any, ranged("number", key->min, key->max));
        break;
    case PL_TYPE_STUDY:
        break;
    }
}

static json_t *key_schema(const pl_key *key)
{
    json_t *any = json_array();
    alternatives(key, any);
    json_array_append_new(any, typed("null"));
    json_t *schema = json_pack("{s:s, s:o}", "description", key->help, "anyOf", any);
    if (key->value)
        json_object_set_new(schema, "default", pl_yaml_text_json(key->value));
    return schema;
}

static json_t *param_schema(const kn_param *p)
{
    json_t *schema = NULL;
    switch (p->type) {
    case KN_PARAM_INT:
        schema = ranged("integer", p->min, p->max);
        break;
    case KN_PARAM_REAL:
        schema = ranged("number", p->min, p->max);
        break;
    case KN_PARAM_BOOL:
        schema = typed("boolean");
        break;
    case KN_PARAM_CHOICE:
        schema = words(p->choices);
        break;
    case KN_PARAM_PAIR:
        schema = json_pack("{s:[o,o]}", "anyOf", ranged("integer", p->min, p->max),
                           list_of(ranged("integer", p->min, p->max), 2, 2));
        break;
    }
    json_object_set_new(schema, "description", json_string(p->help));
    return schema;
}

/* A layer is its name alone, or a map; each kind is one alternative. */
static json_t *layer_schema(void)
{
    json_t *any = json_array();
    for (int i = 0; i < kn_layer_kind_count; i++) {
        const kn_layer_kind *kind = kn_layer_kinds[i];
        json_t *properties = json_pack("{s:{s:s}}", "type", "const", kind->name);
        json_t *required = json_pack("[s]", "type");
        for (size_t p = 0; p < kind->param_count; p++) {
            json_object_set_new(properties, kind->params[p].key, param_schema(&kind->params[p]));
            if (kind->params[p].required)
                json_array_append_new(required, json_string(kind->params[p].key));
        }
        if (pl_layer_has_kernel(kind))
            json_object_set_new(properties, "regularizer",
                                json_pack("{s:s, s:{s:o, s:o}, s:b}", "type", "object",
                                          "properties", "l1", ranged("number", 0, 1000), "l2",
                                          ranged("number", 0, 1000), "additionalProperties", 0));
        if (json_array_size(required) == 1)
            json_array_append_new(any, json_pack("{s:s}", "const", kind->name));
        json_array_append_new(any, json_pack("{s:s, s:s, s:o, s:o, s:b}", "type", "object",
                                             "description", kind->doc, "properties", properties,
                                             "required", required, "additionalProperties", 0));
    }
    json_array_append_new(
        any,
        json_pack("{s:s, s:s, s:{s:o}, s:[s], s:b}", "type", "object", "description",
                  "What goes into the layers is added to what comes out of the last of them",
                  "properties", "residual", list_of(reference("layer"), 1, KN_MODEL_MAX_LAYERS),
                  "required", "residual", "additionalProperties", 0));
    return json_pack("{s:o}", "anyOf", any);
}

/* The name below a section, or NULL where it is not directly in it ("" is the top). */
static const char *child(const char *name, const char *section)
{
    size_t n = strlen(section);
    if (n > 0) {
        if (strncmp(name, section, n) != 0 || name[n] != '.')
            return NULL;
        name += n + 1;
    }
    return strchr(name, '.') ? NULL : name;
}

static json_t *section_properties(const char *section)
{
    json_t *properties = json_object();
    for (int i = 0; i < pl_key_count; i++) {
        const char *word = child(pl_keys[i].name, section);
        if (word)
            json_object_set_new(properties, word, reference(pl_keys[i].name));
    }
    for (int i = 0; i < pl_section_count; i++) {
        const char *word = child(pl_sections[i].name, section);
        if (word)
            json_object_set_new(properties, word, reference(pl_sections[i].name));
    }
    return properties;
}

static json_t *section_schema(const pl_section *s)
{
    json_t *any = json_array();
    json_array_append_new(any, json_pack("{s:s, s:o, s:b}", "type", "object", "properties",
                                         section_properties(s->name), "additionalProperties", 0));
    if (s->shorthand)
        json_array_append_new(any, reference(s->shorthand));
    if (s->none)
        json_array_append_new(any, json_pack("{s:s}", "const", "none"));
    json_array_append_new(any, typed("null"));
    return json_pack("{s:s, s:o}", "description", s->help, "anyOf", any);
}

/* A map of dotted keys that a sweep knows (a section may also be nested), each value as `each`
 * makes it from the key's schema. */
static json_t *dotted_map(json_t *(*each)(json_t *schema))
{
    json_t *properties = json_object();
    for (int i = 0; i < pl_key_count; i++)
        if (pl_key_sweepable(&pl_keys[i]))
            json_object_set_new(properties, pl_keys[i].name, each(reference(pl_keys[i].name)));
    for (int i = 0; i < pl_section_count; i++)
        if (!pl_section_of_study(&pl_sections[i]))
            json_object_set_new(properties, pl_sections[i].name, json_object());
    return json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
                     "additionalProperties", 0);
}

static json_t *values_of(json_t *schema)
{
    return json_pack("{s:s, s:o, s:i}", "type", "array", "items", schema, "minItems", 1);
}

static json_t *itself(json_t *schema)
{
    return schema;
}

static json_t *one_or_values_of(json_t *schema)
{
    return json_pack("{s:[O,o]}", "anyOf", schema, values_of(schema));
}

/* A map with one of the distributions; bounds and choices are checked by `facet spec check`. */
static json_t *distribution(json_t *schema)
{
    static const char *const ranges[] = {"uniform", "log", "int", "log_int"};
    json_t *properties = json_pack("{s:o}", "choice", values_of(schema));
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        json_object_set_new(properties, ranges[i], list_of(typed("number"), 2, 2));
    return json_pack("{s:s, s:o, s:i, s:i, s:b}", "type", "object", "properties", properties,
                     "minProperties", 1, "maxProperties", 1, "additionalProperties", 0);
}

/* Names of the table's columns and of the keys that a sweep may give values. */
static json_t *column_schema(void)
{
    json_t *names = json_array();
    for (int c = 0; c < PL_TABLE_COLUMNS; c++)
        json_array_append_new(names, json_string(pl_table_column_texts[c].name));
    for (int i = 0; i < pl_key_count; i++)
        if (pl_key_sweepable(&pl_keys[i]))
            json_array_append_new(names, json_string(pl_keys[i].name));
    return json_pack("{s:o}", "enum", names);
}

/* The column, alone, behind "-", or before "asc" or "desc". */
static json_t *sort_schema(void)
{
    json_t *column = column_schema(), *name;
    json_t *any = json_array();
    size_t i;
    pl_str pattern;
    pl_str_init(&pattern);
    pl_str_add(&pattern, "^-?(");
    json_array_foreach(json_object_get(column, "enum"), i, name)
    {
        const char *text = json_string_value(name);
        if (strcmp(text, pl_table_column_texts[PL_COLUMN_SWEPT].name) == 0)
            continue;
        pl_str_add(&pattern, i ? "|" : "");
        for (const char *p = text; *p; p++) /* dots stand for themselves */
            pl_str_addf(&pattern, "%s%c", *p == '.' ? "\\" : "", *p);
    }
    pl_str_add(&pattern, ")( +(asc|desc))?$");
    json_array_append_new(any, json_pack("{s:s, s:s}", "type", "string", "pattern", pattern.text));
    json_array_append_new(any, typed("null"));
    pl_str_clear(&pattern);
    json_decref(column);
    return json_pack("{s:o}", "anyOf", any);
}

static json_t *reference_schema(void)
{
    json_t *properties = json_pack("{s:o, s:o, s:o}", "label", typed("string"), "group",
                                   typed("string"), "source", typed("string"));
    json_t *any = json_array();
    for (int f = 0; f < PL_REFERENCE_FIGURES; f++) {
        json_object_set_new(properties, pl_reference_figures[f],
                            ranged("number", 0, f < PL_REFERENCE_FIGURES - 1 ? 1 : 1e9));
        json_array_append_new(any, json_pack("{s:[s]}", "required", pl_reference_figures[f]));
    }
    return json_pack("{s:s, s:o, s:[s], s:o, s:b}", "type", "object", "properties", properties,
                     "required", "label", "anyOf", any, "additionalProperties", 0);
}

static json_t *study_key_schema(const pl_key *key)
{
    json_t *schema;
    if (strcmp(key->name, "sweep.product") == 0 || strcmp(key->name, "sweep.zip") == 0)
        schema = dotted_map(values_of);
    else if (strcmp(key->name, "sweep.list") == 0)
        schema = values_of(dotted_map(itself));
    else if (strcmp(key->name, "sweep.exclude") == 0)
        schema = values_of(dotted_map(one_or_values_of));
    else if (strcmp(key->name, "sweep.random.params") == 0)
        schema = dotted_map(distribution);
    else if (strcmp(key->name, "sweep.seeds") == 0)
        schema = values_of(reference("train.seed"));
    else if (strcmp(key->name, "sweep.when") == 0)
        schema = values_of(json_pack("{s:s, s:{s:o, s:o, s:o}, s:[s], s:b}", "type", "object",
                                     "properties", "if", dotted_map(one_or_values_of), "set",
                                     dotted_map(itself), "product", dotted_map(values_of),
                                     "required", "if", "additionalProperties", 0));
    else if (strcmp(key->name, "report.columns") == 0)
        schema = json_pack("{s:[o, o]}", "anyOf",
                           json_pack("{s:s, s:o, s:i, s:b}", "type", "array", "items",
                                     column_schema(), "minItems", 1, "uniqueItems", 1),
                           typed("null"));
    else if (strcmp(key->name, "report.sort") == 0)
        schema = sort_schema();
    else if (strcmp(key->name, "report.reference") == 0)
        schema = json_pack("{s:[o, o]}", "anyOf",
                           json_pack("{s:s, s:o}", "type", "array", "items", reference_schema()),
                           typed("null"));
    else if (strcmp(key->name, "report.ensemble") == 0)
        schema = json_pack("{s:[s, s]}", "type", "boolean", "null");
    else
        schema = typed("string");
    json_object_set_new(schema, "description", json_string(key->help));
    return schema;
}

json_t *pl_schema_json(void)
{
    json_t *defs = json_pack("{s:o}", "layer", layer_schema());
    json_t *properties = section_properties("");
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        json_object_set_new(defs, key->name,
                            key->type == PL_TYPE_STUDY ? study_key_schema(key) : key_schema(key));
        if (!pl_key_of_study(key)) /* keys may also be written dotted */
            json_object_set_new(properties, key->name, reference(key->name));
    }
    for (int i = 0; i < pl_section_count; i++)
        json_object_set_new(defs, pl_sections[i].name, section_schema(&pl_sections[i]));
    return json_pack("{s:s, s:s, s:s, s:o, s:{s:{}}, s:b, s:o}", "$schema",
                     "https://json-schema.org/draft/2020-12/schema", "title", "facet experiment",
                     "type", "object", "properties", properties, "patternProperties", "^x-",
                     "additionalProperties", 0, "$defs", defs);
}
