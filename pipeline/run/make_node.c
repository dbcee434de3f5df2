#include "run/make_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/live.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/memory.h"

/* One entry in the making. */
typedef struct making {
    int node;
    pl_making making;
    FILE *log;
    char *log_path, *title;
    bool resumed; /* an interrupted attempt did part of it */
} making;

char *pl_node_work_dir(const pl_plan *plan, const pl_plan_node *n)
{
    return pl_format("%s/work/%s", pl_store_dir(plan->store), n->key.hex);
}

/* The same order in every process: two that need the same entries never wait for each other in a
 * ring. */
static int by_key(const void *a, const void *b)
{
    const making *x = a, *y = b;
    return strcmp(x->making.key.hex, y->making.key.hex);
}

static void fill_job(const pl_plan *p, making *m, const pl_node_tools *tools, pl_stage_job *job)
{
    const pl_plan_node *n = &p->node[m->node];
    *job = (pl_stage_job){.spec = &p->study->runs[n->run].spec,
                          .out = m->making.out_dir,
                          .work = m->making.work_dir,
                          .title = m->title,
                          .pool = tools->pool,
                          .epoch_limit = tools->epoch_limit,
                          .profile = tools->profile,
                          .log = m->log};
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        if (n->dep[s] >= 0)
            job->dir[s] = p->node[n->dep[s]].entry.dir;
}

/* What entry.json says besides the files: the parts of the key, and where and when it was made. */
static json_t *entry_info(const pl_plan *p, const pl_plan_node *n, double seconds)
{
    char host[128] = "", now[PL_TIME_TEXT];
    gethostname(host, sizeof host - 1);
    pl_time_text(now);
    json_t *info = json_copy(n->parts);
    json_object_set_new(info, "study", json_string(p->study->name));
    json_object_set_new(info, "label", json_string(p->study->runs[n->run].label));
    json_object_set_new(info, "seconds", json_real(seconds));
    json_object_set_new(info, "made", json_string(now));
    json_object_set_new(info, "host", json_string(host));
    return info;
}

static kn_status begin(pl_plan *p, making *m, bool *exists, kn_error *e)
{
    const pl_plan_node *n = &p->node[m->node];
    KN_TRY(pl_store_begin(p->store, p->stages[n->stage]->name, &n->key, exists, &m->making, e));
    if (*exists)
        return KN_OK;
    m->title = pl_plan_node_title(p, n);
    m->log_path = pl_path_join(m->making.work_dir, "log.txt");
    m->log = pl_log_open(m->log_path);
    if (!m->log)
        return kn_fail_errno(e, KN_EIO, "cannot write '%s'", m->log_path);
    pl_live_log(m->log_path);
    struct stat st;
    m->resumed = stat(m->log_path, &st) == 0 && st.st_size > 0;
    return KN_OK;
}

/* The log becomes part of the entry; a joint work's is its first job's. */
static kn_status commit(pl_plan *p, making *m, const char *log_path, double seconds, kn_error *e)
{
    char *to = pl_path_join(m->making.out_dir, "log.txt");
    json_t *info = entry_info(p, &p->node[m->node], seconds);
    kn_status rc = pl_copy_file(log_path, to, e);
    if (rc == KN_OK)
        rc = pl_store_commit(p->store, &m->making, info, e);
    json_decref(info);
    free(to);
    return rc;
}

/* Only whole works tell what a work costs. */
static void note_costs(const pl_plan *p, const making *list, int count, const pl_node_tools *tools,
                       double seconds, double bytes)
{
    for (int i = 0; i < count && tools->costs; i++) {
        const pl_plan_node *n = &p->node[list[i].node];
        if (!list[i].resumed)
            pl_costs_note(tools->costs, n->stage, &p->study->runs[n->run].spec, tools->threads,
                          tools->jobs, seconds, bytes);
    }
}

static kn_status run_all(pl_plan *p, making *list, int count, const pl_node_tools *tools,
                         kn_error *e)
{
    const pl_stage *stage = p->stages[p->node[list[0].node].stage];
    pl_stage_job *jobs = calloc((size_t)count, sizeof *jobs);
    if (!jobs)
        return kn_fail(e, KN_ENOMEM, "no memory for %d jobs", count);
    for (int i = 0; i < count; i++)
        fill_job(p, &list[i], tools, &jobs[i]);
    if (tools->costs)
        pl_memory_peak_reset();
    double began = pl_now();
    kn_status rc = stage->run(jobs, count, e);
    double seconds = (pl_now() - began) / count;
    double bytes = tools->costs ? pl_memory_peak() : 0;
    for (int i = 0; i < count && rc == KN_OK; i++) {
        if (fflush(list[i].log) != 0 || ferror(list[i].log))
            rc = kn_fail_errno(e, KN_EIO, "cannot write '%s'", list[i].log_path);
    }
    char *log = pl_strdup(list[0].log_path);
    /* the first job's log is read by the others' commits: it is committed last */
    for (int i = count - 1; i >= 0 && rc == KN_OK; i--)
        rc = commit(p, &list[i], log, seconds, e);
    if (rc == KN_OK)
        note_costs(p, list, count, tools, seconds, bytes);
    free(log);
    free(jobs);
    return rc;
}

static void end(pl_plan *p, making *m)
{
    if (m->log)
        fclose(m->log);
    pl_store_abort(p->store, &m->making);
    free(m->log_path);
    free(m->title);
}

kn_status pl_make_nodes(pl_plan *p, const int *nodes, int count, const pl_node_tools *tools,
                        int *made, kn_error *e)
{
    making *list = calloc((size_t)count, sizeof *list);
    int open = 0;
    kn_status rc = KN_OK;
    if (!list)
        return kn_fail(e, KN_ENOMEM, "no memory for %d entries", count);
    for (int i = 0; i < count; i++)
        list[i] = (making){.node = nodes[i], .making = {.key = p->node[nodes[i]].key, .lock = -1}};
    qsort(list, (size_t)count, sizeof *list, by_key);
    for (int i = 0; i < count; i++) {
        bool exists = false;
        making m = list[i];
        rc = begin(p, &m, &exists, e);
        if (!exists)
            list[open++] = m;
        if (rc != KN_OK)
            break;
    }
    if (rc == KN_OK && open > 0)
        rc = run_all(p, list, open, tools, e);
    for (int i = 0; i < open; i++)
        end(p, &list[i]);
    free(list);
    for (int i = 0; i < count && rc == KN_OK; i++) {
        rc = pl_plan_look_up(p, nodes[i], e);
        if (rc == KN_OK && p->node[nodes[i]].state != PL_NODE_HIT)
            rc = kn_fail(e, KN_EIO, "the cache lost an entry that was just made: %s %.12s",
                         p->stages[p->node[nodes[i]].stage]->name, p->node[nodes[i]].key.hex);
    }
    if (rc == KN_OK && made)
        *made += open;
    for (int i = 0; i < count && rc != KN_OK && rc != KN_EINTERRUPTED && rc != KN_EPAUSED; i++) {
        pl_plan_node *n = &p->node[nodes[i]];
        n->failed = rc;
        free(n->failure);
        n->failure = pl_strdup(e ? e->text : "failed");
    }
    return rc;
}
