#include "data/table_rows.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"

static const size_t MAX_FILE = (size_t)2 << 30;
static const char BLANKS[] = " \t\r";
enum { MAX_FIELDS = 4096 };

bool pl_table_number(const char *text, int32_t *out)
{
    char *end = NULL;
    errno = 0;
    long v = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || v < INT32_MIN || v > INT32_MAX)
        return false;
    *out = (int32_t)v;
    return true;
}

static bool has_comma(const char *text)
{
    text += strspn(text, " \t\r\n");
    return memchr(text, ',', strcspn(text, "\n")) != NULL;
}

/* Cuts the line into fields in place. */
static size_t cut(char *line, const char *field[MAX_FIELDS])
{
    size_t n = 0;
    for (char *p = line + strspn(line, BLANKS); *p && n < MAX_FIELDS; p += strspn(p, BLANKS)) {
        field[n++] = p;
        p += strcspn(p, BLANKS);
        if (*p)
            *p++ = '\0';
    }
    return n;
}

static kn_status each_blank(char *text, pl_csv_row_fn row, void *context, kn_error *e)
{
    const char *field[MAX_FIELDS];
    int line = 0;
    while (*text) {
        size_t size = strcspn(text, "\n");
        char *next = text + size + (text[size] == '\n');
        text[size] = '\0';
        line++;
        size_t n = cut(text, field);
        if (n > 0)
            KN_TRY(row(context, field, n, line, e));
        text = next;
    }
    return KN_OK;
}

kn_status pl_table_rows(const char *path, pl_csv_row_fn row, void *context, kn_error *e)
{
    char *text = NULL;
    size_t size = 0;
    kn_status rc = KN_OK;
    KN_TRY(pl_read_file(path, MAX_FILE, &text, &size, e));
    size_t mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (memchr(text, '\0', size))
        rc = kn_fail(e, KN_EFORMAT, "'%s' is not a text file: it holds a zero byte", path);
    else if (has_comma(text + mark))
        rc = pl_csv_each_in(path, text, size, row, context, e);
    else
        rc = each_blank(text + mark, row, context, e);
    free(text);
    return rc;
}
