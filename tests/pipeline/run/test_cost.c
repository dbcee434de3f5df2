/* Costs of work by earlier work: the file, its damage, and which earlier work an estimate is made
 * from. */
#include "run/cost.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/cost_log.h"
#include "run/cost_work.h"
#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"

static pl_study study;

/* A study over 100 labelled pictures, loaded. */
static void load(const char *more)
{
    pl_str labels;
    pl_str_init(&labels);
    pl_str_add(&labels, "image,Male\n");
    for (int i = 0; i < 100; i++)
        pl_str_addf(&labels, "%d.jpg,%d\n", i, i % 2);
    tst_write_text(tst_path("labels.csv"), labels.text);
    pl_str_clear(&labels);
    char *text =
        pl_format("data: {images: images.zip, labels: labels.csv, target: Male}\n%s", more);
    tst_write_text(tst_path("cost.yaml"), text);
    free(text);
    TST_OK(pl_study_load(tst_path("cost.yaml"), NULL, 0, &study, e));
}

static pl_costs *open_costs(void)
{
    pl_costs *c = NULL;
    TST_OK(pl_costs_open(tst_dir(), &c, e));
    return c;
}

static const pl_run_spec *spec(int run)
{
    return &study.runs[run].spec;
}

static void test_work_is_counted(void)
{
    load("model: {type: logreg, solver: adam}\ntrain: {epochs: 3}\n"
         "sweep: {list: [{data.image.size: 20}, {data.image.size: 40, data.limit: 50}]}\n");
    pl_costs *c = open_costs();
    CU_ASSERT_EQUAL(pl_costs_images(c, &spec(0)->data), 100);
    CU_ASSERT_EQUAL(pl_costs_images(c, &spec(1)->data), 50);
    CU_ASSERT_EQUAL(pl_costs_work(c, PL_INGEST, spec(0)), 100 * 400);
    CU_ASSERT_EQUAL(pl_costs_work(c, PL_SPLIT, spec(1)), 50);
    CU_ASSERT_EQUAL(pl_costs_work(c, PL_TRAIN, spec(0)), 3 * 100 * 400); /* one output, 400 in */
    CU_ASSERT_EQUAL(pl_costs_work(c, PL_EVALUATE, spec(1)), 50 * 1600);
    CU_ASSERT_EQUAL(pl_costs_params(c, spec(0)), 401);
    pl_costs_free(c);
    pl_study_clear(&study);
    load("model: {type: logreg, solver: adam}\ndata.image.size: 20\nevaluate.tta: {flip: true}\n"
         "sweep: {list: [{augment.flip: 0}, {augment.flip: 0.5}]}\n");
    c = open_costs();
    CU_ASSERT_EQUAL(pl_costs_work(c, PL_EVALUATE, spec(0)), 2 * 100 * 400); /* seen twice */
    CU_ASSERT_NOT_EQUAL(pl_work_class(PL_TRAIN, spec(0)), pl_work_class(PL_TRAIN, spec(1)));
    CU_ASSERT_EQUAL(pl_work_class(PL_EVALUATE, spec(0)), pl_work_class(PL_EVALUATE, spec(1)));
    pl_costs_free(c);
    pl_study_clear(&study);
}

static void test_rows_are_counted_in_every_form_of_table(void)
{
    static const char *const forms[] = {"image,Male\n1.jpg,1\n2.jpg,0\n", /* with a header */
                                        "2\nMale Young\n1.jpg 1 1\n2.jpg -1 1\n", /* and a count */
                                        "image,Male\r\n1.jpg,1\r\n\r\n2.jpg,0"};
    for (int i = 0; i < 3; i++) {
        pl_work_book book = {.table = NULL};
        const pl_data_spec data = {.labels = tst_path("t.txt")};
        tst_write_text(data.labels, forms[i]);
        CU_ASSERT_EQUAL(pl_work_images(&book, &data), 2);
        pl_work_book_clear(&book);
    }
    pl_work_book book = {.table = NULL};
    CU_ASSERT_EQUAL(pl_work_images(&book, &(pl_data_spec){.labels = tst_path("none")}), 0);
    pl_work_book_clear(&book);
}

static void test_classes_differ_by_what_costs_time_alone(void)
{
    load("model: {type: cnn, filters: [8], units: [8]}\n"
         "sweep: {list: [{train.lr: 0.001}, {train.lr: 0.1, train.epochs: 9}, {train.batch: 7},\n"
         "  {model.filters: [9]}, {data.image.size: 30}, {model.dropout: 0.5},\n"
         "  {train.optimizer: sgd}, {model.kernel: 5}, {model.regularizer: {l2: 0.1}},\n"
         "  {train.early_stopping: {patience: 3}}, {train.precision: bf16}]}\n");
    uint64_t base = pl_work_class(PL_TRAIN, spec(0));
    CU_ASSERT_EQUAL(pl_work_class(PL_TRAIN, spec(1)), base);
    for (int r = 2; r < study.run_count; r++)
        for (int k = 0; k < r; k++)
            if (k != 1)
                CU_ASSERT_NOT_EQUAL(pl_work_class(PL_TRAIN, spec(r)),
                                    pl_work_class(PL_TRAIN, spec(k)));
    CU_ASSERT_EQUAL(pl_work_class(PL_EVALUATE, spec(2)), pl_work_class(PL_EVALUATE, spec(0)));
    CU_ASSERT_EQUAL(pl_work_class(PL_INGEST, spec(3)), pl_work_class(PL_INGEST, spec(0)));
    CU_ASSERT_NOT_EQUAL(pl_work_class(PL_INGEST, spec(4)), pl_work_class(PL_INGEST, spec(0)));
    pl_study_clear(&study);
}

static void test_an_estimate_comes_from_the_nearest_work(void)
{
    pl_cost_basis basis;
    load("model: {type: cnn, filters: [8], units: [8]}\ntrain: {epochs: 2}\n"
         "sweep: {list: [{train.lr: 0.1}, {train.epochs: 4}, {model.filters: [16]}]}\n");
    pl_costs *c = open_costs();
    CU_ASSERT_TRUE(pl_costs_seconds(c, PL_TRAIN, spec(0), 1, 1, &basis) > 0);
    CU_ASSERT_EQUAL(basis, PL_COST_GUESSED);
    CU_ASSERT_EQUAL(pl_costs_rate(c, PL_TRAIN, spec(0), 1, 1), 0);

    pl_costs_note(c, PL_TRAIN, spec(0), 1, 1, 10, 5e6);
    CU_ASSERT_TRUE(tst_near(pl_costs_seconds(c, PL_TRAIN, spec(0), 1, 1, &basis), 10, 0, 1e-6));
    CU_ASSERT_EQUAL(basis, PL_COST_MEASURED);
    CU_ASSERT_TRUE(tst_near(pl_costs_seconds(c, PL_TRAIN, spec(1), 1, 1, &basis), 20, 0, 1e-6));
    CU_ASSERT_EQUAL(basis, PL_COST_MEASURED);
    double work = pl_costs_work(c, PL_TRAIN, spec(0));
    CU_ASSERT_TRUE(tst_near(pl_costs_rate(c, PL_TRAIN, spec(1), 1, 1), work / 10, 0, 1e-6));

    double other = pl_costs_work(c, PL_TRAIN, spec(2)) / work * 10;
    CU_ASSERT_TRUE(tst_near(pl_costs_seconds(c, PL_TRAIN, spec(2), 1, 1, &basis), other, 0, 1e-6));
    CU_ASSERT_EQUAL(basis, PL_COST_SCALED);
    double crowd = pl_costs_seconds(c, PL_TRAIN, spec(0), 1, 1000, &basis);
    CU_ASSERT_EQUAL(basis, PL_COST_SCALED);
    CU_ASSERT_TRUE(crowd > 10);
    CU_ASSERT_EQUAL(pl_costs_rate(c, PL_TRAIN, spec(0), 1, 1000), 0);
    CU_ASSERT_TRUE(pl_costs_seconds(c, PL_EVALUATE, spec(0), 1, 1, &basis) > 0);
    CU_ASSERT_EQUAL(basis, PL_COST_GUESSED); /* another stage tells nothing */

    CU_ASSERT_EQUAL(pl_costs_memory(c, PL_TRAIN, spec(1), 1), 5e6);
    CU_ASSERT_EQUAL(pl_costs_memory(c, PL_TRAIN, spec(1), 2), 5e6);
    CU_ASSERT_EQUAL(pl_costs_memory(c, PL_TRAIN, spec(2), 1), 0);
    pl_costs_free(c);
    pl_study_clear(&study);
}

static void test_the_newest_work_counts_most(void)
{
    load("model: {type: cnn}\n");
    pl_costs *c = open_costs();
    for (int i = 0; i < 20; i++)
        pl_costs_note(c, PL_SPLIT, spec(0), 1, 1, 10, 0);
    for (int i = 0; i < 10; i++)
        pl_costs_note(c, PL_SPLIT, spec(0), 1, 1, 2, 0);
    double seconds = pl_costs_seconds(c, PL_SPLIT, spec(0), 1, 1, NULL);
    CU_ASSERT_TRUE(seconds > 2 && seconds < 2.2);
    pl_costs_free(c);
    pl_study_clear(&study);
}

static void test_processes_share_the_file(void)
{
    load("model: {type: cnn}\n");
    pl_costs *c = open_costs(), *other = open_costs();
    pl_costs_note(other, PL_SPLIT, spec(0), 2, 3, 10, 0);
    CU_ASSERT_EQUAL(pl_costs_rate(c, PL_SPLIT, spec(0), 2, 3), 0);
    pl_costs_catch_up(c);
    CU_ASSERT_TRUE(tst_near(pl_costs_rate(c, PL_SPLIT, spec(0), 2, 3), 10, 0, 1e-6));
    pl_costs_free(other);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            for (int k = 0; k < 100; k++)
                pl_costs_note(c, PL_TRAIN, spec(0), 1 + i, 1, 1 + k, 0);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    char *text = tst_read(tst_path("times.tsv"), NULL);
    int good = 0;
    for (char *p = text, *stop; p && (stop = strchr(p, '\n')); p = stop + 1) {
        pl_cost_line line;
        good += pl_cost_line_parse(p, (size_t)(stop - p), &line);
    }
    CU_ASSERT_EQUAL(good, 401);
    free(text);
    pl_costs_catch_up(c);
    CU_ASSERT_TRUE(pl_costs_rate(c, PL_TRAIN, spec(0), 4, 1) > 0);
    pl_costs_free(c);
    pl_study_clear(&study);
}

static void test_a_folder_that_cannot_be_written_is_no_failure(void)
{
    load("model: {type: cnn}\n");
    pl_costs *c = NULL;
    TST_OK(pl_costs_open(tst_path("none"), &c, e));
    pl_costs_note(c, PL_SPLIT, spec(0), 1, 1, 10, 0);
    CU_ASSERT_TRUE(tst_near(pl_costs_seconds(c, PL_SPLIT, spec(0), 1, 1, NULL), 10, 0, 1e-6));
    CU_ASSERT_FALSE(pl_exists(tst_path("none")));
    pl_costs_free(c);
    pl_study_clear(&study);
}

static const pl_cost_line example = {
    .stage = PL_TRAIN,
    .kind = "cnn",
    .work_class = UINT64_C(0x0123456789abcdef),
    .machine = 7,
    .work = 1.5e12,
    .threads = 2,
    .jobs = 1,
    .seconds = 12.25,
    .bytes = 3e8,
};

static void count_line(void *context, const pl_cost_line *line)
{
    int *count = context;
    *count += line->seconds == example.seconds && line->work_class == example.work_class;
}

static void forget_lines(void *context)
{
    *(int *)context = 0;
}

static int count_good(void)
{
    int count = 0;
    pl_cost_log log;
    pl_cost_log_init(&log, tst_dir());
    pl_cost_log_read(&log, &(pl_cost_reader){&count, count_line, forget_lines});
    pl_cost_log_clear(&log);
    return count;
}

/* The file cut at every byte of its last line, then gone on with: the lines before it and after it
 * are there; the cut one is there when only its newline is gone. */
static void test_a_line_cut_at_every_byte(void)
{
    pl_str three;
    pl_str_init(&three);
    for (int i = 0; i < 3; i++)
        pl_cost_line_text(&example, &three);
    size_t line = three.size / 3;
    pl_cost_log log;
    pl_cost_log_init(&log, tst_dir());
    int wrong = 0;
    for (size_t cut = 0; cut <= line; cut++) {
        tst_write(tst_path("times.tsv"), three.text, 2 * line + cut);
        wrong += count_good() != (cut == line ? 3 : 2);
        wrong += !pl_cost_log_append(&log, &example);
        wrong += count_good() != (cut + 1 >= line ? 4 : 3);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    pl_cost_log_clear(&log);
    pl_str_clear(&three);
}

static void test_a_line_with_any_byte_changed_is_skipped(void)
{
    pl_str s;
    pl_str_init(&s);
    pl_cost_line_text(&example, &s);
    pl_cost_line line;
    int taken = 0;
    CU_ASSERT_TRUE(pl_cost_line_parse(s.text, s.size - 1, &line));
    for (size_t i = 0; i + 1 < s.size; i++) {
        s.text[i] ^= 1;
        taken += pl_cost_line_parse(s.text, s.size - 1, &line);
        s.text[i] ^= 1;
    }
    CU_ASSERT_EQUAL(taken, 0);
    pl_str_clear(&s);
}

static void test_a_long_file_is_shortened_to_its_newest_lines(void)
{
    pl_cost_log log;
    pl_cost_log_init(&log, tst_dir());
    pl_cost_line line = example;
    for (int i = 0; i < 100; i++) {
        line.seconds = i < 90 ? 1 : example.seconds;
        CU_ASSERT_TRUE(pl_cost_log_append(&log, &line));
    }
    int count = 0;
    const pl_cost_reader reader = {&count, count_line, forget_lines};
    pl_cost_log_read(&log, &reader);
    CU_ASSERT_EQUAL(count, 10);
    pl_cost_log_compact(&log, 1 << 20, 20); /* not long */
    CU_ASSERT_EQUAL(count_good(), 10);
    pl_cost_log_compact(&log, 1000, 20);
    CU_ASSERT_EQUAL(count_good(), 10);
    char *text = tst_read(log.path, NULL);
    int lines = 0;
    for (const char *p = text; p && (p = strchr(p, '\n')); p++)
        lines++;
    CU_ASSERT_EQUAL(lines, 20);
    free(text);
    pl_cost_log_read(&log, &reader); /* replaced under the reader: nothing counts twice */
    CU_ASSERT_EQUAL(count, 10);
    pl_cost_log_clear(&log);
}

static void test_ten_thousand_estimates_are_quick(void)
{
    load("model: {type: cnn}\nsweep: {product: {train.lr: [0.1, 0.2], model.units: [[4], [8]]}}\n");
    pl_costs *c = open_costs();
    double began = pl_now(), sum = 0;
    for (int i = 0; i < 10000; i++)
        for (int s = 0; s < PL_STAGE_COUNT; s++)
            sum += pl_costs_seconds(c, (pl_stage_id)s, spec(i % study.run_count), 1, 2, NULL);
    double took = pl_now() - began;
    CU_ASSERT_TRUE(sum > 0);
    CU_ASSERT_TRUE(took < 0.5);
    tst_note("40,000 estimates in %.0f ms", 1e3 * took);
    pl_costs_free(c);
    pl_study_clear(&study);
}

const tst_case tst_run_cost[] = {TST(test_work_is_counted),
                                 TST(test_rows_are_counted_in_every_form_of_table),
                                 TST(test_classes_differ_by_what_costs_time_alone),
                                 TST(test_an_estimate_comes_from_the_nearest_work),
                                 TST(test_the_newest_work_counts_most),
                                 TST(test_processes_share_the_file),
                                 TST(test_a_folder_that_cannot_be_written_is_no_failure),
                                 TST(test_a_line_cut_at_every_byte),
                                 TST(test_a_line_with_any_byte_changed_is_skipped),
                                 TST(test_a_long_file_is_shortened_to_its_newest_lines),
                                 TST(test_ten_thousand_estimates_are_quick),
                                 TST_END};
