#include "run/launcher_script.h"

#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/fs.h"

static const pl_slurm_batch plain = {.study = "s",
                                     .facet = "/bin/facet",
                                     .results = "/r",
                                     .cache = "/c",
                                     .dir = "/r/s/slurm/1",
                                     .tasks = 20,
                                     .threads = 2};

static char *quoted(const char *text, void (*quote)(const char *, pl_str *))
{
    pl_str s;
    pl_str_init(&s);
    quote(text, &s);
    return pl_str_take(&s);
}

static const char *const texts[] = {"",
                                    "plain",
                                    "two words",
                                    "it's",
                                    "''",
                                    "\"",
                                    "$HOME `id` $(id)",
                                    "a\\b\\",
                                    "* ? [a] {b,c}",
                                    "semi;colon & | < > #",
                                    "tab\there",
                                    "new\nline",
                                    "\xc3\xa4 !x ~"};

/* A shell reads back what was quoted. */
static void test_the_shell_reads_back_every_quoted_text(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *q = quoted(texts[i], pl_shell_quote), *out = NULL;
        char *command = pl_format("printf '%%s' %s", q);
        CU_ASSERT_EQUAL(tst_shell(NULL, command, &out, NULL), 0);
        TST_TEXT(out ? out : "nothing", texts[i]);
        free(out);
        free(command);
        free(q);
    }
}

static void test_sbatch_quotes_escape_quotes_and_backslashes(void)
{
    char *q = quoted("it's \"a\" \\ #1", pl_sbatch_quote);
    TST_TEXT(q, "\"it's \\\"a\\\" \\\\ #1\"");
    free(q);
}

static void test_job_names_hold_plain_characters(void)
{
    char *name = pl_slurm_job_name("a study, of|mine \xc3\xa4", PL_SLURM_RUNS);
    TST_TEXT(name, "facet-a_study__of_mine___-runs");
    free(name);
}

/* The options of a job as one line. */
static char *words_of(const pl_slurm_batch *b, pl_slurm_kind kind)
{
    pl_str s;
    pl_str_init(&s);
    char **words = pl_slurm_sbatch_words(b, kind);
    for (char **w = words; *w; w++)
        pl_str_addf(&s, "%s%s", w == words ? "" : " ", *w);
    pl_free_names(words);
    return pl_str_take(&s);
}

static void test_the_cluster_s_defaults_are_left_to_it(void)
{
    char *words = words_of(&plain, PL_SLURM_RUNS);
    TST_TEXT(words, "--job-name=facet-s-runs --chdir=/r/s/slurm/1 --output=/r/s/slurm/1/run-%a.log "
                    "--open-mode=append --requeue --ntasks=1 --cpus-per-task=2 "
                    "--signal=B:USR1@60 --array=0-19 --kill-on-invalid-dep=yes");
    free(words);
}

static void test_what_is_asked_for_is_passed_on(void)
{
    pl_slurm_batch b = plain;
    b.options = (pl_slurm_options){
        .partition = "long", .time = "480", .mem = "4G", .minutes = 480, .array_limit = 5};
    char *words = words_of(&b, PL_SLURM_RUNS);
    CU_ASSERT_PTR_NOT_NULL(strstr(words, " --array=0-19%5 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(words, " --partition=long --time=480 --mem=4G"));
    free(words);
    words = words_of(&b, PL_SLURM_REPORT);
    CU_ASSERT_PTR_NULL(strstr(words, "--array"));
    CU_ASSERT_PTR_NOT_NULL(strstr(words, " --cpus-per-task=1 "));
    free(words);
}

/* A warning a minute early would come at the start of a job of two minutes. */
static void test_short_limits_are_warned_later(void)
{
    static const struct {
        long minutes;
        const char *signal;
    } cases[] = {{1, "@10 "}, {3, "@30 "}, {6, "@60 "}, {600, "@60 "}, {0, "@60 "}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pl_slurm_batch b = plain;
        b.options.minutes = cases[i].minutes;
        char *words = words_of(&b, PL_SLURM_RUNS);
        CU_ASSERT_PTR_NOT_NULL(strstr(words, cases[i].signal));
        free(words);
    }
}

static void test_a_percent_sign_in_the_folder_is_no_pattern(void)
{
    pl_slurm_batch b = plain;
    b.dir = "/100%a/1";
    char *words = words_of(&b, PL_SLURM_RUNS);
    CU_ASSERT_PTR_NOT_NULL(strstr(words, " --chdir=/100%a/1 --output=/100%%a/1/run-%a.log "));
    free(words);
}

static void write_script(const pl_slurm_batch *b, pl_slurm_kind kind, const char *path)
{
    pl_str s;
    pl_str_init(&s);
    pl_slurm_script(b, kind, &s);
    tst_write_text(path, s.text);
    pl_str_clear(&s);
}

/* Stand-ins in tst_dir()/bin: squeue tells $STATE, scontrol writes down its call, and facet is the
 * given shell text. */
static void write_stand_ins(const char *facet)
{
    TST_OK(pl_make_dirs(tst_path("bin"), e));
    TST_OK(pl_make_dirs(tst_path("it's a job"), e));
    tst_write_text(tst_path("bin/squeue"), "#!/bin/sh\necho $STATE\n");
    tst_write_text(tst_path("bin/scontrol"), "#!/bin/sh\necho \"$@\" >>../calls\n");
    tst_write_text(tst_path("bin/facet"), facet);
    tst_write_text(tst_path("it's a job/runs.ids"), "aaa\nbbb,ccc\nddd\n");
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "chmod +x bin/*", NULL, NULL), 0);
}

/* Runs the array's script as task 1, with `meanwhile` beside it; returns its exit status. */
static int play(const char *state, const char *restarts, const char *meanwhile, char **out)
{
    char *facet = pl_format("%s/bin/facet", tst_dir()),
         *dir = pl_format("%s/it's a job", tst_dir());
    pl_slurm_batch b = plain;
    b.facet = facet;
    b.dir = dir;
    write_script(&b, PL_SLURM_RUNS, tst_path("runs.sh"));
    char *command = pl_format("export PATH=\"$PWD/bin:$PATH\" STATE=%s SLURM_JOB_ID=77 "
                              "SLURM_ARRAY_TASK_ID=1 SLURM_RESTART_COUNT=%s; rm -f calls told; "
                              "sh runs.sh & job=$!; %s; wait $job; code=$?; cat calls 2>/dev/null; "
                              "exit $code",
                              state, restarts, meanwhile);
    int rc = tst_shell(tst_dir(), command, out, NULL);
    free(command);
    free(dir);
    free(facet);
    return rc;
}

static void test_a_task_makes_the_runs_of_its_line(void)
{
    char *out = NULL;
    write_stand_ins("#!/bin/sh\necho \"$@\"; exit 3\n");
    CU_ASSERT_EQUAL(play("RUNNING", "0", ":", &out), 3);
    TST_TEXT(out, "run spec.yaml --runs bbb,ccc --jobs 1 --retry-failed --threads 2 --results /r "
                  "--cache /c\n");
    free(out);
}

/* Leaves with 130 at the first TERM, as facet does, and with 9 at a second one. */
static const char patient[] = "#!/bin/sh\n"
                              "trap 'n=$((${n:-0} + 1))' TERM\n"
                              "touch ../told\n"
                              "while [ ${n:-0} = 0 ]; do sleep 0.1; done\n"
                              "sleep 0.5\n"
                              "[ $n = 1 ] || exit 9\n"
                              "exit 130\n";

static const char warn[] = "while ! [ -e told ]; do sleep 0.05; done; kill -USR1 $job";

static void test_the_warning_saves_and_goes_back_into_the_queue(void)
{
    char *out = NULL;
    write_stand_ins(patient);
    CU_ASSERT_EQUAL(play("RUNNING", "0", warn, &out), 130);
    TST_TEXT(out, "job 77 goes back into the queue\nrequeue 77\n");
    free(out);
}

static void test_a_cancelled_task_stays_out_of_the_queue(void)
{
    char *out = NULL;
    write_stand_ins(patient);
    CU_ASSERT_EQUAL(play("COMPLETING", "0", warn, &out), 130);
    TST_TEXT(out, "");
    free(out);
}

static void test_a_task_does_not_go_back_for_ever(void)
{
    char *out = NULL;
    write_stand_ins(patient);
    CU_ASSERT_EQUAL(play("RUNNING", "100", warn, &out), 130);
    TST_TEXT(out, "");
    free(out);
}

/* scancel and preemption: the TERM reaches shell and facet, and facet must not get a second one. */
static void test_term_to_all_processes_reaches_facet_once(void)
{
    char *out = NULL;
    write_stand_ins(patient);
    CU_ASSERT_EQUAL(play("COMPLETING", "0",
                         "while ! [ -e told ]; do sleep 0.05; done; kill -TERM $job; "
                         "kill -TERM $(ps -o pid= --ppid $job)",
                         &out),
                    130);
    TST_TEXT(out, "");
    free(out);
}

static void test_a_failed_run_is_not_tried_again_at_once(void)
{
    char *out = NULL;
    write_stand_ins("#!/bin/sh\nexit 1\n");
    CU_ASSERT_EQUAL(play("RUNNING", "0", ":", &out), 1);
    TST_TEXT(out, "");
    free(out);
}

const tst_case tst_run_launcher_script[] = {
    TST(test_the_shell_reads_back_every_quoted_text),
    TST(test_sbatch_quotes_escape_quotes_and_backslashes),
    TST(test_job_names_hold_plain_characters),
    TST(test_the_cluster_s_defaults_are_left_to_it),
    TST(test_what_is_asked_for_is_passed_on),
    TST(test_short_limits_are_warned_later),
    TST(test_a_percent_sign_in_the_folder_is_no_pattern),
    TST(test_a_task_makes_the_runs_of_its_line),
    TST_M(test_the_warning_saves_and_goes_back_into_the_queue),
    TST_M(test_a_cancelled_task_stays_out_of_the_queue),
    TST_M(test_a_task_does_not_go_back_for_ever),
    TST_M(test_term_to_all_processes_reaches_facet_once),
    TST(test_a_failed_run_is_not_tried_again_at_once),
    TST_END,
};
