#define _GNU_SOURCE
#include "run/launcher.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/launcher_slurm.h"
#include "run/launcher_spec.h"
#include "run/results.h"
#include "util/fs.h"

static const char *run_id(const pl_launch *l, int r)
{
    return l->plan->run[r].id;
}

/* The program as the jobs call it. */
static char *own_path(void)
{
    char path[PATH_MAX + 1];
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX);
    path[size > 0 ? size : 0] = '\0';
    return pl_strdup(size > 0 ? path : "facet");
}

/* A backslash in a log file's name is Slurm's own sign, and nothing takes that from it. */
static kn_status check_path(const char *what, const char *path, kn_error *e)
{
    if (strpbrk(path, "\n\r\\"))
        return kn_fail(e, KN_EUSAGE,
                       "--launcher slurm: %s holds a line break or a backslash, which no batch "
                       "script can name: '%s'",
                       what, path);
    return KN_OK;
}

/* One more than the highest number there is. */
static int next_submission(const char *study_dir)
{
    char *dir = pl_path_join(study_dir, "slurm"), **names = NULL;
    size_t count = 0;
    int last = 0;
    if (pl_is_dir(dir) && pl_list_dir(dir, &names, &count, NULL) == KN_OK)
        for (size_t i = 0; i < count; i++)
            last = atoi(names[i]) > last ? atoi(names[i]) : last;
    pl_free_names(names);
    free(dir);
    return last + 1;
}

static bool is_made(const pl_plan *p, int r)
{
    for (int s = PL_INGEST; s <= PL_SPLIT; s++)
        if (p->node[p->run[r].node[s]].state != PL_NODE_HIT)
            return false;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Tasks in the queue for runs the study has no more. */
static int count_strangers(const pl_launch *l)
{
    int runs = l->plan->study->run_count, count = 0;
    const char **ids = calloc((size_t)runs + 1, sizeof *ids);
    if (!ids)
        abort();
    for (int r = 0; r < runs; r++)
        ids[r] = run_id(l, r);
    qsort(ids, (size_t)runs, sizeof *ids, by_text);
    for (int i = 0; i < l->queue.runs; i++)
        count += !bsearch(&l->queue.run[i].id, ids, (size_t)runs, sizeof *ids, by_text);
    free(ids);
    return count;
}

/* As the executor judges: it failed by itself with these stage versions and this arithmetic. */
static bool failed_for_good(const pl_plan *p, int r)
{
    pl_run_end end;
    bool failed = pl_results_run_end(p->study_dir, p->run[r].id, p->stages, &end) &&
                  end.status == PL_RUN_FAILED && !end.outside && end.current;
    pl_run_end_clear(&end);
    return failed;
}

/* Done since the plan was made, before the queue was asked: a task that ended in between. */
static bool is_done_now(const pl_plan *p, int r)
{
    return p->run[r].done || pl_results_run_is_done(p->study_dir, p->run[r].id, p->stages);
}

static void decide(pl_launch *l, bool retry_failed)
{
    bool has_report = false;
    for (int i = 0; i < l->queue.count; i++)
        has_report = has_report || l->queue.job[i].kind == PL_SLURM_REPORT;
    for (int r = 0; r < l->plan->study->run_count; r++) {
        if (pl_queue_has_run(&l->queue, run_id(l, r))) {
            l->queued++;
        } else if (is_done_now(l->plan, r)) {
            l->done++;
        } else if (!retry_failed && failed_for_good(l->plan, r)) {
            l->failed++;
        } else {
            l->todo[l->todo_count++] = r;
            l->prepare = l->prepare || !is_made(l->plan, r);
        }
    }
    l->strangers = count_strangers(l);
    l->report = l->todo_count > 0 || (l->queued > 0 && !has_report);
}

kn_status pl_launch_make(const pl_plan *plan, const pl_launch_request *request, pl_launch *l,
                         kn_error *e)
{
    const pl_study *study = plan->study;
    *l = (pl_launch){.plan = plan};
    KN_TRY(pl_queue_read(plan->study_dir, &l->queue, e));
    l->facet = own_path();
    l->results = pl_launcher_absolute(request->results);
    l->cache = pl_launcher_absolute(request->cache);
    l->dir = pl_format("%s/%s/slurm/%d", l->results, study->name, next_submission(plan->study_dir));
    l->todo = calloc((size_t)study->run_count + 1, sizeof *l->todo);
    if (!l->todo)
        abort();
    decide(l, request->retry_failed);
    l->batch = (pl_slurm_batch){.study = study->name,
                                .facet = l->facet,
                                .results = l->results,
                                .cache = l->cache,
                                .dir = l->dir,
                                .threads = request->threads,
                                .options = request->options,
                                .isa = getenv("FACET_ISA"),
                                .bf16 = getenv("FACET_BF16"),
                                .blas_core = getenv("OPENBLAS_CORETYPE")};
    int most = l->todo_count > 1 ? pl_slurm_max_tasks() : 1;
    l->batch.tasks = l->todo_count < most ? l->todo_count : most;
    kn_status rc = check_path("the program's path", l->facet, e);
    rc = rc == KN_OK ? check_path("the cache's path", l->cache, e) : rc;
    rc = rc == KN_OK ? check_path("the results' path", l->dir, e) : rc;
    if (rc != KN_OK)
        pl_launch_clear(l);
    return rc;
}

void pl_launch_clear(pl_launch *l)
{
    pl_queue_clear(&l->queue);
    free(l->facet);
    free(l->results);
    free(l->cache);
    free(l->dir);
    free(l->todo);
    *l = (pl_launch){.plan = NULL};
}

bool pl_launch_is_needed(const pl_launch *l)
{
    return l->todo_count > 0 || l->report;
}

bool pl_launch_wants(const pl_launch *l, pl_slurm_kind kind)
{
    return kind == PL_SLURM_PREPARE ? l->prepare
           : kind == PL_SLURM_RUNS  ? l->todo_count > 0
                                    : l->report;
}

char *pl_launch_dependency(const pl_launch *l, pl_slurm_kind kind, const char *prepare,
                           const char *runs)
{
    if (kind == PL_SLURM_RUNS && l->prepare)
        return pl_format("afterok:%s", prepare);
    if (kind != PL_SLURM_REPORT)
        return NULL;
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "afterany");
    if (l->todo_count > 0)
        pl_str_addf(&s, ":%s", runs);
    long last = -1;
    for (int i = 0; i < l->queue.count; i++)
        if (l->queue.job[i].kind == PL_SLURM_RUNS && l->queue.job[i].job != last) {
            last = l->queue.job[i].job;
            char *job = pl_format(":%ld", last);
            char *hit = strstr(s.text, job);
            if (!hit || (hit[strlen(job)] && hit[strlen(job)] != ':'))
                pl_str_add(&s, job);
            free(job);
        }
    return pl_str_take(&s);
}
