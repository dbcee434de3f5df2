#include "draw/doc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tst.h"

static void test_a_document_keeps_what_it_is_told(void)
{
    pl_doc d;
    char text[] = "first";
    pl_doc_init(&d);
    pl_doc_heading(&d, 2, "results", text);
    memset(text, 'x', sizeof text - 1); /* it was copied */
    pl_doc_text(&d, PL_TONE_WARNING, "%d of %s", 3, "12 runs");
    pl_doc_figure(&d, "comparison", "caption", "alt", NULL);
    CU_ASSERT_EQUAL_FATAL(d.count, 3);
    TST_TEXT(d.block[0].text, "first");
    TST_TEXT(d.block[0].id, "results");
    CU_ASSERT_EQUAL(d.block[1].tone, PL_TONE_WARNING);
    TST_TEXT(d.block[1].text, "3 of 12 runs");
    CU_ASSERT_PTR_NULL(d.block[2].data);
    pl_doc_clear(&d);
    CU_ASSERT_EQUAL(d.count, 0);
}

static void test_a_table_holds_many_rows(void)
{
    enum { ROWS = 1000 };
    pl_doc d;
    pl_doc_init(&d);
    pl_doc_table(&d, "runs", "all of them", true);
    pl_doc_column(&d, "run", false, NULL);
    pl_doc_column(&d, "test %", true, "accuracy on the test images");
    pl_doc_column(&d, "loss", true, NULL);
    for (int i = 0; i < ROWS; i++) {
        pl_doc_cellf(&d, (double)NAN, PL_CELL_HEAD, "run %d", i);
        pl_doc_percent(&d, i / 1000.0, i == 7 ? PL_CELL_BOLD : 0);
        pl_doc_number(&d, i ? 0.125 : (double)NAN, 3, 0);
    }
    pl_doc_table_end(&d);
    const pl_block *b = &d.block[0];
    CU_ASSERT_EQUAL_FATAL(b->rows, ROWS);
    CU_ASSERT_EQUAL_FATAL(b->columns, 3);
    TST_TEXT(b->cell[3 * 999].text, "run 999");
    TST_TEXT(b->cell[3 * 954 + 1].text, "95.40");
    CU_ASSERT(b->cell[3 * 7 + 1].marks == PL_CELL_BOLD);
    TST_TEXT(b->cell[2].text, "-");
    TST_TEXT(b->cell[5].text, "0.125");
    TST_TEXT(b->column[1].help, "accuracy on the test images");
    pl_doc_clear(&d);
}

const tst_case tst_draw_doc[] = {TST(test_a_document_keeps_what_it_is_told),
                                 TST(test_a_table_holds_many_rows), TST_END};
