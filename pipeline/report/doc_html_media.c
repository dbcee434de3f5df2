#include "report/doc_html_media.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"

enum { MAX_MEDIA_BYTES = 1 << 26, BASE64_STEP = 3 << 10 };

void pl_add_base64(pl_str *s, const void *bytes, size_t size)
{
    unsigned char out[BASE64_STEP / 3 * 4 + 1];
    const unsigned char *p = bytes;
    for (size_t at = 0; at < size; at += BASE64_STEP) {
        int n = (int)(size - at < BASE64_STEP ? size - at : BASE64_STEP);
        pl_str_add_bytes(s, out, (size_t)EVP_EncodeBlock(out, p + at, n));
    }
}

void pl_add_data_uri(pl_str *s, const pl_media *m)
{
    pl_str_add(s, "data:image/png;base64,");
    pl_add_base64(s, m->bytes, m->size);
}

/* What an id, or a use of one, follows in a tag. */
static size_t id_mark(const char *p, bool after_blank)
{
    static const char *const marks[] = {"href='#", "href=\"#", "url(#", "id='", "id=\""};
    for (size_t k = 0; k < (after_blank ? 5u : 3u); k++) {
        if (pl_starts_with(p, marks[k]))
            return strlen(marks[k]);
    }
    return 0;
}

/* One tag, runs of blanks in it made one; returns its end. */
static const char *add_tag(pl_str *s, const char *p, const char *prefix)
{
    bool blank = false;
    while (*p && *p != '>') {
        size_t n = id_mark(p, blank);
        blank = isspace((unsigned char)*p);
        if (n) {
            pl_str_add_bytes(s, p, n);
            pl_str_add(s, prefix);
            p += n;
        } else if (blank) {
            p += strspn(p, " \t\r\n\f\v");
            pl_str_add(s, *p == '>' || (*p == '/' && p[1] == '>') ? "" : " ");
        } else {
            pl_str_add_bytes(s, p++, 1);
        }
    }
    if (*p)
        pl_str_add_bytes(s, p++, 1);
    return p;
}

/* Behind an element that is left out whole, or p where none begins here. */
static const char *skipped(const char *p, bool definitions)
{
    static const struct {
        const char *open, *close;
    } out[] = {
        {"<title>", "</title>"}, {"<desc>", "</desc>"}, {"<!--", "-->"}, {"<defs>", "</defs>"}};
    for (size_t k = 0; k < 3u + !definitions; k++) {
        const char *end = pl_starts_with(p, out[k].open) ? strstr(p, out[k].close) : NULL;
        if (end)
            return end + strlen(out[k].close);
    }
    return p;
}

bool pl_add_small_svg(pl_str *s, const char *svg, const char *prefix)
{
    const char *p = strstr(svg, "<svg"), *defs_end = strstr(svg, "</defs>");
    if (!p)
        return false;
    const char *rest = defs_end ? defs_end : p;
    bool definitions = strstr(rest, "href='#") || strstr(rest, "href=\"#") || strstr(rest, "url(#");
    size_t group = 0; /* where the last tag began, when it opened a group; else 0 */
    p = add_tag(s, p + 4, prefix);
    while (*p) {
        const char *next = p + strspn(p, " \t\r\n");
        if (*next == '<' || *next == '\0')
            p = next;
        const char *behind = skipped(p, definitions);
        if (behind != p) {
            p = behind;
        } else if (*p != '<') {
            group = *p ? 0 : group;
            size_t n = strcspn(p, "<");
            pl_str_add_bytes(s, p, n);
            p += n;
        } else if (group && pl_starts_with(p, "</g>")) {
            s->size = group;
            s->text[s->size] = '\0';
            group = 0;
            p += 4;
        } else {
            size_t at = s->size;
            group = pl_starts_with(p, "<g ") || pl_starts_with(p, "<g>") ? at : 0;
            p = add_tag(s, p, prefix);
        }
    }
    return true;
}

static int number_after(const char *text, const char *mark)
{
    const char *at = strstr(text, mark);
    return at ? atoi(at + strlen(mark)) : 0;
}

static kn_status take_svg(const pl_block *b, char *text, const char *path, pl_media *m, kn_error *e)
{
    char *prefix = pl_format("%s-", b->name);
    pl_str s;
    pl_str_init(&s);
    bool good = pl_add_small_svg(&s, text, prefix);
    m->width = number_after(s.text, " width=\"");
    m->height = number_after(s.text, " height=\"");
    m->size = s.size;
    m->bytes = pl_str_take(&s);
    free(prefix);
    return good ? KN_OK : kn_fail(e, KN_EFORMAT, "%s: not an SVG file", path);
}

static int big_endian(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return u[0] << 24 | u[1] << 16 | u[2] << 8 | u[3];
}

static kn_status take_png(const char *path, pl_media *m, kn_error *e)
{
    static const char head[] = "\x89PNG\r\n\x1a\n";
    if (m->size < 24 || memcmp(m->bytes, head, 8) != 0)
        return kn_fail(e, KN_EFORMAT, "%s: not a PNG file", path);
    m->width = big_endian(m->bytes + 16);
    m->height = big_endian(m->bytes + 20);
    return KN_OK;
}

/* Reads one; one that does not fit into *room is dropped again. */
static kn_status read_one(const pl_block *b, const char *dir, size_t *room, pl_media *m,
                          kn_error *e)
{
    bool figure = b->kind == PL_BLOCK_FIGURE;
    char *path = figure ? pl_format("%s/plots/%s.svg", dir, b->name) : pl_path_join(dir, b->name);
    kn_status rc = pl_read_file(path, MAX_MEDIA_BYTES, &m->bytes, &m->size, e);
    if (rc == KN_OK && figure) {
        char *text = m->bytes;
        m->bytes = NULL;
        rc = take_svg(b, text, path, m, e);
        free(text);
    } else if (rc == KN_OK) {
        rc = take_png(path, m, e);
    }
    free(path);
    size_t takes = figure ? m->size : m->size / 3 * 4;
    if (rc == KN_OK && takes > *room) {
        free(m->bytes);
        m->bytes = NULL;
    } else if (rc == KN_OK) {
        *room -= takes;
    }
    return rc;
}

kn_status pl_media_read(const pl_doc *d, const char *dir, size_t room, pl_media **out, kn_error *e)
{
    static const pl_block_kind kinds[] = {PL_BLOCK_FIGURE, PL_BLOCK_PICTURE};
    pl_media *media = calloc(d->count + 1, sizeof *media);
    if (!media)
        abort();
    kn_status rc = KN_OK;
    for (size_t k = 0; k < 2 * d->count && rc == KN_OK; k++) {
        size_t i = k % d->count;
        if (d->block[i].kind == kinds[k / d->count])
            rc = read_one(&d->block[i], dir, &room, &media[i], e);
    }
    *out = media;
    if (rc != KN_OK) {
        pl_media_free(media, d->count);
        *out = NULL;
    }
    return rc;
}

void pl_media_free(pl_media *media, size_t count)
{
    for (size_t i = 0; media && i < count; i++)
        free(media[i].bytes);
    free(media);
}
