#include "run/plan_text.h"

#include <stdlib.h>
#include <string.h>

enum {
    ONE_BY_ONE = 60, /* nodes of a stage that are listed so */
    MAX_GROUPS = 16, /* lines of a stage otherwise */
    MAX_WIDTH = 60
};

static const char *state_text(pl_node_state state)
{
    static const char *const text[] = {"hit", "miss", "wait", "done"};
    return text[state];
}

static bool is_to_make(const pl_plan_node *n)
{
    return n->state == PL_NODE_MISS || n->state == PL_NODE_UNKNOWN;
}

/* One line of the table: a node, or several of equal state and like reason. */
typedef struct line {
    pl_stage_id stage;
    pl_node_state state;
    int nodes, uses;
    char *what, *why; /* heap */
} line;

typedef struct table {
    line *line;
    int count;
} table;

/* A reason without its values: "train.lr 0.1 -> 0.2, train.batch 8 -> 9" is "train.lr and others
 * changed". */
static char *like_reason(const char *why)
{
    const char *arrow = strstr(why, " -> ");
    size_t key = strcspn(why, " ");
    if (!arrow || !memchr(why, '.', key))
        return pl_strdup(why);
    bool others = strstr(why, " (and ") || strstr(why, ", ");
    return pl_format("%.*s%s changed", (int)key, why, others ? " and others" : "");
}

static line *add_line(table *t, pl_stage_id stage, pl_node_state state, char *what, char *why)
{
    t->line[t->count] = (line){stage, state, 0, 0, what, why};
    return &t->line[t->count++];
}

static void count_in(line *l, const pl_plan_node *n)
{
    l->nodes++;
    l->uses += n->uses;
}

/* The stage's group of that reason and state; a new one, or past the last the one for the rest. */
static line *group_of(table *t, int first, const pl_plan_node *n, char *why)
{
    for (int i = first; i < t->count; i++)
        if (t->line[i].state == n->state && strcmp(t->line[i].why, why) == 0) {
            free(why);
            return &t->line[i];
        }
    if (t->count - first >= MAX_GROUPS && strcmp(why, "other reasons") != 0) {
        free(why);
        return group_of(t, first, n, pl_strdup("other reasons"));
    }
    return add_line(t, n->stage, n->state, NULL, why);
}

/* Whether lines stand for several nodes. */
static bool make_table(const pl_plan *p, pl_stage_id until, bool all, table *t)
{
    static const char *const plural[] = {"ingests", "splits", "trainings", "evaluations"};
    bool grouped = false;
    char count[32];
    t->line = calloc((size_t)p->node_count + 1, sizeof *t->line);
    if (!t->line)
        abort();
    for (int stage = 0; stage <= (int)until; stage++) {
        int nodes = 0, first = t->count;
        for (int i = 0; i < p->node_count; i++)
            nodes += (int)p->node[i].stage == stage;
        bool group = !all && nodes > ONE_BY_ONE;
        for (int i = 0; i < p->node_count; i++) {
            const pl_plan_node *n = &p->node[i];
            if ((int)n->stage != stage)
                continue;
            count_in(group ? group_of(t, first, n, like_reason(n->reason))
                           : add_line(t, n->stage, n->state, pl_plan_node_title(p, n),
                                      pl_strdup(n->reason)),
                     n);
        }
        for (int i = first; i < t->count && group; i++)
            t->line[i].what = pl_format(
                "%s %s", pl_human_count(t->line[i].nodes, count, sizeof count), plural[stage]);
        grouped = grouped || group;
    }
    return grouped;
}

static void clear_table(table *t)
{
    for (int i = 0; i < t->count; i++) {
        free(t->line[i].what);
        free(t->line[i].why);
    }
    free(t->line);
}

static void add_table(const pl_plan *p, const table *t, pl_str *s)
{
    int width = 4, digits = 4;
    for (int i = 0; i < t->count; i++) {
        int size = (int)strlen(t->line[i].what), uses = 1;
        for (int n = t->line[i].uses; n > 9; n /= 10)
            uses++;
        width = size > width ? size : width;
        digits = uses > digits ? uses : digits;
    }
    width = width > MAX_WIDTH ? MAX_WIDTH : width;
    pl_str_addf(s, "%-9s %*s  %-5s %-*s  %s\n", "stage", digits, "runs", "state", width, "what",
                "why");
    for (int i = 0; i < t->count; i++) {
        const line *l = &t->line[i];
        pl_str_addf(s, "%-9s %*d  %-5s %-*s  %s\n", p->stages[l->stage]->name, digits, l->uses,
                    state_text(l->state), width, l->what, l->why);
    }
    pl_str_add(s, "\n");
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

static double share(const pl_expectation *x, pl_cost_basis basis)
{
    double all = 0;
    for (int i = 0; i < 3; i++)
        all += x->work_seconds[i];
    return all > 0 ? x->work_seconds[basis] / all : 0;
}

/* "time: about 3 h 10 min by 2 jobs of 1 thread; 80 % of it measured, 20 % scaled from like work" */
static void add_time(const pl_expectation *x, pl_str *s)
{
    static const char *const basis[] = {"measured on this machine", "scaled from like work",
                                        "guessed by its amount"};
    char text[48];
    bool known = x->works[PL_COST_MEASURED] + x->works[PL_COST_SCALED] > 0;
    pl_str_addf(s, "time: %s %s by %d job%s of %d thread%s; ", known ? "about" : "perhaps",
                pl_human_seconds(x->seconds, text, sizeof text), x->jobs, x->jobs == 1 ? "" : "s",
                x->threads, x->threads == 1 ? "" : "s");
    if (!known) {
        pl_str_add(s, "nothing like it was run before\n");
        return;
    }
    bool first = true;
    for (int b = 0; b < 3; b++) {
        double percent = 100 * share(x, (pl_cost_basis)b);
        if (x->works[b] == 0)
            continue;
        if (percent >= 99.5)
            pl_str_addf(s, "%sall of it", first ? "" : ", ");
        else if (percent < 0.5)
            pl_str_addf(s, "%sunder 1 %%", first ? "" : ", ");
        else
            pl_str_addf(s, "%s%.0f %%", first ? "" : ", ", percent);
        pl_str_addf(s, "%s %s", first && percent < 99.5 ? " of it" : "", basis[b]);
        first = false;
    }
    pl_str_add(s, "\n");
}

static void add_expectation(const pl_expectation *x, pl_str *s)
{
    char cache[48], results[48], checkpoints[48];
    if (x->works[0] + x->works[1] + x->works[2] == 0)
        return;
    pl_str_addf(s, "disk: at most %s in the cache and %s in results",
                pl_human_bytes(x->cache_bytes, cache, sizeof cache),
                pl_human_bytes(x->result_bytes, results, sizeof results));
    if (x->checkpoint_bytes > 0)
        pl_str_addf(s, ", and %s of checkpoints while it runs",
                    pl_human_bytes(x->checkpoint_bytes, checkpoints, sizeof checkpoints));
    pl_str_add(s, "\n");
    add_time(x, s);
}

static void add_left_alone(const pl_plan *p, pl_str *s)
{
    if (p->left_failed > 0)
        pl_str_addf(s,
                    "%d run%s failed before and %s left alone; facet run --retry-failed tries "
                    "again\n",
                    p->left_failed, p->left_failed == 1 ? "" : "s",
                    p->left_failed == 1 ? "is" : "are");
    if (p->left_halted > 0)
        pl_str_addf(s, "%d run%s stopped by halving; facet run --finish completes %s\n",
                    p->left_halted, p->left_halted == 1 ? " is" : "s are",
                    p->left_halted == 1 ? "it" : "them");
}

kn_status pl_plan_text(pl_plan *p, pl_stage_id until, bool all, const pl_expectation *x, pl_str *s,
                       kn_error *e)
{
    int runs = p->study->run_count, left = p->left_failed + p->left_halted;
    pl_str_addf(s, "study %s: %d run%s, %d done\n", p->study->name, runs, runs == 1 ? "" : "s",
                p->done);
    add_left_alone(p, s);
    pl_str_add(s, "\n");
    if (p->done + left == runs) {
        pl_str_addf(s, "nothing to do: %d run%s done\n", p->done, p->done == 1 ? " is" : "s are");
        return KN_OK;
    }
    KN_TRY(pl_plan_explain(p, until, e));
    table t = {NULL, 0};
    bool grouped = make_table(p, until, all, &t);
    add_table(p, &t, s);
    clear_table(&t);
    if (grouped)
        pl_str_add(s, "like works share a line; --all lists them one by one\n");
    add_counts(p, until, s);
    add_expectation(x, s);
    return KN_OK;
}

static json_t *node_json(const pl_plan *p, const pl_plan_node *n)
{
    char *title = pl_plan_node_title(p, n);
    bool known = n->state == PL_NODE_HIT || n->state == PL_NODE_MISS;
    json_t *node = json_pack("{s:s,s:s,s:s,s:i,s:i,s:s}", "stage", p->stages[n->stage]->name,
                             "state", state_text(n->state), "what", title, "runs", n->uses,
                             "runs_to_do", n->todo, "why", n->reason);
    json_object_set_new(node, "key", known ? json_string(n->key.hex) : json_null());
    free(title);
    return node;
}

static json_t *run_json(const pl_plan *p, int r)
{
    const pl_plan_run *run = &p->run[r];
    json_t *object = json_pack("{s:s,s:s,s:b}", "run", run->id, "label", p->study->runs[r].label,
                               "done", run->done);
    json_object_set_new(object, "left_alone",
                        run->left_failed   ? json_string("failed")
                        : run->left_halted ? json_string("halted")
                                           : json_null());
    return object;
}

kn_status pl_plan_json(pl_plan *p, pl_stage_id until, const pl_expectation *x, json_t **out,
                       kn_error *e)
{
    KN_TRY(pl_plan_explain(p, until, e));
    json_t *nodes = json_array(), *runs = json_array();
    for (int i = 0; i < p->node_count; i++)
        if (p->node[i].stage <= until)
            json_array_append_new(nodes, node_json(p, &p->node[i]));
    for (int r = 0; r < p->study->run_count; r++)
        json_array_append_new(runs, run_json(p, r));
    *out = json_pack("{s:s,s:o,s:o,s:i,s:f,s:i,s:i,s:f,s:f,s:f,s:i,s:f,s:f,s:f}", "study",
                     p->study->name, "nodes", nodes, "runs", runs, "done", p->done, "seconds",
                     x->seconds, "jobs", x->jobs, "threads", x->threads, "measured",
                     share(x, PL_COST_MEASURED), "scaled", share(x, PL_COST_SCALED), "guessed",
                     share(x, PL_COST_GUESSED), "stages_never_timed", x->works[PL_COST_GUESSED],
                     "cache_bytes", x->cache_bytes, "result_bytes", x->result_bytes,
                     "checkpoint_bytes", x->checkpoint_bytes);
    return KN_OK;
}
