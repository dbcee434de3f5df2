#include "study/watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "run/live.h"
#include "run/study_status.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static const char log_text[] =
    "train seed=1: 900 images, 300 for validation, 533313 parameters\n"
    "epoch 1: loss 0.566597 accuracy 0.7016 val_loss 0.456622 val_accuracy 0.8002 (4.0 s, 9 "
    "images/s)\n"
    "epoch 2: loss 0.5 accuracy 0.75 val_loss 0.4 val_accuracy 0.85 (4.0 s, 9 images/s)\n"
    "interrupted in epoch 3 after 64 images; state saved\n"
    "going on from a checkpoint: epoch 2, image 64\n"
    "epoch 2: loss 0.25 accuracy 0.8 val_loss 0.3 val_accuracy 0.9 (4.0 s, 9 images/s)\n"
    "epoch 3: loss 0.125 accuracy 0.9";

/* Epochs that were trained twice count once, a line that is being written not yet. */
static void test_a_log_gives_its_epochs(void)
{
    size_t count = 9;
    bool iterations = true;
    tst_write_text(tst_path("log.txt"), log_text);
    pl_report_epoch *all = pl_watch_log(tst_path("log.txt"), &count, &iterations);
    CU_ASSERT_FATAL(all && count == 2);
    CU_ASSERT(!iterations);
    CU_ASSERT(all[0].epoch == 1 && all[0].train_loss == 0.566597 && all[0].val_accuracy == 0.8002);
    CU_ASSERT(all[1].epoch == 2 && all[1].train_loss == 0.25 && all[1].train_accuracy == 0.8 &&
              all[1].val_loss == 0.3 && all[1].val_accuracy == 0.9);
    free(all);
    tst_write_text(tst_path("log.txt"), "iteration 0: log loss 0.69 accuracy 0.5\n"
                                        "iteration 10: log loss 0.5 accuracy 0.75\n");
    all = pl_watch_log(tst_path("log.txt"), &count, &iterations);
    CU_ASSERT_FATAL(all && count == 2);
    CU_ASSERT(iterations && all[1].epoch == 10 && isnan(all[1].val_loss));
    free(all);
    CU_ASSERT_PTR_NULL(pl_watch_log(tst_path("none.txt"), &count, &iterations));
    CU_ASSERT_EQUAL(count, 0);
}

static void write_study(void)
{
    TST_OK(pl_make_dirs(tst_path("s/runs/bbbb00000002"), e));
    tst_write_text(tst_path("s/runs.csv"),
                   "run,group,status,seed,model,size,params,epochs,train_accuracy,val_accuracy,"
                   "test_accuracy\n"
                   "aaaa00000001,s,pending,1,cnn,8x8,,,,,\n"
                   "bbbb00000002,s,done,2,cnn,8x8,9,2,0.75,0.75,0.75\n"
                   "bbcc00000003,s,pending,3,cnn,8x8,,,,,\n");
    tst_write_text(tst_path("s/runs/bbbb00000002/manifest.json"), "{\"status\": \"done\"}");
    tst_write_text(tst_path("s/runs/bbbb00000002/epochs.csv"),
                   "epoch,train_loss,train_accuracy,val_loss,val_accuracy\n1,0.5,0.5,0.5,0.5\n"
                   "2,0.25,0.75,0.25,0.75\n");
}

static const pl_watch_look look = {90, 20, false, false};

/* The frame; run: NULL or --run's. heap. */
static char *frame(const char *run, char follow[64], const pl_watch_look *its)
{
    json_t *status =
        json_pack("{s:s,s:i,s:i,s:b}", "study", "s", "runs", 3, "done", 1, "running", 0);
    pl_str s;
    pl_str_init(&s);
    TST_OK(pl_watch_frame(tst_path("s"), status, run, follow, its, &s, e));
    json_decref(status);
    return pl_str_take(&s);
}

static void test_a_finished_study_shows_its_best_run(void)
{
    char follow[64] = "";
    write_study();
    char *got = frame(NULL, follow, &look);
    TST_TEXT(follow, "bbbb00000002");
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "s: 1 of 3 runs done\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "\nbbbb00000002  s seed=2\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "accuracy (%)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "loss"));
    free(got);
}

/* What is trained now is drawn from its log, and followed until it ends. */
static void test_the_run_that_is_trained_is_followed(void)
{
    char follow[64] = "";
    write_study();
    tst_write_text(tst_path("log.txt"), log_text);
    pl_live_begin(tst_path("s"), "bbcc00000003", 0);
    pl_live_log(tst_path("log.txt"));
    pl_live_pause("waits"); /* writes at once */
    char *got = frame(NULL, follow, &look);
    TST_TEXT(follow, "bbcc00000003");
    free(got);
    json_t *live = pl_live_list(tst_path("s"));
    pl_live_end();
    CU_ASSERT_EQUAL(json_array_size(live), 1);
    json_decref(live);
    got = frame(NULL, follow, &look); /* over: the same run, as its folder has it */
    TST_TEXT(follow, "bbcc00000003");
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "no values yet"));
    free(got);
}

static void test_run_names_one(void)
{
    char follow[64] = "";
    write_study();
    char *got = frame("aa", follow, &look);
    TST_TEXT(follow, "aaaa00000001");
    free(got);
    json_t *status = json_object();
    pl_str s;
    pl_str_init(&s);
    TST_FAILS(KN_EUSAGE, "--run: s has no run 'c' (facet runs s lists them)",
              pl_watch_frame(tst_path("s"), status, "c", follow, &look, &s, e));
    TST_FAILS(KN_EUSAGE, "--run: 'bb' fits 2 runs of s; give more digits",
              pl_watch_frame(tst_path("s"), status, "bb", follow, &look, &s, e));
    pl_str_clear(&s);
    json_decref(status);
}

/* No line is longer, and there are no more, than the terminal has. */
static void test_frames_fit_the_terminal(void)
{
    char follow[64] = "";
    write_study();
    for (size_t width = 5; width < 200; width += 17) {
        for (size_t height = 4; height < 60; height += 5) {
            const pl_watch_look its = {width, height, height % 2 == 0, false};
            char *got = frame(NULL, follow, &its);
            size_t lines = 0;
            for (char *line = got, *end; (end = strchr(line, '\n')); line = end + 1, lines++) {
                *end = '\0';
                CU_ASSERT(pl_text_width(line) <= width);
            }
            CU_ASSERT(lines <= height);
            free(got);
        }
    }
}

const tst_case tst_study_watch[] = {TST(test_a_log_gives_its_epochs),
                                    TST(test_a_finished_study_shows_its_best_run),
                                    TST(test_the_run_that_is_trained_is_followed),
                                    TST(test_run_names_one),
                                    TST(test_frames_fit_the_terminal),
                                    TST_END};
