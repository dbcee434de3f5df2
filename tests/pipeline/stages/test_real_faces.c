/* All four stages on real faces, against what scikit-learn reaches on them. */
#include <jansson.h>
#include <stdlib.h>

#include "stages/stage.h"
#include "tst.h"
#include "util/fs.h"
#include "util/log.h"

static void make_folder(const char *path)
{
    TST_OK(pl_make_dirs(path, e));
}

/* Runs the stages of a study's first run, one after another. */
static void run_stages(const pl_study *study, kn_pool *pool)
{
    FILE *log = fopen(tst_path("log.txt"), "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(log);
    pl_stage_job job = {
        .spec = &study->runs[0].spec, .title = study->name, .pool = pool, .log = log};
    for (int s = 0; s < PL_STAGE_COUNT; s++) {
        job.out = tst_path("%s", pl_stages[s]->name);
        job.work = tst_path("%s-work", pl_stages[s]->name);
        make_folder(job.out);
        make_folder(job.work);
        TST_OK(pl_stages[s]->run(&job, 1, e));
        job.dir[s] = job.out;
    }
    fclose(log);
}

/* scikit-learn 1.9's LogisticRegression(C=1, max_iter=200) on these pixels has 93.7 % on the test
 * side. */
static void test_lbfgs_on_24000_faces(void)
{
    const char *faces = tst_faces();
    if (!faces) {
        tst_skip("FACET_FACES names no folder of real faces");
        return;
    }
    char *text = pl_format("data:\n"
                           "  images: %s/faces-24k/img_align_celeba.zip\n"
                           "  labels: %s/faces-24k/list_attr_celeba.csv\n"
                           "  partition: %s/faces-24k/list_eval_partition.csv\n"
                           "  image: {size: 50, filter: linear}\n"
                           "model: {type: logreg, max_iter: 200}\n",
                           faces, faces, faces);
    tst_write_text(tst_path("faces.yaml"), text);
    free(text);
    pl_study study;
    kn_pool *pool;
    pl_log_init((pl_log_options){.level = PL_QUIET, .color = 0});
    TST_OK(pl_study_load(tst_path("faces.yaml"), NULL, 0, &study, e));
    TST_OK(kn_pool_new(2, &pool, e));
    run_stages(&study, pool);
    json_t *metrics = json_load_file(tst_path("evaluate/metrics.json"), 0, NULL);
    const json_t *test = json_object_get(metrics, "test");
    double accuracy = json_number_value(json_object_get(test, "accuracy"));
    tst_note("test accuracy %.4f (scikit-learn: 0.937)", accuracy);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(test, "count")), 2448);
    CU_ASSERT_TRUE(accuracy >= 0.937 - 0.002);
    CU_ASSERT_TRUE(accuracy <= 0.937 + 0.004);
    json_decref(metrics);
    kn_pool_free(pool);
    pl_study_clear(&study);
    pl_log_init((pl_log_options){.level = PL_NORMAL, .color = -1});
}

const tst_case tst_stages_real_faces[] = {
    TST_M(test_lbfgs_on_24000_faces),
    TST_END,
};
