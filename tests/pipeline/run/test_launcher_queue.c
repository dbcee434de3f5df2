#include "run/launcher_queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tst.h"
#include "util/fs.h"

/* results/s with two submissions of two and three tasks. Heap. */
static char *write_study(void)
{
    TST_OK(pl_make_dirs(tst_path("results/s/slurm/1"), e));
    TST_OK(pl_make_dirs(tst_path("results/s/slurm/2"), e));
    tst_write_text(tst_path("results/s/slurm/1/runs.ids"), "aaaaaaaaaaaa\nbbbbbbbbbbbb\n");
    tst_write_text(tst_path("results/s/slurm/2/runs.ids"),
                   "cccccccccccc,dddddddddddd\neeeeeeeeeeee\nffffffffffff\n");
    return pl_strdup(tst_path("results/s"));
}

/* Lines in which DIR is results/s/slurm. */
static void parse(const char *study, const char *lines, pl_queue *q)
{
    pl_str text;
    pl_str_init(&text);
    for (const char *p = lines; *p; p++)
        if (pl_starts_with(p, "DIR")) {
            pl_str_addf(&text, "%s/slurm", study);
            p += 2;
        } else {
            pl_str_add_bytes(&text, p, 1);
        }
    TST_OK(pl_queue_parse(study, text.text, q, e));
    pl_str_clear(&text);
}

static void test_tasks_lead_to_their_runs(void)
{
    char *study = write_study();
    pl_queue q;
    parse(study,
          "12|N/A|facet-s-prepare|RUNNING|0:31|None|DIR/1\n"
          "13|1|facet-s-runs|PENDING|0:00|Dependency|DIR/1\n"
          "20|0|facet-s-runs|RUNNING|1-02:03:04|None|DIR/2\n"
          "20|2|facet-s-runs|COMPLETING|1:00|None|DIR/2\n"
          "21|N/A|facet-s-report|PENDING|0:00|Dependency|DIR/2\n",
          &q);
    CU_ASSERT_EQUAL_FATAL(q.count, 5);
    CU_ASSERT_EQUAL(q.job[0].kind, PL_SLURM_PREPARE);
    CU_ASSERT_EQUAL(q.job[0].task, -1);
    TST_TEXT(q.job[1].runs, "bbbbbbbbbbbb");
    TST_TEXT(q.job[2].runs, "cccccccccccc,dddddddddddd");
    TST_TEXT(q.job[2].time, "1-02:03:04");
    CU_ASSERT_EQUAL(q.job[2].submission, 2);
    CU_ASSERT_EQUAL(q.job[3].job, 20);
    CU_ASSERT_EQUAL(q.job[4].kind, PL_SLURM_REPORT);
    CU_ASSERT_TRUE(pl_queue_has_run(&q, "bbbbbbbbbbbb"));
    CU_ASSERT_TRUE(pl_queue_has_run(&q, "dddddddddddd"));
    CU_ASSERT_TRUE(pl_queue_has_run(&q, "ffffffffffff"));
    CU_ASSERT_FALSE(pl_queue_has_run(&q, "aaaaaaaaaaaa"));
    CU_ASSERT_FALSE(pl_queue_has_run(&q, "eeeeeeeeeeee"));
    CU_ASSERT_TRUE(pl_queue_runs_now(&q, "dddddddddddd"));
    CU_ASSERT_FALSE(pl_queue_runs_now(&q, "bbbbbbbbbbbb")); /* waits */
    CU_ASSERT_FALSE(pl_queue_runs_now(&q, "eeeeeeeeeeee"));
    pl_queue_clear(&q);
    free(study);
}

/* Another study of a like name, a folder that is gone, a folder beside, a name of someone else's. */
static void test_jobs_of_others_are_left_out(void)
{
    char *study = write_study();
    pl_queue q;
    TST_OK(pl_make_dirs(tst_path("results/s/slurm/other"), e));
    parse(study,
          "1|0|facet-s-runs|RUNNING|0:01|None|/elsewhere/s/slurm/1\n"
          "2|0|facet-s-runs|RUNNING|0:01|None|DIR/9\n"
          "3|0|facet-s-runs|RUNNING|0:01|None|DIR/other\n"
          "4|0|facet-s-runs|RUNNING|0:01|None|DIR\n"
          "5|0|mine|RUNNING|0:01|None|DIR/1\n",
          &q);
    CU_ASSERT_EQUAL(q.count, 0);
    CU_ASSERT_FALSE(pl_queue_has_run(&q, "aaaaaaaaaaaa"));
    pl_queue_clear(&q);
    free(study);
}

/* The same folder by another path, as where it is mounted twice. */
static void test_a_link_to_the_folder_is_the_folder(void)
{
    char *study = write_study();
    pl_queue q;
    CU_ASSERT_EQUAL(symlink(tst_path("results"), tst_path("link")), 0);
    char *line = pl_format("7|0|facet-s-runs|RUNNING|0:01|None|%s/link/s/slurm/1\n", tst_dir());
    parse(study, line, &q);
    CU_ASSERT_TRUE(pl_queue_has_run(&q, "aaaaaaaaaaaa"));
    pl_queue_clear(&q);
    free(line);
    free(study);
}

static void test_a_folder_with_bars_is_read_whole(void)
{
    TST_OK(pl_make_dirs(tst_path("a|b/s/slurm/1"), e));
    tst_write_text(tst_path("a|b/s/slurm/1/runs.ids"), "aaaaaaaaaaaa\n");
    char *study = pl_strdup(tst_path("a|b/s"));
    pl_queue q;
    parse(study, "7|0|facet-s-runs|RUNNING|0:01|None|DIR/1\n", &q);
    CU_ASSERT_TRUE(pl_queue_has_run(&q, "aaaaaaaaaaaa"));
    pl_queue_clear(&q);
    free(study);
}

static void test_a_task_beyond_the_list_has_no_run(void)
{
    char *study = write_study();
    pl_queue q;
    parse(study, "13|5|facet-s-runs|PENDING|0:00|Priority|DIR/1\n", &q);
    CU_ASSERT_EQUAL_FATAL(q.count, 1);
    TST_TEXT(q.job[0].runs, "");
    CU_ASSERT_EQUAL(q.runs, 0);
    pl_queue_clear(&q);
    free(study);
}

static void test_another_form_of_line_is_an_error(void)
{
    char *study = write_study();
    pl_queue q;
    TST_FAILS(KN_EFORMAT,
              "squeue: '13|0|facet-s-runs' is not a line of the form %F|%K|%j|%T|%M|%r|%Z",
              pl_queue_parse(study, "13|0|facet-s-runs\n", &q, e));
    free(study);
}

static void test_a_study_that_was_never_submitted_asks_nobody(void)
{
    pl_queue q;
    TST_OK(pl_make_dirs(tst_path("results/new"), e));
    TST_OK(pl_queue_read(tst_path("results/new"), &q, e));
    CU_ASSERT_TRUE(q.known);
    CU_ASSERT_EQUAL(q.count, 0);
    json_t *json = pl_queue_json(&q);
    pl_str s;
    pl_str_init(&s);
    pl_queue_text(json, &s);
    TST_TEXT(s.text, "");
    pl_str_clear(&s);
    json_decref(json);
    pl_queue_clear(&q);
}

static void test_people_are_told_in_lines(void)
{
    char *study = write_study();
    pl_queue q;
    parse(study,
          "20|0|facet-s-runs|RUNNING|1:02|None|DIR/2\n"
          "20|1|facet-s-runs|PENDING|0:00|Priority|DIR/2\n"
          "20|2|facet-s-runs|PENDING|0:00|JobHeldUser|DIR/2\n"
          "13|0|facet-s-runs|PENDING|0:00|launch failed requeued held|DIR/1\n"
          "12|N/A|facet-s-prepare|COMPLETING|0:31|None|DIR/1\n"
          "21|N/A|facet-s-report|PENDING|0:00|Dependency|DIR/2\n",
          &q);
    json_t *json = pl_queue_json(&q);
    pl_str s;
    pl_str_init(&s);
    pl_queue_text(json, &s);
    TST_TEXT(s.text,
             "slurm: 1 running, 1 waiting, 2 held (scontrol release JOB), the preparation is "
             "COMPLETING, the report waits (Dependency)\n"
             "  job 20_0 for 1:02: cccccccccccc and 1 more\n");
    pl_str_clear(&s);
    json_decref(json);
    pl_queue_clear(&q);
    free(study);
}

const tst_case tst_run_launcher_queue[] = {
    TST(test_tasks_lead_to_their_runs),
    TST(test_jobs_of_others_are_left_out),
    TST(test_a_link_to_the_folder_is_the_folder),
    TST(test_a_folder_with_bars_is_read_whole),
    TST(test_a_task_beyond_the_list_has_no_run),
    TST(test_another_form_of_line_is_an_error),
    TST(test_a_study_that_was_never_submitted_asks_nobody),
    TST(test_people_are_told_in_lines),
    TST_END,
};
