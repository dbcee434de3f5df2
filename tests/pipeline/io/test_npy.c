#include "tst.h"

#include <stdlib.h>
#include <string.h>

#include "io/npy.h"
#include "pipeline/io/npy_bytes.h"
#include "util/fs.h"
#include "util/str.h"

static void check_file(const char *path, const char *want, size_t size)
{
    size_t got_size = 0;
    char *got = tst_read(path, &got_size);
    CU_ASSERT_EQUAL(got_size, size);
    CU_ASSERT_TRUE(got && got_size == size && memcmp(got, want, size) == 0);
    free(got);
}

static void test_small_arrays_are_numpys_bytes(void)
{
    const char *path = tst_path("a.npy");
    uint8_t u1[12];
    for (int i = 0; i < 12; i++)
        u1[i] = (uint8_t)i;
    TST_OK(pl_npy_write(path, PL_NPY_U1, 4, (const int64_t[]){2, 3, 2, 1}, u1, e));
    check_file(path, NPY_U1, sizeof NPY_U1 - 1);
    const int8_t i1[] = {-1, 1, -1};
    TST_OK(pl_npy_write(path, PL_NPY_I1, 2, (const int64_t[]){1, 3}, i1, e));
    check_file(path, NPY_I1, sizeof NPY_I1 - 1);
    const uint32_t u4[] = {1, 70000, 4294967295U};
    TST_OK(pl_npy_write(path, PL_NPY_U4, 1, (const int64_t[]){3}, u4, e));
    check_file(path, NPY_U4, sizeof NPY_U4 - 1);
    const float f4[] = {1.5f, -2.25f};
    TST_OK(pl_npy_write(path, PL_NPY_F4, 1, (const int64_t[]){2}, f4, e));
    check_file(path, NPY_F4, sizeof NPY_F4 - 1);
    const double f8[] = {0.1};
    TST_OK(pl_npy_write(path, PL_NPY_F8, 2, (const int64_t[]){1, 1}, f8, e));
    check_file(path, NPY_F8, sizeof NPY_F8 - 1);
}

static void test_a_mapped_array_is_shortened(void)
{
    const char *path = tst_path("a.npy");
    pl_npy a;
    TST_OK(pl_npy_create(path, PL_NPY_U1, 4, (const int64_t[]){5, 3, 2, 1}, &a, e));
    CU_ASSERT_EQUAL(a.data_size, 30);
    for (int i = 0; i < 12; i++)
        ((uint8_t *)a.data)[i] = (uint8_t)i;
    TST_OK(pl_npy_finish(&a, 2, e));
    check_file(path, NPY_U1, sizeof NPY_U1 - 1);
    TST_OK(pl_npy_open(path, &a, e));
    CU_ASSERT_EQUAL(a.rank, 4);
    CU_ASSERT_TRUE(a.dim[0] == 2 && a.dim[1] == 3 && a.dim[2] == 2 && a.dim[3] == 1);
    CU_ASSERT_EQUAL(((const uint8_t *)a.data)[11], 11);
    pl_npy_close(&a);
}

static void test_flushed_pages_come_back(void)
{
    enum { ROWS = 3, ROW = 1 << 20 };
    const char *path = tst_path("a.npy");
    pl_npy a;
    TST_OK(pl_npy_create(path, PL_NPY_U1, 2, (const int64_t[]){ROWS, ROW}, &a, e));
    for (size_t r = 0; r < ROWS; r++) {
        memset((char *)a.data + r * ROW, (int)r + 1, ROW);
        pl_npy_flush(&a, (r + 1) * ROW);
    }
    TST_OK(pl_npy_finish(&a, ROWS, e));
    TST_OK(pl_npy_open(path, &a, e));
    size_t sum = 0;
    for (size_t i = 0; i < a.data_size; i++)
        sum += ((const uint8_t *)a.data)[i];
    CU_ASSERT_EQUAL(sum, (size_t)6 * ROW);
    pl_npy_close(&a);
}

static void test_an_empty_array(void)
{
    pl_npy a;
    TST_OK(pl_npy_create(tst_path("a"), PL_NPY_U4, 1, (const int64_t[]){0}, &a, e));
    TST_OK(pl_npy_finish(&a, 0, e));
    TST_OK(pl_npy_open(tst_path("a"), &a, e));
    CU_ASSERT_EQUAL(a.data_size, 0);
    pl_npy_close(&a);
}

static void open_fails(const void *bytes, size_t size, const char *why)
{
    const char *path = tst_path("a.npy");
    char *want = pl_format("'%s': %s", path, why);
    pl_npy a;
    tst_write(path, bytes, size);
    TST_FAILS(KN_EFORMAT, want, pl_npy_open(path, &a, e));
    free(want);
}

static void test_other_files_are_refused(void)
{
    open_fails("image,label\n", 12, "not an .npy file");
    open_fails("", 0, "0 bytes are too few for an .npy file");
    open_fails(NPY_I8, sizeof NPY_I8 - 1, "type '<i8' is none of |u1 |i1 <u4 <f4 <f8");
    open_fails(NPY_FORTRAN, sizeof NPY_FORTRAN - 1, "the array is not in C order");
    open_fails(NPY_F4, sizeof NPY_F4 - 2, "7 bytes of data where its shape needs 8");
    open_fails(NPY_F4, sizeof NPY_F4, "9 bytes of data where its shape needs 8");
    char copy[sizeof NPY_U4];
    memcpy(copy, NPY_U4, sizeof copy);
    memcpy(strstr(copy + 10, "(3,)"), "(\"3\"", 4);
    open_fails(copy, sizeof copy - 1, "malformed 'shape' in the .npy header");
    copy[6] = 9;
    open_fails(copy, sizeof copy - 1, ".npy version 9.0 is none of 1.0, 2.0, 3.0");
}

static void test_cut_anywhere_is_an_error(void)
{
    const char *path = tst_path("a.npy");
    for (size_t n = 0; n < sizeof NPY_U4 - 1; n++) {
        pl_npy a;
        kn_error e;
        tst_write(path, NPY_U4, n);
        CU_ASSERT_EQUAL(pl_npy_open(path, &a, &e), KN_EFORMAT);
    }
}

static void test_a_full_disk_is_an_error_at_creation(void)
{
    const char *disk = tst_path("disk");
    TST_OK(pl_make_dirs(disk, e));
    char *mount = pl_format("mount -t tmpfs -o size=64k none '%s'", disk);
    char *unmount = pl_format("umount '%s'", disk);
    if (tst_shell(NULL, mount, NULL, NULL) != 0) {
        tst_skip("mounting a small tmpfs is not allowed here");
    } else {
        char *path = pl_path_join(disk, "a.npy");
        char *want =
            pl_format("cannot reserve 1000128 bytes for '%s': No space left on device", path);
        pl_npy a;
        kn_error e;
        CU_ASSERT_EQUAL(pl_npy_create(path, PL_NPY_U1, 1, (const int64_t[]){1000000}, &a, &e),
                        KN_EIO);
        TST_TEXT(e.text, want);
        CU_ASSERT_FALSE(pl_exists(path));
        free(want);
        free(path);
        CU_ASSERT_EQUAL(tst_shell(NULL, unmount, NULL, NULL), 0);
    }
    free(mount);
    free(unmount);
}

const tst_case tst_io_npy[] = {
    TST(test_small_arrays_are_numpys_bytes),
    TST(test_a_mapped_array_is_shortened),
    TST(test_flushed_pages_come_back),
    TST(test_an_empty_array),
    TST(test_other_files_are_refused),
    TST(test_cut_anywhere_is_an_error),
    TST(test_a_full_disk_is_an_error_at_creation),
    TST_END,
};
