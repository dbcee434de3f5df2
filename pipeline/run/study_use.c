#include "run/study_use.h"

#include <stdlib.h>

#include "util/fs.h"

/* Marks the nodes of runs that are not done. */
static bool *needed_nodes(const pl_plan *p)
{
    bool *needed = calloc((size_t)p->node_count + 1, sizeof *needed);
    if (!needed)
        abort();
    for (int r = 0; r < p->study->run_count; r++)
        for (int s = 0; s < PL_STAGE_COUNT && !p->run[r].done; s++)
            needed[p->run[r].node[s]] = true;
    return needed;
}

/* The keys that are known by now. Heap. */
static pl_digest *needed_keys(pl_plan *p, size_t *count)
{
    bool *needed = needed_nodes(p);
    pl_digest *key = calloc((size_t)p->node_count + 1, sizeof *key);
    if (!key)
        abort();
    *count = 0;
    for (int i = 0; i < p->node_count; i++) {
        const pl_plan_node *n = &p->node[i];
        if (needed[i] && n->state == PL_NODE_UNKNOWN && pl_plan_look_up(p, i, NULL) != KN_OK)
            continue;
        if (needed[i] && (n->state == PL_NODE_HIT || n->state == PL_NODE_MISS))
            key[(*count)++] = n->key;
    }
    free(needed);
    return key;
}

/* From now on gc leaves them alone; until now it did not. */
static kn_status look_again(pl_plan *p, kn_error *e)
{
    for (int i = 0; i < p->node_count; i++)
        if (p->node[i].state == PL_NODE_HIT && !pl_is_dir(p->node[i].entry.dir))
            KN_TRY(pl_plan_look_up(p, i, e));
    return KN_OK;
}

kn_status pl_study_use(pl_plan *p, pl_use *use, kn_error *e)
{
    size_t count = 0;
    bool first = use->lock < 0;
    if (p->done == p->study->run_count)
        return KN_OK;
    pl_digest *key = needed_keys(p, &count);
    kn_status rc = pl_store_refer(p->store, p->study_dir, key, count, use, e);
    free(key);
    return rc == KN_OK && first ? look_again(p, e) : rc;
}

void pl_study_use_end(pl_plan *p, pl_use *use)
{
    size_t count = 0;
    pl_digest *key = needed_keys(p, &count);
    pl_store_release(p->store, p->study_dir, key, count, use);
    free(key);
}
