/* Numbers by scripts/oracle/insight.py (statsmodels). */
#include "insight/slices.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "insight/slices_figure.h"
#include "pipeline/insight/insight_rig.h"
#include "stats/drift.h"
#include "tst.h"

static const insight_rig usual = {
    .groups = 1, .seeds = 3, .val = 200, .test = 300, .attributes = true};

static void test_gaps_are_statsmodels(void)
{
    static const struct {
        double k1, n1, k0, n0, want[6]; /* gap, low, high, p, Wilson low, high */
    } rows[] = {
        {96,
         110,
         2255,
         2338,
         {-0.0917722995567, -0.167154500375, -0.0411649479022, 1.4215341416e-06, 0.797649789393,
          0.922650186112}},
        {0, 10, 10, 10, {-1, -1, -0.607509350431, 7.74421643104e-06, 0, 0.277532799863}},
        {5, 5, 7, 7, {0, -0.434482464783, 0.354330435067, 1, 0.565517535217, 1}},
        {56,
         70,
         48,
         80,
         {0.2, 0.0524314724024, 0.333872654037, 0.0080450813682, 0.691833555037, 0.876952607516}}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_share_gap g = pl_share_gap_of(rows[i].k1, rows[i].n1, rows[i].k0, rows[i].n0);
        pl_interval w = pl_wilson_share(rows[i].k1, rows[i].n1);
        pl_share_difference whole = pl_newcombe((long long)rows[i].k1, (long long)rows[i].n1,
                                                (long long)rows[i].k0, (long long)rows[i].n0);
        const double got[6] = {g.gap, g.low, g.high, g.p, w.low, w.high};
        for (int k = 0; k < 6; k++)
            CU_ASSERT(tst_near(got[k], rows[i].want[k], 1e-12, 1e-9));
        CU_ASSERT(tst_near(g.low, whole.low, 1e-12, 0) && tst_near(g.high, whole.high, 1e-12, 0));
    }
    CU_ASSERT(!tst_near(pl_share_gap_of(56.5, 70, 48, 80).low, 0.0524314724024, 1e-12, 1e-9));
    CU_ASSERT(isnan(pl_share_gap_of(0, 0, 1, 2).p) && isnan(pl_share_gap_of(1, 2, 0, 0).gap));
    CU_ASSERT(isnan(pl_wilson_share(0, 0).low));
}

static void test_slices_are_statsmodels(void)
{
    static const double want[3][2][10] = {
        /* accuracy, low, high, recall 0, recall 1 of those that have it (0) and have it not (1); then gap, low, high, p, Holm */
        {{0.7537537538, 0.6660148645, 0.8245164637, (double)NAN, 0.7537537538, -0.02931502932,
          -0.1317186301, 0.06615205719, 0.5588742268, 1},
         {0.7830687831, 0.7189859969, 0.8358739417, 0.7830687831, (double)NAN, -0.02931502932,
          -0.1317186301, 0.06615205719, 0.5588742268, 1}},
        {{0.7777777778, 0.6714824754, 0.8570042787, 0.7925925926, 0.7555555556, 0.007407407407,
          -0.1101216023, 0.106321177, 0.8946166189, 1},
         {0.7703703704, 0.7111496361, 0.8205139326, 0.7800925926, 0.7530864198, 0.007407407407,
          -0.1101216023, 0.106321177, 0.8946166189, 1}},
        {{0.7708333333, 0.6011793977, 0.8824318699, (double)NAN, 0.7708333333, -0.001029784537,
          -0.1769638702, 0.1231280454, (double)NAN, (double)NAN},
         {0.7718631179, 0.7174486587, 0.8184500755, 0.7831541219, 0.7445887446, -0.001029784537,
          -0.1769638702, 0.1231280454, (double)NAN, (double)NAN}}};
    static const char *const name[3] = {"Male", "Glasses", "Beard"};
    static const long long n[3][2] = {{111, 189}, {75, 225}, {32, 263}};
    insight_study s;
    pl_slices got;
    insight_study_make(&s, &usual);
    pl_slices_of(&s.d, &s.answers, 0, &got);
    CU_ASSERT_EQUAL_FATAL(got.count, 3);
    CU_ASSERT(got.group.count == 3 && got.group.side == PL_SIDE_TEST);
    for (int k = 0; k < 3; k++) {
        const pl_slice *its = &got.slice[k];
        TST_TEXT(its->attribute, name[k]);
        CU_ASSERT_EQUAL(its->target, k == 0);
        for (int v = 0; v < 2; v++) {
            const pl_slice_part *p = &its->part[1 - v];
            pl_interval w = pl_wilson_share(pl_part_right(p), pl_part_n(p));
            const double v10[10] = {
                pl_part_accuracy(p),  w.low,        w.high,       pl_part_recall(p, 0),
                pl_part_recall(p, 1), its->gap.gap, its->gap.low, its->gap.high,
                its->gap.p,           its->p_holm};
            CU_ASSERT_EQUAL(p->n[0] + p->n[1], n[k][v]);
            for (int j = 0; j < 10; j++) /* the mean rightness is a float */
                CU_ASSERT(tst_near(v10[j], want[k][v][j], 2e-8, 2e-7));
        }
    }
    CU_ASSERT(got.slice[2].part[1].small &&
              !got.slice[2].part[0].small); /* no beard without Male */
    pl_slices_clear(&got);
    insight_study_free(&s);
}

/* Slices by hand: n of each class, and how many of them are right. */
static pl_slice slice_of(const char *name, bool target, pl_slice_part without, pl_slice_part with)
{
    pl_slice s = {.attribute = name, .target = target, .part = {without, with}};
    s.gap = pl_share_gap_of(pl_part_right(&with), pl_part_n(&with), pl_part_right(&without),
                            pl_part_n(&without));
    return s;
}

static void test_small_parts_are_never_the_worst(void)
{
    pl_slice slice[4] = {slice_of("Male", true, (pl_slice_part){{500, 0}, {480, 0}, false},
                                  (pl_slice_part){{0, 500}, {0, 100}, false}),
                         slice_of("Tiny", false, (pl_slice_part){{490, 490}, {450, 450}, false},
                                  (pl_slice_part){{9, 9}, {0, 0}, true}),
                         slice_of("Hat", false, (pl_slice_part){{400, 400}, {380, 380}, false},
                                  (pl_slice_part){{100, 100}, {80, 80}, false}),
                         slice_of("Young", false, (pl_slice_part){{100, 100}, {81, 80}, false},
                                  (pl_slice_part){{400, 400}, {384, 384}, false})};
    pl_slices s = {.slice = slice, .count = 4};
    size_t k, row[4], left_out;
    int part;
    CU_ASSERT_FATAL(pl_slices_worst(&s, &k, &part));
    CU_ASSERT(k == 2 && part == 1);
    CU_ASSERT_PTR_EQUAL(pl_slices_widest(&s), &slice[3]); /* 0.96 - 0.805 */
    /* drawn: by gap, the small one not */
    CU_ASSERT_EQUAL(pl_slices_rows(&s, row, &left_out), 3);
    CU_ASSERT(row[0] == 0 && row[1] == 2 && row[2] == 3 && left_out == 0);
    slice[2].part[1].small = slice[3].part[0].small = slice[3].part[1].small = true;
    CU_ASSERT(pl_slices_worst(&s, &k, &part) && k == 1 && part == 0);
    CU_ASSERT_PTR_NULL(pl_slices_widest(&s));
    for (int i = 1; i < 4; i++)
        slice[i].part[0].small = slice[i].part[1].small = true;
    CU_ASSERT(!pl_slices_worst(&s, &k, &part));
}

static void test_the_widest_gaps_are_drawn_of_many(void)
{
    enum { MANY = 60 };
    static pl_slice slice[MANY];
    for (int i = 0; i < MANY; i++) {
        long long right = 400 + (i % 2 ? i : -i);
        slice[i] =
            slice_of("a", false, (pl_slice_part){{300, 300}, {200, 200}, false},
                     (pl_slice_part){{300, 300}, {(double)right / 2, (double)right / 2}, false});
    }
    pl_slices s = {.slice = slice, .count = MANY};
    size_t row[MANY], left_out;
    CU_ASSERT_EQUAL(pl_slices_rows(&s, row, &left_out), PL_SLICES_ROWS);
    CU_ASSERT_EQUAL(left_out, MANY - PL_SLICES_ROWS);
    for (size_t i = 0; i < PL_SLICES_ROWS; i++) {
        CU_ASSERT(row[i] >= MANY - PL_SLICES_ROWS);
        CU_ASSERT(i == 0 || slice[row[i - 1]].gap.gap <= slice[row[i]].gap.gap);
    }
}

static void test_slices_csv_has_two_rows_per_attribute(void)
{
    insight_study s;
    pl_str csv;
    pl_str_init(&csv);
    insight_study_make(&s, &usual);
    pl_slices_csv(&s.d, &s.answers, &csv);
    CU_ASSERT(pl_starts_with(csv.text,
                             "group,attribute,value,side,runs,n,n_0,n_1,accuracy,low,high,recall_0,"
                             "recall_1,gap,gap_low,gap_high,p,p_holm,small\n"
                             "g0,Male,1,test,3,111,0,111,0.75375"));
    const char *beard = strstr(csv.text, "\ng0,Beard,1,test,3,32,0,32,0.770833");
    CU_ASSERT_PTR_NOT_NULL_FATAL(beard);
    const char *end = strchr(beard + 1, '\n'), *next = end ? strchr(end + 1, '\n') : NULL;
    CU_ASSERT_FATAL(end && next);
    CU_ASSERT(memcmp(end - 4, ",,,1", 4) == 0 && memcmp(next - 4, ",,,0", 4) == 0);
    pl_str_clear(&csv);
    insight_study_free(&s);
}

static char *sections(const insight_rig *rig, bool classes, size_t *figures)
{
    insight_study s;
    pl_doc doc;
    pl_figures f;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    insight_study_make(&s, rig);
    if (classes)
        pl_classes_section(&s.d, &s.answers, &doc, &f);
    else
        pl_group_slices_section(&s.d, &s.answers, 0, &doc, &f);
    *figures = f.count;
    TST_OK(pl_figures_draw(&f, tst_path("plots"), 0, e));
    char *text = insight_doc_text(&doc);
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    insight_study_free(&s);
    return text;
}

static void test_the_section_names_worst_and_small(void)
{
    size_t figures;
    char *text = sections(&usual, false, &figures);
    CU_ASSERT_EQUAL(figures, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Worst slice: images that have not `Glasses`, of which "
                                        "77.04 % (71.11 to 82.05; 225 images) are right; of all "
                                        "images 77.22 %.\n"));
    CU_ASSERT_PTR_NULL(strstr(text, "nearly all are named"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Of 2 gaps tested 0 stay after it at 5 %.\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "1 attribute with a small part (fewer than 30 images, or "
                                        "than 10 of a class) is in the table, not tested"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Male (the target) | 111 | 75.38 | 66.6 to 82.5 | "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "not tested | small\n"));
    free(text);
    size_t size;
    text = tst_read(tst_path("plots/group-01-slices.csv"), &size);
    CU_ASSERT(text && strstr(text, "\nGlasses,75,0.7777777"));
    CU_ASSERT(text && !strstr(text, "Beard"));
    free(text);
}

/* Of a model that always names the same class, gaps are no finding. */
static void test_a_collapsed_group_is_said_to_be(void)
{
    insight_study s;
    pl_doc doc;
    pl_figures f;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    insight_study_make(&s, &usual);
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < s.answers.sets.set[0]->count; i++)
            s.answers.run[k].probability[i] = 0.37f;
    }
    pl_group_slices_section(&s.d, &s.answers, 0, &doc, &f);
    char *text = insight_doc_text(&doc);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Of the images that are Male only 0.00 % are recognised: "
                                        "nearly all are named not Male, and the gaps below"));
    free(text);
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    insight_study_free(&s);
}

static void test_the_sections_of_little(void)
{
    size_t figures;
    insight_rig rig = usual;
    rig.attributes = false;
    char *text = sections(&rig, false, &figures);
    CU_ASSERT_EQUAL(figures, 1); /* the classes alone */
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "The study's folder has no other attributes"));
    free(text);
    rig = (insight_rig){.groups = 1, .seeds = 1, .val = 1, .test = 1, .attributes = true};
    text = sections(&rig, false, &figures);
    CU_ASSERT_EQUAL(figures, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Every part is small"));
    free(text);
    rig.val = rig.test = 0;
    text = sections(&rig, false, &figures);
    CU_ASSERT(figures == 0 && text[0] == '\0');
    free(text);
    text = sections(&rig, true, &figures);
    CU_ASSERT(figures == 0 && text[0] == '\0');
    free(text);
    rig = (insight_rig){.groups = 2, .seeds = 1, .val = 50, .test = 50, .one_class = 1};
    text = sections(&rig, true, &figures);
    CU_ASSERT(figures == 0 && text[0] == '\0');
    free(text);
}

static void test_the_classes_are_compared_in_every_group(void)
{
    size_t figures;
    insight_rig rig = usual;
    rig.groups = 2;
    char *text = sections(&rig, true, &figures);
    CU_ASSERT_EQUAL(figures, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Of 2 groups, 0 recognise Male better and 0 not Male (p < "
                                        "0.05 after Holm's correction over the groups); in the "
                                        "others the difference may be chance.\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "0 & 'lr=0.01' | 3 | 75.38 | 66.6 to 82.5 | 78.31 | 71.9 to "
                                  "83.6 | -2.93 | -13.2 to +6.6 | 1\n"));
    free(text);
}

const tst_case tst_insight_slices[] = {TST(test_gaps_are_statsmodels),
                                       TST(test_slices_are_statsmodels),
                                       TST(test_small_parts_are_never_the_worst),
                                       TST(test_the_widest_gaps_are_drawn_of_many),
                                       TST(test_slices_csv_has_two_rows_per_attribute),
                                       TST(test_the_section_names_worst_and_small),
                                       TST(test_a_collapsed_group_is_said_to_be),
                                       TST(test_the_sections_of_little),
                                       TST(test_the_classes_are_compared_in_every_group),
                                       TST_END};
