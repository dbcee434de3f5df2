#include "report/doc_html.h"

#include <assert.h>
#include <math.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "report/doc_html_media.h"
#include "report/doc_html_table.h"
#include "report/doc_text.h"

static const char style[] = {
#include <page_style.inc>
    0};
static const char script[] = {
#include <page_script.inc>
    0};

typedef struct page {
    const pl_doc *d;
    const pl_media *media; /* [d->count] */
    pl_doc_counts counts;
    bool in_list;
    int open_parts;
    pl_str *s;
} page;

/* The script may run and nothing else: should a name ever get through as an element, it could do nothing. */
static void add_policy(pl_str *s)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)script, strlen(script), digest);
    pl_str_add(s, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "img-src data:; style-src 'unsafe-inline'; script-src 'sha256-");
    pl_add_base64(s, digest, sizeof digest);
    pl_str_add(s, "'; base-uri 'none'; form-action 'none'\">\n");
}

static void add_head(const char *title, pl_str *s)
{
    pl_str_add(s, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    add_policy(s);
    pl_str_add(s, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    pl_add_html(s, title);
    pl_str_addf(s, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", style);
}

static void heading_id(const pl_doc *d, size_t block, pl_str *s)
{
    if (d->block[block].id)
        pl_add_html(s, d->block[block].id);
    else
        pl_str_addf(s, "part-%zu", block);
}

/* The headings of level 2, below each those of level 3. */
static void add_contents(const pl_doc *d, pl_str *s)
{
    pl_doc_counts counts = {0};
    int depth = 1, entries = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (d->block[i].kind != PL_BLOCK_HEADING)
            continue;
        int level = pl_doc_level(&counts, d->block[i].level);
        if (level != 2 && level != 3)
            continue;
        if (entries++ == 0)
            pl_str_add(s, "<nav aria-label=\"Contents\">\n<ul>\n");
        else if (level > depth)
            pl_str_add(s, "\n<ul>\n");
        else if (level < depth)
            pl_str_add(s, "</li>\n</ul></li>\n");
        else
            pl_str_add(s, "</li>\n");
        depth = level;
        pl_str_add(s, "<li><a href=\"#");
        heading_id(d, i, s);
        pl_str_add(s, "\">");
        pl_add_html(s, d->block[i].text);
        pl_str_add(s, "</a>");
    }
    if (entries)
        pl_str_add(s, depth == 3 ? "</li>\n</ul></li>\n</ul>\n</nav>\n" : "</li>\n</ul>\n</nav>\n");
}

static void add_heading(page *p, size_t block)
{
    int level = pl_doc_level(&p->counts, p->d->block[block].level);
    pl_str_addf(p->s, "<h%d id=\"", level);
    heading_id(p->d, block, p->s);
    pl_str_add(p->s, "\">");
    pl_add_html(p->s, p->d->block[block].text);
    pl_str_addf(p->s, "</h%d>\n", level);
}

static const char *tone_class(pl_tone tone)
{
    static const char *const classes[] = {[PL_TONE_PLAIN] = "",
                                          [PL_TONE_LEAD] = " class=\"lead\"",
                                          [PL_TONE_SOFT] = " class=\"soft\"",
                                          [PL_TONE_WARNING] = " class=\"warning\""};
    return classes[tone];
}

static void add_text(page *p, const pl_block *b, const char *element)
{
    pl_str_addf(p->s, "<%s%s>%s", element, tone_class(b->tone),
                b->tone == PL_TONE_WARNING ? "<strong>Warning:</strong> " : "");
    pl_add_html_text(p->s, b->text);
    pl_str_addf(p->s, "</%s>\n", element);
}

static void add_pre(pl_str *s, const char *text)
{
    pl_str line;
    pl_str_init(&line);
    pl_str_add(s, "<pre>");
    while (*text) { /* pl_add_html would turn line ends into blanks */
        size_t n = strcspn(text, "\n");
        pl_str_reset(&line);
        pl_str_add_bytes(&line, text, n);
        pl_add_html(s, line.text);
        pl_str_add(s, "\n");
        text += n + (text[n] ? 1 : 0);
    }
    pl_str_add(s, "</pre>\n");
    pl_str_clear(&line);
}

void pl_add_script_json(pl_str *s, const char *json)
{
    for (; *json; json++) {
        if (*json == '<')
            pl_str_add(s, "\\u003c");
        else
            pl_str_add_bytes(s, json, 1);
    }
}

/* Its file for those who want to go on with it: the numbers of a figure lie beside it. */
static void add_caption(page *p, const pl_block *b)
{
    pl_str_addf(p->s, "<figcaption>Figure %d. ", p->counts.figures);
    pl_add_html_text(p->s, b->text ? b->text : "");
    pl_str_add(p->s, " <code>");
    pl_str_add(p->s, b->kind == PL_BLOCK_FIGURE ? "plots/" : "");
    pl_add_html(p->s, b->name);
    pl_str_add(p->s, "</code></figcaption></figure>\n");
}

static void add_figure(page *p, size_t block)
{
    const pl_block *b = &p->d->block[block];
    const pl_media *m = &p->media[block];
    const char *alt = b->alt ? b->alt : b->text ? b->text : b->name;
    p->counts.figures++;
    pl_str_addf(p->s, "<figure style=\"--n:%d\">", m->width > 0 ? m->width : 600);
    if (!m->bytes) {
        pl_str_add(p->s, "<p class=\"soft\">Left out to keep the page small: ");
        pl_add_html(p->s, alt);
        pl_str_add(p->s, "</p>");
    } else if (b->kind == PL_BLOCK_FIGURE) {
        pl_str_addf(p->s,
                    "<div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"Figure %d\">",
                    p->counts.figures);
        pl_str_add(p->s, "<svg role=\"img\" aria-label=\"");
        pl_add_html(p->s, alt);
        pl_str_add(p->s, "\"");
        pl_str_add_bytes(p->s, m->bytes, m->size);
        pl_str_add(p->s, "</div>");
        if (b->data && strcmp(b->data, "[]") != 0) {
            pl_str_add(p->s, "<script type=\"application/json\">");
            pl_add_script_json(p->s, b->data);
            pl_str_add(p->s, "</script>");
        }
    } else {
        pl_str_addf(p->s, "<img width=\"%d\" height=\"%d\" alt=\"", m->width, m->height);
        pl_add_html(p->s, alt);
        pl_str_add(p->s, "\" src=\"");
        pl_add_data_uri(p->s, m);
        pl_str_add(p->s, "\">");
    }
    add_caption(p, b);
}

static void add_begin(page *p, const pl_block *b)
{
    p->open_parts++;
    if (b->part == PL_PART_SIDE) {
        pl_str_add(p->s, "<div class=\"side\">\n");
        return;
    }
    pl_str_add(p->s, "<details><summary>");
    pl_add_html_text(p->s, b->text ? b->text : "More");
    pl_str_add(p->s, "</summary>\n");
}

static void add_block(page *p, size_t block)
{
    const pl_block *b = &p->d->block[block];
    if (p->in_list != (b->kind == PL_BLOCK_ITEM)) {
        p->in_list = !p->in_list;
        pl_str_add(p->s, p->in_list ? "<ul>\n" : "</ul>\n");
    }
    switch (b->kind) {
    case PL_BLOCK_HEADING:
        add_heading(p, block);
        break;
    case PL_BLOCK_TEXT:
        add_text(p, b, "p");
        break;
    case PL_BLOCK_ITEM:
        add_text(p, b, "li");
        break;
    case PL_BLOCK_TABLE:
        pl_doc_html_table(p->d, block, &p->counts, p->s);
        break;
    case PL_BLOCK_FIGURE:
    case PL_BLOCK_PICTURE:
        add_figure(p, block);
        break;
    case PL_BLOCK_PRE:
        add_pre(p->s, b->text);
        break;
    case PL_BLOCK_BEGIN:
        add_begin(p, b);
        break;
    case PL_BLOCK_END:
        assert(p->open_parts > 0);
        p->open_parts--;
        pl_str_add(p->s, b->part == PL_PART_SIDE ? "</div>\n" : "</details>\n");
        break;
    }
}

kn_status pl_doc_html(const pl_doc *d, const char *title, const char *dir, size_t room, pl_str *s,
                      kn_error *e)
{
    pl_str raw;
    pl_media *media;
    KN_TRY(pl_media_read(d, dir, room, &media, e));
    pl_str_init(&raw);
    page p = {.d = d, .media = media, .s = &raw};
    add_head(title, &raw);
    pl_str_add(&raw, "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n");
    add_contents(d, &raw);
    pl_str_add(&raw, "<main id=\"main\">\n");
    for (size_t i = 0; i < d->count; i++)
        add_block(&p, i);
    assert(p.open_parts == 0);
    pl_str_addf(&raw, "%s</main>\n<script>%s</script>\n</body>\n</html>\n",
                p.in_list ? "</ul>\n" : "", script);
    pl_add_clean(s, raw.text, raw.size);
    pl_str_clear(&raw);
    pl_media_free(media, d->count);
    return KN_OK;
}
