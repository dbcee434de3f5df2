#include "audit/explore.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit_section.h"
#include "pipeline/audit/audit_fixture.h"
#include "tst.h"
#include "util/fs.h"

/* 1 (train) and 3 (val) have the same bytes, 6 (train) and 4 (test) are one photograph. */
static audit_fixture *audited(const char *dir)
{
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    audit_fixture_copy(f, 1, 3, true);
    audit_fixture_copy(f, 6, 4, false);
    audit_fixture_write(f);
    TST_OK(pl_make_dirs(tst_path("%s", dir), e));
    audit_fixture_audit(f, dir, 1);
    return f;
}

static void test_text_tells_all(void)
{
    audit_fixture *f = audited("out");
    pl_audit_view v;
    pl_str s;
    TST_OK(pl_audit_view_read(tst_path("out"), &v, e));
    pl_str_init(&s);
    pl_explore_text(&v, true, &s);
    TST_TEXT(s.text,
             "60 images of 63 pictures; 2 pictures have no label; 1 pictures are broken\n\n"
             "attribute      images     share     train       val      test     phi\n"
             "Always             60  100.00 %  100.00 %  100.00 %  100.00 %       -\n"
             "Young              25   41.67 %   33.33 %   58.33 %   50.00 %  +0.048\n"
             "Hat                24   40.00 %   33.33 %   50.00 %   50.00 %  +0.000\n"
             "Male               20   33.33 %   33.33 %   33.33 %   33.33 %  target\n\n"
             "side        images     with it     without  share of Male\n"
             "train           36          12          24   33.33 %\n"
             "val             12           4           8   33.33 %\n"
             "test            12           4           8   33.33 %\n\n"
             "goes with Male (phi, -1 to 1)\n"
             "  Young      +0.048\n"
             "  Hat        +0.000\n\n"
             "split audit\n"
             "  people      unknown: the spec names no data.identity\n"
             "  duplicates  2 images in 1 sets of the same bytes; 1 sets lie on more than one "
             "side, 1 have two "
             "labels\n"
             "  near pairs  1 of one photograph (not the same bytes), 1 of them on two sides\n"
             "  labels      2 pairs of either kind contradict each other\n\n"
             "left out\n"
             "  a,b.jpg: the file is empty\n"
             "  x.jpg: no row in the label table\n"
             "  y.jpg: no row in the label table\n\n"
             "the split fails the audit\n"
             "  - 1 pair of pictures with the same bytes, 1 of them on two sides of the split\n"
             "  - 1 pair of pictures of one photograph (near-identical), 1 of them on two sides of "
             "the split\n"
             "  - 1 of 12 test images (8.33 %) is there in training too, as the same file or "
             "photograph\n"
             "  - 1 of 12 validation images (8.33 %) is there in training too, as the same file or "
             "photograph\n"
             "  - 2 of these pairs have labels that contradict each other: Male and not\n"
             "  - 1 broken picture is left out\n"
             "  - 2 pictures have no row in the label table and are left out\n");
    pl_str_reset(&s);
    pl_explore_text(&v, false, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "  duplicates  not shown (--no-duplicates)\n"));
    CU_ASSERT_PTR_NULL(strstr(s.text, "photograph"));
    pl_str_clear(&s);
    pl_audit_view_clear(&v);
    free(f);
}

static void test_json_has_the_numbers_on_top(void)
{
    audit_fixture *f = audited("out");
    pl_audit_view v;
    pl_str s;
    TST_OK(pl_audit_view_read(tst_path("out"), &v, e));
    pl_str_init(&s);
    pl_explore_json(&v, true, &s);
    json_t *root = json_loads(s.text, 0, NULL);
    static const char *const one[] = {"identical_pairs", "near_pairs", "broken"};
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(json_integer_value(json_object_get(root, one[i])), 1);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(root, "contradicting_pairs")), 2);
    CU_ASSERT_TRUE(json_is_null(json_object_get(root, "people_on_two_sides")));
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_object_get(root, "attributes"), "Hat")),
                    24);
    json_decref(root);
    pl_str_reset(&s);
    pl_explore_json(&v, false, &s);
    CU_ASSERT_PTR_NULL(strstr(s.text, "pairs"));
    pl_str_clear(&s);
    pl_audit_view_clear(&v);
    free(f);
}

static void test_files_and_figures_are_written(void)
{
    static const char *const made[] = {"attributes.csv",   "attributes.svg",   "balance.png",
                                       "correlations.csv", "correlations.pdf", "drift.svg",
                                       "duplicates.csv",   "near_pairs.csv",   "people.csv",
                                       "left_out.csv"};
    audit_fixture *f = audited("entry");
    pl_audit_view v;
    char *dir = pl_strdup(tst_path("entry"));
    const pl_entry entry = {.dir = dir};
    TST_OK(pl_audit_view_read(dir, &v, e));
    TST_OK(pl_explore_write(&v, &entry, true, tst_path("explore"), 2, e));
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        CU_ASSERT_TRUE(pl_exists(tst_path("explore/%s", made[i])));
    char *counts = tst_read(tst_path("explore/attributes.csv"), NULL);
    CU_ASSERT_EQUAL(strncmp(counts, "attribute,images,positive,share,", 32), 0);
    free(counts);
    TST_OK(pl_explore_write(&v, &entry, false, tst_path("some"), 2, e));
    CU_ASSERT_FALSE(pl_exists(tst_path("some/near_pairs.csv")));
    pl_audit_view_clear(&v);
    free(dir);
    free(f);
}

static void test_section_and_warning_of_a_failing_audit(void)
{
    audit_fixture *f = audited("study/data/0123456789ab");
    pl_doc doc;
    pl_figures figures;
    pl_str s;
    pl_doc_init(&doc);
    pl_figures_init(&figures);
    pl_str_init(&s);
    TST_OK(pl_audit_section(tst_path("study"), &doc, &figures, e));
    CU_ASSERT_EQUAL(figures.count, 4);
    CU_ASSERT_FATAL(doc.count > 10);
    TST_TEXT(doc.block[0].text, "Data audit");
    TST_TEXT(doc.block[1].text, "Data 0123456789ab");
    CU_ASSERT(doc.block[3].kind == PL_BLOCK_TEXT && doc.block[3].tone == PL_TONE_WARNING);
    CU_ASSERT_TRUE(pl_audit_warning(tst_path("study"), "0123456789ab", &s));
    TST_TEXT(s.text,
             "data 0123456789ab fails the audit: 1 of 12 test images are in training too; 1 of 12 "
             "validation images are in training too; 2 pairs of equal pictures with contradicting "
             "labels");
    pl_str_reset(&s);
    CU_ASSERT_FALSE(pl_audit_warning(tst_path("study"), "000000000000", &s));
    CU_ASSERT_FALSE(pl_audit_warning(tst_path("study"), "", &s));
    TST_TEXT(s.text, "");
    pl_str_clear(&s);
    pl_doc_clear(&doc);
    pl_figures_clear(&figures);
    free(f);
}

static void test_no_audit_no_section(void)
{
    pl_doc doc;
    pl_figures figures;
    pl_doc_init(&doc);
    pl_figures_init(&figures);
    TST_OK(pl_make_dirs(tst_path("study/data/0123456789ab"), e));
    TST_OK(pl_audit_section(tst_path("study"), &doc, &figures, e));
    CU_ASSERT(doc.count == 0 && figures.count == 0);
    tst_write_text(tst_path("study/data/0123456789ab/audit.json"), "{}");
    char *want =
        pl_format("cannot open '%s/study/data/0123456789ab/attribute_counts.csv': No such file "
                  "or directory",
                  tst_dir());
    TST_FAILS(KN_EIO, want, pl_audit_section(tst_path("study"), &doc, &figures, e));
    free(want);
    pl_doc_clear(&doc);
    pl_figures_clear(&figures);
}

const tst_case tst_audit_explore[] = {
    TST(test_text_tells_all),
    TST(test_json_has_the_numbers_on_top),
    TST(test_files_and_figures_are_written),
    TST(test_section_and_warning_of_a_failing_audit),
    TST(test_no_audit_no_section),
    TST_END,
};
