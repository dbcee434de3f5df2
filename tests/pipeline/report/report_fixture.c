#include "pipeline/report/report_fixture.h"

#include <math.h>
#include <stdlib.h>

#include "io/csv.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static void write_in(const char *dir, const char *name, pl_str *s)
{
    char *path = pl_path_join(dir, name);
    tst_write_text(path, s->text);
    free(path);
    pl_str_reset(s);
}

/* The first `wrong` test images are answered wrongly; labels are 1 for two images in five. */
static void write_predictions(const char *dir, int images, int wrong, pl_str *s)
{
    pl_str_add(s, "image,split,label,probability\n");
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < images; i++) {
            int label = i % 5 < 2, right = i >= wrong;
            double p = (label == right) ? 0.75 : 0.25;
            pl_str_addf(s, "%06d.jpg,%s,%d,%.9g\n", side * images + i, side ? "test" : "val", label,
                        p);
        }
    }
    write_in(dir, "predictions.csv", s);
}

static void write_epochs(const char *dir, int epochs, double level, pl_str *s)
{
    pl_str_add(
        s, "epoch,train_loss,train_accuracy,val_loss,val_accuracy,lr,seconds,images_per_second\n");
    for (int i = 1; i <= epochs; i++) {
        double left = 0.4 * pow(0.7, i);
        pl_str_addf(s, "%d,%.9g,%.9g,%.9g,%.9g,0.001,1.5,1000\n", i, 0.1 + 1.5 * left,
                    level + 0.02 - left, 0.15 + 1.4 * left + 0.004 * i, level - left);
    }
    write_in(dir, "epochs.csv", s);
}

static void write_run(const char *dir, const report_fixture *f, int group, int seed, pl_str *s)
{
    kn_error e;
    char *run = pl_format("%s/runs/%012x", dir, 16 * group + seed);
    CU_ASSERT_EQUAL_FATAL(pl_make_dirs(run, &e), KN_OK);
    pl_str_add(s,
               "{\"isa\": \"avx2\", \"blas_core\": \"Haswell\", \"numeric\": \"avx2 Haswell\", "
               "\"versions\": {\"facet\": \"0.1.0\"}, \"spec\": {\"data.target\": "
               "\"Male\", \"train.batch\": \"32\", \"model.solver\": \"lbfgs\"}, \"ingest\": "
               "{\"target\": \"Male\", \"images\": 99, \"pictures\": 101, "
               "\"broken\": 1, \"unlabelled\": 1, \"labels_without_image\": 1000, "
               "\"broken_images\": [{\"image\": \"<x>.jpg\", \"reason\": \"cut\"}], "
               "\"unlabelled_images\": [\"y.jpg\"]}, \"split\": {\"train\": {\"images\": 90, "
               "\"by_label\": [50, 40]}, \"val\": {\"images\": 5, \"by_label\": [3, 2]}, \"test\": "
               "{\"images\": 4, \"by_label\": [3, 1]}}}\n");
    write_in(run, "manifest.json", s);
    pl_str_add(s, "{\"test\": {\"f1\": 0.5, \"log_loss\": 0.25, \"balanced_accuracy\": null, "
                  "\"recall_1\": 0.75, \"precision_1\": 1}}\n");
    write_in(run, "metrics.json", s);
    write_epochs(run, f->epochs, 0.95 - 0.01 * group, s);
    write_predictions(run, f->images, 2 + group + seed, s);
    free(run);
}

static void add_failed(const char *dir, pl_str *s, int group, int seed, pl_str *text)
{
    kn_error e;
    char *run = pl_format("%s/runs/%012x", dir, 16 * group + seed);
    CU_ASSERT_EQUAL_FATAL(pl_make_dirs(run, &e), KN_OK);
    pl_str_add(text, "epoch 1\nthe loss is not finite in epoch 2, batch 17, layer <conv>\n");
    write_in(run, "log.txt", text);
    pl_str_add(s, ",,,,,,,,,,,,\n");
    free(run);
}

void report_fixture_write(const char *dir, const report_fixture *f)
{
    pl_str rows, s;
    pl_str_init(&rows);
    pl_str_init(&s);
    pl_str_add(&rows, "run,group,status,seed");
    for (int a = 0; a < 2 && f->axis[a]; a++) {
        pl_str_add(&rows, ",");
        pl_csv_add(&rows, f->axis[a]);
    }
    pl_str_add(&rows,
               ",model,size,params,epochs,train_accuracy,val_accuracy,test_accuracy,test_loss,"
               "test_auc,model_digest,train_seconds,images_per_second\n");
    int last = f->groups * f->seeds - 1;
    for (int i = 0; i <= last; i++) {
        int g = i / f->seeds, k = i % f->seeds;
        bool failed = f->with_failed && i == last, pending = f->with_failed && i == last - 1;
        pl_str_addf(&rows, "%012x,g%d,%s,%d", 16 * g + k, g,
                    failed    ? "failed"
                    : pending ? "pending"
                              : "done",
                    k + 1);
        for (int a = 0; a < 2 && f->axis[a]; a++) {
            char *made = pl_format("v%d", g);
            pl_str_add(&rows, ",");
            pl_csv_add(&rows, f->value[a] ? f->value[a][g] : made);
            free(made);
        }
        if (failed || pending) {
            add_failed(dir, &rows, g, k, &s);
            continue;
        }
        double accuracy = (double)(f->images - 2 - g - k) / f->images;
        pl_str_addf(&rows, ",cnn,50x50,533313,%d,%.9g,%.9g,%.9g,%.9g,%.9g,abc,%d,%d\n", f->epochs,
                    accuracy + 0.01, accuracy - 0.005, accuracy, 0.2 + 0.01 * g, 0.99 - 0.001 * g,
                    12 + g, 1500 - g);
        write_run(dir, f, g, k, &s);
    }
    write_in(dir, "runs.csv", &rows);
    pl_str_clear(&rows);
    pl_str_clear(&s);
}

int report_fixture_figures(const char *head, const char *tail)
{
    char **names;
    size_t count;
    int n = 0;
    TST_OK(pl_list_dir(tst_path("plots"), &names, &count, e));
    for (size_t i = 0; i < count; i++)
        n += pl_starts_with(names[i], head) && pl_ends_with(names[i], tail);
    pl_free_names(names);
    return n;
}
