/* What would be submitted, for people and for programs, declared in launcher.h. */
#include <stdlib.h>
#include <string.h>

#include "run/launcher.h"
#include "run/launcher_slurm.h"
#include "util/fs.h"

static void add_call(char **call, pl_str *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./=:@%,+";
    for (char **word = call; *word; word++) {
        pl_str_add(out, word == call ? "$ " : " ");
        if (strspn(*word, plain) == strlen(*word))
            pl_str_add(out, *word);
        else
            pl_shell_quote(*word, out);
    }
    pl_str_add(out, "\n");
}

void pl_launch_text(const pl_launch *l, pl_str *out)
{
    json_t *queue = pl_queue_json(&l->queue);
    pl_queue_text(queue, out);
    json_decref(queue);
    if (!pl_launch_is_needed(l)) {
        pl_str_add(out, "nothing to submit\n");
        return;
    }
    pl_str_addf(out, "would be submitted: %d run%s in %d task%s\n", l->todo_count,
                l->todo_count == 1 ? "" : "s", l->batch.tasks, l->batch.tasks == 1 ? "" : "s");
    for (int k = 0; k < PL_SLURM_KINDS; k++) {
        pl_slurm_kind kind = (pl_slurm_kind)k;
        if (!pl_launch_wants(l, kind))
            continue;
        char *after = pl_launch_dependency(l, kind, "PREPARE", "RUNS");
        char **call = pl_slurm_sbatch_call(&l->batch, kind, after);
        pl_str_add(out, "\n");
        add_call(call, out);
        pl_slurm_script(&l->batch, kind, out);
        pl_free_names(call);
        free(after);
    }
}

static json_t *tasks_json(const pl_launch *l)
{
    json_t *tasks = json_array();
    for (int k = 0; k < l->batch.tasks; k++) {
        json_t *task = json_array();
        for (int i = k; i < l->todo_count; i += l->batch.tasks)
            json_array_append_new(task, json_string(l->plan->run[l->todo[i]].id));
        json_array_append_new(tasks, task);
    }
    return tasks;
}

json_t *pl_launch_json(const pl_launch *l)
{
    json_t *jobs = json_array();
    for (int k = 0; k < PL_SLURM_KINDS; k++) {
        pl_slurm_kind kind = (pl_slurm_kind)k;
        if (!pl_launch_wants(l, kind))
            continue;
        pl_str script;
        pl_str_init(&script);
        pl_slurm_script(&l->batch, kind, &script);
        char *after = pl_launch_dependency(l, kind, "PREPARE", "RUNS");
        char **call = pl_slurm_sbatch_call(&l->batch, kind, after);
        json_t *words = json_array();
        for (char **word = call; *word; word++)
            json_array_append_new(words, json_string(*word));
        json_array_append_new(jobs, json_pack("{s:s,s:o,s:s}", "what", pl_slurm_kind_name(kind),
                                              "sbatch", words, "script", script.text));
        pl_free_names(call);
        free(after);
        pl_str_clear(&script);
    }
    return json_pack("{s:s,s:o,s:s,s:o,s:o}", "launcher", "slurm", "queue",
                     pl_queue_json(&l->queue), "folder", l->dir, "runs", tasks_json(l), "jobs",
                     jobs);
}
