/* A plan for people and for programs. */
#include <stdlib.h>
#include <string.h>

#include "data/tables.h"
#include "nn/net.h"
#include "run/plan.h"

static const char *state_text(pl_node_state state)
{
    static const char *const text[] = {"hit", "miss", "wait", "done"};
    return text[state];
}

static bool is_to_make(const pl_plan_node *n)
{
    return n->state == PL_NODE_MISS || n->state == PL_NODE_UNKNOWN;
}

/* Rows of the label table: images there are at most. */
static double count_images(const pl_run_spec *spec)
{
    pl_labels labels;
    if (pl_labels_read(spec->data.labels, &labels, NULL) != KN_OK)
        return 0;
    double count = (double)labels.names.count;
    pl_labels_clear(&labels);
    return spec->data.limit > 0 && spec->data.limit < count ? spec->data.limit : count;
}

static double model_bytes(const pl_run_spec *spec)
{
    kn_arena arena;
    kn_net_desc desc;
    kn_net *net = NULL;
    double bytes = 0;
    kn_arena_init(&arena);
    if (pl_spec_net(spec, &arena, &desc, NULL) == KN_OK && kn_net_new(&desc, &net, NULL) == KN_OK)
        bytes = 4.0 * (double)kn_net_params(net);
    kn_net_free(net);
    kn_arena_clear(&arena);
    return bytes;
}

typedef struct expectation {
    double cache_bytes, result_bytes, seconds;
    int timed, untimed; /* nodes to make with and without an earlier time */
} expectation;

/* Seconds that the nearest earlier work took, by the parameters that cost time; -1 where there is
 * none. */
static double past_seconds(const pl_plan *p, const pl_plan_node *n)
{
    static const char *const keys[] = {"data.image.size", "data.image.channels", "model.type",
                                       "train.epochs", "train.batch"};
    const json_t *mine = json_object_get(n->parts, "parameters");
    double sum = 0;
    int count = 0;
    size_t i = 0;
    json_t *info = NULL;
    json_array_foreach(p->history, i, info)
    {
        const char *stage = json_string_value(json_object_get(info, "stage"));
        const json_t *theirs = json_object_get(info, "parameters");
        bool like = stage && strcmp(stage, p->stages[n->stage]->name) == 0;
        for (size_t k = 0; like && k < sizeof keys / sizeof *keys; k++) {
            const json_t *a = json_object_get(mine, keys[k]), *b = json_object_get(theirs, keys[k]);
            like = (!a && !b) || (a && b && json_equal(a, b));
        }
        if (like) {
            sum += json_number_value(json_object_get(info, "seconds"));
            count++;
        }
    }
    return count ? sum / count : -1;
}

static void expect(const pl_plan *p, pl_stage_id until, expectation *x)
{
    double images = -1;
    *x = (expectation){0};
    for (int i = 0; i < p->node_count; i++) {
        const pl_plan_node *n = &p->node[i];
        const pl_run_spec *spec = &p->study->runs[n->run].spec;
        if (!is_to_make(n) || n->stage > until)
            continue;
        if (n->stage == PL_INGEST) {
            images = images < 0 ? count_images(spec) : images;
            x->cache_bytes +=
                images * ((double)spec->data.width * spec->data.height * spec->data.channels + 60);
        } else if (n->stage == PL_TRAIN) {
            double bytes = model_bytes(spec);
            x->cache_bytes += bytes;
            x->result_bytes += bytes * n->todo;
        }
        double seconds = past_seconds(p, n);
        x->timed += seconds >= 0;
        x->untimed += seconds < 0;
        x->seconds += seconds >= 0 ? seconds : 0;
    }
}

static void add_counts(const pl_plan *p, pl_stage_id until, pl_str *s)
{
    for (int stage = 0; stage <= (int)until; stage++) {
        int count = 0, make = 0;
        for (int i = 0; i < p->node_count; i++)
            if ((int)p->node[i].stage == stage) {
                count++;
                make += is_to_make(&p->node[i]);
            }
        pl_str_addf(s, "%s%s %d of %d", stage ? ", " : "to make: ", p->stages[stage]->name, make,
                    count);
    }
    pl_str_add(s, "\n");
}

static void add_expectation(const pl_plan *p, pl_stage_id until, pl_str *s)
{
    expectation x;
    char text[48], more[48];
    expect(p, until, &x);
    if (x.timed + x.untimed == 0)
        return;
    pl_str_addf(s, "disk: at most %s in the cache and %s in results; ",
                pl_human_bytes(x.cache_bytes, text, sizeof text),
                pl_human_bytes(x.result_bytes, more, sizeof more));
    if (x.timed == 0)
        pl_str_add(s, "time: not known, nothing like it was run before\n");
    else if (x.untimed == 0)
        pl_str_addf(s, "time: about %s, by earlier runs\n",
                    pl_human_seconds(x.seconds, text, sizeof text));
    else
        pl_str_addf(s, "time: about %s for %d of %d stages, the others were never run\n",
                    pl_human_seconds(x.seconds, text, sizeof text), x.timed, x.timed + x.untimed);
}

kn_status pl_plan_text(pl_plan *p, pl_stage_id until, pl_str *s, kn_error *e)
{
    int width = 4, runs = p->study->run_count;
    KN_TRY(pl_plan_explain(p, until, e));
    for (int i = 0; i < p->node_count; i++) {
        char *title = pl_plan_node_title(p, &p->node[i]);
        int size = (int)strlen(title);
        width = size > width ? size : width;
        free(title);
    }
    width = width > 60 ? 60 : width;
    pl_str_addf(s, "study %s: %d run%s, %d done\n\n", p->study->name, runs, runs == 1 ? "" : "s",
                p->done);
    if (p->done == runs) {
        pl_str_addf(s, "nothing to do: %d run%s done\n", runs, runs == 1 ? " is" : "s are");
        return KN_OK;
    }
    pl_str_addf(s, "%-9s %4s  %-5s %-*s  %s\n", "stage", "runs", "state", width, "what", "why");
    for (int stage = 0; stage <= (int)until; stage++)
        for (int i = 0; i < p->node_count; i++) {
            const pl_plan_node *n = &p->node[i];
            if ((int)n->stage != stage)
                continue;
            char *title = pl_plan_node_title(p, n);
            pl_str_addf(s, "%-9s %4d  %-5s ", p->stages[stage]->name, n->uses,
                        state_text(n->state));
            if (*n->reason)
                pl_str_addf(s, "%-*s  %s\n", width, title, n->reason);
            else
                pl_str_addf(s, "%s\n", title);
            free(title);
        }
    pl_str_add(s, "\n");
    add_counts(p, until, s);
    add_expectation(p, until, s);
    return KN_OK;
}

kn_status pl_plan_json(pl_plan *p, pl_stage_id until, json_t **out, kn_error *e)
{
    KN_TRY(pl_plan_explain(p, until, e));
    json_t *nodes = json_array(), *runs = json_array();
    for (int i = 0; i < p->node_count; i++) {
        const pl_plan_node *n = &p->node[i];
        if (n->stage > until)
            continue;
        char *title = pl_plan_node_title(p, n);
        bool known = n->state == PL_NODE_HIT || n->state == PL_NODE_MISS;
        json_t *node = json_pack("{s:s,s:s,s:s,s:i,s:i,s:s}", "stage", p->stages[n->stage]->name,
                                 "state", state_text(n->state), "what", title, "runs", n->uses,
                                 "runs_to_do", n->todo, "why", n->reason);
        json_object_set_new(node, "key", known ? json_string(n->key.hex) : json_null());
        json_array_append_new(nodes, node);
        free(title);
    }
    for (int r = 0; r < p->study->run_count; r++)
        json_array_append_new(runs, json_pack("{s:s,s:s,s:b}", "run", p->run[r].id, "label",
                                              p->study->runs[r].label, "done", p->run[r].done));
    expectation x;
    expect(p, until, &x);
    *out = json_pack("{s:s,s:o,s:o,s:i,s:f,s:f,s:f,s:i}", "study", p->study->name, "nodes", nodes,
                     "runs", runs, "done", p->done, "cache_bytes", x.cache_bytes, "result_bytes",
                     x.result_bytes, "seconds", x.seconds, "stages_never_timed", x.untimed);
    return KN_OK;
}
