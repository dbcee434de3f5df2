#include "tst.h"

#include <stdlib.h>

#include "io/json.h"
#include "util/str.h"

static void test_canonical_text(void)
{
    json_t *value = json_pack("{s:f,s:[i,b,n],s:s}", "z", 0.5, "list", 1, 1, "a", "\"quoted\"");
    char *text = pl_json_text(value);
    TST_TEXT(text, "{\n  \"a\": \"\\\"quoted\\\"\",\n  \"list\": [\n    1,\n    true,\n    null\n  "
                   "],\n  \"z\": 0.5\n}\n");
    free(text);
    const char *path = tst_path("a.json");
    TST_OK(pl_json_write(path, value, e));
    json_t *back = NULL;
    TST_OK(pl_json_read(path, &back, e));
    CU_ASSERT_TRUE(json_equal(back, value));
    json_decref(back);
    json_decref(value);
}

static void test_errors_name_line_and_column(void)
{
    const char *path = tst_path("a.json");
    json_t *value = NULL;
    tst_write_text(path, "{\n  \"a\": 1,\n  \"b\": }\n");
    char *want = pl_format("%s:3:8: unexpected token near '}'", path);
    TST_FAILS(KN_EFORMAT, want, pl_json_read(path, &value, e));
    free(want);
    CU_ASSERT_PTR_NULL(value);
    tst_write_text(path, "{\"a\": 1, \"a\": 2}");
    want = pl_format("%s:1:12: duplicate object key near '\"a\"'", path);
    TST_FAILS(KN_EFORMAT, want, pl_json_read(path, &value, e));
    free(want);
}

static void test_a_string_of_other_bytes_is_marked(void)
{
    static const char *const text[2][2] = {{"M\xC3\xA4nner \"x\"", "M\xC3\xA4nner \"x\""},
                                           {"M\xE4nner", "M?nner"}};
    for (int i = 0; i < 2; i++) {
        json_t *value = pl_json_string(text[i][0]);
        TST_TEXT(json_string_value(value), text[i][1]);
        json_decref(value);
    }
}

const tst_case tst_io_json[] = {
    TST(test_a_string_of_other_bytes_is_marked),

    TST(test_canonical_text),
    TST(test_errors_name_line_and_column),
    TST_END,
};
