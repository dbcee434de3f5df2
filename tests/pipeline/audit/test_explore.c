#include "audit/explore.h"

#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/fs.h"

/* Ten pictures 0.jpg .. 9.jpg whose bytes are their number, but 3 and 8 are equal, and 4, 5 and 6.
 * Even ones are Male. 0..5 train, 6, 7 validation, 8, 9 test. Person i / 2; 7 is of nobody known.
 */
static pl_run_spec make_data(void)
{
    kn_error e;
    pl_str labels, sides, people;
    pl_str_init(&labels);
    pl_str_init(&sides);
    pl_str_init(&people);
    CU_ASSERT_EQUAL_FATAL(pl_make_dirs(tst_path("pictures"), &e), KN_OK);
    pl_str_add(&labels, "image_id,Young,Male\n");
    pl_str_add(&sides, "image_id,partition\n");
    for (int i = 0; i < 10; i++) {
        int content = i == 8 ? 3 : i == 5 || i == 6 ? 4 : i;
        char *bytes = pl_format("picture %d", content);
        tst_write_text(tst_path("pictures/%d.jpg", i), bytes);
        free(bytes);
        pl_str_addf(&labels, "%d.jpg,%d,%d\n", i, i < 9 ? 1 : -1, i % 2 ? -1 : 1);
        pl_str_addf(&sides, "%d.jpg,%d\n", i, i < 6 ? 0 : i < 8 ? 1 : 2);
        if (i != 7)
            pl_str_addf(&people, "%d.jpg %d\n", i, i == 8 ? 0 : i / 2);
    }
    pl_str_add(&labels, "x.jpg,1,1\n");
    tst_write_text(tst_path("pictures/unlabelled.jpg"), "u");
    tst_write_text(tst_path("labels.csv"), labels.text);
    tst_write_text(tst_path("sides.csv"), sides.text);
    tst_write_text(tst_path("people.txt"), people.text);
    pl_str_clear(&labels);
    pl_str_clear(&sides);
    pl_str_clear(&people);
    pl_run_spec spec;
    memset(&spec, 0, sizeof spec);
    spec.data.images = tst_path("pictures");
    spec.data.labels = tst_path("labels.csv");
    spec.data.partition = tst_path("sides.csv");
    spec.data.identity = tst_path("people.txt");
    spec.data.target = "Male";
    spec.split.method = PL_SPLIT_OFFICIAL;
    return spec;
}

static void test_explore_counts_and_audits(void)
{
    pl_run_spec spec = make_data();
    pl_exploration x;
    TST_OK(pl_explore(&spec, true, &x, e));
    CU_ASSERT(x.pictures == 11 && x.images == 10 && x.unlabelled == 1);
    CU_ASSERT_EQUAL(x.labels_without_picture, 1);
    CU_ASSERT(x.columns == 2 && x.positive[0] == 9 && x.positive[1] == 5 && x.target_column == 1);
    CU_ASSERT(x.counts[PL_SIDE_TRAIN][0] == 3 && x.counts[PL_SIDE_TRAIN][1] == 3);
    CU_ASSERT(x.counts[PL_SIDE_TEST][0] == 1 && x.counts[PL_SIDE_TEST][1] == 1);
    /* people 0 (0, 1, 8), 1, 2, 3, 4: 0 is in training and test */
    CU_ASSERT(x.people == 5 && x.people_on_two_sides == 1 && x.images_without_identity == 1);
    CU_ASSERT(x.sets == 2 && x.duplicates == 5 && x.sets_on_two_sides == 2);
    CU_ASSERT_EQUAL(x.sets_of_two_labels, 2);
    pl_str s;
    pl_str_init(&s);
    pl_exploration_text(&x, &s);
    TST_TEXT(
        s.text,
        "10 images of 11 pictures; 1 pictures have no label; 1 labels have no picture\n\n"
        "attribute      images     share\n"
        "Young               9   90.00 %\n"
        "Male                5   50.00 %  (target)\n\n"
        "side        images     with it     without  share of Male\n"
        "train            6           3           3   50.00 %\n"
        "val              2           1           1   50.00 %\n"
        "test             2           1           1   50.00 %\n\n"
        "split audit\n"
        "  people      5, 1 of them on more than one side; 1 images of unknown people\n"
        "  duplicates  5 images in 2 sets of the same bytes; 2 sets lie on more than one side, 2 "
        "have two labels\n");
    pl_str_clear(&s);
    pl_exploration_clear(&x);
}

static void test_exploration_write_makes_files(void)
{
    pl_run_spec spec = make_data();
    pl_exploration x;
    spec.data.limit = 9;
    TST_OK(pl_explore(&spec, true, &x, e));
    TST_OK(pl_exploration_write(&x, tst_path("out"), e));
    char *text = tst_read(tst_path("out/attributes.csv"), NULL);
    TST_TEXT(text, "attribute,images,positive,share\nYoung,9,9,1\nMale,9,5,0.555555556\n");
    free(text);
    text = tst_read(tst_path("out/balance.csv"), NULL);
    TST_TEXT(text,
             "side,images,positive,negative,share\ntrain,6,3,3,0.5\nval,2,1,1,0.5\ntest,1,1,0,1\n");
    free(text);
    text = tst_read(tst_path("out/duplicates.csv"), NULL);
    TST_TEXT(text,
             "set,image,side,label\n1,3.jpg,train,0\n1,8.jpg,test,1\n2,4.jpg,train,1\n2,5.jpg,"
             "train,0\n2,6.jpg,val,1\n");
    free(text);
    CU_ASSERT(pl_exists(tst_path("out/attributes.svg")) && pl_exists(tst_path("out/balance.png")));
    pl_exploration_clear(&x);
}

static void test_explore_refuses_what_does_not_fit(void)
{
    pl_run_spec spec = make_data();
    pl_exploration x;
    tst_write_text(tst_path("sides.csv"), "image_id,partition\n0.jpg,0\n");
    char *want =
        pl_format("%s: 9 of 10 images have no row: 1.jpg, 2.jpg, 3.jpg, 4.jpg, 5.jpg, ...; "
                  "another split.method needs no such table",
                  spec.data.partition);
    TST_FAILS(KN_EDATA, want, pl_explore(&spec, false, &x, e));
    free(want);
    tst_write_text(tst_path("labels.csv"), "image_id,Young,Male\nz.jpg,1,1\n");
    want = pl_format("no picture of %s has a row in %s", spec.data.images, spec.data.labels);
    TST_FAILS(KN_EDATA, want, pl_explore(&spec, false, &x, e));
    free(want);
}

const tst_case tst_audit_explore[] = {TST(test_explore_counts_and_audits),
                                      TST(test_exploration_write_makes_files),
                                      TST(test_explore_refuses_what_does_not_fit), TST_END};
