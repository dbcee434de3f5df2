#include "cli/launcher_args.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "run/launcher.h"
#include "run/results.h"
#include "util/log.h"

enum { MAX_ARRAY_LIMIT = 1000000, MAX_MINUTES = 60 * 24 * 3650 };

/* Whole numbers between the separators of `form`, which ends at the text's end: "%-%:%" for
 * days-hours:minutes. */
static bool matches(const char *text, const char *form, long number[4])
{
    int n = 0;
    for (; *form; form++) {
        if (*form != '%') {
            if (*text++ != *form)
                return false;
            continue;
        }
        char *end = NULL;
        if (!isdigit((unsigned char)*text))
            return false;
        number[n] = strtol(text, &end, 10);
        if (end - text > 8)
            return false;
        n++;
        text = end;
    }
    return *text == '\0';
}

/* sbatch's forms, as what each number is worth in seconds. */
static const struct {
    const char *form;
    long seconds[4];
} time_forms[] = {
    {"%", {60}},
    {"%:%", {60, 1}},
    {"%:%:%", {3600, 60, 1}},
    {"%-%", {86400, 3600}},
    {"%-%:%", {86400, 3600, 60}},
    {"%-%:%:%", {86400, 3600, 60, 1}},
};

/* Slurm counts in minutes: a part of one is a whole one. */
static kn_status take_time(pl_launcher_args *a, const char *text, kn_error *e)
{
    double seconds = 0;
    bool good = false;
    for (size_t f = 0; f < sizeof time_forms / sizeof *time_forms && !good; f++) {
        long number[4] = {0};
        good = matches(text, time_forms[f].form, number);
        for (int i = 0; good && i < 4; i++)
            seconds += (double)number[i] * (double)time_forms[f].seconds[i];
    }
    if (!good)
        good = pl_parse_duration("--time", text, &seconds, NULL) == KN_OK;
    long minutes = good && seconds <= 60.0 * MAX_MINUTES ? (long)((seconds + 59.0) / 60.0) : 0;
    if (minutes < 1)
        return kn_fail(e, KN_EUSAGE,
                       "--time: '%s' is not a time such as 8h, 1h30m, 90 (minutes), 12:00:00 or "
                       "1-12:00",
                       text);
    snprintf(a->time, sizeof a->time, "%ld", minutes);
    a->options.time = a->time;
    a->options.minutes = minutes;
    return KN_OK;
}

static kn_status take_mem(pl_launcher_args *a, const char *text, kn_error *e)
{
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    bool known =
        strchr("KMGT", *unit) && (!*unit || strcmp(unit + 1, "") == 0 ||
                                  strcmp(unit + 1, "B") == 0 || strcmp(unit + 1, "iB") == 0);
    if (digits == 0 || digits > 9 || !known || strtol(text, NULL, 10) == 0)
        return kn_fail(e, KN_EUSAGE,
                       "--mem: '%s' is not a size such as 4G or 500M (a number alone is megabytes)",
                       text);
    snprintf(a->mem, sizeof a->mem, "%.*s%c", (int)digits, text, *unit ? *unit : 'M');
    a->options.mem = a->mem;
    return KN_OK;
}

static kn_status take_partition(pl_launcher_args *a, const char *text, kn_error *e)
{
    for (const char *p = text; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("._,-", *p))
            return kn_fail(e, KN_EUSAGE, "--partition: '%s' is no partition's name", text);
    if (!*text)
        return kn_fail(e, KN_EUSAGE, "--partition needs a name, not ''");
    a->options.partition = text;
    return KN_OK;
}

static kn_status take_launcher(pl_launcher_args *a, const char *text, kn_error *e)
{
    a->slurm = strcmp(text, "slurm") == 0;
    if (!a->slurm && strcmp(text, "local") != 0)
        return kn_fail(e, KN_EUSAGE, "--launcher: '%s' is not one of local, slurm", text);
    return KN_OK;
}

static kn_status take_array_limit(pl_launcher_args *a, const char *text, kn_error *e)
{
    return pl_parse_int("--array-limit", text, 1, MAX_ARRAY_LIMIT, &a->options.array_limit, e);
}

static const struct {
    const char *name;
    kn_status (*take)(pl_launcher_args *a, const char *text, kn_error *e);
} options[] = {{"--launcher", take_launcher},
               {"--partition", take_partition},
               {"--time", take_time},
               {"--mem", take_mem},
               {"--array-limit", take_array_limit}};

kn_status pl_launcher_args_take(pl_launcher_args *a, int argc, char **argv, int *i, bool *taken,
                                kn_error *e)
{
    for (size_t o = 0; o < sizeof options / sizeof *options; o++) {
        bool bad = false;
        const char *value = pl_option(argc, argv, i, options[o].name, &bad, e);
        if (bad)
            return KN_EUSAGE;
        if (!value)
            continue;
        *taken = true;
        if (o > 0 && !a->first)
            a->first = options[o].name;
        return options[o].take(a, value, e);
    }
    *taken = false;
    return KN_OK;
}

kn_status pl_launcher_args_check(const pl_launcher_args *a, const char *other, kn_error *e)
{
    if (!a->slurm && a->first)
        return kn_fail(e, KN_EUSAGE, "%s needs --launcher slurm", a->first);
    if (a->slurm && other)
        return kn_fail(e, KN_EUSAGE, "%s does not go with --launcher slurm", other);
    return KN_OK;
}

/* An array's tasks know nothing of each other. */
static kn_status check_study(const pl_study *s, bool finish, kn_error *e)
{
    if (s->halving.on && !finish)
        return kn_fail(
            e, KN_EUSAGE,
            "sweep.halving compares runs while they train, which the tasks of a cluster cannot: "
            "leave --launcher slurm out, or complete all runs with --finish");
    if (s->budget > 0)
        pl_warn("sweep.budget is for one machine: on a cluster --time limits each job");
    return KN_OK;
}

static kn_status make(const pl_global *g, const pl_launcher_args *a, pl_planned *p, pl_launch *out,
                      kn_error *e)
{
    KN_TRY(check_study(&p->study, a->finish, e));
    const pl_launch_request request = {.results = g->results,
                                       .cache = g->cache,
                                       .threads = g->threads,
                                       .retry_failed = a->retry_failed,
                                       .options = a->options};
    return pl_launch_make(&p->plan, &request, out, e);
}

static kn_status print_json(pl_planned *p, const pl_launch *l, const pl_study_args *study,
                            kn_error *e)
{
    json_t *plan = NULL;
    KN_TRY(pl_planned_json(p, study, &plan, e));
    json_object_set_new(plan, "launch", pl_launch_json(l));
    char *text = pl_json_text(plan);
    fputs(text, stdout);
    free(text);
    json_decref(plan);
    return KN_OK;
}

kn_status pl_launcher_print(const pl_global *g, const pl_launcher_args *a, pl_planned *p,
                            const pl_study_args *study, kn_error *e)
{
    pl_launch l;
    KN_TRY(make(g, a, p, &l, e));
    kn_status rc = g->json ? print_json(p, &l, study, e) : pl_planned_print(p, study, false, e);
    if (rc == KN_OK && !g->json) {
        pl_str text;
        pl_str_init(&text);
        pl_launch_text(&l, &text);
        printf("\n%s", text.text);
        pl_str_clear(&text);
    }
    pl_launch_clear(&l);
    return rc;
}

static kn_status submit(pl_planned *p, pl_launch *l, kn_error *e)
{
    pl_str said;
    pl_str_init(&said);
    /* so that status and report know the runs before the first task has begun */
    kn_status rc = pl_plan_write_table(&p->plan, e);
    if (rc == KN_OK && pl_launch_is_needed(l))
        rc = pl_launch_submit(l, &said, e);
    else if (rc == KN_OK)
        pl_info("nothing to submit: %d of %d runs are done, %d in the queue", l->done,
                p->study.run_count, l->queued);
    if (rc == KN_OK && l->strangers > 0)
        pl_warn("%d run%s in the queue %s no longer of the study: `squeue --me` lists the jobs, "
                "`scancel` takes them back",
                l->strangers, l->strangers == 1 ? "" : "s", l->strangers == 1 ? "is" : "are");
    fputs(said.text, stdout);
    pl_str_clear(&said);
    return rc;
}

kn_status pl_launcher_submit(const pl_global *g, const pl_launcher_args *a, pl_planned *p,
                             bool *nothing, kn_error *e)
{
    int lock = -1;
    pl_launch l;
    *nothing = false;
    KN_TRY(pl_results_open(p->plan.study_dir, &p->study, &lock, e));
    kn_status rc =
        make(g, a, p, &l, e); /* under the lock: the number of the submission is its own */
    if (rc == KN_OK) {
        *nothing = l.todo_count == 0 && l.queue.count == 0;
        if (!*nothing)
            rc = submit(p, &l, e);
        pl_launch_clear(&l);
    }
    pl_results_close(lock);
    return rc;
}
