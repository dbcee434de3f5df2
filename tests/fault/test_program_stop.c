/* The program stopped in a stage that is named: kill -9, Ctrl-C, and two processes at one study.
 * test_run_kill.c kills at any time; here each moment is waited for. */
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

/* Files that show where a run is, from tst_dir(). */
static const char in_ingest[] = "cache/tmp/ingest-*/X.npy";
static const char in_training[] = "cache/work/*/checkpoint.safetensors";
static const char at_training[] = "cache/tmp/train-*"; /* from its begin */
static const char in_evaluate[] = "cache/tmp/evaluate-*";
static const char in_report[] = "cut/stop/table.csv";

static int shell(const char *arguments, char **out, char **err)
{
    char *command = pl_format("'%s' %s", tst_facet(), arguments);
    int rc = tst_shell(tst_dir(), command, out, err);
    free(command);
    return rc;
}

static void write_study(void)
{
    CU_ASSERT_EQUAL_FATAL(shell("-q faces data --images 300 --seed 1", NULL, NULL), 0);
    tst_write_text(tst_path("stop.yaml"),
                   "data: {images: data/img_align_celeba.zip, labels: data/list_attr_celeba.csv, "
                   "partition: data/list_eval_partition.csv, image: {size: 24}}\n"
                   "model: {type: cnn, filters: [8], units: [16], dropout: 0.2}\n"
                   "train: {epochs: 120, batch: 8}\n"
                   "sweep: {seeds: [1, 2]}\n");
}

/* What must be the same: digests of the files without times, and the tables without their two
 * columns of times. Heap. */
static char *bytes_of(const char *results)
{
    char *out = NULL;
    char *command = pl_format(
        "cd '%s/stop' && sha256sum table.csv table.md table.tex study.yaml runs/*/metrics.json "
        "runs/*/predictions.csv runs/*/model.safetensors && "
        "sed 's/,[^,]*,[^,]*$//' runs.csv runs/*/epochs.csv",
        results);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), command, &out, NULL), 0);
    free(command);
    return out ? out : pl_strdup("nothing");
}

static char *undisturbed(void)
{
    write_study();
    CU_ASSERT_EQUAL_FATAL(shell("-q run stop.yaml --cache whole-cache --results whole", NULL, NULL),
                          0);
    return bytes_of("whole");
}

/* Starts `facet -q run stop.yaml` with its own cache; stderr goes to the file `said`. */
static pid_t start(const char *results, const char *jobs)
{
    const char *facet = tst_facet(); /* before the folder changes */
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    int said = -1, nothing = open("/dev/null", O_RDWR);
    if (chdir(tst_dir()) == 0)
        said = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (said < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(said, 2) < 0)
        _exit(126);
    execl(facet, "facet", "-q", "run", "stop.yaml", "--threads", "2", "--cache", "cache",
          "--results", results, "--jobs", jobs, (char *)NULL);
    _exit(127);
}

/* Waits for the process or for the moment; tells whether the moment came first. */
static bool wait_for(pid_t pid, const char *moment, int *st)
{
    const struct timespec nap = {0, 200000};
    char *pattern = pl_path_join(tst_dir(), moment);
    bool came = false, ended = false;
    while (!came && !ended) {
        glob_t found;
        came = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;
        if (came)
            globfree(&found);
        else
            ended = waitpid(pid, st, WNOHANG) == pid;
        if (!came && !ended)
            nanosleep(&nap, NULL);
    }
    free(pattern);
    return came;
}

/* Runs until the moment and then a little; true where the signal came in time. */
static bool stop_at(const char *moment, long micro, const char *jobs, int number, int *st)
{
    const struct timespec later = {0, micro * 1000};
    pid_t pid = start("cut", jobs);
    CU_ASSERT_FATAL(pid > 0);
    if (!wait_for(pid, moment, st))
        return false;
    nanosleep(&later, NULL);
    kill(pid, number);
    CU_ASSERT_EQUAL(waitpid(pid, st, 0), pid);
    return !WIFEXITED(*st) || WEXITSTATUS(*st) != 0;
}

static void same_after_killing_at(const char *moment, long micro, const char *jobs,
                                  const char *want)
{
    int st = 0;
    tst_shell(tst_dir(), "rm -rf cut cache", NULL, NULL);
    bool killed = stop_at(moment, micro, jobs, SIGKILL, &st);
    if (!killed)
        tst_note("%s: over before the kill", moment);
    CU_ASSERT_EQUAL(shell("-q run stop.yaml --cache cache --results cut", NULL, NULL), 0);
    char *got = bytes_of("cut");
    TST_TEXT(got, want);
    free(got);
}

static void test_killed_in_each_stage_the_bytes_are_the_same(void)
{
    char *want = undisturbed();
    same_after_killing_at(in_ingest, 0, "1", want);
    same_after_killing_at(in_training, 0, "1", want);
    same_after_killing_at(in_training, 40000, "1", want);
    same_after_killing_at(in_training, 20000, "2", want);
    same_after_killing_at(in_evaluate, 0, "1", want);
    same_after_killing_at(in_report, 0, "1", want);
    same_after_killing_at("cut/stop/plots", 50000, "1", want);
    free(want);
}

/* The report of a study that grew, killed after its first file: the rest is not left as it was. */
static void test_killed_in_a_later_report_it_is_made_again(void)
{
    char *want = undisturbed();
    int st = 0;
    CU_ASSERT_EQUAL(
        shell("-q run stop.yaml --set sweep.seeds=[1] --cache cache --results cut", NULL, NULL), 0);
    CU_ASSERT_EQUAL(unlink(tst_path("cut/stop/table.csv")), 0);
    CU_ASSERT_TRUE(stop_at(in_report, 0, "1", SIGKILL, &st));
    CU_ASSERT_EQUAL(shell("-q run stop.yaml --cache cache --results cut", NULL, NULL), 0);
    char *got = bytes_of("cut");
    TST_TEXT(got, want);
    free(got);
    free(want);
}

/* The checker itself: one epoch less is not the same. */
static void test_another_training_is_noticed(void)
{
    char *want = undisturbed();
    CU_ASSERT_EQUAL(
        shell("-q run stop.yaml --set train.epochs=5 --cache whole-cache --results other", NULL,
              NULL),
        0);
    char *got = bytes_of("other");
    CU_ASSERT_STRING_NOT_EQUAL(got, want);
    free(got);
    free(want);
}

static void test_ctrl_c_is_told_and_the_same_command_goes_on(void)
{
    char *want = undisturbed(), *out = NULL;
    int st = 0;
    CU_ASSERT_TRUE(stop_at(at_training, 0, "1", SIGINT, &st));
    CU_ASSERT_TRUE(WIFEXITED(st) && WEXITSTATUS(st) == 130);
    char *said = tst_read(tst_path("said"), NULL);
    const char *sentence = said ? strstr(said, "facet: interrupted") : NULL; /* behind warnings */
    TST_TEXT(sentence ? sentence : "",
             "facet: interrupted: 0 of 2 runs are done; the state is saved, the same command goes "
             "on\n");
    CU_ASSERT_EQUAL(shell("status --results cut", &out, NULL), 0);
    TST_TEXT(out ? out : "",
             "stop: 0 of 2 runs done, 1 interrupted, 1 pending\nnobody runs it now\n");
    free(out);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "cut -d, -f3 cut/stop/runs.csv", &out, NULL), 0);
    TST_TEXT(out ? out : "", "status\ninterrupted\npending\n");
    CU_ASSERT_EQUAL(shell("-q run stop.yaml --cache cache --results cut", NULL, NULL), 0);
    char *got = bytes_of("cut");
    TST_TEXT(got, want);
    free(got);
    free(out);
    free(said);
    free(want);
}

static void test_a_second_run_of_the_study_is_refused(void)
{
    char *want = undisturbed(), *err = NULL, *out = NULL;
    int st = 0;
    pid_t pid = start("cut", "1");
    CU_ASSERT_TRUE(wait_for(pid, at_training, &st));
    kill(pid, SIGSTOP); /* it holds the study as long as it lives */
    CU_ASSERT_EQUAL(shell("-q run stop.yaml --cache cache --results cut", NULL, &err), 1);
    char *head = pl_format("facet: the study 'stop' is being run by process %ld on ", (long)pid);
    CU_ASSERT_TRUE(err && pl_starts_with(err, head));
    CU_ASSERT_TRUE(err && pl_ends_with(err, "; `facet status stop` shows how far it is\n"));
    CU_ASSERT_EQUAL(shell("status --results cut", &out, NULL), 0);
    char *line = pl_format("\nrun by process %ld on ", (long)pid);
    CU_ASSERT_PTR_NOT_NULL(out ? strstr(out, line) : NULL);
    kill(pid, SIGCONT);
    CU_ASSERT_EQUAL(waitpid(pid, &st, 0), pid);
    CU_ASSERT_TRUE(WIFEXITED(st) && WEXITSTATUS(st) == 0);
    char *got = bytes_of("cut");
    TST_TEXT(got, want);
    free(got);
    free(line);
    free(head);
    free(out);
    free(err);
    free(want);
}

/* Two studies that need the same entries: the cache's locks share the work. */
static void test_two_studies_share_a_cache_at_the_same_time(void)
{
    char *want = undisturbed();
    int first = -1, second = -1;
    pid_t a = start("a", "1"), b = start("b", "2");
    CU_ASSERT_EQUAL(waitpid(a, &first, 0), a);
    CU_ASSERT_EQUAL(waitpid(b, &second, 0), b);
    CU_ASSERT_TRUE(WIFEXITED(first) && WEXITSTATUS(first) == 0);
    CU_ASSERT_TRUE(WIFEXITED(second) && WEXITSTATUS(second) == 0);
    char *got_a = bytes_of("a"), *got_b = bytes_of("b");
    TST_TEXT(got_a, want);
    TST_TEXT(got_b, want);
    free(got_b);
    free(got_a);
    free(want);
}

const tst_case tst_fault_program_stop[] = {
    TST_M(test_killed_in_each_stage_the_bytes_are_the_same),
    TST_M(test_killed_in_a_later_report_it_is_made_again),
    TST_M(test_another_training_is_noticed),
    TST_M(test_ctrl_c_is_told_and_the_same_command_goes_on),
    TST_M(test_a_second_run_of_the_study_is_refused),
    TST_M(test_two_studies_share_a_cache_at_the_same_time),
    TST_END,
};
