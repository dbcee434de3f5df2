#define _GNU_SOURCE
#include "run/launcher_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/subprocess.h"

enum { FIELDS = 7, MAX_IDS_BYTES = 64 << 20 };

/* Array job, index in the array, name, state, time it runs, reason, folder: the folder may hold any
 * character, so it stands last. */
const char pl_queue_format[] = "%F|%K|%j|%T|%M|%r|%Z";

typedef struct fields {
    const char *job, *task, *name, *state, *time, *reason, *dir;
} fields;

/* Cuts a line in place. */
static bool split(char *line, fields *f)
{
    const char **field[FIELDS] = {&f->job,  &f->task,   &f->name, &f->state,
                                  &f->time, &f->reason, &f->dir};
    for (int i = 0; i < FIELDS; i++) {
        *field[i] = line;
        char *bar = i < FIELDS - 1 ? strchr(line, '|') : NULL;
        if (!bar && i < FIELDS - 1)
            return false;
        if (bar)
            *bar = '\0', line = bar + 1;
    }
    return true;
}

/* Where the line before this one led to: tasks of a submission come together. */
typedef struct place {
    const char *root;   /* the real path of STUDY_DIR/slurm */
    char *dir;          /* as squeue wrote it; NULL at first */
    int submission;     /* N where that is root/N by whatever path, 0 otherwise */
    char *text, **line; /* of its runs.ids, cut into lines */
    long lines;
} place;

static void leave(place *p)
{
    free(p->dir);
    free(p->text);
    free(p->line);
    *p = (place){.root = p->root};
}

static int submission_of(const place *p)
{
    char *real = realpath(p->dir, NULL), *end = NULL;
    long n = 0;
    size_t size = strlen(p->root);
    if (real && strncmp(real, p->root, size) == 0 && real[size] == '/')
        n = strtol(real + size + 1, &end, 10);
    if (!end || *end || n < 1 || n > 1000000)
        n = 0;
    free(real);
    return (int)n;
}

static void read_ids(place *p)
{
    char *path = pl_format("%s/%d/runs.ids", p->root, p->submission), *rest = NULL;
    size_t size = 0;
    if (!pl_exists(path) || pl_read_file(path, MAX_IDS_BYTES, &p->text, &size, NULL) != KN_OK)
        p->text = pl_strdup("");
    free(path);
    long room = 1;
    for (const char *at = p->text; (at = strchr(at, '\n')); at++)
        room++;
    p->line = calloc((size_t)room, sizeof *p->line);
    if (!p->line)
        abort();
    rest = p->text;
    for (char *line; (line = strsep(&rest, "\n"));)
        p->line[p->lines++] = line;
}

static void go_to(place *p, const char *dir)
{
    if (p->dir && strcmp(p->dir, dir) == 0)
        return;
    leave(p);
    p->dir = pl_strdup(dir);
    p->submission = submission_of(p);
    if (p->submission > 0)
        read_ids(p);
}

static bool kind_of(const char *name, pl_slurm_kind *kind)
{
    for (int k = 0; k < PL_SLURM_KINDS; k++) {
        char *tail = pl_format("-%s", pl_slurm_kind_name((pl_slurm_kind)k));
        bool is = pl_starts_with(name, "facet-") && pl_ends_with(name, tail);
        free(tail);
        *kind = (pl_slurm_kind)k;
        if (is)
            return true;
    }
    return false;
}

static void add_job(pl_queue *q, const fields *f, pl_slurm_kind kind, const place *p)
{
    if ((q->count & (q->count - 1)) == 0) { /* a power of two: full */
        size_t room = q->count ? 2 * (size_t)q->count : 1;
        q->job = realloc(q->job, room * sizeof *q->job);
        if (!q->job)
            abort();
    }
    long task = kind == PL_SLURM_RUNS ? strtol(f->task, NULL, 10) : -1;
    bool told = task >= 0 && task < p->lines;
    q->job[q->count++] = (pl_queue_job){.kind = kind,
                                        .job = strtol(f->job, NULL, 10),
                                        .task = task,
                                        .submission = p->submission,
                                        .runs = pl_strdup(told ? p->line[task] : ""),
                                        .state = pl_strdup(f->state),
                                        .reason = pl_strdup(f->reason),
                                        .time = pl_strdup(f->time)};
}

static int by_id(const void *a, const void *b)
{
    const struct pl_queue_run *x = a, *y = b;
    return strcmp(x->id, y->id);
}

static void list_runs(pl_queue *q)
{
    size_t room = 1;
    for (int i = 0; i < q->count; i++)
        for (const char *p = q->job[i].runs; *p; p += strcspn(p, ","), p += *p == ',')
            room++;
    q->run = calloc(room, sizeof *q->run);
    if (!q->run)
        abort();
    for (int i = 0; i < q->count; i++)
        for (const char *p = q->job[i].runs; *p; p += strcspn(p, ","), p += *p == ',')
            q->run[q->runs++] =
                (struct pl_queue_run){.id = pl_format("%.*s", (int)strcspn(p, ","), p),
                                      .running = strcmp(q->job[i].state, "RUNNING") == 0};
    qsort(q->run, (size_t)q->runs, sizeof *q->run, by_id);
}

static kn_status parse_line(char *line, place *p, pl_queue *q, kn_error *e)
{
    fields f;
    pl_slurm_kind kind;
    char *whole = pl_strdup(line);
    kn_status rc = KN_OK;
    if (!split(line, &f)) {
        rc = kn_fail(e, KN_EFORMAT, "squeue: '%s' is not a line of the form %s", whole,
                     pl_queue_format);
    } else if (kind_of(f.name, &kind)) {
        go_to(p, f.dir);
        if (p->submission > 0)
            add_job(q, &f, kind, p);
    }
    free(whole);
    return rc;
}

kn_status pl_queue_parse(const char *study_dir, const char *text, pl_queue *q, kn_error *e)
{
    char *copy = pl_strdup(text), *slurm_dir = pl_path_join(study_dir, "slurm"), *rest = copy;
    char *root = realpath(slurm_dir, NULL);
    place at = {.root = root};
    kn_status rc = KN_OK;
    *q = (pl_queue){.known = true};
    for (char *line; root && rc == KN_OK && (line = strsep(&rest, "\n"));)
        if (*line)
            rc = parse_line(line, &at, q, e);
    list_runs(q);
    leave(&at);
    free(root);
    free(slurm_dir);
    free(copy);
    if (rc != KN_OK)
        pl_queue_clear(q);
    return rc;
}

/* --name of the three jobs of the study: Slurm leaves the rest of its queue out. */
static char *names_option(const char *study_dir)
{
    pl_str s;
    pl_str_init(&s);
    for (int k = 0; k < PL_SLURM_KINDS; k++) {
        char *name = pl_slurm_job_name(pl_path_base(study_dir), (pl_slurm_kind)k);
        pl_str_addf(&s, "%s%s", k ? "," : "--name=", name);
        free(name);
    }
    return pl_str_take(&s);
}

kn_status pl_queue_read(const char *study_dir, pl_queue *q, kn_error *e)
{
    char *slurm_dir = pl_path_join(study_dir, "slurm");
    bool submitted = pl_is_dir(slurm_dir);
    free(slurm_dir);
    *q = (pl_queue){.known = true};
    if (!submitted)
        return KN_OK;
    char *names = names_option(study_dir), *format = pl_format("--format=%s", pl_queue_format);
    const char *const words[] = {"squeue", "--noheader", "--array", names, format, NULL};
    pl_subprocess said;
    kn_status rc = pl_subprocess_run(words, &said, e);
    free(format);
    free(names);
    q->known = rc == KN_OK && said.found && said.exit_code == 0;
    KN_TRY(rc);
    char *why = pl_subprocess_complaint(&said);
    if (!said.found)
        rc = KN_OK; /* told by q->known */
    else if (said.exit_code != 0)
        rc = kn_fail(e, KN_EIO, "squeue failed (exit status %d): %s", said.exit_code, why);
    else
        rc = pl_queue_parse(study_dir, said.out, q, e);
    free(why);
    pl_subprocess_clear(&said);
    return rc;
}

void pl_queue_clear(pl_queue *q)
{
    for (int i = 0; i < q->count; i++) {
        free(q->job[i].runs);
        free(q->job[i].state);
        free(q->job[i].reason);
        free(q->job[i].time);
    }
    for (int i = 0; i < q->runs; i++)
        free(q->run[i].id);
    free(q->run);
    free(q->job);
    *q = (pl_queue){.known = false};
}

bool pl_queue_is_held(const pl_queue_job *j)
{
    return strcmp(j->state, "PENDING") == 0 &&
           (strstr(j->reason, "Held") || strstr(j->reason, "held") ||
            strcmp(j->reason, "DependencyNeverSatisfied") == 0);
}

static const struct pl_queue_run *find_run(const pl_queue *q, const char *run_id)
{
    char id[64];
    snprintf(id, sizeof id, "%s", run_id);
    const struct pl_queue_run wanted = {.id = id};
    return q->runs > 0 ? bsearch(&wanted, q->run, (size_t)q->runs, sizeof *q->run, by_id) : NULL;
}

bool pl_queue_has_run(const pl_queue *q, const char *run_id)
{
    return find_run(q, run_id) != NULL;
}

bool pl_queue_runs_now(const pl_queue *q, const char *run_id)
{
    const struct pl_queue_run *run = find_run(q, run_id);
    return run && run->running;
}
