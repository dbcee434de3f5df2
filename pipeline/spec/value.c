#include "spec/value.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spec/layer_list.h"
#include "spec/yaml_scalar.h"
#include "spec/spec_mem.h"
#include "spec/target_list.h"
#include "util/duration.h"
#include "util/fs.h"

typedef struct pl_layers_read {
    const pl_node *node;
    const kn_layer_spec *layers;
    int count;
    bool ok;
} layers_read;

static const double ratio_sum_slack = 1e-6;

static void *member(const pl_key *key, pl_run_spec *spec)
{
    return (char *)spec + key->offset;
}

static const void *member_const(const pl_key *key, const pl_run_spec *spec)
{
    return (const char *)spec + key->offset;
}

static bool wrong_type(pl_reader *r, const pl_key *key, const pl_node *node, const char *expected)
{
    pl_diags_add(r->diags, node->pos, key->name, NULL, "expected %s, found %s", expected,
                 pl_node_describe(node, r->arena));
    return false;
}

static bool read_path(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec)
{
    if (node->kind != PL_NODE_SCALAR || node->text[0] == '\0')
        return wrong_type(r, key, node, "the path of a file");
    const char *text = node->text;
    const char *dir = node->pos.source->dir;
    if (strcmp(dir, ".") != 0) {
        char *path = pl_path_join(dir, text);
        text = pl_spec_strdup(r->arena, path);
        free(path);
    }
    memcpy(member(key, spec), &text, sizeof text);
    return true;
}

static bool read_int(pl_reader *r, const pl_key *key, const pl_node *node, int *out)
{
    int64_t value;
    if (!pl_read_int(r->diags, key->name, node, key->min, key->max, &value))
        return false;
    *out = (int)value;
    return true;
}

static bool read_ints(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec)
{
    kn_int_list list = {0, {0}};
    if (node->kind != PL_NODE_LIST) {
        if (!read_int(r, key, node, &list.item[0]))
            return false;
        list.count = 1;
    } else if (node->count > KN_MODEL_MAX_LIST) {
        pl_diags_add(r->diags, node->pos, key->name, NULL, "%d items are more than %d", node->count,
                     KN_MODEL_MAX_LIST);
        return false;
    } else {
        bool ok = true;
        for (int i = 0; i < node->count; i++)
            ok = read_int(r, key, node->item[i], &list.item[i]) && ok;
        if (!ok)
            return false;
        list.count = node->count;
    }
    if (list.count == 0 && strcmp(key->name, "model.hidden") == 0) {
        pl_diags_add(r->diags, node->pos, key->name, NULL, "at least one layer is needed");
        return false;
    }
    memcpy(member(key, spec), &list, sizeof list);
    return true;
}

static bool read_size(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec)
{
    int size[2];
    if (node->kind == PL_NODE_LIST) {
        if (node->count != 2) {
            pl_diags_add(r->diags, node->pos, key->name, NULL,
                         "expected a whole number or [width, height], found a list of %d",
                         node->count);
            return false;
        }
        if (!read_int(r, key, node->item[0], &size[0]) ||
            !read_int(r, key, node->item[1], &size[1]))
            return false;
    } else {
        if (!read_int(r, key, node, &size[0]))
            return false;
        size[1] = size[0];
    }
    memcpy(member(key, spec), size, sizeof size);
    return true;
}

static bool read_reals(pl_reader *r, const pl_key *key, const pl_node *node, int count,
                       const char *expected, double *out)
{
    if (node->kind != PL_NODE_LIST || node->count != count)
        return wrong_type(r, key, node, expected);
    for (int i = 0; i < count; i++)
        if (!pl_read_real(r->diags, key->name, node->item[i], key->min, key->max, &out[i]))
            return false;
    return true;
}

static bool read_ratios(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec)
{
    double ratio[3];
    if (!read_reals(r, key, node, 3, "three numbers: [train, val, test]", ratio))
        return false;
    double sum = ratio[0] + ratio[1] + ratio[2];
    if (fabs(sum - 1) > ratio_sum_slack) {
        pl_diags_add(r->diags, node->pos, key->name, NULL, "the ratios sum to %g, not to 1", sum);
        return false;
    }
    if (ratio[0] <= 0) {
        pl_diags_add(r->diags, node->pos, key->name, NULL, "the train ratio must be above 0");
        return false;
    }
    memcpy(member(key, spec), ratio, sizeof ratio);
    return true;
}

static bool read_range(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec)
{
    double end[2];
    if (!read_reals(r, key, node, 2, "two numbers: [from, to]", end))
        return false;
    if (end[0] > end[1]) {
        pl_diags_add(r->diags, node->pos, key->name, NULL, "from %g to %g goes backwards", end[0],
                     end[1]);
        return false;
    }
    memcpy(member(key, spec), (float[2]){(float)end[0], (float)end[1]}, 2 * sizeof(float));
    return true;
}

static bool read_weights(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec)
{
    static const char *const words[] = {"none", "balanced", NULL};
    double weight[2] = {1, 1};
    int choice = PL_WEIGHT_GIVEN;
    if (node->kind == PL_NODE_LIST) {
        if (!read_reals(r, key, node, 2, "none, balanced or [weight of 0, weight of 1]", weight))
            return false;
    } else if (!pl_read_choice(r->diags, key->name, node, words, &choice)) {
        return false;
    }
    spec->train.class_weight = (pl_class_weight)choice;
    spec->train.weight[0] = (float)weight[0];
    spec->train.weight[1] = (float)weight[1];
    return true;
}

static bool read_choice(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec)
{
    int choice;
    if (!pl_read_choice(r->diags, key->name, node, key->choices, &choice))
        return false;
    if (key->values)
        choice = key->values[choice];
    memcpy(member(key, spec), &choice, sizeof choice);
    return true;
}

/* A list that runs of a sweep share is read, and complained about, once. */
static bool read_layers(pl_reader *r, const pl_node *node, pl_run_spec *spec)
{
    layers_read *found = NULL;
    for (int i = 0; i < r->layer_count && !found; i++)
        if (r->layers[i].node == node)
            found = &r->layers[i];
    if (!found) {
        r->layers =
            pl_spec_grow(r->arena, r->layers, r->layer_count, &r->layer_room, sizeof *r->layers);
        found = &r->layers[r->layer_count++];
        *found = (layers_read){.node = node};
        found->ok = pl_layers_read(node, r->arena, r->diags, &found->layers, &found->count);
    }
    if (!found->ok)
        return false;
    spec->model.layers = found->layers;
    spec->model.layer_count = found->count;
    return true;
}

bool pl_value_read(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec)
{
    int whole;
    int64_t seed;
    double real;
    bool flag;
    assert(!pl_key_of_study(key));
    switch (key->type) {
    case PL_TYPE_TARGETS:
        return pl_targets_read(r, key, node, member(key, spec));
    case PL_TYPE_PATH:
        return read_path(r, key, node, spec);
    case PL_TYPE_INT:
        if (!read_int(r, key, node, &whole))
            return false;
        memcpy(member(key, spec), &whole, sizeof whole);
        return true;
    case PL_TYPE_SEED:
        if (!pl_read_int(r->diags, key->name, node, key->min, key->max, &seed))
            return false;
        memcpy(member(key, spec), &(uint64_t){(uint64_t)seed}, sizeof(uint64_t));
        return true;
    case PL_TYPE_REAL:
    case PL_TYPE_FLOAT:
        if (!pl_read_real(r->diags, key->name, node, key->min, key->max, &real))
            return false;
        if (key->type == PL_TYPE_REAL)
            memcpy(member(key, spec), &real, sizeof real);
        else
            memcpy(member(key, spec), &(float){(float)real}, sizeof(float));
        return true;
    case PL_TYPE_DURATION:
        if (!pl_read_duration(r->diags, key->name, node, key->min, key->max, &real))
            return false;
        memcpy(member(key, spec), &real, sizeof real);
        return true;
    case PL_TYPE_BOOL:
        if (!pl_read_bool(r->diags, key->name, node, &flag))
            return false;
        memcpy(member(key, spec), &flag, sizeof flag);
        return true;
    case PL_TYPE_CHOICE:
        return read_choice(r, key, node, spec);
    case PL_TYPE_INTS:
        return read_ints(r, key, node, spec);
    case PL_TYPE_SIZE:
        return read_size(r, key, node, spec);
    case PL_TYPE_RATIOS:
        return read_ratios(r, key, node, spec);
    case PL_TYPE_RANGE:
        return read_range(r, key, node, spec);
    case PL_TYPE_WEIGHTS:
        return read_weights(r, key, node, spec);
    case PL_TYPE_LAYERS:
        return read_layers(r, node, spec);
    case PL_TYPE_STUDY:
        break;
    }
    return true;
}

static void add_choice(const pl_key *key, const pl_run_spec *spec, pl_str *out)
{
    int choice, i = 0;
    memcpy(&choice, member_const(key, spec), sizeof choice);
    while (key->values && key->values[i] != choice)
        i++;
    pl_str_add(out, key->choices[key->values ? i : choice]);
}

static void add_ints(const kn_int_list *list, pl_str *out)
{
    pl_str_add(out, "[");
    for (int i = 0; i < list->count; i++)
        pl_str_addf(out, "%s%d", i ? ", " : "", list->item[i]);
    pl_str_add(out, "]");
}

static void add_ratios(const double ratio[3], pl_str *out)
{
    for (int i = 0; i < 3; i++) {
        pl_str_add(out, i ? ", " : "[");
        pl_scalar_add_real(out, ratio[i]);
    }
    pl_str_add(out, "]");
}

static void add_pair(const float pair[2], pl_str *out)
{
    pl_str_add(out, "[");
    pl_scalar_add_float(out, pair[0]);
    pl_str_add(out, ", ");
    pl_scalar_add_float(out, pair[1]);
    pl_str_add(out, "]");
}

static void add_weights(const pl_train_spec *train, pl_str *out)
{
    if (train->class_weight == PL_WEIGHT_GIVEN)
        add_pair(train->weight, out);
    else
        pl_str_add(out, train->class_weight == PL_WEIGHT_BALANCED ? "balanced" : "none");
}

void pl_value_text(const pl_key *key, const pl_run_spec *spec, pl_str *out)
{
    const void *at = member_const(key, spec);
    const char *text;
    int whole[2];
    uint64_t seed;
    double real;
    float single;
    switch (key->type) {
    case PL_TYPE_TARGETS:
        pl_targets_text(at, out);
        break;
    case PL_TYPE_PATH:
        memcpy(&text, at, sizeof text);
        if (text)
            pl_scalar_add_text(out, text);
        break;
    case PL_TYPE_INT:
        memcpy(&whole[0], at, sizeof whole[0]);
        pl_str_addf(out, "%d", whole[0]);
        break;
    case PL_TYPE_SEED:
        memcpy(&seed, at, sizeof seed);
        pl_str_addf(out, "%llu", (unsigned long long)seed);
        break;
    case PL_TYPE_REAL:
        memcpy(&real, at, sizeof real);
        pl_scalar_add_real(out, real);
        break;
    case PL_TYPE_FLOAT:
        memcpy(&single, at, sizeof single);
        pl_scalar_add_float(out, single);
        break;
    case PL_TYPE_DURATION:
        memcpy(&real, at, sizeof real);
        pl_duration_add(out, real);
        break;
    case PL_TYPE_BOOL:
        pl_str_add(out, *(const bool *)at ? "true" : "false");
        break;
    case PL_TYPE_CHOICE:
        add_choice(key, spec, out);
        break;
    case PL_TYPE_INTS:
        add_ints(at, out);
        break;
    case PL_TYPE_SIZE:
        memcpy(whole, at, sizeof whole);
        if (whole[0] == whole[1])
            pl_str_addf(out, "%d", whole[0]);
        else
            pl_str_addf(out, "[%d, %d]", whole[0], whole[1]);
        break;
    case PL_TYPE_RATIOS:
        add_ratios(at, out);
        break;
    case PL_TYPE_RANGE:
        add_pair(at, out);
        break;
    case PL_TYPE_WEIGHTS:
        add_weights(&spec->train, out);
        break;
    case PL_TYPE_LAYERS:
        pl_layers_text(spec->model.layers, spec->model.layer_count, out);
        break;
    case PL_TYPE_STUDY:
        break;
    }
}

static size_t member_size(pl_type type)
{
    switch (type) {
    case PL_TYPE_TARGETS:
        return sizeof(pl_targets);
    case PL_TYPE_PATH:
    case PL_TYPE_LAYERS:
        return sizeof(void *);
    case PL_TYPE_INT:
    case PL_TYPE_CHOICE:
    case PL_TYPE_WEIGHTS:
        return sizeof(int);
    case PL_TYPE_SEED:
        return sizeof(uint64_t);
    case PL_TYPE_REAL:
    case PL_TYPE_DURATION:
        return sizeof(double);
    case PL_TYPE_FLOAT:
        return sizeof(float);
    case PL_TYPE_BOOL:
        return sizeof(bool);
    case PL_TYPE_INTS:
        return sizeof(kn_int_list);
    case PL_TYPE_SIZE:
        return 2 * sizeof(int);
    case PL_TYPE_RATIOS:
        return 3 * sizeof(double);
    case PL_TYPE_RANGE:
        return 2 * sizeof(float);
    case PL_TYPE_STUDY:
        break;
    }
    return 0;
}

void pl_value_copy(const pl_key *key, const pl_run_spec *from, pl_run_spec *to)
{
    if (pl_key_of_study(key))
        return;
    memcpy(member(key, to), member_const(key, from), member_size(key->type));
    if (key->type == PL_TYPE_LAYERS)
        to->model.layer_count = from->model.layer_count;
    if (key->type == PL_TYPE_WEIGHTS)
        memcpy(to->train.weight, from->train.weight, sizeof to->train.weight);
}
