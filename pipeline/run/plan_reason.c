/* Why a node is missing, in a sentence: the parts of its key beside those of the nearest earlier entry
 * of the study. */
#include <stdlib.h>
#include <string.h>

#include "run/plan.h"
#include "run/plan_difference.h"
#include "run/plan_past.h"
#include "util/fs.h"

static char *unknown_reason(const pl_plan *p, const pl_plan_node *n)
{
    for (int s = PL_STAGE_COUNT - 1; s >= 0; s--)
        if (n->dep[s] >= 0 && p->node[n->dep[s]].state != PL_NODE_HIT)
            return pl_format("after %s", p->stages[s]->name);
    return pl_strdup("");
}

static char *miss_reason(pl_plan *p, const pl_plan_node *n)
{
    const char *stage = p->stages[n->stage]->name;
    char *work = pl_format("%s/work/%s", pl_store_dir(p->store), n->key.hex);
    bool begun = pl_exists(work);
    free(work);
    if (pl_store_was_damaged(p->store, stage, &n->key))
        return pl_strdup("its entry was damaged");
    if (begun)
        return pl_strdup("begun, not finished");
    json_t *old = pl_plan_nearest(p, n);
    if (old)
        return pl_part_differences(stage, old, n->parts);
    return pl_strdup(pl_plan_past_is_cut(p, n->stage) ? "not run lately" : "never run");
}

static char *hit_reason(const pl_plan *p, const pl_plan_node *n)
{
    const char *study = json_string_value(json_object_get(n->entry.info, "study"));
    if (study && strcmp(study, p->study->name) != 0)
        return pl_format("made by study %s", study);
    return pl_strdup("made before");
}

kn_status pl_plan_explain(pl_plan *p, pl_stage_id until, kn_error *e)
{
    (void)e;
    for (int i = 0; i < p->node_count; i++) {
        pl_plan_node *n = &p->node[i];
        if (n->reason || n->stage > until)
            continue;
        n->reason = n->state == PL_NODE_MISS      ? miss_reason(p, n)
                    : n->state == PL_NODE_UNKNOWN ? unknown_reason(p, n)
                    : n->state == PL_NODE_SPARED  ? pl_strdup("its runs are done")
                                                  : hit_reason(p, n);
    }
    return KN_OK;
}
