/* Documents as pages and as Markdown. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/doc.h"
#include "pipeline/report/html_check.h"
#include "report/doc_html.h"
#include "report/doc_html_media.h"
#include "report/doc_md.h"
#include "report/doc_text.h"
#include "tst.h"
#include "util/fs.h"

/* Names as nobody should give them: an element, quotes, a line feed, ends of what a page has sections of, a mark that turns the
 * direction, a byte that is no UTF-8, and text that may stand as it is. */
#define EVIL                                                                                       \
    "<script>alert(1)</script>\"'\n]]></"                                                          \
    "style>&amp;\xE2\x80\xAE\xFF|*_[x](y)\xD7\xA9\xE2\x80\x8F\xC3\xA9"
#define TURNS "\xE2\x80\xAE"
#define SHOWN "\xD7\xA9\xE2\x80\x8F\xC3\xA9"

static const char svg_file[] =
    "<?xml version=\"1.0\"?>\n<svg \n width=\"900\" height=\"360\"\n viewBox=\"0 0 900 "
    "360\"\n>\n\n<title>Gnuplot</title>\n"
    "<desc>Produced by</desc>\n<g id=\"gnuplot_canvas\">\n<defs>\n\t<circle id='gpDot' "
    "r='0.5'/>\n</defs>\n"
    "<g fill=\"none\">\n</g>\n<g>\n\t<path d='M1,2\n\t\tL3,4 '/>\t<text> a  "
    "b</text>\n</g>\n%s</g>\n</svg>\n";

static void page_of(const pl_doc *d, pl_str *s)
{
    pl_str_init(s);
    TST_OK(pl_doc_html(d, "a study", tst_dir(), 1 << 20, s, e));
}

static void test_a_page_has_all_blocks_in_good_order(void)
{
    pl_doc d;
    pl_str s;
    pl_doc_init(&d);
    pl_doc_heading(&d, 2, NULL, "the first is the title, whatever its level");
    pl_doc_text(&d, PL_TONE_WARNING, "look at `code <b>` and a lone ` here");
    pl_doc_heading(&d, 1, "a", "no second title");
    pl_doc_heading(&d, 4, "b", "no level left out");
    pl_doc_item(&d, PL_TONE_PLAIN, "one");
    pl_doc_item(&d, PL_TONE_SOFT, "two");
    pl_doc_begin(&d, PL_PART_FOLD, "more");
    pl_doc_pre(&d, "x <y>\n  z");
    pl_doc_end(&d, PL_PART_FOLD);
    pl_doc_heading(&d, 2, "c", "the end");
    page_of(&d, &s);
    CU_ASSERT(html_is_good(s.text));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        s.text, "<p class=\"warning\"><strong>Warning:</strong> look at <code>code "
                "&lt;b&gt;</code> and a lone ` here</p>\n"
                "<h2 id=\"a\">no second title</h2>\n<h3 id=\"b\">no level left "
                "out</h3>\n<ul>\n<li>one</li>\n"
                "<li class=\"soft\">two</li>\n</ul>\n<details><summary>more</summary>\n<pre>x "
                "&lt;y&gt;\n  z\n</pre>\n"
                "</details>\n<h2 id=\"c\">the end</h2>\n</main>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        s.text,
        "<ul>\n<li><a href=\"#a\">no second title</a>\n<ul>\n<li><a href=\"#b\">no level left "
        "out</a></li>\n</ul></li>\n<li><a href=\"#c\">the end</a></li>\n</ul>\n</nav>"));
    pl_str_clear(&s);
    pl_doc_clear(&d);
}

static void add_table(pl_doc *d)
{
    pl_doc_heading(d, 1, NULL, "t");
    pl_doc_table(d, "table-x", "of run `1a`", true);
    pl_doc_column(d, "name", false, "what it is");
    pl_doc_column(d, "test, %", true, NULL);
    pl_doc_cell(d, "`1a`", (double)NAN, PL_CELL_HEAD);
    pl_doc_cell_link(d, "group-01");
    pl_doc_cellf(d, 95.5, PL_CELL_BOLD, "%.2f\n%s", 95.5, "94 to 97");
    pl_doc_cell(d, "b|c", (double)NAN, PL_CELL_CODE);
    pl_doc_number(d, 12.5, 1, PL_CELL_SOFT);
    pl_doc_table_end(d);
}

static void test_a_column_without_a_title_has_no_head(void)
{
    pl_doc d;
    pl_str s;
    pl_doc_init(&d);
    pl_doc_heading(&d, 1, NULL, "t");
    pl_doc_table(&d, NULL, NULL, true);
    pl_doc_column(&d, "name", false, NULL);
    pl_doc_column(&d, "", false, NULL);
    pl_doc_cell(&d, "a", (double)NAN, 0);
    pl_doc_cell(&d, "small", (double)NAN, 0);
    pl_doc_table_end(&d);
    page_of(&d, &s);
    CU_ASSERT(html_is_good(s.text));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "<th scope=\"col\">name</th><td></td></tr></thead>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "<caption class=\"unseen\" id=\"table-1\">t</caption>"));
    pl_str_clear(&s);
    pl_doc_clear(&d);
}

static void test_a_table_is_the_same_in_both_forms(void)
{
    pl_doc d;
    pl_str s;
    pl_doc_init(&d);
    add_table(&d);
    page_of(&d, &s);
    CU_ASSERT(html_is_good(s.text));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        s.text,
        "<table id=\"table-x\" class=\"tools\">\n<caption id=\"table-1\"><span>Table 1. of run "
        "<code>1a</code></span>"
        "</caption>\n<thead><tr><th scope=\"col\" title=\"what it is\">name</th><th scope=\"col\" "
        "class=\"n\">test, %</th>"
        "</tr></thead>\n<tbody>\n<tr><th scope=\"row\"><a "
        "href=\"#group-01\"><code>1a</code></a></th>"
        "<td class=\"n\" data-v=\"95.5\"><b>95.50</b><br><small>94 to 97</small></td></tr>\n"
        "<tr><td><code>b|c</code></td><td class=\"n soft\">12.5</td></tr>\n</tbody></table></div>\n"
        "<details class=\"help\"><summary>What the columns "
        "mean</summary>\n<dl>\n<dt>name</dt><dd>what it is</dd>\n</dl>"));
    pl_str_reset(&s);
    pl_doc_md(&d, &s);
    TST_TEXT(s.text, "# t\n\n| name | test, % |\n|---|---:|\n| `1a` | **95.50**<br>94 to 97 |\n| "
                     "<code>b\\|c</code> | 12.5 |\n\n"
                     "Table 1. of run `1a`\n\nname: what it is\n");
    pl_str_clear(&s);
    pl_doc_clear(&d);
}

/* Every place a text from outside can get to. */
static void add_evil(pl_doc *d)
{
    static const char json[] =
        "[{\"x\":[1],\"series\":[{\"name\":\"</script><script>alert(1)</script>\",\"y\":[1]}]}]";
    pl_doc_heading(d, 1, NULL, EVIL);
    pl_doc_heading(d, 2, "a", EVIL);
    pl_doc_text(d, PL_TONE_PLAIN, "%s and `%s`", EVIL, EVIL);
    pl_doc_item(d, PL_TONE_PLAIN, "%s", EVIL);
    pl_doc_pre(d, EVIL);
    pl_doc_table(d, NULL, EVIL, true);
    pl_doc_column(d, EVIL, false, EVIL);
    pl_doc_cell(d, EVIL, (double)NAN, PL_CELL_HEAD);
    pl_doc_cell(d, EVIL, (double)NAN, PL_CELL_CODE);
    pl_doc_table_end(d);
    pl_doc_begin(d, PL_PART_FOLD, EVIL);
    pl_doc_figure(d, "f", EVIL, EVIL, json);
    pl_doc_end(d, PL_PART_FOLD);
}

static void test_nothing_from_outside_becomes_an_element(void)
{
    pl_doc d;
    pl_str s;
    pl_doc_init(&d);
    TST_OK(pl_make_dirs(tst_path("plots"), e));
    tst_write_text(tst_path("plots/f.svg"), svg_file);
    add_evil(&d);
    pl_str_init(&s);
    TST_OK(pl_doc_html(&d, EVIL, tst_dir(), 1 << 20, &s, e));
    CU_ASSERT(html_is_good(s.text));
    CU_ASSERT_PTR_NULL(strstr(s.text, "<script>alert"));
    CU_ASSERT_PTR_NULL(strstr(s.text, "]]>"));
    CU_ASSERT_PTR_NULL(strstr(s.text, TURNS));
    CU_ASSERT_PTR_NULL(strchr(s.text, '\xFF'));
    CU_ASSERT_EQUAL(html_count(s.text, "</style>"), 1);
    CU_ASSERT_EQUAL(html_count(s.text, "<script"), 2);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "\"name\":\"\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "|*_[x](y)" SHOWN));
    pl_str_reset(&s);
    pl_doc_md(&d, &s);
    char *fence = strstr(s.text, "```"),
         *end = strstr(fence + 3, "\n```"); /* taken as it is there */
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);
    CU_ASSERT_EQUAL(html_count(s.text, "<script>"), 1);
    CU_ASSERT(strstr(s.text, "<script>") > fence && strstr(s.text, "<script>") < end);
    CU_ASSERT_PTR_NULL(strstr(end, "<script"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "# &lt;script&gt;alert(1)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\\|\\*\\_\\[x\\](y)" SHOWN));
    CU_ASSERT_PTR_NULL(strstr(s.text, TURNS));
    pl_str_clear(&s);
    pl_doc_clear(&d);
}

/* Text becomes U+FFFD where it may not stand in a page; an oracle in the other direction: what is good stays as it is. */
static void test_clean_text_is_utf8_that_is_shown(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {{"plain\n", "plain\n"},
                 {SHOWN "\xF0\x9F\x99\x82", SHOWN "\xF0\x9F\x99\x82"},
                 {"a\tb\x7F", "a\xEF\xBF\xBD"
                              "b\xEF\xBF\xBD"},
                 {"\xC2\x85", "\xEF\xBF\xBD"},             /* a control character of two bytes */
                 {"\xC0\xBC", "\xEF\xBF\xBD\xEF\xBF\xBD"}, /* < in more bytes than it needs */
                 {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* half of a pair */
                 {"\xEF\xBF\xBE", "\xEF\xBF\xBD"},                         /* no character */
                 {"\xE2\x81\xA6x\xE2\x81\xA9", "\xEF\xBF\xBDx\xEF\xBF\xBD"},
                 {"\xE2\x80", "\xEF\xBF\xBD\xEF\xBF\xBD"}}; /* cut off */
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        pl_str s;
        pl_str_init(&s);
        pl_add_clean(&s, cases[k].text, strlen(cases[k].text));
        TST_TEXT(s.text, cases[k].want);
        pl_str_clear(&s);
    }
}

static void check_small(const char *more, const char *want)
{
    pl_str s, svg;
    pl_str_init(&s);
    pl_str_init(&svg);
    const char *at = strstr(svg_file, "%s");
    pl_str_add_bytes(&svg, svg_file, (size_t)(at - svg_file));
    pl_str_addf(&svg, "%s%s", more, at + 2);
    CU_ASSERT(pl_add_small_svg(&s, svg.text, "p-"));
    TST_TEXT(s.text, want);
    pl_str_clear(&s);
    pl_str_clear(&svg);
}

static void test_a_small_svg_shows_the_same(void)
{
    check_small("", " width=\"900\" height=\"360\" viewBox=\"0 0 900 360\"><g "
                    "id=\"p-gnuplot_canvas\"><g><path d='M1,2 L3,4 '/>"
                    "<text> a  b</text></g></g></svg>");
    check_small("<use xlink:href='#gpDot' x=\"1\"/>",
                " width=\"900\" height=\"360\" viewBox=\"0 0 900 360\"><g "
                "id=\"p-gnuplot_canvas\"><defs><circle id='p-gpDot' "
                "r='0.5'/></defs><g><path d='M1,2 L3,4 '/><text> a  b</text></g><use "
                "xlink:href='#p-gpDot' x=\"1\"/></g></svg>");
    pl_str s;
    pl_str_init(&s);
    CU_ASSERT(!pl_add_small_svg(&s, "no picture", "p-"));
    pl_str_clear(&s);
}

/* One grey pixel. */
static void write_picture(const char *path)
{
    static const unsigned char png[] = {
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
        0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
        0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78,
        0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0x00,
        0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
    tst_write(path, png, sizeof png);
}

static void test_figures_and_pictures_stand_in_the_page(void)
{
    pl_doc d;
    pl_str s;
    pl_doc_init(&d);
    TST_OK(pl_make_dirs(tst_path("plots"), e));
    TST_OK(pl_make_dirs(tst_path("pictures"), e));
    tst_write_text(tst_path("plots/f-1.svg"), svg_file);
    write_picture(tst_path("pictures/a b.png"));
    pl_doc_heading(&d, 1, NULL, "t");
    pl_doc_begin(&d, PL_PART_SIDE, NULL);
    pl_doc_picture(&d, "pictures/a b.png", "faces", "a face");
    pl_doc_figure(&d, "f-1", "a line of `x`", "a line", NULL);
    pl_doc_end(&d, PL_PART_SIDE);
    page_of(&d, &s);
    CU_ASSERT(html_is_good(s.text));
    char *image = strstr(
        s.text,
        "alt=\"a face\" src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA");
    CU_ASSERT_PTR_NOT_NULL(image);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "<figcaption>Figure 1. faces <code>pictures/a b.png</code></figcaption>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "<svg role=\"img\" aria-label=\"a line\" width=\"900\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "id=\"f-1-gnuplot_canvas\""));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "Figure 2. a line of <code>x</code> <code>plots/f-1</code></figcaption>"));
    pl_str_reset(&s);
    pl_doc_md(&d, &s);
    TST_TEXT(s.text, "# t\n\n![a face](pictures/a%20b.png)\n\nFigure 1. faces\n\n![a "
                     "line](plots/f-1.svg)\n\nFigure 2. a line of "
                     "`x`\n");
    pl_str_reset(&s);
    TST_OK(pl_doc_html(&d, "t", tst_dir(), 180, &s,
                       e)); /* the figure fits, the picture before it does not */
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "<p class=\"soft\">Left out to keep the page small: a face</p>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "id=\"f-1-gnuplot_canvas\""));
    CU_ASSERT_PTR_NULL(strstr(s.text, "<img"));
    pl_str_clear(&s);
    pl_doc_clear(&d);
}

static void check_refused(const char *name, bool figure, kn_status status, const char *want)
{
    pl_doc d;
    pl_str s;
    pl_doc_init(&d);
    pl_str_init(&s);
    if (figure)
        pl_doc_figure(&d, name, "c", "a", NULL);
    else
        pl_doc_picture(&d, name, "c", "a");
    TST_FAILS(status, want, pl_doc_html(&d, "t", tst_dir(), 1 << 20, &s, e));
    CU_ASSERT_EQUAL(s.size, 0);
    pl_str_clear(&s);
    pl_doc_clear(&d);
}

static void test_what_is_no_picture_is_refused(void)
{
    TST_OK(pl_make_dirs(tst_path("plots"), e));
    tst_write_text(tst_path("plots/f.svg"), "no picture");
    char *want = pl_format("%s/plots/f.svg: not an SVG file", tst_dir());
    check_refused("f", true, KN_EFORMAT, want);
    free(want);
    want = pl_format("%s/plots/f.svg: not a PNG file", tst_dir());
    check_refused("plots/f.svg", false, KN_EFORMAT, want);
    free(want);
}

/* What the blocks say stays text, whatever it begins with. */
static void test_markdown_does_not_begin_what_it_does_not_mean(void)
{
    pl_doc d;
    pl_str s;
    pl_doc_init(&d);
    pl_doc_text(&d, PL_TONE_PLAIN, "- no item");
    pl_doc_text(&d, PL_TONE_WARNING, "1. no item");
    pl_doc_text(&d, PL_TONE_PLAIN, "    # no heading");
    pl_doc_item(&d, PL_TONE_PLAIN, "an item");
    pl_doc_begin(&d, PL_PART_FOLD, "study.yaml");
    pl_doc_pre(&d, "a ``` b");
    pl_doc_end(&d, PL_PART_FOLD);
    pl_str_init(&s);
    pl_doc_md(&d, &s);
    TST_TEXT(s.text, "\\- no item\n\n**Warning:** &#8203;1. no item\n\n\\# no heading\n\n- an "
                     "item\n\nstudy.yaml:\n\n"
                     "````\na ``` b\n````\n");
    pl_str_clear(&s);
    pl_doc_clear(&d);
}

static void test_the_check_of_pages_sees_what_is_wrong(void)
{
    static const char *const wrong[] = {
        "<h1>a</h1><p>",
        "<h1>a</h1><p></b>",
        "<h1>a</h1><p id=\"a\"></p><p id=\"a\"></p>",
        "<h2>a</h2>",
        "<h1>a</h1><h3>b</h3>",
        "<h1>a</h1><h1>b</h1>",
        "<h1>a</h1><img src=\"\">",
        "<h1>a</h1><table></table>",
        "<h1>a</h1><table><caption>c</caption><tr><th>b</th></tr></table>",
        "<h1>a</h1><script>",
        "<h1>a</h1>a < b"};
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++)
        CU_ASSERT(!html_is_good(wrong[k]));
    CU_ASSERT(html_is_good("<h1>a</h1><h2>b</h2><script>if (a<b) x</script><img alt=\"\">"));
}

const tst_case tst_report_doc_render[] = {TST(test_a_page_has_all_blocks_in_good_order),
                                          TST(test_a_table_is_the_same_in_both_forms),
                                          TST(test_a_column_without_a_title_has_no_head),
                                          TST(test_nothing_from_outside_becomes_an_element),
                                          TST(test_clean_text_is_utf8_that_is_shown),
                                          TST(test_a_small_svg_shows_the_same),
                                          TST(test_figures_and_pictures_stand_in_the_page),
                                          TST(test_what_is_no_picture_is_refused),
                                          TST(test_markdown_does_not_begin_what_it_does_not_mean),
                                          TST(test_the_check_of_pages_sees_what_is_wrong),
                                          TST_END};
