#include "run/plan.h"

#include <stdlib.h>
#include <string.h>

#include "run/plan_past.h"
#include "run/results.h"
#include "util/fs.h"

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* The work's identity: what its key will depend on, with the identities of its inputs' nodes in place
 * of their digests. Only nodes of one plan are told apart by it. */
static kn_status identity_of(pl_plan *p, const pl_stage *stage, const pl_run_spec *spec,
                             const int dep[PL_STAGE_COUNT], pl_digest *out, kn_error *e)
{
    pl_str text;
    const char *path[4];
    int count = stage->sources ? stage->sources(spec, path) : 0;
    kn_status rc = KN_OK;
    pl_str_init(&text);
    pl_str_addf(&text, "%s\n", stage->name);
    for (int i = 0; i < count && rc == KN_OK; i++) {
        pl_digest digest;
        rc = pl_sources_digest(&p->sources, path[i], &digest, e);
        if (rc == KN_OK)
            pl_str_add(&text, digest.hex);
    }
    for (int i = 0; i < stage->input_count; i++)
        pl_str_add(&text, p->node[dep[stage->inputs[i].stage]].identity.hex);
    pl_spec_canonical(spec, stage->keys, &text);
    *out = pl_digest_bytes(text.text, text.size);
    pl_str_clear(&text);
    return rc;
}

/* The first 16 digits, which are as good as random. */
static uint64_t index_key(const pl_digest *identity)
{
    char head[17];
    memcpy(head, identity->hex, 16);
    head[16] = '\0';
    return strtoull(head, NULL, 16);
}

/* The node of that identity, or -1 with the key to put it at: digests that begin alike go to the
 * next numbers. */
static int find_node(const pl_plan *p, const pl_digest *identity, uint64_t *key)
{
    int at = -1;
    for (*key = index_key(identity); (at = pl_hash_index_get(&p->by_identity, *key)) >= 0; ++*key)
        if (strcmp(p->node[at].identity.hex, identity->hex) == 0)
            break;
    return at;
}

/* Done, or ended in a way that the next `facet run` leaves it at. */
static void see_standing(pl_plan *p, pl_plan_run *run)
{
    pl_run_end end;
    run->done = pl_results_run_is_done(p->study_dir, run->id, p->stages);
    p->done += run->done;
    if (run->done)
        return;
    pl_results_run_end(p->study_dir, run->id, p->stages, &end);
    run->left_failed = pl_run_end_is_final(&end);
    run->left_halted = pl_run_end_is_halted(&end);
    p->left_failed += run->left_failed;
    p->left_halted += run->left_halted;
    pl_run_end_clear(&end);
}

static kn_status add_run(pl_plan *p, int r, kn_error *e)
{
    const pl_run_spec *spec = &p->study->runs[r].spec;
    pl_plan_run *run = &p->run[r];
    KN_TRY(pl_run_id(p->stages, spec, &p->sources, run->id, e));
    see_standing(p, run);
    for (int s = 0; s < PL_STAGE_COUNT; s++) {
        const pl_stage *stage = p->stages[s];
        pl_plan_node fresh = {.stage = (pl_stage_id)s, .run = r, .state = PL_NODE_UNKNOWN};
        uint64_t key;
        for (int k = 0; k < PL_STAGE_COUNT; k++)
            fresh.dep[k] = -1;
        for (int i = 0; i < stage->input_count; i++)
            fresh.dep[stage->inputs[i].stage] = run->node[stage->inputs[i].stage];
        KN_TRY(identity_of(p, stage, spec, fresh.dep, &fresh.identity, e));
        int at = find_node(p, &fresh.identity, &key);
        if (at < 0) {
            at = p->node_count++;
            p->node[at] = fresh;
            pl_hash_index_put(&p->by_identity, key, at);
        }
        run->node[s] = at;
        p->node[at].uses++;
        p->node[at].todo += !run->done;
    }
    return KN_OK;
}

static bool inputs_are_made(const pl_plan *p, const pl_plan_node *n)
{
    const pl_stage *stage = p->stages[n->stage];
    for (int i = 0; i < stage->input_count; i++)
        if (p->node[n->dep[stage->inputs[i].stage]].state != PL_NODE_HIT)
            return false;
    return true;
}

/* The parts but for the inputs, which take some kilobytes: only of nodes that are looked up. */
static kn_status need_parts(pl_plan *p, pl_plan_node *n, kn_error *e)
{
    return n->parts ? KN_OK
                    : pl_key_parts(p->stages[n->stage], &p->study->runs[n->run].spec, &p->sources,
                                   &n->parts, e);
}

/* Fills parts.inputs; false where one is missing. */
static bool resolve_inputs(const pl_plan *p, pl_plan_node *n)
{
    const pl_stage *stage = p->stages[n->stage];
    json_t *inputs = json_object();
    bool all = true;
    for (int i = 0; i < stage->input_count && all; i++) {
        const pl_stage_input *in = &stage->inputs[i];
        const pl_plan_node *from = &p->node[n->dep[in->stage]];
        const char *digest = pl_entry_digest(&from->entry, in->file);
        all = digest != NULL || in->optional;
        if (digest) {
            char *name = pl_format("%s/%s", p->stages[in->stage]->name, in->file);
            json_object_set_new(inputs, name, json_string(digest));
            free(name);
        }
    }
    if (all)
        json_object_set(n->parts, "inputs", inputs);
    json_decref(inputs);
    return all;
}

kn_status pl_plan_look_up(pl_plan *p, int node, kn_error *e)
{
    pl_plan_node *n = &p->node[node];
    pl_entry_clear(&n->entry);
    n->state = PL_NODE_UNKNOWN;
    if (!inputs_are_made(p, n))
        return KN_OK;
    KN_TRY(need_parts(p, n, e));
    if (!resolve_inputs(p, n))
        return KN_OK;
    bool found = false;
    n->key = pl_key_of(p->stages[n->stage], n->parts);
    KN_TRY(
        pl_store_find(p->store, p->stages[n->stage]->name, &n->key, false, &found, &n->entry, e));
    n->state = found ? PL_NODE_HIT : PL_NODE_MISS;
    return KN_OK;
}

kn_status pl_plan_make(const pl_study *study, const pl_stage *const *stages, pl_store *store,
                       const char *results, pl_plan *out, kn_error *e)
{
    *out = (pl_plan){.study = study, .stages = stages, .store = store};
    out->sources.store = store;
    out->study_dir = pl_path_join(results, study->name);
    size_t runs = (size_t)study->run_count;
    out->run = must(calloc(runs + 1, sizeof *out->run));
    out->node = must(calloc(runs * PL_STAGE_COUNT + 1, sizeof *out->node));
    kn_status rc = KN_OK;
    for (int r = 0; r < study->run_count && rc == KN_OK; r++)
        rc = add_run(out, r, e);
    for (int n = 0; n < out->node_count && rc == KN_OK; n++) {
        if (out->node[n].todo == 0)
            out->node[n].state = PL_NODE_SPARED;
        else
            rc = pl_plan_look_up(out, n, e);
    }
    if (rc != KN_OK)
        pl_plan_clear(out);
    return rc;
}

kn_status pl_plan_write_table(const pl_plan *p, kn_error *e)
{
    const char **ids = calloc((size_t)p->study->run_count + 1, sizeof *ids);
    if (!ids)
        return kn_fail(e, KN_ENOMEM, "no memory for %d runs", p->study->run_count);
    for (int r = 0; r < p->study->run_count; r++)
        ids[r] = p->run[r].id;
    bool changed = false;
    kn_status rc = pl_results_write_table(p->study_dir, p->study, ids, &changed, e);
    free(ids);
    return rc;
}

void pl_plan_clear(pl_plan *p)
{
    for (int i = 0; i < p->node_count; i++) {
        json_decref(p->node[i].parts);
        pl_entry_clear(&p->node[i].entry);
        free(p->node[i].reason);
        free(p->node[i].failure);
    }
    pl_hash_index_clear(&p->by_identity);
    free(p->node);
    free(p->run);
    free(p->study_dir);
    pl_sources_clear(&p->sources);
    pl_plan_past_free(p->past);
    *p = (pl_plan){.study = NULL};
}

char *pl_plan_node_title(const pl_plan *p, const pl_plan_node *n)
{
    static const char *const methods[] = {"official", "random", "stratified", "identity"};
    const pl_run *run = &p->study->runs[n->run];
    const pl_data_spec *d = &run->spec.data;
    if (n->stage == PL_INGEST)
        return pl_format("%dx%d %s", d->width, d->height, d->channels == 1 ? "gray" : "rgb");
    if (n->stage == PL_SPLIT)
        return pl_strdup(methods[run->spec.split.method]);
    return pl_strdup(run->label);
}
