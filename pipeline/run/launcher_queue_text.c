/* The queue for people and for programs, declared in launcher_queue.h. */
#include <stdlib.h>
#include <string.h>

#include "run/launcher_queue.h"

static json_t *runs_json(const char *runs)
{
    json_t *list = json_array();
    for (const char *p = runs; *p;) {
        size_t n = strcspn(p, ",");
        json_array_append_new(list, json_stringn(p, n));
        p += n + (p[n] == ',');
    }
    return list;
}

json_t *pl_queue_json(const pl_queue *q)
{
    int running = 0, waiting = 0, held = 0;
    json_t *jobs = json_array();
    for (int i = 0; i < q->count; i++) {
        const pl_queue_job *j = &q->job[i];
        bool is_task = j->kind == PL_SLURM_RUNS, runs = strcmp(j->state, "RUNNING") == 0;
        running += is_task && runs;
        held += is_task && pl_queue_is_held(j);
        waiting += is_task && !runs && !pl_queue_is_held(j);
        char *name = j->task < 0 ? pl_format("%ld", j->job) : pl_format("%ld_%ld", j->job, j->task);
        json_array_append_new(jobs,
                              json_pack("{s:s,s:s,s:o,s:s,s:s,s:s}", "job", name, "what",
                                        pl_slurm_kind_name(j->kind), "runs", runs_json(j->runs),
                                        "state", j->state, "reason", j->reason, "time", j->time));
        free(name);
    }
    return json_pack("{s:s,s:b,s:i,s:i,s:i,s:o}", "launcher", "slurm", "known", q->known, "running",
                     running, "waiting", waiting, "held", held, "jobs", jobs);
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

/* ", the preparation waits (Resources)" for each job that is no task. */
static void add_single_jobs(const json_t *jobs, pl_str *out)
{
    size_t i = 0;
    const json_t *job = NULL;
    json_array_foreach(jobs, i, job)
    {
        bool prepare = strcmp(text_of(job, "what"), "prepare") == 0;
        if (strcmp(text_of(job, "what"), "runs") == 0)
            continue;
        pl_str_addf(out, ", the %s ", prepare ? "preparation" : "report");
        if (strcmp(text_of(job, "state"), "PENDING") == 0)
            pl_str_addf(out, "waits (%s)", text_of(job, "reason"));
        else
            pl_str_addf(out, "is %s", text_of(job, "state"));
    }
}

void pl_queue_text(const json_t *queue, pl_str *out)
{
    const json_t *jobs = json_object_get(queue, "jobs"), *job = NULL;
    size_t i = 0;
    if (json_is_false(json_object_get(queue, "known")))
        pl_str_add(out,
                   "slurm: squeue is not on PATH or does not answer, so the queue is not known\n");
    if (json_array_size(jobs) == 0)
        return;
    long long held = json_integer_value(json_object_get(queue, "held"));
    pl_str_addf(out, "slurm: %lld running, %lld waiting",
                (long long)json_integer_value(json_object_get(queue, "running")),
                (long long)json_integer_value(json_object_get(queue, "waiting")));
    if (held > 0)
        pl_str_addf(out, ", %lld held (scontrol release JOB)", held);
    add_single_jobs(jobs, out);
    pl_str_add(out, "\n");
    json_array_foreach(jobs, i, job)
    {
        const json_t *runs = json_object_get(job, "runs");
        if (strcmp(text_of(job, "state"), "RUNNING") != 0 || json_array_size(runs) == 0)
            continue;
        const char *first = json_string_value(json_array_get(runs, 0));
        pl_str_addf(out, "  job %s for %s: %s", text_of(job, "job"), text_of(job, "time"),
                    first ? first : "");
        if (json_array_size(runs) > 1)
            pl_str_addf(out, " and %zu more", json_array_size(runs) - 1);
        pl_str_add(out, "\n");
    }
}
