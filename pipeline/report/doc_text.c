#include "report/doc_text.h"

#include <string.h>

int pl_doc_level(pl_doc_counts *counts, int level)
{
    int least = counts->level == 0 ? 1 : 2, most = counts->level + 1;
    level = level < least ? least : level > most ? most : level;
    counts->level = level;
    return level;
}

size_t pl_doc_code(const char *text, const char **code, size_t *size)
{
    const char *open = strchr(text, '`'), *close = open ? strchr(open + 1, '`') : NULL;
    *code = close ? open + 1 : NULL;
    *size = close ? (size_t)(close - open) - 1 : 0;
    return open ? (size_t)(open - text) : strlen(text);
}

bool pl_doc_is_code(const char *text, size_t size)
{
    return size > 2 && text[0] == '`' && memchr(text + 1, '`', size - 1) == text + size - 1;
}

const char *pl_doc_heading_above(const pl_doc *d, size_t block)
{
    while (block-- > 0) {
        if (d->block[block].kind == PL_BLOCK_HEADING)
            return d->block[block].text;
    }
    return NULL;
}

/* Bytes of the character that begins here, and the character; 0: no UTF-8. */
static size_t character(const unsigned char *p, size_t left, unsigned *c)
{
    static const unsigned char heads[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80   ? 1
               : p[0] < 0xC0 ? 0
               : p[0] < 0xE0 ? 2
               : p[0] < 0xF0 ? 3
               : p[0] < 0xF8 ? 4
                             : 0;
    if (n == 0 || n > left)
        return 0;
    *c = p[0] ^ heads[n];
    for (size_t k = 1; k < n; k++) {
        if ((p[k] & 0xC0) != 0x80)
            return 0;
        *c = *c << 6 | (p[k] & 0x3F);
    }
    return *c < least[n] || *c > 0x10FFFF || (*c >= 0xD800 && *c < 0xE000) ? 0 : n;
}

static bool is_shown(unsigned c)
{
    bool control = (c < ' ' && c != '\n') || (c >= 0x7F && c < 0xA0);
    bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    bool none = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
    return !control && !turns && !none;
}

void pl_add_clean(pl_str *s, const char *text, size_t size)
{
    size_t from = 0, at = 0; /* what lies between is fine and not yet copied */
    while (at < size) {
        unsigned c = 0;
        size_t n = character((const unsigned char *)text + at, size - at, &c);
        if (n && is_shown(c)) {
            at += n;
            continue;
        }
        pl_str_add_bytes(s, text + from, at - from);
        pl_str_add(s, "\xEF\xBF\xBD");
        at += n ? n : 1;
        from = at;
    }
    pl_str_add_bytes(s, text + from, size - from);
}
