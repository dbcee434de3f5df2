/* Comparing 10,000 nodes with 500 entries of 40 values each must not take a second: the values are
 * hashed once, and the rows of hashes compared. */
#include "run/plan_past.h"

#include <stdlib.h>
#include <string.h>

#include "cache/store_recent.h"

enum {
    MAX_SLOTS = 128
}; /* different names of parameters, sources and inputs; beyond: not compared */

/* A place in a row for each name that occurs; 0 in a row: the name does not occur there. */
typedef struct slots {
    pl_hash_index by_name;
    int count;
} slots;

typedef struct stage_past {
    bool read, cut;
    json_t *info; /* array of entry.json, newest use first */
    uint64_t *row;
    bool *sibling; /* hit by the plan */
    slots slots;
} stage_past;

struct pl_plan_past {
    stage_past stage[PL_STAGE_COUNT];
};

static int slot_of(slots *s, const char *part, const char *name)
{
    uint64_t key = pl_hash_text(pl_hash_text(PL_HASH_START, part), name);
    int at = pl_hash_index_get(&s->by_name, key);
    if (at < 0 && s->count < MAX_SLOTS) {
        at = s->count++;
        pl_hash_index_put(&s->by_name, key, at);
    }
    return at;
}

static uint64_t hash_value(const json_t *value)
{
    const char *text = json_string_value(value);
    uint64_t h = text ? pl_hash_text(PL_HASH_START, text)
                      : pl_hash_number(PL_HASH_START, json_integer_value(value));
    return h ? h : 1;
}

static void fill_row(slots *s, const json_t *parts, uint64_t row[MAX_SLOTS])
{
    static const char *const maps[] = {"parameters", "sources", "inputs"};
    static const char *const values[] = {"version", "numeric"};
    memset(row, 0, MAX_SLOTS * sizeof *row);
    for (size_t m = 0; m < sizeof maps / sizeof *maps; m++) {
        const char *name = NULL;
        json_t *value = NULL;
        json_object_foreach(json_object_get(parts, maps[m]), name, value)
        {
            int at = slot_of(s, maps[m], name);
            if (at >= 0)
                row[at] = hash_value(value);
        }
    }
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        const json_t *value = json_object_get(parts, values[v]);
        int at = slot_of(s, values[v], "");
        if (at >= 0 && value)
            row[at] = hash_value(value);
    }
}

typedef struct reading {
    json_t *kept;
    const char *study;
} reading;

static bool keep(void *context, json_t *info)
{
    reading *r = context;
    const char *study = json_string_value(json_object_get(info, "study"));
    if (study && strcmp(study, r->study) == 0)
        json_array_append(r->kept, info);
    return json_array_size(r->kept) < PL_PAST_KEPT;
}

/* Keys of the plan's hits: an entry that the study still uses is no predecessor but a sibling. */
static void mark_siblings(const pl_plan *p, stage_past *at, pl_stage_id stage)
{
    pl_hash_index hits = {.key = NULL};
    for (int i = 0; i < p->node_count; i++) {
        const pl_plan_node *n = &p->node[i];
        uint64_t key = pl_hash_text(PL_HASH_START, n->key.hex);
        if (n->state == PL_NODE_HIT && n->stage == stage && pl_hash_index_get(&hits, key) < 0)
            pl_hash_index_put(&hits, key, i);
    }
    for (size_t i = 0; i < json_array_size(at->info); i++) {
        const char *key = json_string_value(json_object_get(json_array_get(at->info, i), "key"));
        at->sibling[i] = !key || pl_hash_index_get(&hits, pl_hash_text(PL_HASH_START, key)) >= 0;
    }
    pl_hash_index_clear(&hits);
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static stage_past *read_stage(pl_plan *p, pl_stage_id stage)
{
    if (!p->past)
        p->past = must(calloc(1, sizeof *p->past));
    stage_past *at = &p->past->stage[stage];
    if (at->read)
        return at;
    bool all = true;
    at->info = json_array();
    reading r = {at->info, p->study->name};
    pl_store_recent(p->store, p->stages[stage]->name, PL_PAST_READ, keep, &r, &all);
    size_t count = json_array_size(at->info);
    at->cut = !all;
    at->read = true;
    at->row = must(calloc(count + 1, MAX_SLOTS * sizeof *at->row));
    at->sibling = must(calloc(count + 1, sizeof *at->sibling));
    for (size_t i = 0; i < count; i++)
        fill_row(&at->slots, json_array_get(at->info, i), at->row + i * MAX_SLOTS);
    mark_siblings(p, at, stage);
    return at;
}

static int distance(const uint64_t *a, const uint64_t *b, int size)
{
    int count = 0;
    for (int i = 0; i < size; i++)
        count += a[i] != b[i];
    return count;
}

static const char *made(const json_t *info)
{
    const char *text = json_string_value(json_object_get(info, "made"));
    return text ? text : "";
}

json_t *pl_plan_nearest(pl_plan *p, const pl_plan_node *n)
{
    stage_past *at = read_stage(p, n->stage);
    json_t *best = NULL;
    uint64_t row[MAX_SLOTS];
    int least = 0;
    fill_row(&at->slots, n->parts, row);
    for (size_t i = 0; i < json_array_size(at->info); i++) {
        if (at->sibling[i])
            continue;
        json_t *info = json_array_get(at->info, i);
        int d = distance(at->row + i * MAX_SLOTS, row, at->slots.count);
        if (!best || d < least || (d == least && strcmp(made(info), made(best)) > 0)) {
            best = info;
            least = d;
        }
    }
    return best;
}

bool pl_plan_past_is_cut(const pl_plan *p, pl_stage_id stage)
{
    return p->past && p->past->stage[stage].cut;
}

void pl_plan_past_free(pl_plan_past *past)
{
    for (int s = 0; past && s < PL_STAGE_COUNT; s++) {
        json_decref(past->stage[s].info);
        free(past->stage[s].row);
        free(past->stage[s].sibling);
        pl_hash_index_clear(&past->stage[s].slots.by_name);
    }
    free(past);
}
