#include "spec/sweep_random.h"

#include <stdio.h>
#include <string.h>

#include "spec/draw.h"
#include "spec/spec_mem.h"
#include "spec/sweep_match.h"
#include "spec/yaml_scalar.h"

enum { NUMBER_TEXT = 32 };

/* By pl_draw_kind. */
static const char *const words[] = {"uniform", "log", "int", "log_int", "choice", NULL};
enum { WORDS = 5 };

/* A key, or a section by choice, with the distribution its values come from. */
typedef struct param {
    const char *name;
    const pl_key *key; /* NULL: a section */
    pl_pos at;         /* of the name */
    pl_draw draw;
    const pl_node *values; /* of choice */
} param;

typedef struct random_points {
    pl_sweep_parts *x;
    param param[PL_MAX_KEYS + PL_MAX_SECTIONS];
    int count;
} random_points;

static void fail(random_points *p, pl_pos pos, const char *key, const char *hint, const char *text)
{
    pl_diags_add(p->x->diags, pos, key, hint, "%s", text);
    p->x->ok = false;
}

static int find_word(const char *text)
{
    for (int i = 0; i < WORDS; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

/* `model: {choice: [cnn, rnn]}` is a distribution, `model: {units: ...}` a map of further keys. */
static bool names_a_distribution(const pl_node *map)
{
    for (int i = 0; i < map->count; i++)
        if (find_word(map->entry[i].key) >= 0)
            return true;
    return false;
}

static bool takes_whole(pl_type type)
{
    return type == PL_TYPE_INT || type == PL_TYPE_SEED || type == PL_TYPE_INTS ||
           type == PL_TYPE_SIZE;
}

static bool takes_real(pl_type type)
{
    return type == PL_TYPE_REAL || type == PL_TYPE_FLOAT;
}

/* Whether the key can be given numbers of the kind. */
static bool fits(random_points *p, const param *q, const pl_map_entry *entry, const char *full)
{
    bool real = q->draw.kind == PL_DRAW_UNIFORM || q->draw.kind == PL_DRAW_LOG;
    if (q->key && takes_real(q->key->type))
        return true;
    if (q->key && takes_whole(q->key->type) && !real)
        return true;
    if (q->key && takes_whole(q->key->type))
        fail(p, entry->pos, full, NULL,
             pl_spec_textf(p->x->arena, "%s takes whole numbers; write %s instead of %s",
                           q->key->name, q->draw.kind == PL_DRAW_LOG ? "log_int" : "int",
                           words[q->draw.kind]));
    else
        fail(p, entry->pos, full, NULL,
             pl_spec_textf(p->x->arena, "%s is no number; list its values as {choice: [...]}",
                           q->name));
    return false;
}

/* One bound, in the range of the key. */
static bool read_bound(random_points *p, const param *q, const pl_node *node, const char *full,
                       double *out)
{
    int64_t whole;
    bool good = q->draw.kind == PL_DRAW_INT || q->draw.kind == PL_DRAW_LOG_INT;
    if (!good)
        good = pl_read_real(p->x->diags, full, node, q->key->min, q->key->max, out);
    else if ((good = pl_read_int(p->x->diags, full, node, q->key->min, q->key->max, &whole)))
        *out = (double)whole;
    if (!good) {
        p->x->ok = false;
        return false;
    }
    if (q->draw.kind == PL_DRAW_LOG && *out <= 0)
        fail(p, node->pos, full, NULL, "a bound of log must be above 0; uniform takes 0");
    else if (q->draw.kind == PL_DRAW_LOG_INT && *out < 1)
        fail(p, node->pos, full, NULL, "a bound of log_int must be at least 1; int takes 0");
    else
        return true;
    return false;
}

static void read_range(random_points *p, param *q, const pl_map_entry *entry, const char *full)
{
    const pl_node *list = entry->value;
    if (!fits(p, q, entry, full))
        return;
    if (list->kind != PL_NODE_LIST || list->count != 2) {
        const char *found = list->kind == PL_NODE_LIST
                                ? pl_spec_textf(p->x->arena, "a list of %d", list->count)
                                : pl_node_describe(list, p->x->arena);
        fail(p, list->pos, full, NULL,
             pl_spec_textf(p->x->arena, "expected [low, high], found %s", found));
        return;
    }
    bool low = read_bound(p, q, list->item[0], full, &q->draw.low);
    bool high = read_bound(p, q, list->item[1], full, &q->draw.high);
    if (low && high && q->draw.low > q->draw.high)
        fail(p, list->pos, full, NULL,
             pl_spec_textf(p->x->arena, "the low bound %.60s is above the high bound %.60s",
                           list->item[0]->text, list->item[1]->text));
}

/* A value that no point happens to draw is wrong all the same. */
static void check_value(random_points *p, const param *q, pl_node *value)
{
    pl_bindings b;
    memset(&b, 0, sizeof b);
    pl_bind(&b, q->name, q->at, value, p->x->arena, p->x->diags);
    pl_resolve_check(p->x->r, &b);
}

static void read_choice(random_points *p, param *q, const pl_node *list, const char *full)
{
    if (!pl_parts_expect(p->x, list, PL_NODE_LIST, full, "a list of values"))
        return;
    if (list->count == 0) {
        fail(p, list->pos, full, NULL, "the list is empty");
        return;
    }
    int before = p->x->diags->count;
    for (int i = 0; i < list->count; i++)
        check_value(p, q, list->item[i]);
    p->x->ok = p->x->ok && p->x->diags->count == before;
    q->values = list;
    q->draw.high = list->count - 1;
}

/* Another part that sets the key would have no effect, or leave this one without. */
static bool set_elsewhere(const random_points *p, const param *q, const pl_bindings *b)
{
    const pl_sweep *s = p->x->out;
    if (!q->key)
        return false;
    if (strcmp(q->key->name, "train.seed") == 0)
        return s->seeds || b->key[pl_key_find("sweep.seeds")].value;
    for (int i = 0; i < s->axis_count; i++)
        if (strcmp(s->axis[i], q->key->name) == 0)
            return true;
    return false;
}

static void note_axes(random_points *p, const param *q, const char *where)
{
    if (!q->values)
        pl_parts_axis(p->x, q->key->name);
    for (int i = 0; q->values && i < q->values->count; i++)
        pl_parts_axes(p->x, where, q->name, q->at, q->values->item[i]);
}

/* The one entry of a map such as {log: [1e-4, 0.1]}, and which distribution it names; NULL where
 * that was reported to be something else. */
static const pl_map_entry *find_distribution(random_points *p, const pl_node *map,
                                             const char *where, pl_draw_kind *kind)
{
    static const char form[] =
        "a distribution such as {uniform: [low, high]} or {choice: [values]}";
    kn_arena *arena = p->x->arena;
    if (!pl_parts_expect(p->x, map, PL_NODE_MAP, where, form))
        return NULL;
    if (map->count == 0) {
        fail(p, map->pos, where, NULL,
             pl_spec_textf(arena, "expected %s, found an empty map", form));
        return NULL;
    }
    const pl_map_entry *entry = &map->entry[0];
    int word = find_word(entry->key);
    if (map->count > 1) {
        fail(p, entry[1].pos, where, NULL,
             pl_spec_textf(arena, "%s and %s are two distributions; a key has one", entry[0].key,
                           entry[1].key));
        return NULL;
    }
    if (word < 0) {
        fail(p, entry->pos, pl_spec_textf(arena, "%s.%s", where, entry->key),
             pl_nearest(entry->key, words, WORDS),
             "unknown distribution; there are uniform, log, int, log_int and choice");
        return NULL;
    }
    *kind = (pl_draw_kind)word;
    return entry;
}

static void read_param(random_points *p, const pl_bindings *b, const char *name,
                       const pl_map_entry *at)
{
    const char *where = pl_spec_textf(p->x->arena, "sweep.random.params.%s", name);
    const pl_section *s = pl_section_find(name);
    const char *key = pl_key_find(name) >= 0 ? name : s ? s->shorthand : NULL;
    param *q = &p->param[p->count];
    *q = (param){.name = name, .key = key ? &pl_keys[pl_key_find(key)] : NULL, .at = at->pos};
    const pl_map_entry *entry = find_distribution(p, at->value, where, &q->draw.kind);
    if (!entry)
        return;
    if (set_elsewhere(p, q, b)) {
        fail(p, at->pos, where, NULL,
             "the sweep gives this key values in another place too; leave one of them out");
        return;
    }
    const char *full = pl_spec_textf(p->x->arena, "%s.%s", where, entry->key);
    if (q->draw.kind == PL_DRAW_CHOICE)
        read_choice(p, q, entry->value, full);
    else
        read_range(p, q, entry, full);
    if (p->x->ok)
        note_axes(p, q, where);
    p->count++;
}

static void read_params(random_points *p, const pl_bindings *b, const pl_node *map,
                        const char *prefix)
{
    const int most = sizeof p->param / sizeof p->param[0];
    for (int i = 0; i < map->count && p->count < most; i++) {
        const pl_map_entry *entry = &map->entry[i];
        const char *name =
            *prefix ? pl_spec_textf(p->x->arena, "%s.%s", prefix, entry->key) : entry->key;
        if (!pl_sweep_known(p->x->r, "sweep.random.params", name, entry->pos))
            p->x->ok = false;
        else if (entry->value->kind == PL_NODE_MAP && pl_section_find(name) &&
                 !names_a_distribution(entry->value))
            read_params(p, b, entry->value, name);
        else
            read_param(p, b, name, entry);
    }
}

/* A number as a node that stands where its distribution does. */
static void number_node(pl_node *node, char text[NUMBER_TEXT], pl_pos at, double value)
{
    pl_str shortest;
    pl_str_init(&shortest);
    pl_scalar_add_real(&shortest, value);
    snprintf(text, NUMBER_TEXT, "%s", shortest.text);
    pl_str_clear(&shortest);
    *node = (pl_node){.kind = PL_NODE_SCALAR, .pos = at, .text = text, .plain = true, .weight = 1};
}

/* The values of one parameter into the k-th overlay of every point. */
static void draw_param(random_points *p, const param *q, uint64_t seed, pl_sweep_part *part, int k,
                       pl_overlay *overlay)
{
    const char *stream = q->key ? q->key->name : q->name;
    size_t n = (size_t)part->count;
    bool number = !q->values;
    pl_node *nodes = number ? pl_spec_alloc(p->x->arena, n, sizeof *nodes) : NULL;
    char(*texts)[NUMBER_TEXT] = number ? pl_spec_alloc(p->x->arena, n, sizeof *texts) : NULL;
    for (int i = 0; i < part->count; i++) {
        double value = pl_draw_value(&q->draw, pl_draw_unit(seed, stream, i));
        pl_node *node = number ? &nodes[i] : q->values->item[(int)value];
        if (number)
            number_node(node, texts[i], q->at, value);
        overlay[i * p->count + k] = (pl_overlay){q->name, q->at, node};
    }
}

static void draw_points(random_points *p, int64_t n, uint64_t seed)
{
    pl_sweep_part *part = pl_parts_add(p->x, (int)n);
    pl_overlay *overlay = pl_spec_alloc(p->x->arena, (size_t)n * (size_t)p->count, sizeof *overlay);
    for (int k = 0; k < p->count; k++)
        draw_param(p, &p->param[k], seed, part, k, overlay);
    for (int i = 0; i < part->count; i++)
        part->choice[i] = (pl_sweep_point){overlay + (ptrdiff_t)i * p->count, p->count};
}

static bool read_whole(random_points *p, const pl_bindings *b, const char *name, int64_t *out)
{
    int index = pl_key_find(name);
    const pl_key *key = &pl_keys[index];
    const pl_node *node = pl_resolve_node(p->x->r, b, index);
    if (node && pl_read_int(p->x->diags, name, node, key->min, key->max, out))
        return true;
    if (!node)
        pl_diags_add(p->x->diags, pl_section_pos(b, "sweep.random", p->x->r->main), name, NULL,
                     "this key is required for sweep.random");
    p->x->ok = false;
    return false;
}

void pl_parts_random(pl_sweep_parts *x, const pl_bindings *b)
{
    static const char params[] = "sweep.random.params";
    random_points p = {.x = x};
    const pl_node *map = b->key[pl_key_find(params)].value;
    int64_t n = 0, seed = 0;
    read_whole(&p, b, "sweep.random.n", &n);
    read_whole(&p, b, "sweep.random.seed", &seed);
    if (!map)
        fail(&p, pl_section_pos(b, "sweep.random", x->r->main), params, NULL,
             "this key is required for sweep.random");
    else if (pl_parts_expect(x, map, PL_NODE_MAP, params, "a map of keys to distributions"))
        read_params(&p, b, map, "");
    if (x->ok && p.count == 0)
        fail(&p, map->pos, params, NULL, "the map is empty; it names the keys to draw");
    if (x->ok)
        draw_points(&p, n, (uint64_t)seed);
}
