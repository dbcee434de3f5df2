#include "tst.h"

#include <archive.h>
#include <archive_entry.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <jpeglib.h>

#include "data/faces.h"
#include "util/fs.h"

static const char *const names[] = {"list_attr_celeba.csv", "list_eval_partition.csv",
                                    "identity_CelebA.txt", "img_align_celeba.zip"};
enum { NAMES = sizeof names / sizeof names[0] };

/* A copy of tst_path's string, which would be overwritten by later ones. */
static const char *path_of(char *buffer, size_t size, const char *dir, const char *name)
{
    snprintf(buffer, size, "%s/%s", dir, name);
    return buffer;
}

static char *text_of(const char *dir, const char *name, size_t *size)
{
    char path[4096];
    return tst_read(path_of(path, sizeof path, dir, name), size);
}

static void make(const char *dir, int images, uint64_t seed, int threads)
{
    kn_pool *pool;
    TST_OK(kn_pool_new(threads, &pool, e));
    TST_OK(pl_faces_write(dir, images, seed, pool, NULL, NULL, e));
    kn_pool_free(pool);
}

static bool same(const char *a, const char *b, const char *name)
{
    size_t size_a = 0, size_b = 0;
    char *bytes_a = text_of(a, name, &size_a), *bytes_b = text_of(b, name, &size_b);
    bool equal = bytes_a && bytes_b && size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
    free(bytes_a);
    free(bytes_b);
    return equal;
}

static void test_the_same_seed_gives_the_same_bytes_on_1_and_3_threads(void)
{
    const char *one = tst_path("one"), *three = tst_path("three"), *other = tst_path("other");
    make(one, 150, 7, 1);
    make(three, 150, 7, 3);
    make(other, 150, 8, 1);
    for (int i = 0; i < NAMES; i++)
        CU_ASSERT_TRUE(same(one, three, names[i]));
    CU_ASSERT_FALSE(same(one, other, "img_align_celeba.zip"));
    CU_ASSERT_FALSE(same(one, other, "list_attr_celeba.csv"));
}

/* Counts the lines after the first `skip`, requiring the name of line n to be that of picture n. */
static int numbered_lines(const char *text, int skip)
{
    int lines = 0;
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        if (skip-- > 0)
            continue;
        char name[16];
        snprintf(name, sizeof name, "%06d.jpg", ++lines);
        CU_ASSERT_EQUAL(strncmp(line, name, 10), 0);
    }
    return lines;
}

static void check_attributes(const char *dir)
{
    char *text = text_of(dir, "list_attr_celeba.csv", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    char *end = strchr(text, '\n');
    CU_ASSERT_EQUAL(numbered_lines(text, 1), 25);
    for (char *p = end + 1; *p; p += strcspn(p, "\n") + 1) {
        int values = 0;
        for (char *v = strchr(p, ','); v && v < p + strcspn(p, "\n");
             v = strchr(v + 1, ','), values++)
            CU_ASSERT_TRUE(strncmp(v, ",1", 2) == 0 || strncmp(v, ",-1", 3) == 0);
        CU_ASSERT_EQUAL(values, 40);
    }
    *end = '\0';
    TST_TEXT(
        text,
        "image_id,5_o_Clock_Shadow,Arched_Eyebrows,Attractive,Bags_Under_Eyes,Bald,Bangs,Big_Lips,"
        "Big_Nose,Black_Hair,Blond_Hair,Blurry,Brown_Hair,Bushy_Eyebrows,Chubby,Double_Chin,"
        "Eyeglasses,Goatee,Gray_Hair,Heavy_Makeup,High_Cheekbones,Male,Mouth_Slightly_Open,"
        "Mustache,"
        "Narrow_Eyes,No_Beard,Oval_Face,Pale_Skin,Pointy_Nose,Receding_Hairline,Rosy_Cheeks,"
        "Sideburns,Smiling,Straight_Hair,Wavy_Hair,Wearing_Earrings,Wearing_Hat,Wearing_Lipstick,"
        "Wearing_Necklace,Wearing_Necktie,Young");
    free(text);
}

static void test_the_tables_have_the_forms_of_celeba(void)
{
    const char *dir = tst_path("set");
    make(dir, 25, 1, 1);
    check_attributes(dir);
    char *partition = text_of(dir, "list_eval_partition.csv", NULL),
         *identity = text_of(dir, "identity_CelebA.txt", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(partition);
    CU_ASSERT_PTR_NOT_NULL_FATAL(identity);
    CU_ASSERT_EQUAL(strncmp(partition, "image_id,partition\n000001.jpg,0\n", 32), 0);
    CU_ASSERT_EQUAL(numbered_lines(partition, 1), 25);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        partition, "000021.jpg,0\n000022.jpg,1\n000023.jpg,1\n000024.jpg,2\n000025.jpg,2\n"));
    CU_ASSERT_EQUAL(numbered_lines(identity, 0), 25);
    int person = 0;
    CU_ASSERT_EQUAL(sscanf(identity, "000001.jpg %d\n", &person), 1);
    CU_ASSERT_TRUE(person >= 1);
    free(partition);
    free(identity);
}

static void check_jpeg(const uint8_t *bytes, size_t size)
{
    struct jpeg_decompress_struct d;
    struct jpeg_error_mgr errors;
    d.err = jpeg_std_error(&errors); /* a broken picture ends the test program, as it should */
    jpeg_create_decompress(&d);
    jpeg_mem_src(&d, bytes, size);
    CU_ASSERT_EQUAL(jpeg_read_header(&d, TRUE), JPEG_HEADER_OK);
    CU_ASSERT_EQUAL(d.image_width, 178);
    CU_ASSERT_EQUAL(d.image_height, 218);
    CU_ASSERT_EQUAL(d.num_components, 3);
    jpeg_start_decompress(&d);
    uint8_t row[178 * 3];
    int low = 255, high = 0;
    while (d.output_scanline < d.output_height) {
        JSAMPROW rows[1] = {row};
        jpeg_read_scanlines(&d, rows, 1);
        for (size_t i = 0; i < sizeof row; i++) {
            low = row[i] < low ? row[i] : low;
            high = row[i] > high ? row[i] : high;
        }
    }
    CU_ASSERT_TRUE(high - low > 60); /* a picture, not a plain area */
    CU_ASSERT_EQUAL(errors.num_warnings, 0);
    jpeg_finish_decompress(&d);
    jpeg_destroy_decompress(&d);
}

static void test_the_archive_holds_178x218_jpegs_in_order(void)
{
    const char *dir = tst_path("set");
    make(dir, 130, 3, 2);
    char path[4096], want[64];
    struct archive *a = archive_read_new();
    archive_read_support_format_zip(a);
    CU_ASSERT_EQUAL_FATAL(
        archive_read_open_filename(a, path_of(path, sizeof path, dir, names[3]), 65536),
        ARCHIVE_OK);
    static uint8_t bytes[1 << 16];
    struct archive_entry *entry;
    int n = 0;
    while (archive_read_next_header(a, &entry) == ARCHIVE_OK) {
        snprintf(want, sizeof want, "img_align_celeba/%06d.jpg", ++n);
        TST_TEXT(archive_entry_pathname(entry), want);
        la_ssize_t size = archive_read_data(a, bytes, sizeof bytes);
        CU_ASSERT_EQUAL(size, archive_entry_size(entry));
        CU_ASSERT_TRUE_FATAL(size > 2000);
        check_jpeg(bytes, (size_t)size);
    }
    CU_ASSERT_EQUAL(n, 130);
    archive_read_free(a);
}

static void test_one_image_is_a_set(void)
{
    const char *dir = tst_path("deep/set");
    make(dir, 1, 1, 2);
    char *partition = text_of(dir, "list_eval_partition.csv", NULL),
         *identity = text_of(dir, "identity_CelebA.txt", NULL);
    TST_TEXT(partition, "image_id,partition\n000001.jpg,0\n");
    TST_TEXT(identity, "000001.jpg 1\n");
    free(partition);
    free(identity);
}

static bool stop_at_once(void *context, int done, int images)
{
    *(int *)context = done;
    CU_ASSERT_EQUAL(images, 300);
    return false;
}

/* A failure leaves neither files nor the folder it made. */
static void test_failures_leave_nothing_and_say_why(void)
{
    kn_pool *pool;
    TST_OK(kn_pool_new(1, &pool, e));
    char dir[4000], want[4200];
    snprintf(dir, sizeof dir, "%s", tst_path("set"));
    TST_FAILS(KN_EUSAGE, "0 images: a set of faces has 1 to 999999",
              pl_faces_write(dir, 0, 1, pool, NULL, NULL, e));
    TST_FAILS(KN_EUSAGE, "1000000 images: a set of faces has 1 to 999999",
              pl_faces_write(dir, 1000000, 1, pool, NULL, NULL, e));
    int done = 0;
    TST_FAILS(KN_EINTERRUPTED, "stopped after 128 of 300 images: nothing is kept",
              pl_faces_write(dir, 300, 1, pool, stop_at_once, &done, e));
    CU_ASSERT_EQUAL(done, 128);
    CU_ASSERT_FALSE(pl_exists(dir));
    tst_write_text(dir, "in the way");
    snprintf(want, sizeof want, "cannot make folder '%s': a file of that name is there", dir);
    TST_FAILS(KN_EIO, want, pl_faces_write(dir, 3, 1, pool, NULL, NULL, e));
    kn_pool_free(pool);
}

/* RLIMIT_FSIZE stands in for a full disk: the write fails in the same place. */
static void test_a_full_disk_leaves_nothing(void)
{
    kn_pool *pool;
    TST_OK(kn_pool_new(1, &pool, e));
    char dir[4000], want[4200];
    snprintf(dir, sizeof dir, "%s", tst_path("set"));
    snprintf(want, sizeof want, "cannot write '%s/img_align_celeba.zip': File too large", dir);
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){30000, before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    kn_error error = {KN_OK, ""};
    kn_status rc = pl_faces_write(dir, 20, 1, pool, NULL, NULL, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    CU_ASSERT_EQUAL(rc, KN_EIO);
    TST_TEXT(error.text, want);
    CU_ASSERT_FALSE(pl_exists(dir));
    kn_pool_free(pool);
}

static void test_an_earlier_set_is_replaced_and_foreign_files_are_not(void)
{
    const char *ours = tst_path("ours"), *fresh = tst_path("fresh");
    char theirs[4000], archive[4100], want[4300];
    make(ours, 4, 1, 1);
    make(ours, 3, 2, 1);
    make(fresh, 3, 2, 1);
    for (int i = 0; i < NAMES; i++)
        CU_ASSERT_TRUE(same(ours, fresh, names[i]));
    snprintf(theirs, sizeof theirs, "%s", tst_path("theirs"));
    TST_OK(pl_make_dirs(theirs, e));
    tst_write_text(path_of(archive, sizeof archive, theirs, "img_align_celeba.zip"),
                   "PK: days of downloading");
    snprintf(want, sizeof want,
             "'%s' is there and was not written by facet: it is left alone; name another folder",
             archive);
    kn_pool *pool;
    TST_OK(kn_pool_new(1, &pool, e));
    TST_FAILS(KN_EUSAGE, want, pl_faces_write(theirs, 3, 1, pool, NULL, NULL, e));
    kn_pool_free(pool);
    char *kept = tst_read(archive, NULL);
    TST_TEXT(kept, "PK: days of downloading");
    free(kept);
}

const tst_case tst_data_faces[] = {
    TST(test_the_same_seed_gives_the_same_bytes_on_1_and_3_threads),
    TST(test_the_tables_have_the_forms_of_celeba),
    TST(test_the_archive_holds_178x218_jpegs_in_order),
    TST(test_one_image_is_a_set),
    TST(test_failures_leave_nothing_and_say_why),
    TST(test_a_full_disk_leaves_nothing),
    TST(test_an_earlier_set_is_replaced_and_foreign_files_are_not),
    TST_END,
};
