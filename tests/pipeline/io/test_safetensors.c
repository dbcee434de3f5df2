#include "tst.h"

#include <stdlib.h>
#include <string.h>

#include "io/safetensors.h"
#include "pipeline/io/safetensors_bytes.h"
#include "util/str.h"

static const float W[] = {1.5f, 2.5f, 3.5f, -4.5f};
static const int64_t N[] = {7, -1};
static const uint8_t U[] = {1, 2, 255};
static const double D[] = {0.1};
static const pl_st_tensor tensors[] = {
    {"n", PL_ST_I64, 1, {2}, N},
    {"d", PL_ST_F64, 0, {0}, D},
    {"w", PL_ST_F32, 2, {2, 2}, W},
    {"u", PL_ST_U8, 1, {3}, U},
};

static void test_written_bytes_are_the_packages(void)
{
    const char *path = tst_path("a.safetensors");
    json_t *metadata = json_pack("{s:s}", "model", "cnn");
    TST_OK(pl_safetensors_write(path, tensors, 4, metadata, e));
    json_decref(metadata);
    size_t size = 0;
    char *got = tst_read(path, &size);
    CU_ASSERT_EQUAL(size, sizeof SAFETENSORS - 1);
    CU_ASSERT_TRUE(got && size == sizeof SAFETENSORS - 1 && memcmp(got, SAFETENSORS, size) == 0);
    free(got);
}

static void test_the_packages_file_is_read(void)
{
    const char *path = tst_path("a.safetensors");
    pl_safetensors s;
    tst_write(path, SAFETENSORS, sizeof SAFETENSORS - 1);
    TST_OK(pl_safetensors_read(path, &s, e));
    CU_ASSERT_EQUAL_FATAL(s.count, 4);
    for (int i = 0; i < 4; i++) {
        const pl_st_tensor *t = pl_safetensors_find(&s, tensors[i].name);
        CU_ASSERT_PTR_NOT_NULL_FATAL(t);
        CU_ASSERT_EQUAL(t->type, tensors[i].type);
        CU_ASSERT_EQUAL(t->rank, tensors[i].rank);
    }
    CU_ASSERT_EQUAL(memcmp(pl_safetensors_find(&s, "w")->data, W, sizeof W), 0);
    CU_ASSERT_EQUAL(memcmp(pl_safetensors_find(&s, "u")->data, U, sizeof U), 0);
    CU_ASSERT_EQUAL(memcmp(pl_safetensors_find(&s, "d")->data, D, sizeof D), 0);
    CU_ASSERT_PTR_NULL(pl_safetensors_find(&s, "x"));
    TST_TEXT(json_string_value(json_object_get(s.metadata, "model")), "cnn");
    pl_safetensors_clear(&s);
}

static void test_cut_anywhere_is_an_error(void)
{
    const char *path = tst_path("a.safetensors");
    for (size_t n = 0; n < sizeof SAFETENSORS - 1; n++) {
        pl_safetensors s;
        kn_error e;
        tst_write(path, SAFETENSORS, n);
        CU_ASSERT_EQUAL(pl_safetensors_read(path, &s, &e), KN_EFORMAT);
    }
}

/* A file of this header and `data` zero bytes is refused with this sentence. */
static void refused(const char *header, size_t data, const char *why)
{
    const char *path = tst_path("a.safetensors");
    unsigned char file[1024] = {0};
    size_t n = strlen(header);
    file[0] = (unsigned char)n;
    memcpy(file + 8, header, n);
    tst_write(path, file, 8 + n + data);
    char *want = pl_format("'%s': %s", path, why);
    pl_safetensors s;
    TST_FAILS(KN_EFORMAT, want, pl_safetensors_read(path, &s, e));
    free(want);
}

static void test_headers_that_lie_are_refused(void)
{
    refused("[]", 0, "the header is not a JSON object");
    refused("{\"a\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]}}", 2,
            "tensor 'a': dtype 'BF16' is none of F32 F64 U8 I64");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,1]}}", 1,
            "tensor 'a': dimension 0 is not a count");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1]}}", 1,
            "tensor 'a': 1 bytes of data do not fit its shape");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 1,
            "tensor 'a' ends at byte 2 of the data, but there are 1: the file is cut");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,0]}}", 2,
            "tensor 'a': data_offsets are not [begin, end]");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
            "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
            3, "tensor 'b' begins at byte 1 of the data, not at 2");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 3,
            "the tensors end at byte 2 of the data, but there are 3");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4611686018427387904],"
            "\"data_offsets\":[0,0]}}",
            0, "tensor 'a': 0 bytes of data do not fit its shape");
}

const tst_case tst_io_safetensors[] = {
    TST(test_written_bytes_are_the_packages),
    TST(test_the_packages_file_is_read),
    TST(test_cut_anywhere_is_an_error),
    TST(test_headers_that_lie_are_refused),
    TST_END,
};
