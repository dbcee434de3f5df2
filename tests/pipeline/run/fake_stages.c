#define _GNU_SOURCE
#include "pipeline/run/fake_stages.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "io/csv.h"
#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"
#include "util/str.h"

fake_state *fake;

static pid_t test_process; /* that runs the coordinator */

enum { STEPS = 5 };

static kn_status put(const char *dir, const char *name, const char *text, kn_error *e)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_write_file(path, text, strlen(text), e);
    free(path);
    return rc;
}

static int sources(const pl_run_spec *spec, const char *path[4])
{
    path[0] = spec->data.images;
    path[1] = spec->data.labels;
    return 2;
}

static kn_status ingest(const pl_stage_job *jobs, int count, kn_error *e)
{
    fake->calls[PL_INGEST]++;
    fake->ingest_jobs = count;
    for (int i = 0; i < count; i++) {
        char *x = pl_format("%d pixels\n", jobs[i].spec->data.width);
        kn_status rc = put(jobs[i].out, "X.npy", x, e);
        free(x);
        KN_TRY(rc);
        /* as the real one: labels and names do not depend on the size, nor on spaces in the table
         */
        KN_TRY(put(jobs[i].out, "names.csv", "image\n1.jpg\n", e));
        KN_TRY(put(jobs[i].out, "ingest.json", "{\"images\": 1}\n", e));
    }
    fprintf(jobs[0].log, "ingest\n");
    return KN_OK;
}

static kn_status split(const pl_stage_job *job, int count, kn_error *e)
{
    (void)count;
    fake->calls[PL_SPLIT]++;
    fprintf(job->log, "split\n");
    KN_TRY(put(job->out, "split.json", "{}\n", e));
    return put(job->out, "train.npy", "0\n", e);
}

/* Every epoch's accuracy is the learning rate's, so that the better group is known beforehand. */
static kn_status write_epochs(const pl_stage_job *job, kn_error *e)
{
    pl_str text;
    pl_str_init(&text);
    bool rests = job->epoch_limit > 0 && job->epoch_limit < job->spec->train.epochs;
    int epochs = rests ? job->epoch_limit : job->spec->train.epochs;
    pl_str_add(&text, "epoch,train_loss,val_accuracy\n");
    for (int i = 1; i <= epochs; i++)
        pl_str_addf(&text, "%d,0.5,%.9g\n", i, job->spec->train.lr);
    kn_status rc = put(rests ? job->work : job->out, "epochs.csv", text.text, e);
    pl_str_clear(&text);
    return rc;
}

static double bytes(const pl_run_spec *spec, int threads)
{
    (void)spec;
    (void)threads;
    return fake->bytes;
}

static void take_a_nap(void)
{
    const struct timespec nap = {0, (long)(fake->nap * 1e9)};
    int now = atomic_fetch_add(&fake->running, 1) + 1, most = atomic_load(&fake->most);
    while (now > most && !atomic_compare_exchange_weak(&fake->most, &most, now))
        ;
    nanosleep(&nap, NULL);
    atomic_fetch_sub(&fake->running, 1);
}

/* Five steps, each remembered in `work`. */
static kn_status train(const pl_stage_job *job, int count, kn_error *e)
{
    (void)count;
    fake->calls[PL_TRAIN]++;
    if (job->spec->train.lr > fake->max_lr)
        return kn_fail(e, KN_ENUMERIC, "epoch 1, batch 3: the loss is not finite in layer dense_1");
    fake->order[fake->started++ % 64] = (int)job->spec->train.seed;
    fake->threads = kn_pool_size(job->pool);
    take_a_nap();
    for (int step = 1; step <= STEPS; step++) {
        char *path = pl_format("%s/step-%d", job->work, step);
        bool there = pl_exists(path);
        kn_status rc = there ? KN_OK : pl_write_file(path, "", 0, e);
        free(path);
        KN_TRY(rc);
        fake->steps += !there;
        if (!there && step == fake->interrupt_after) {
            pl_interrupt_set(true);
            if (getpid() != test_process)
                kill(test_process, SIGINT);
        }
        if (step == fake->kill_after && fake->kills > 0 && getpid() != test_process) {
            fake->kills--;
            raise(SIGKILL);
        }
        KN_TRY(pl_interrupt_check(e));
    }
    KN_TRY(write_epochs(job, e));
    if (job->epoch_limit > 0 && job->epoch_limit < job->spec->train.epochs)
        return kn_fail(e, KN_EPAUSED, "rests after epoch %d", job->epoch_limit);
    fprintf(job->log, "train\n");
    char *model = pl_format("lr %.17g seed %llu\n", job->spec->train.lr,
                            (unsigned long long)job->spec->train.seed);
    kn_status rc = put(job->out, "model.safetensors", model, e);
    free(model);
    KN_TRY(rc);
    KN_TRY(put(job->out, "train.json", "{\"params\": 7, \"epochs\": 2, \"train_accuracy\": 0.75}\n",
               e));
    return KN_OK;
}

static kn_status evaluate(const pl_stage_job *job, int count, kn_error *e)
{
    (void)count;
    fake->calls[PL_EVALUATE]++;
    fprintf(job->log, "evaluate\n");
    KN_TRY(put(job->out, "predictions.csv", "image,split,label,probability\n", e));
    return put(job->out, "metrics.json", "{\"test\": {\"accuracy\": 0.5, \"loss\": 0.25}}\n", e);
}

static const pl_stage_input split_inputs[] = {{PL_INGEST, "names.csv", false}};
static const pl_stage_input train_inputs[] = {{PL_INGEST, "X.npy", false},
                                              {PL_SPLIT, "train.npy", false}};
static const pl_stage_input evaluate_inputs[] = {{PL_INGEST, "X.npy", false},
                                                 {PL_TRAIN, "model.safetensors", false}};

static const pl_stage stage_ingest = {.name = "ingest",
                                      .version = 1,
                                      .keys = PL_KEY_INGEST,
                                      .sources = sources,
                                      .joint = true,
                                      .run = ingest};
static const pl_stage stage_split = {.name = "split",
                                     .version = 1,
                                     .keys = PL_KEY_SPLIT,
                                     .inputs = split_inputs,
                                     .input_count = 1,
                                     .run = split};
static const pl_stage stage_train = {.name = "train",
                                     .version = 1,
                                     .numeric = true,
                                     .keys = PL_KEY_TRAIN,
                                     .inputs = train_inputs,
                                     .input_count = 2,
                                     .bytes = bytes,
                                     .run = train};
static const pl_stage stage_evaluate = {.name = "evaluate",
                                        .version = 1,
                                        .numeric = true,
                                        .keys = PL_KEY_EVALUATE,
                                        .inputs = evaluate_inputs,
                                        .input_count = 2,
                                        .run = evaluate};

const pl_stage *const fake_stages[PL_STAGE_COUNT] = {
    [PL_INGEST] = &stage_ingest,
    [PL_SPLIT] = &stage_split,
    [PL_TRAIN] = &stage_train,
    [PL_EVALUATE] = &stage_evaluate,
};

void fake_write_study(const char *name, const char *more)
{
    pl_log_init((pl_log_options){PL_QUIET, 0});
    if (!fake)
        fake = mmap(NULL, sizeof *fake, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_FATAL(fake != MAP_FAILED);
    *fake = (fake_state){.max_lr = 0.5};
    test_process = getpid();
    pl_interrupt_init();
    pl_interrupt_set(false);
    if (!pl_exists(tst_path("images.zip")))
        tst_write_text(tst_path("images.zip"), "pictures");
    if (!pl_exists(tst_path("labels.csv")))
        tst_write_text(tst_path("labels.csv"), "image,Male\n1.jpg,1\n");
    char *text = pl_format("data: {images: images.zip, labels: labels.csv, target: Male}\n"
                           "model: {type: cnn}\n%s",
                           more);
    tst_write_text(tst_path("%s.yaml", name), text);
    free(text);
}

void fake_open(const char *name, fake_world *w)
{
    TST_OK(pl_study_load(tst_path("%s.yaml", name), NULL, 0, &w->study, e));
    TST_OK(pl_store_open(tst_path("cache"), &w->store, e));
    TST_OK(pl_plan_make(&w->study, fake_stages, w->store, tst_path("results"), &w->plan, e));
}

void fake_close(fake_world *w)
{
    pl_plan_clear(&w->plan);
    pl_store_close(w->store);
    pl_study_clear(&w->study);
}

kn_status fake_run(const char *name, const pl_exec_options *options, pl_exec_result *result,
                   kn_error *e)
{
    fake_world w;
    int lock = -1;
    fake_open(name, &w);
    kn_status rc = pl_results_open(w.plan.study_dir, &w.study, &lock, e);
    if (rc == KN_OK)
        rc = pl_exec_run(&w.plan, options, result, e);
    pl_results_close(lock);
    fake_close(&w);
    return rc;
}

/* A study with nothing made yet. */
void fake_start(const char *name, const char *more)
{
    fake_write_study(name, more);
    TST_OK(pl_remove_tree(tst_path("results"), e));
    TST_OK(pl_remove_tree(tst_path("cache"), e));
}

/* A column of runs.csv, its cells with a space between them. */
void fake_expect_column(const char *study, const char *column, const char *want)
{
    pl_csv c;
    pl_str got;
    pl_str_init(&got);
    TST_OK(pl_csv_read(tst_path("results/%s/runs.csv", study), &c, e));
    size_t k = 0;
    while (k < pl_csv_fields(&c, 0) && strcmp(pl_csv_get(&c, 0, k), column) != 0)
        k++;
    for (size_t r = 1; r < c.rows; r++)
        pl_str_addf(&got, "%s%s", r > 1 ? " " : "", pl_csv_get(&c, r, k));
    TST_TEXT(got.text, want);
    pl_str_clear(&got);
    pl_csv_clear(&c);
}

/* A member of the manifest of run r, or "". Heap. */
static char *manifest_member(const char *study, int r, const char *key)
{
    fake_world w;
    json_t *m = NULL;
    fake_open(study, &w);
    char *path = pl_format("%s/runs/%s/manifest.json", w.plan.study_dir, w.plan.run[r].id);
    m = json_load_file(path, 0, NULL);
    const char *text = json_string_value(json_object_get(m, key));
    char *copy = pl_strdup(text ? text : "");
    json_decref(m);
    free(path);
    fake_close(&w);
    return copy;
}

void fake_expect_member(const char *study, int r, const char *key, const char *want)
{
    char *got = manifest_member(study, r, key);
    TST_TEXT(got, want);
    free(got);
}
