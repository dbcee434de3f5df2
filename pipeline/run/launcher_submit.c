/* The jobs of a study on their way to the queue, declared in launcher.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/json.h"
#include "run/launcher.h"
#include "run/launcher_slurm.h"
#include "run/launcher_spec.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"

/* Where there are more runs than an array may have tasks, a task makes several: T tasks, task K the
 * runs K, K + T, K + 2T, ... */
static void add_ids(const pl_launch *l, pl_str *out)
{
    for (int k = 0; k < l->batch.tasks; k++)
        for (int i = k; i < l->todo_count; i += l->batch.tasks)
            pl_str_addf(out, "%s%s", l->plan->run[l->todo[i]].id,
                        i + l->batch.tasks < l->todo_count ? "," : "\n");
}

static kn_status write_text(const pl_launch *l, const char *name, const pl_str *text, kn_error *e)
{
    char *path = pl_path_join(l->dir, name);
    kn_status rc = pl_write_file(path, text->text, text->size, e);
    free(path);
    return rc;
}

static kn_status write_folder(const pl_launch *l, kn_error *e)
{
    pl_str text;
    pl_str_init(&text);
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, pl_make_dirs(l->dir, e));
    pl_launcher_spec(l->plan->study, &text);
    KN_TRY_TO(rc, cleanup, write_text(l, "spec.yaml", &text, e));
    pl_str_reset(&text);
    add_ids(l, &text);
    KN_TRY_TO(rc, cleanup, write_text(l, "runs.ids", &text, e));
    for (int k = 0; k < PL_SLURM_KINDS; k++) {
        char *name = pl_format("%s.sh", pl_slurm_kind_name((pl_slurm_kind)k));
        pl_str_reset(&text);
        pl_slurm_script(&l->batch, (pl_slurm_kind)k, &text);
        if (pl_launch_wants(l, (pl_slurm_kind)k))
            rc = write_text(l, name, &text, e);
        free(name);
        if (rc != KN_OK)
            goto cleanup;
    }
cleanup:
    pl_str_clear(&text);
    return rc;
}

static kn_status submit_jobs(const pl_launch *l, long job[PL_SLURM_KINDS], kn_error *e)
{
    for (int k = 0; k < PL_SLURM_KINDS; k++) {
        if (!pl_launch_wants(l, (pl_slurm_kind)k))
            continue;
        KN_TRY(pl_interrupt_check(e));
        char *prepare = pl_format("%ld", job[PL_SLURM_PREPARE]);
        char *runs = pl_format("%ld", job[PL_SLURM_RUNS]);
        char *after = pl_launch_dependency(l, (pl_slurm_kind)k, prepare, runs);
        kn_status rc = pl_slurm_submit(&l->batch, (pl_slurm_kind)k, after, &job[k], e);
        free(after);
        free(runs);
        free(prepare);
        KN_TRY(rc);
    }
    return KN_OK;
}

/* Reports that waited for the older arrays: the new one waits for these and the new array. */
static void cancel_old_reports(const pl_launch *l)
{
    for (int i = 0; i < l->queue.count; i++)
        if (l->queue.job[i].kind == PL_SLURM_REPORT &&
            strcmp(l->queue.job[i].state, "PENDING") == 0)
            pl_slurm_cancel(l->queue.job[i].job);
}

static kn_status write_jobs(const pl_launch *l, const long job[PL_SLURM_KINDS], kn_error *e)
{
    char now[PL_TIME_TEXT], host[128] = "";
    pl_time_text(now);
    gethostname(host, sizeof host - 1);
    json_t *jobs = json_pack("{s:s,s:s,s:i,s:i}", "submitted", now, "host", host, "tasks",
                             l->batch.tasks, "runs_submitted", l->todo_count);
    for (int k = 0; k < PL_SLURM_KINDS; k++)
        if (job[k] > 0)
            json_object_set_new(jobs, pl_slurm_kind_name((pl_slurm_kind)k),
                                json_integer((json_int_t)job[k]));
    char *path = pl_path_join(l->dir, "jobs.json");
    kn_status rc = pl_json_write(path, jobs, e);
    free(path);
    json_decref(jobs);
    return rc;
}

static void say_submitted(const pl_launch *l, const long job[PL_SLURM_KINDS], pl_str *said)
{
    int runs = l->plan->study->run_count;
    pl_str_addf(said, "%s: %d run%s, %d done, %d in the queue, %d submitted", l->batch.study, runs,
                runs == 1 ? "" : "s", l->done, l->queued, l->todo_count);
    if (l->failed > 0)
        pl_str_addf(said, ", %d failed (--retry-failed tries %s again)", l->failed,
                    l->failed == 1 ? "it" : "them");
    pl_str_add(said, "\n");
    if (l->prepare)
        pl_str_addf(said, "  job %ld  preparation: ingest and split\n", job[PL_SLURM_PREPARE]);
    if (l->todo_count > 0) {
        pl_str_addf(said, "  job %ld  %d task%s", job[PL_SLURM_RUNS], l->batch.tasks,
                    l->batch.tasks == 1 ? "" : "s");
        if (l->batch.options.array_limit > 0)
            pl_str_addf(said, ", %ld at a time", l->batch.options.array_limit);
        pl_str_add(said, "\n");
    }
    pl_str_addf(said,
                "  job %ld  report\n%s holds the scripts and logs; `facet status %s` shows "
                "the queue\n",
                job[PL_SLURM_REPORT], l->dir, l->batch.study);
}

kn_status pl_launch_submit(pl_launch *l, pl_str *said, kn_error *e)
{
    long job[PL_SLURM_KINDS] = {0};
    kn_status rc = pl_slurm_check(e);
    if (rc == KN_OK && !l->queue.known)
        rc = kn_fail(e, KN_EIO, "--launcher slurm: there is no squeue on PATH");
    KN_TRY(rc);
    rc = write_folder(l, e);
    if (rc == KN_OK)
        rc = submit_jobs(l, job, e);
    if (rc == KN_OK)
        rc = write_jobs(l, job, e);
    if (rc != KN_OK) {
        for (int k = PL_SLURM_KINDS - 1; k >= 0; k--)
            if (job[k] > 0)
                pl_slurm_cancel(job[k]);
        pl_remove_tree(l->dir, NULL);
        return rc;
    }
    cancel_old_reports(l);
    say_submitted(l, job, said);
    return KN_OK;
}
