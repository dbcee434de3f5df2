#include "spec/value_identity.h"

#include <string.h>

#include "spec/layer_list.h"
#include "spec/target_list.h"

/* A value as plain bytes: numbers as they stand, texts and layers by what they point to. */
typedef struct value_bytes {
    union {
        int whole[KN_MODEL_MAX_LIST + 1];
        uint64_t seed;
        double real[3];
        float single[3];
        bool flag;
    } of;
    const void *at;
    size_t size;
    pl_str text; /* of layers and targets */
} value_bytes;

static const void *member(const pl_key *key, const pl_run_spec *spec)
{
    return (const char *)spec + key->offset;
}

static void take(value_bytes *v, const pl_key *key, const pl_run_spec *spec, size_t size)
{
    memcpy(&v->of, member(key, spec), size);
    v->size = size;
}

static void take_reals(value_bytes *v, const pl_key *key, const pl_run_spec *spec, int count)
{
    take(v, key, spec, (size_t)count * sizeof(double));
    for (int i = 0; i < count; i++)
        v->of.real[i] += 0.0; /* -0 becomes 0 */
}

static void take_floats(value_bytes *v, const pl_key *key, const pl_run_spec *spec, int count)
{
    take(v, key, spec, (size_t)count * sizeof(float));
    for (int i = 0; i < count; i++)
        v->of.single[i] += 0.0f; /* -0 becomes 0 */
}

static void take_text(value_bytes *v, const pl_key *key, const pl_run_spec *spec)
{
    const char *text;
    memcpy(&text, member(key, spec), sizeof text);
    v->at = text ? text : "";
    v->size = text ? strlen(text) + 1 : 0;
}

/* Items behind the list's end are not part of it. */
static void take_ints(value_bytes *v, const pl_key *key, const pl_run_spec *spec)
{
    const kn_int_list *list = member(key, spec);
    v->of.whole[0] = list->count;
    memcpy(&v->of.whole[1], list->item, (size_t)list->count * sizeof list->item[0]);
    v->size = (size_t)(list->count + 1) * sizeof v->of.whole[0];
}

static void take_weights(value_bytes *v, const pl_train_spec *train)
{
    bool given = train->class_weight == PL_WEIGHT_GIVEN;
    v->of.single[0] = (float)train->class_weight;
    v->of.single[1] = given ? train->weight[0] + 0.0f : 0.0f;
    v->of.single[2] = given ? train->weight[1] + 0.0f : 0.0f;
    v->size = 3 * sizeof(float);
}

static void bytes_of(const pl_key *key, const pl_run_spec *spec, value_bytes *v)
{
    v->at = &v->of;
    v->size = 0;
    switch (key->type) {
    case PL_TYPE_TARGETS:
        pl_targets_text(member(key, spec), &v->text);
        v->at = v->text.text;
        v->size = v->text.size;
        break;
    case PL_TYPE_PATH:
        take_text(v, key, spec);
        break;
    case PL_TYPE_INT:
    case PL_TYPE_CHOICE:
        take(v, key, spec, sizeof(int));
        break;
    case PL_TYPE_SEED:
        take(v, key, spec, sizeof(uint64_t));
        break;
    case PL_TYPE_REAL:
    case PL_TYPE_DURATION:
        take_reals(v, key, spec, 1);
        break;
    case PL_TYPE_FLOAT:
        take_floats(v, key, spec, 1);
        break;
    case PL_TYPE_RANGE:
        take_floats(v, key, spec, 2);
        break;
    case PL_TYPE_BOOL:
        take(v, key, spec, sizeof(bool));
        break;
    case PL_TYPE_INTS:
        take_ints(v, key, spec);
        break;
    case PL_TYPE_SIZE:
        take(v, key, spec, 2 * sizeof(int));
        break;
    case PL_TYPE_RATIOS:
        take_reals(v, key, spec, 3);
        break;
    case PL_TYPE_WEIGHTS:
        take_weights(v, &spec->train);
        break;
    case PL_TYPE_LAYERS:
        pl_layers_text(spec->model.layers, spec->model.layer_count, &v->text);
        v->at = v->text.text;
        v->size = v->text.size;
        break;
    case PL_TYPE_STUDY:
        break;
    }
}

/* Whether the value is compared as a text that is made for it. */
static bool is_made(const pl_key *key)
{
    return key->type == PL_TYPE_LAYERS || key->type == PL_TYPE_TARGETS;
}

/* Runs of a sweep share what was read once: equal pointers need no text. */
static bool is_shared(const pl_key *key, const pl_run_spec *a, const pl_run_spec *b)
{
    if (key->type == PL_TYPE_LAYERS)
        return a->model.layers == b->model.layers && a->model.layer_count == b->model.layer_count;
    return a->data.target.name == b->data.target.name &&
           a->data.target.count == b->data.target.count;
}

bool pl_value_equal(const pl_key *key, const pl_run_spec *a, const pl_run_spec *b)
{
    value_bytes x, y;
    bool made = is_made(key);
    if (made && is_shared(key, a, b))
        return true;
    if (made) {
        pl_str_init(&x.text);
        pl_str_init(&y.text);
    }
    bytes_of(key, a, &x);
    bytes_of(key, b, &y);
    bool equal = x.size == y.size && memcmp(x.at, y.at, x.size) == 0;
    if (made) {
        pl_str_clear(&x.text);
        pl_str_clear(&y.text);
    }
    return equal;
}

/* splitmix64's finalizer (Steele, Lea, Flood, OOPSLA 2014): a change of the high bits alone, as
 * between two doubles, reaches the low ones. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    uint64_t x = (hash ^ word) + 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t pl_value_hash(const pl_key *key, const pl_run_spec *spec, uint64_t hash)
{
    value_bytes v;
    if (is_made(key))
        pl_str_init(&v.text);
    bytes_of(key, spec, &v);
    const char *at = v.at;
    hash = mix(hash, v.size);
    for (size_t left = v.size; left > 0;) {
        size_t n = left < sizeof(uint64_t) ? left : sizeof(uint64_t);
        uint64_t word = 0;
        memcpy(&word, at, n);
        hash = mix(hash, word);
        at += n;
        left -= n;
    }
    if (is_made(key))
        pl_str_clear(&v.text);
    return hash;
}
