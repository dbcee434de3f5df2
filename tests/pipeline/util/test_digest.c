#include "tst.h"

#include <stdlib.h>

#include "util/digest.h"
#include "util/str.h"

/* FIPS 180-2 and NIST's examples. */
static const char *const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char *const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char *const MILLION =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void test_known_digests(void)
{
    TST_TEXT(pl_digest_bytes("", 0).hex, EMPTY);
    TST_TEXT(pl_digest_text("abc").hex, ABC);
    pl_hasher *h = pl_hasher_new();
    for (int i = 0; i < 100000; i++)
        pl_hasher_add(h, "aaaaaaaaaa", 10);
    TST_TEXT(pl_hasher_end(h).hex, MILLION);
}

static void test_a_file(void)
{
    pl_digest d;
    tst_write_text(tst_path("abc"), "abc");
    TST_OK(pl_digest_file(tst_path("abc"), &d, e));
    TST_TEXT(d.hex, ABC);
    char *want = pl_format("cannot open '%s': No such file or directory", tst_path("none"));
    TST_FAILS(KN_EIO, want, pl_digest_file(tst_path("none"), &d, e));
    free(want);
    want = pl_format("cannot read '%s': Is a directory", tst_dir());
    TST_FAILS(KN_EIO, want, pl_digest_file(tst_dir(), &d, e));
    free(want);
}

const tst_case tst_util_digest[] = {
    TST(test_known_digests),
    TST(test_a_file),
    TST_END,
};
