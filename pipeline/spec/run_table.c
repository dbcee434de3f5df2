#include "spec/run_table.h"

#include <stdlib.h>

#include "spec/value_identity.h"

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void pl_run_table_init(pl_run_table *t, bool (*with)(const pl_key *key))
{
    *t = (pl_run_table){.key = must(calloc((size_t)pl_key_count, sizeof(const pl_key *)))};
    for (int i = 0; i < pl_key_count; i++)
        if (with(&pl_keys[i]))
            t->key[t->key_count++] = &pl_keys[i];
}

void pl_run_table_init_key(pl_run_table *t, const pl_key *key)
{
    *t = (pl_run_table){.key = must(malloc(sizeof(const pl_key *))), .key_count = 1};
    t->key[0] = key;
}

void pl_run_table_clear(pl_run_table *t)
{
    free(t->key);
    free(t->hash);
    free(t->run);
    *t = (pl_run_table){.key = NULL};
}

static bool equal(const pl_run_table *t, const pl_run_spec *a, const pl_run_spec *b)
{
    for (int i = 0; i < t->key_count; i++)
        if (!pl_value_equal(t->key[i], a, b))
            return false;
    return true;
}

static void grow(pl_run_table *t)
{
    pl_run_table old = *t;
    t->room = old.room ? old.room * 2 : 64;
    t->hash = must(malloc((size_t)t->room * sizeof *t->hash));
    t->run = must(malloc((size_t)t->room * sizeof *t->run));
    for (int i = 0; i < t->room; i++)
        t->run[i] = -1;
    for (int i = 0; i < old.room; i++) {
        if (old.run[i] < 0)
            continue;
        size_t at = old.hash[i] & (uint64_t)(t->room - 1);
        while (t->run[at] >= 0)
            at = (at + 1) & (size_t)(t->room - 1);
        t->hash[at] = old.hash[i];
        t->run[at] = old.run[i];
    }
    free(old.hash);
    free(old.run);
}

int pl_run_table_add(pl_run_table *t, const pl_run *runs, int run)
{
    uint64_t hash = 0;
    for (int i = 0; i < t->key_count; i++)
        hash = pl_value_hash(t->key[i], &runs[run].spec, hash);
    if (2 * (t->count + 1) > t->room)
        grow(t);
    size_t at = hash & (uint64_t)(t->room - 1);
    for (; t->run[at] >= 0; at = (at + 1) & (size_t)(t->room - 1))
        if (t->hash[at] == hash && equal(t, &runs[t->run[at]].spec, &runs[run].spec))
            return t->run[at];
    t->hash[at] = hash;
    t->run[at] = run;
    t->count++;
    return run;
}
