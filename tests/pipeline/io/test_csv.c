#include "tst.h"

#include <math.h>
#include <stdlib.h>

#include "io/csv.h"

/* The table written back: "line: field|field" per row. */
static char *show(const pl_csv *c)
{
    pl_str s;
    pl_str_init(&s);
    for (size_t r = 0; r < c->rows; r++) {
        pl_str_addf(&s, "%d: ", c->line[r]);
        for (size_t f = 0; f < pl_csv_fields(c, r); f++)
            pl_str_addf(&s, "%s%s", f > 0 ? "|" : "", pl_csv_get(c, r, f));
        pl_str_add(&s, "\n");
    }
    return s.text;
}

static void check(const char *text, const char *want)
{
    const char *path = tst_path("a.csv");
    pl_csv c;
    tst_write_text(path, text);
    TST_OK(pl_csv_read(path, &c, e));
    char *got = show(&c);
    TST_TEXT(got, want);
    free(got);
    pl_csv_clear(&c);
}

static void test_rows_and_lines(void)
{
    check("", "");
    check("a,b\n1,2\n", "1: a|b\n2: 1|2\n");
    check("a,b\r\n1, 2 \r\n", "1: a|b\n2: 1|2\n");
    check("a\n\n\n  b  ", "1: a\n4: b\n");
    check("\xef\xbb\xbf"
          "a,\n,\n",
          "1: a|\n2: |\n");
    check("\"x\ny\",1\n\"say \"\"hi\"\"\",\"a,b\"\n", "1: x\ny|1\n3: say \"hi\"|a,b\n");
}

static void fails(const char *text, size_t size, const char *why)
{
    const char *path = tst_path("a.csv");
    pl_csv c;
    tst_write(path, text, size);
    char *want = pl_format("%s%s%s", why[0] == ':' ? "" : "'", path, why);
    TST_FAILS(KN_EFORMAT, want, pl_csv_read(path, &c, e));
    free(want);
}

static void test_malformed_text_names_the_line(void)
{
    fails("a,b\n1,\"x\ny\n", 11, ":2: the quote that opens here is not closed");
    fails("a,b\n1,x\"y\"\n", 11, ":2: a quote in the middle of a field");
    fails("a\0b", 3, "' is not a text file: it holds a zero byte");
}

static void test_written_fields_read_back(void)
{
    static const char *const fields[] = {"plain", "", "a,b", "say \"hi\"", "two\nlines", " blank "};
    pl_str s;
    pl_str_init(&s);
    for (int i = 0; i < 6; i++) {
        pl_csv_add(&s, fields[i]);
        pl_str_add(&s, i < 5 ? "," : "\n");
    }
    TST_TEXT(s.text, "plain,,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\" blank \"\n");
    tst_write_text(tst_path("a"), s.text);
    pl_csv c;
    TST_OK(pl_csv_read(tst_path("a"), &c, e));
    CU_ASSERT_EQUAL_FATAL(pl_csv_fields(&c, 0), 6);
    for (size_t i = 0; i < 6; i++)
        TST_TEXT(pl_csv_get(&c, 0, i), fields[i]);
    pl_csv_clear(&c);
    pl_str_reset(&s);
    pl_csv_add_number(&s, 0.1);
    pl_csv_add_number(&s, (double)NAN);
    TST_TEXT(s.text, "0.1");
    pl_str_clear(&s);
}

const tst_case tst_io_csv[] = {
    TST(test_rows_and_lines),
    TST(test_malformed_text_names_the_line),
    TST(test_written_fields_read_back),
    TST_END,
};
