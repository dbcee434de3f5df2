#include "study/run_show.h"

#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static const char manifest[] =
    "{\"status\": \"done\", \"label\": \"model.output=softmax seed=2\", \"host\": \"vm\", \"cpu\": "
    "\"a CPU\", \"isa\": \"avx2\", \"blas_core\": \"Zen\", \"threads\": 2, \"written\": "
    "\"2026-11-26T03:34:24Z\", \"versions\": {\"facet\": \"0.1.0\", \"blas\": \"OpenBLAS\"},\n"
    "\"ingest\": {\"target\": \"Male\"}, \"keys\": {\"train\": \"abc\", \"ingest\": \"def\"},\n"
    "\"seconds\": {\"train\": 40, \"ingest\": 1}, \"train\": {\"params\": 533378, \"epochs\": 3, "
    "\"train_accuracy\": 0.97, \"train_images\": 19120, \"train_seconds\": 39.5, "
    "\"images_per_second\": 4766.6},\n"
    "\"spec\": {\"model.type\": \"cnn\", \"model.output\": \"softmax\", \"train.lr\": \"0.001\", "
    "\"train.seed\": \"2\", \"data.target\": \"Male\"}}";

static const char metrics[] =
    "{\"test\": {\"accuracy\": 0.96854575163398693, \"auc\": 0.994, \"confusion\": [[1501, 39], "
    "[38, 870]], \"count\": 2448, \"loss\": 0.091, \"majority\": 0.62908496732026142, "
    "\"recall_0\": "
    "0.97467532467532469, \"recall_1\": 0.95814977973568283, \"f1\": 0.9576}}";

static void write_study(void)
{
    TST_OK(pl_make_dirs(tst_path("s/runs/aaaa00000001"), e));
    tst_write_text(tst_path("s/runs.csv"),
                   "run,group,status,seed,model.output,model,size,params,epochs,train_accuracy,"
                   "val_accuracy,test_accuracy\n"
                   "aaaa00000001,model.output=softmax,done,2,softmax,cnn,8x8,9,3,0.97,,0.9685\n"
                   "bbbb00000002,model.output=relu,pending,2,relu,cnn,8x8,,,,,\n");
    tst_write_text(tst_path("s/runs/aaaa00000001/manifest.json"), manifest);
    tst_write_text(tst_path("s/runs/aaaa00000001/metrics.json"), metrics);
    tst_write_text(tst_path("s/runs/aaaa00000001/epochs.csv"),
                   "epoch,train_loss,train_accuracy,val_loss,val_accuracy\n1,0.5,0.5,0.5,0.5\n"
                   "2,0.25,0.75,0.25,0.8\n3,0.125,0.97,0.3,0.8\n");
}

/* Wilson: scipy.stats.binomtest(2371, 2448).proportion_ci(method='wilson') =
 * (0.9608639745839591, 0.9747593267298975). */
static void test_a_done_run(void)
{
    json_t *o = NULL;
    write_study();
    TST_OK(pl_run_show_read(tst_dir(), "s/aaaa", &o, e));
    const json_t *test = json_object_get(json_object_get(o, "scores"), "test");
    CU_ASSERT(tst_near(json_number_value(json_object_get(test, "low")), 0.96086397, 1e-7, 0));
    CU_ASSERT(tst_near(json_number_value(json_object_get(test, "high")), 0.97475933, 1e-7, 0));
    CU_ASSERT(json_is_null(json_object_get(json_object_get(o, "scores"), "val")));
    const json_t *spec = json_object_get(o, "spec");
    CU_ASSERT_EQUAL(json_object_size(spec), 2); /* what has its default is not told */
    TST_TEXT(json_string_value(json_object_get(spec, "model.output")), "softmax");
    TST_TEXT(json_string_value(json_object_get(spec, "train.seed")), "2");
    const json_t *t = json_object_get(o, "training");
    const json_t *best = json_object_get(t, "best_val_accuracy");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(best, "step")),
                    2); /* the first of equal ones */
    best = json_object_get(t, "best_val_loss");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(best, "step")), 2);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(o, "files")), 3);
    pl_str s;
    pl_str_init(&s);
    pl_run_show_text(o, &s);
    char *want = pl_format("s/aaaa00000001  output=softmax\n"
                           "done\n"
                           "made on vm by facet 0.1.0, 2 threads, avx2, OpenBLAS (a CPU); written "
                           "2026-11-26T03:34:24Z\n");
    CU_ASSERT(pl_starts_with(s.text, want));
    free(want);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "  model.output  softmax  (swept)\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "  test            2,448     96.85  96.09 to 97.48      97.47     95.81  "
                       "0.9940  0.0910\n  always naming the commoner class of the test images: "
                       "62.91 %\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "  actual Male           38 (  4.19 %)      870 ( 95.81 %)\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text,
                                  "  3 epochs; best validation accuracy in epoch 2 (80.00 %); "
                                  "lowest validation loss in epoch 2 (0.2500)\n"));
    pl_str_clear(&s);
    json_decref(o);
}

static void test_a_pending_run(void)
{
    json_t *o = NULL;
    write_study();
    TST_OK(pl_run_show_read(tst_dir(), "s/bb", &o, e));
    TST_TEXT(json_string_value(json_object_get(o, "status")), "pending");
    CU_ASSERT(json_is_null(json_object_get(o, "training")));
    CU_ASSERT(json_is_null(json_object_get(o, "made")));
    pl_str s;
    pl_str_init(&s);
    pl_run_show_text(o, &s);
    CU_ASSERT(pl_starts_with(s.text, "s/bbbb00000002  output=relu\npending\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "Files: none yet\n"));
    pl_str_clear(&s);
    json_decref(o);
}

/* Of an earlier spec: in runs/, not in runs.csv. And a failed one, with its reason. */
static void test_a_run_of_an_earlier_spec(void)
{
    json_t *o = NULL;
    write_study();
    TST_OK(pl_make_dirs(tst_path("s/runs/cccc00000003"), e));
    tst_write_text(tst_path("s/runs/cccc00000003/manifest.json"),
                   "{\"status\": \"failed\", \"error\": \"the loss is not finite\", \"label\": "
                   "\"train.lr=9 seed=1\"}");
    TST_OK(pl_run_show_read(tst_dir(), "s/cccc", &o, e));
    TST_TEXT(json_string_value(json_object_get(o, "status")), "failed");
    TST_TEXT(json_string_value(json_object_get(o, "why")), "the loss is not finite");
    TST_TEXT(json_string_value(json_object_get(o, "group")), "train.lr=9 seed=1");
    json_decref(o);
    char *want = pl_format("no run 's/dd'; %s/s/runs holds aaaa00000001, cccc00000003", tst_dir());
    TST_FAILS(KN_EUSAGE, want, pl_run_show_read(tst_dir(), "s/dd", &o, e));
    free(want);
}

const tst_case tst_study_run_show[] = {TST(test_a_done_run), TST(test_a_pending_run),
                                       TST(test_a_run_of_an_earlier_spec), TST_END};
