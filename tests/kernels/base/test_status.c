#include "tst.h"

#include <errno.h>
#include <string.h>

static void test_fail_writes_the_sentence_and_returns_the_status(void)
{
    kn_error e = {KN_OK, ""};
    CU_ASSERT_EQUAL(kn_fail(&e, KN_EFORMAT, "row %d has %d fields, not %d", 3, 5, 41), KN_EFORMAT);
    CU_ASSERT_EQUAL(e.status, KN_EFORMAT);
    TST_TEXT(e.text, "row 3 has 5 fields, not 41");
    CU_ASSERT_EQUAL(kn_fail(NULL, KN_EIO, "dropped"), KN_EIO);
}

static void test_prepend_puts_context_first(void)
{
    kn_error e = {KN_OK, ""};
    kn_fail(&e, KN_EIO, "cannot read");
    CU_ASSERT_EQUAL(kn_prepend(&e, "%s: ", "a.csv"), KN_EIO);
    TST_TEXT(e.text, "a.csv: cannot read");
}

static void test_errno_text_follows(void)
{
    kn_error e = {KN_OK, ""};
    errno = ENOENT;
    kn_fail_errno(&e, KN_EIO, "cannot open '%s'", "x");
    TST_TEXT(e.text, "cannot open 'x': No such file or directory");
}

static void test_a_long_sentence_is_cut_with_dots(void)
{
    char big[2 * KN_ERROR_TEXT];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    kn_error e = {KN_OK, ""};
    kn_fail(&e, KN_EIO, "%s", big);
    CU_ASSERT_EQUAL(strlen(e.text), KN_ERROR_TEXT - 1);
    TST_TEXT(e.text + KN_ERROR_TEXT - 5, "x...");
    kn_prepend(&e, "%s", big);
    CU_ASSERT_EQUAL(strlen(e.text), KN_ERROR_TEXT - 1);
}

static void test_every_status_has_text_and_exit_code(void)
{
    TST_TEXT(kn_status_text(KN_OK), "ok");
    CU_ASSERT_EQUAL(kn_status_exit_code(KN_OK), 0);
    CU_ASSERT_EQUAL(kn_status_exit_code(KN_EUSAGE), 2);
    CU_ASSERT_EQUAL(kn_status_exit_code(KN_EINTERRUPTED), 130);
    CU_ASSERT_EQUAL(kn_status_exit_code(KN_EINTERNAL), 3);
    TST_TEXT(kn_status_text((kn_status)99), "unknown status");
}

const tst_case tst_base_status[] = {
    TST(test_fail_writes_the_sentence_and_returns_the_status),
    TST(test_prepend_puts_context_first),
    TST(test_errno_text_follows),
    TST(test_a_long_sentence_is_cut_with_dots),
    TST(test_every_status_has_text_and_exit_code),
    TST_END,
};
