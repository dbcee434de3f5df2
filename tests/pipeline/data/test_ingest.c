#include "tst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/images.h"
#include "data/ingest.h"
#include "io/json.h"
#include "io/npy.h"
#include "pipeline/data/data_files.h"
#include "util/digest.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"

enum { N = 40, W = 20, H = 24 };
enum { FILES = 8 }; /* ingest.json, the last, alone tells what was left out */
static const char *const target_male[] = {"Male"};

static const char *const files[FILES] = {"X.npy",          "y.npy",       "names.csv",
                                         "attributes.npy", "columns.csv", "pictures.npy",
                                         "digests.npy",    "ingest.json"};

/* N pictures in reverse order of names, and labels of three columns: Male of picture i is i % 3 ==
 * 0. */
static void make_set(data_file f[N], char names[N][16])
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "image_id,Female,Male,Young\n");
    for (int i = 0; i < N; i++) {
        snprintf(names[i], 16, "%06d.jpg", N - i);
        f[i] = data_jpeg(names[i], N - i, W, H);
        pl_str_addf(&s, "%06d.jpg,%d,%d,1\n", i + 1, (i + 1) % 3 ? 1 : -1, (i + 1) % 3 ? -1 : 1);
    }
    tst_write_text(tst_path("labels.csv"), s.text);
    pl_str_clear(&s);
}

static kn_status ingest(const char *images, const char *labels, const char *out, int threads,
                        double max_bad, pl_ingest_counts *counts, kn_error *error)
{
    kn_pool *pool = NULL;
    char *small = pl_format("%s/small", out), *large = pl_format("%s/large", out);
    TST_OK(pl_make_dirs(small, e));
    TST_OK(pl_make_dirs(large, e));
    TST_OK(kn_pool_new(threads, &pool, e));
    const pl_ingest_output outputs[] = {{5, 6, 1, KN_FILTER_TRIANGLE, small},
                                        {10, 12, 3, KN_FILTER_LINEAR, large}};
    pl_ingest_request q = {.images = images,
                           .labels = labels,
                           .target = target_male,
                           .targets = 1,
                           .outputs = outputs,
                           .output_count = 2,
                           .max_bad = max_bad,
                           .pool = pool};
    kn_status rc = pl_ingest_run(&q, counts, error);
    kn_pool_free(pool);
    free(small);
    free(large);
    return rc;
}

static void same_file(const char *a, const char *b)
{
    size_t a_size = 0, b_size = 0;
    char *x = tst_read(a, &a_size), *y = tst_read(b, &b_size);
    bool same = x && y && a_size == b_size && memcmp(x, y, a_size) == 0;
    if (!same)
        tst_note("%s and %s differ", a, b);
    CU_ASSERT_TRUE(same);
    free(x);
    free(y);
}

static void same_outputs(const char *a, const char *b)
{
    for (int i = 0; i < 2 * FILES; i++) {
        char *x = pl_format("%s/%s/%s", a, i < FILES ? "small" : "large", files[i % FILES]);
        char *y = pl_format("%s/%s/%s", b, i < FILES ? "small" : "large", files[i % FILES]);
        same_file(x, y);
        free(x);
        free(y);
    }
}

static void test_folder_archives_and_threads_give_the_same_bytes(void)
{
    data_file f[N];
    char names[N][16];
    make_set(f, names);
    data_folder(tst_path("folder"), f, N);
    TST_OK(ingest(tst_path("folder"), tst_path("labels.csv"), tst_path("out-folder"), 1, 0.0, NULL,
                  e));
    static const char *const kinds[] = {"zip", "tar", "tar.gz", "tar.xz", "7z"};
    for (int k = 0; k < 5; k++) {
        const char *archive = tst_path("a.%s", kinds[k]);
        data_archive(archive, kinds[k], f, N);
        TST_OK(ingest(archive, tst_path("labels.csv"), tst_path("out-%s", kinds[k]), 1 + k % 3, 0.0,
                      NULL, e));
        same_outputs(tst_path("out-folder"), tst_path("out-%s", kinds[k]));
    }
    data_free(f, N);
}

static void test_the_arrays_hold_what_they_should(void)
{
    data_file f[N];
    char names[N][16];
    pl_ingest_counts c;
    pl_npy x, y, a;
    pl_images im;
    kn_pool *pool = NULL;
    make_set(f, names);
    data_archive(tst_path("a.zip"), "zip", f, N);
    TST_OK(ingest(tst_path("a.zip"), tst_path("labels.csv"), tst_path("out"), 2, 0.0, &c, e));
    CU_ASSERT_TRUE(c.images == N && c.pictures == N && c.positives == N / 3);
    TST_OK(pl_npy_open(tst_path("out/small/X.npy"), &x, e));
    TST_OK(pl_npy_open(tst_path("out/small/y.npy"), &y, e));
    TST_OK(pl_npy_open(tst_path("out/small/attributes.npy"), &a, e));
    CU_ASSERT_TRUE(x.rank == 4 && x.dim[0] == N && x.dim[1] == 6 && x.dim[2] == 5 && x.dim[3] == 1);
    CU_ASSERT_TRUE(a.rank == 2 && a.dim[0] == N && a.dim[1] == 3 && a.type == PL_NPY_I1);
    for (int i = 0; i < N; i++) {
        int male = (i + 1) % 3 == 0;
        const int8_t *row = (const int8_t *)a.data + 3 * i;
        CU_ASSERT_EQUAL(((const uint8_t *)y.data)[i], male);
        CU_ASSERT_TRUE(row[0] == (male ? -1 : 1) && row[1] == (male ? 1 : -1) && row[2] == 1);
    }
    TST_OK(kn_pool_new(2, &pool, e));
    TST_OK(pl_images_load(tst_path("a.zip"), 5, 6, 1, KN_FILTER_TRIANGLE, pool, &im, e));
    CU_ASSERT_EQUAL_FATAL(im.count, N);
    CU_ASSERT_EQUAL(memcmp(im.x, x.data, x.data_size), 0);
    TST_TEXT(im.name[0], "000001.jpg");
    pl_images_clear(&im);
    kn_pool_free(pool);
    char *columns = tst_read(tst_path("out/large/columns.csv"), NULL);
    TST_TEXT(columns, "attribute\nFemale\nMale\nYoung\n");
    free(columns);
    char *csv = tst_read(tst_path("out/large/names.csv"), NULL);
    CU_ASSERT_EQUAL(strncmp(csv, "image\n000001.jpg\n000002.jpg\n", 28), 0);
    free(csv);
    pl_npy_close(&x);
    pl_npy_close(&y);
    pl_npy_close(&a);
    data_free(f, N);
}

/* Sizes as the pictures are seen: EXIF orientation 6 turns 12 x 7 into 7 x 12. */
static void test_files_tell_size_bytes_and_digest(void)
{
    static const uint8_t exif[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,    'M', 'M',
                                   0,    42,   0, 0,  0,   8,   0,   1,   1, 0x12, 0,   3,
                                   0,    0,    0, 1,  0,   6,   0,   0,   0, 0,    0,   0};
    data_file f[3] = {data_jpeg("a.jpg", 1, 12, 7), data_jpeg("b.jpg", 2, 30, 20),
                      data_jpeg("c.jpg", 2, 30, 20)};
    uint8_t *turned = malloc(f[0].size + sizeof exif);
    CU_ASSERT_PTR_NOT_NULL_FATAL(turned);
    memcpy(turned, f[0].bytes, 2);
    memcpy(turned + 2, exif, sizeof exif);
    memcpy(turned + 2 + sizeof exif, f[0].bytes + 2, f[0].size - 2);
    free(f[0].bytes);
    f[0].bytes = turned;
    f[0].size += sizeof exif;
    data_folder(tst_path("f"), f, 3);
    tst_write_text(tst_path("l.csv"), "image,Male\na.jpg,1\nb.jpg,0\nc.jpg,0\n");
    TST_OK(ingest(tst_path("f"), tst_path("l.csv"), tst_path("out"), 2, 0.0, NULL, e));
    pl_npy facts, digests;
    TST_OK(pl_npy_open(tst_path("out/small/pictures.npy"), &facts, e));
    TST_OK(pl_npy_open(tst_path("out/small/digests.npy"), &digests, e));
    CU_ASSERT(facts.type == PL_NPY_U4 && facts.rank == 2 && facts.dim[0] == 3 && facts.dim[1] == 3);
    CU_ASSERT(digests.type == PL_NPY_U1 && digests.rank == 2 && digests.dim[1] == 16);
    for (int i = 0; i < 3; i++) {
        const uint32_t *row = (const uint32_t *)facts.data + 3 * i;
        const uint8_t *digest = (const uint8_t *)digests.data + 16 * i;
        pl_digest want = pl_digest_bytes(f[i].bytes, f[i].size);
        char hex[33];
        for (int k = 0; k < 16; k++)
            snprintf(hex + 2 * k, 3, "%02x", digest[k]);
        CU_ASSERT_EQUAL(strncmp(hex, want.hex, 32), 0);
        CU_ASSERT(row[0] == (i ? 30 : 7) && row[1] == (i ? 20 : 12) && row[2] == f[i].size);
    }
    pl_npy_close(&facts);
    pl_npy_close(&digests);
    data_free(f, 3);
}

static void test_a_grey_size_does_not_depend_on_the_others(void)
{
    data_file f[N];
    char names[N][16];
    kn_pool *pool = NULL;
    make_set(f, names);
    data_archive(tst_path("a.tar"), "tar", f, N);
    TST_OK(ingest(tst_path("a.tar"), tst_path("labels.csv"), tst_path("both"), 1, 0.0, NULL, e));
    TST_OK(kn_pool_new(1, &pool, e));
    TST_OK(pl_make_dirs(tst_path("alone"), e));
    const pl_ingest_output o = {5, 6, 1, KN_FILTER_TRIANGLE, tst_path("alone")};
    pl_ingest_request q = {.images = tst_path("a.tar"),
                           .labels = tst_path("labels.csv"),
                           .target = target_male,
                           .targets = 1,
                           .outputs = &o,
                           .output_count = 1,
                           .pool = pool};
    TST_OK(pl_ingest_run(&q, NULL, e));
    same_file(tst_path("alone/X.npy"), tst_path("both/small/X.npy"));
    q.limit = 7;
    pl_ingest_counts c;
    TST_OK(pl_ingest_run(&q, &c, e));
    CU_ASSERT_TRUE(c.images == 7 && c.pictures == 7 && c.labels_without_image == 0);
    kn_pool_free(pool);
    data_free(f, N);
}

/* The set with three broken pictures and one without a label; the rest must be what it is without
 * them. */
static void test_broken_and_unlabelled_pictures_are_left_out(void)
{
    data_file f[N + 1];
    char names[N][16];
    pl_ingest_counts c;
    make_set(f, names);
    f[N] = data_jpeg("extra.jpg", 1, W, H);
    uint8_t *kept[3] = {f[3].bytes, f[20].bytes, f[21].bytes};
    f[3].size /= 2;
    f[20] = data_text(names[20], "a text called .jpg");
    f[21] = data_text(names[21], "");
    data_archive(tst_path("a.zip"), "zip", f, N + 1);
    TST_OK(ingest(tst_path("a.zip"), tst_path("labels.csv"), tst_path("out"), 2, 0.1, &c, e));
    CU_ASSERT_TRUE(c.images == N - 3 && c.broken == 3 && c.unlabelled == 1 && c.pictures == N + 1);
    json_t *root = NULL;
    TST_OK(pl_json_read(tst_path("out/small/ingest.json"), &root, e));
    char *broken = pl_json_text(json_object_get(root, "broken_images"));
    TST_TEXT(
        broken,
        "[\n  {\n    \"image\": \"000019.jpg\",\n    \"reason\": \"the file is empty\"\n  },\n"
        "  {\n    \"image\": \"000020.jpg\",\n    \"reason\": \"text, not a picture: it begins "
        "with 'a text called .j'\"\n  },\n"
        "  {\n    \"image\": \"000037.jpg\",\n    \"reason\": \"broken JPEG: Premature end of "
        "JPEG file\"\n  }\n]\n");
    free(broken);
    json_decref(root);
    data_file good[N];
    size_t count = 0;
    for (int i = 0; i < N; i++)
        if (i != 3 && i != 20 && i != 21)
            good[count++] = f[i];
    data_archive(tst_path("good.zip"), "zip", good, count);
    TST_OK(ingest(tst_path("good.zip"), tst_path("labels.csv"), tst_path("good"), 1, 0.0, &c, e));
    CU_ASSERT_EQUAL(c.labels_without_image, 3);
    for (int i = 0; i + 1 < FILES; i++)
        same_file(tst_path("out/large/%s", files[i]), tst_path("good/large/%s", files[i]));
    TST_FAILS(
        KN_EDATA,
        "3 of 40 pictures (7.50 %) are broken, more than data.max_bad = 0.05: '000019.jpg' (the "
        "file is empty), '000020.jpg' (text, not a picture: it begins with 'a text called .j'), "
        "'000037.jpg' (broken JPEG: Premature end of JPEG file)",
        ingest(tst_path("a.zip"), tst_path("labels.csv"), tst_path("out"), 2, 0.05, &c, e));
    free(kept[1]);
    free(kept[2]);
    data_free(f, N + 1);
}

static void test_bad_requests_say_what_is_wrong(void)
{
    data_file f[2] = {data_jpeg("a.jpg", 1, 9, 9), data_jpeg("b.jpg", 2, 9, 9)};
    const char *zip = tst_path("a.zip"), *labels = tst_path("celeba.csv");
    pl_ingest_counts c;
    data_archive(zip, "zip", f, 2);
    tst_write_text(labels, "image,Mal,Young\na.jpg,1,1\n");
    TST_FAILS(KN_EUSAGE, "celeba.csv: no column 'Male'; did you mean 'Mal'? It has: Mal, Young",
              ingest(zip, labels, tst_path("out"), 1, 0.0, &c, e));
    tst_write_text(labels, "image,Male\n1.jpg,1\n");
    char *want =
        pl_format("no picture of '%s' has a row in '%s'; the first picture is 'a.jpg', the "
                  "first row is '1.jpg'",
                  zip, labels);
    TST_FAILS(KN_EDATA, want, ingest(zip, labels, tst_path("out"), 1, 0.0, &c, e));
    free(want);
    tst_write_text(labels, "image,Male\na.jpg,1\n");
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED, "interrupted", ingest(zip, labels, tst_path("out"), 1, 0.0, &c, e));
    pl_interrupt_set(false);
    data_free(f, 2);
    f[0] = data_text("a.jpg", "text");
    data_archive(zip, "zip", f, 1);
    TST_FAILS(KN_EDATA,
              "all 1 pictures are broken: 'a.jpg' (text, not a picture: it begins with 'text')",
              ingest(zip, labels, tst_path("out"), 1, 1.0, &c, e));
    data_free(f, 1);
}

static void test_images_for_prediction(void)
{
    data_file f[3] = {data_jpeg("x/b.jpg", 1, 30, 20), data_text("x/a.jpg", "text"),
                      data_jpeg("c.jpg", 2, 1, 1)};
    pl_images im;
    kn_pool *pool = NULL;
    TST_OK(kn_pool_new(2, &pool, e));
    data_folder(tst_path("f"), f, 3);
    TST_OK(pl_images_load(tst_path("f"), 10, 10, 3, KN_FILTER_LINEAR, pool, &im, e));
    CU_ASSERT_TRUE(im.count == 2 && im.bad_count == 1);
    TST_TEXT(im.bad[0], "a.jpg: text, not a picture: it begins with 'text'");
    TST_TEXT(im.name[0], "b.jpg");
    CU_ASSERT_TRUE(im.index[0] == 1 && im.index[1] == 2);
    pl_images_clear(&im);
    TST_FAILS(KN_EDATA,
              "none of 1 pictures can be read: a.jpg: text, not a picture: it begins with 'text'",
              pl_images_load(tst_path("f/x/a.jpg"), 10, 10, 3, KN_FILTER_LINEAR, pool, &im, e));
    kn_pool_free(pool);
    data_free(f, 3);
}

/* X.npy at 50x50 by `linear` is what OpenCV's imdecode and resize give for all 24,000 faces:
 * SHA-256 over their pixels (scripts/oracle/ingest_cv2.py). */
static void test_real_faces_are_cv2s(void)
{
    if (!tst_faces()) {
        tst_skip("FACET_FACES is not set");
        return;
    }
    kn_pool *pool = NULL;
    pl_npy x;
    pl_ingest_counts c;
    char *images = pl_format("%s/faces-24k/img_align_celeba.zip", tst_faces());
    char *labels = pl_format("%s/faces-24k/list_attr_celeba.csv", tst_faces());
    const pl_ingest_output o = {50, 50, 1, KN_FILTER_LINEAR, tst_dir()};
    TST_OK(kn_pool_new(2, &pool, e));
    pl_ingest_request q = {.images = images,
                           .labels = labels,
                           .target = target_male,
                           .targets = 1,
                           .outputs = &o,
                           .output_count = 1,
                           .pool = pool};
    TST_OK(pl_ingest_run(&q, &c, e));
    TST_OK(pl_npy_open(tst_path("X.npy"), &x, e));
    CU_ASSERT_EQUAL(x.dim[0], 24000);
    TST_TEXT(pl_digest_bytes(x.data, x.data_size).hex,
             "85dbe2b690acbf9feb4456b6d0fd904b882cd02fce1d93f72314fccc859e8753");
    pl_npy_close(&x);
    kn_pool_free(pool);
    free(images);
    free(labels);
}

/* Pictures 1..N of make_set; a is known to all but every fifth, b to all, c to none but the first. */
static void make_gaps(void)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "image,a,b,c\n");
    for (int i = 1; i <= N; i++)
        pl_str_addf(&s, "%06d.jpg,%s,%d,%s\n", i, i % 5 ? (i % 2 ? "1" : "-1") : "", i % 3 ? -1 : 1,
                    i == 1 ? "1" : "");
    tst_write_text(tst_path("gaps.csv"), s.text);
    pl_str_clear(&s);
}

static kn_status ingest_targets(const char *const *target, int targets, const char *labels,
                                const char *out, pl_ingest_counts *c, kn_error *error)
{
    kn_pool *pool = NULL;
    TST_OK(pl_make_dirs(out, e));
    TST_OK(kn_pool_new(1, &pool, e));
    const pl_ingest_output o = {5, 6, 1, KN_FILTER_TRIANGLE, out};
    const pl_ingest_request q = {.images = tst_path("a.tar"),
                                 .labels = labels,
                                 .target = target,
                                 .targets = targets,
                                 .outputs = &o,
                                 .output_count = 1,
                                 .pool = pool};
    kn_status rc = pl_ingest_run(&q, c, error);
    kn_pool_free(pool);
    return rc;
}

static void archive_set(void)
{
    data_file f[N];
    char names[N][16];
    make_set(f, names);
    data_archive(tst_path("a.tar"), "tar", f, N);
    data_free(f, N);
}

static void test_several_targets_have_a_label_each(void)
{
    static const char *const two[] = {"b", "a"};
    pl_ingest_counts c;
    pl_npy y, a;
    archive_set();
    make_gaps();
    TST_OK(ingest_targets(two, 2, tst_path("gaps.csv"), tst_path("two"), &c, e));
    CU_ASSERT_TRUE(c.images == N && c.positives == N / 3 && c.unknown == N / 5);
    TST_OK(pl_npy_open(tst_path("two/y.npy"), &y, e));
    TST_OK(pl_npy_open(tst_path("two/attributes.npy"), &a, e));
    CU_ASSERT_TRUE_FATAL(y.type == PL_NPY_U1 && y.rank == 2 && y.dim[0] == N && y.dim[1] == 2);
    for (int i = 1; i <= N; i++) {
        const uint8_t *row = (const uint8_t *)y.data + 2 * (i - 1);
        const int8_t *its = (const int8_t *)a.data + 3 * (i - 1);
        CU_ASSERT_EQUAL(row[0], i % 3 == 0);
        CU_ASSERT_EQUAL(row[1], i % 5 ? i % 2 : PL_INGEST_UNKNOWN);
        CU_ASSERT_EQUAL(its[0], i % 5 ? (i % 2 ? 1 : -1) : 0);
    }
    char *names = tst_read(tst_path("two/targets.csv"), NULL);
    TST_TEXT(names, "target\nb\na\n");
    free(names);
    json_t *told = NULL;
    TST_OK(pl_json_read(tst_path("two/ingest.json"), &told, e));
    TST_TEXT(json_string_value(json_object_get(told, "target")), "b");
    const json_t *unknown = json_object_get(told, "unknown");
    CU_ASSERT_TRUE(json_integer_value(json_array_get(unknown, 0)) == 0 &&
                   json_integer_value(json_array_get(unknown, 1)) == N / 5);
    json_decref(told);
    pl_npy_close(&y);
    pl_npy_close(&a);
}

static void test_all_targets_are_the_columns(void)
{
    pl_ingest_counts c;
    pl_npy y;
    archive_set();
    make_gaps();
    TST_OK(ingest_targets(NULL, 0, tst_path("gaps.csv"), tst_path("all"), &c, e));
    CU_ASSERT_EQUAL(c.unknown, N / 5 + N - 1);
    TST_OK(pl_npy_open(tst_path("all/y.npy"), &y, e));
    CU_ASSERT_TRUE(y.rank == 2 && y.dim[1] == 3);
    pl_npy_close(&y);
    char *names = tst_read(tst_path("all/targets.csv"), NULL);
    TST_TEXT(names, "target\na\nb\nc\n");
    free(names);
}

/* A list of one is the name: no further axis, no further file, and gaps leave the picture out. */
static void test_one_target_leaves_pictures_without_its_label_out(void)
{
    static const char *const one[] = {"a"};
    pl_ingest_counts c;
    pl_npy y;
    archive_set();
    make_gaps();
    TST_OK(ingest_targets(one, 1, tst_path("gaps.csv"), tst_path("one"), &c, e));
    CU_ASSERT_TRUE(c.images == N - N / 5 && c.unlabelled == N / 5 && c.labels_without_image == 0);
    TST_OK(pl_npy_open(tst_path("one/y.npy"), &y, e));
    CU_ASSERT_TRUE(y.rank == 1 && y.dim[0] == N - N / 5);
    pl_npy_close(&y);
    CU_ASSERT_FALSE(pl_exists(tst_path("one/targets.csv")));
}

static void test_targets_that_cannot_be(void)
{
    static const char *const two[] = {"b", "aa"};
    pl_ingest_counts c;
    archive_set();
    make_gaps();
    TST_FAILS(KN_EUSAGE, "gaps.csv: no column 'aa'; did you mean 'a'? It has: a, b, c",
              ingest_targets(two, 2, tst_path("gaps.csv"), tst_path("two"), &c, e));
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "image");
    for (int i = 0; i <= PL_INGEST_TARGETS; i++)
        pl_str_addf(&s, ",c%d", i);
    pl_str_add(&s, "\n000001.jpg");
    for (int i = 0; i <= PL_INGEST_TARGETS; i++)
        pl_str_add(&s, ",1");
    tst_write_text(tst_path("wide.csv"), s.text);
    pl_str_clear(&s);
    char *want = pl_format("%s has 65 columns, more than the 64 attributes that one model tells; "
                           "name those that data.target is to have",
                           tst_path("wide.csv"));
    TST_FAILS(KN_EUSAGE, want,
              ingest_targets(NULL, 0, tst_path("wide.csv"), tst_path("wide"), &c, e));
    free(want);
}

const tst_case tst_data_ingest[] = {
    TST(test_several_targets_have_a_label_each),
    TST(test_all_targets_are_the_columns),
    TST(test_one_target_leaves_pictures_without_its_label_out),
    TST(test_targets_that_cannot_be),
    TST(test_folder_archives_and_threads_give_the_same_bytes),
    TST(test_the_arrays_hold_what_they_should),
    TST(test_files_tell_size_bytes_and_digest),
    TST(test_a_grey_size_does_not_depend_on_the_others),
    TST(test_broken_and_unlabelled_pictures_are_left_out),
    TST(test_bad_requests_say_what_is_wrong),
    TST(test_images_for_prediction),
    TST_L(test_real_faces_are_cv2s),
    TST_END,
};
