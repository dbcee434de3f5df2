#include "run/launcher_script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"

/* Seconds between the warning and the time limit. Slurm looks at its clocks every half minute, so a
 * warning may come that much earlier: short limits get less, or their tasks would be warned when
 * they begin. */
enum { WARNING_SECONDS = 60, SHORT_LIMIT_PART = 6, MAX_WORDS = 20, MAX_RESTARTS = 100 };

const char *pl_slurm_kind_name(pl_slurm_kind kind)
{
    static const char *const names[] = {"prepare", "runs", "report"};
    return names[kind];
}

char *pl_slurm_job_name(const char *study, pl_slurm_kind kind)
{
    char *name = pl_format("facet-%.100s-%s", study, pl_slurm_kind_name(kind));
    for (char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("._-", *p)) /* of ASCII: the locale is C */
            *p = '_';
    return name;
}

void pl_shell_quote(const char *text, pl_str *out)
{
    pl_str_add(out, "'");
    for (const char *p = text; *p; p++)
        if (*p == '\'')
            pl_str_add(out, "'\\''");
        else
            pl_str_add_bytes(out, p, 1);
    pl_str_add(out, "'");
}

void pl_sbatch_quote(const char *text, pl_str *out)
{
    pl_str_add(out, "\"");
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            pl_str_add(out, "\\");
        pl_str_add_bytes(out, p, 1);
    }
    pl_str_add(out, "\"");
}

static long warning_seconds(const pl_slurm_options *o)
{
    long part = o->minutes * 60 / SHORT_LIMIT_PART;
    return o->minutes > 0 && part < WARNING_SECONDS ? part : WARNING_SECONDS;
}

typedef struct word_list {
    char **word;
    int count;
} word_list;

static void add(word_list *w, char *word)
{
    if (w->count >= MAX_WORDS)
        abort();
    w->word[w->count++] = word;
}

/* With the folder, for Slurm would put it there itself, and replace what looks like a pattern in it:
 * each '%' of the folder's name is written twice. */
static char *output_word(const char *dir, pl_slurm_kind kind)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "--output=");
    for (const char *p = dir; *p; p++) {
        pl_str_add_bytes(&s, p, 1);
        if (*p == '%')
            pl_str_add(&s, "%");
    }
    pl_str_addf(&s, "/%s.log", kind == PL_SLURM_RUNS ? "run-%a" : pl_slurm_kind_name(kind));
    return pl_str_take(&s);
}

char **pl_slurm_sbatch_words(const pl_slurm_batch *b, pl_slurm_kind kind)
{
    const pl_slurm_options *o = &b->options;
    word_list w = {.word = calloc(MAX_WORDS + 1, sizeof *w.word)};
    if (!w.word)
        abort();
    char *name = pl_slurm_job_name(b->study, kind);
    add(&w, pl_format("--job-name=%s", name));
    free(name);
    add(&w, pl_format("--chdir=%s", b->dir));
    add(&w, output_word(b->dir, kind));
    add(&w, pl_strdup("--open-mode=append"));
    add(&w, pl_strdup("--requeue"));
    add(&w, pl_strdup("--ntasks=1"));
    add(&w, pl_format("--cpus-per-task=%d", kind == PL_SLURM_REPORT ? 1 : b->threads));
    if (kind != PL_SLURM_REPORT)
        add(&w, pl_format("--signal=B:USR1@%ld", warning_seconds(o)));
    if (kind == PL_SLURM_RUNS && o->array_limit > 0)
        add(&w, pl_format("--array=0-%d%%%ld", b->tasks - 1, o->array_limit));
    else if (kind == PL_SLURM_RUNS)
        add(&w, pl_format("--array=0-%d", b->tasks - 1));
    if (kind == PL_SLURM_RUNS)
        add(&w, pl_strdup("--kill-on-invalid-dep=yes"));
    if (o->partition)
        add(&w, pl_format("--partition=%s", o->partition));
    if (o->time)
        add(&w, pl_format("--time=%s", o->time));
    if (o->mem)
        add(&w, pl_format("--mem=%s", o->mem));
    return w.word;
}

/* "#SBATCH --chdir="/data/my study"": the value is quoted where it is more than a plain word. */
static void add_directive(const char *word, pl_str *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./=:@%,+";
    const char *value = strchr(word, '=');
    pl_str_add(out, "#SBATCH ");
    if (!value || strspn(word, plain) == strlen(word)) {
        pl_str_add(out, word);
    } else {
        pl_str_add_bytes(out, word, (size_t)(value - word) + 1);
        pl_sbatch_quote(value + 1, out);
    }
    pl_str_add(out, "\n");
}

static void add_variable(const char *name, const char *value, pl_str *out)
{
    if (!value) {
        pl_str_addf(out, "unset %s\n", name);
        return;
    }
    pl_str_addf(out, "export %s=", name);
    pl_shell_quote(value, out);
    pl_str_add(out, "\n");
}

static void add_option(const char *name, const char *value, pl_str *out)
{
    pl_str_addf(out, " %s ", name);
    pl_shell_quote(value, out);
}

/* Between `facet ... &` and the end of the script. Slurm tells of the time limit by USR1 to this
 * shell alone; a TERM (scancel, preemption) it sends to every process of the job, and a second one
 * would end facet while it saves: so it is repeated only for a facet that is still there after three
 * seconds. `wait` ends early with 138 or 143 when a signal comes. */
static const char wait_and_requeue[] =
    "task=$!\n"
    "code=138\n"
    "while [ $code -eq 138 ] || [ $code -eq 143 ]; do\n"
    "    wait $task\n"
    "    code=$?\n"
    "done\n"
    "# Stopped with its state saved, and the job is not cancelled: back into the queue.\n"
    "if [ \"$told\" ] && { [ $code -eq 130 ] || [ $code -eq 127 ]; } &&\n"
    "   [ \"${SLURM_RESTART_COUNT:-0}\" -lt %d ] &&\n"
    "   [ \"$(squeue --noheader --jobs=$SLURM_JOB_ID --format=%%T)\" = RUNNING ]; then\n"
    "    echo \"job $SLURM_JOB_ID goes back into the queue\"\n"
    "    scontrol requeue $SLURM_JOB_ID\n"
    "fi\n"
    "exit $code\n";

static const char traps[] =
    "told='' task=''\n"
    "trap 'told=1; kill -TERM $task 2>/dev/null' USR1          # before the time limit\n"
    "trap 'told=1; sleep 3; kill -TERM $task 2>/dev/null' TERM # facet has its own\n";

static void add_work(const pl_slurm_batch *b, pl_slurm_kind kind, pl_str *out)
{
    pl_str_add(out, traps);
    if (kind == PL_SLURM_RUNS)
        pl_str_add(out, "ids=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" runs.ids)\n");
    pl_shell_quote(b->facet, out);
    pl_str_add(out, " run spec.yaml");
    pl_str_add(out, kind == PL_SLURM_RUNS ? " --runs \"$ids\" --jobs 1 --retry-failed"
                                          : " --until split --runs @runs.ids");
    pl_str_addf(out, " --threads %d", b->threads);
    add_option("--results", b->results, out);
    add_option("--cache", b->cache, out);
    pl_str_add(out, " &\n");
    pl_str_addf(out, wait_and_requeue, MAX_RESTARTS);
}

static void add_report(const pl_slurm_batch *b, pl_str *out)
{
    pl_str study;
    pl_str_init(&study);
    pl_str_addf(&study, "%s/%s", b->results, b->study);
    pl_str_add(out, "exec ");
    pl_shell_quote(b->facet, out);
    pl_str_add(out, " report ");
    pl_shell_quote(study.text, out);
    add_option("--cache", b->cache, out);
    pl_str_add(out, "\n");
    pl_str_clear(&study);
}

void pl_slurm_script(const pl_slurm_batch *b, pl_slurm_kind kind, pl_str *out)
{
    static const char *const about[] = {
        "# facet: what the runs of the study share, ingest and split.\n",
        "# facet: the runs of the study. Line K + 1 of runs.ids has the RUN-IDs of task K.\n",
        "# facet: table, plots and page of the study.\n"};
    pl_str_add(out, "#!/bin/sh\n");
    pl_str_add(out, about[kind]);
    char **words = pl_slurm_sbatch_words(b, kind);
    for (char **w = words; *w; w++)
        add_directive(*w, out);
    pl_free_names(words);
    pl_str_add(out, "\ncd ");
    pl_shell_quote(b->dir, out);
    pl_str_add(out, " || exit 1\n");
    add_variable("FACET_ISA", b->isa, out);
    add_variable("FACET_BF16", b->bf16, out);
    add_variable("OPENBLAS_CORETYPE", b->blas_core, out);
    if (kind == PL_SLURM_REPORT)
        add_report(b, out);
    else
        add_work(b, kind, out);
}
