#include "io/json.h"

#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/str.h"

enum { MAX_FILE = 1 << 28 };

kn_status pl_json_read(const char *path, json_t **out, kn_error *e)
{
    char *text = NULL;
    size_t size = 0;
    *out = NULL;
    KN_TRY(pl_read_file(path, MAX_FILE, &text, &size, e));
    json_error_t error;
    *out = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (!*out)
        return kn_fail(e, KN_EFORMAT, "%s:%d:%d: %s", path, error.line, error.column, error.text);
    return KN_OK;
}

char *pl_json_text(const json_t *value)
{
    char *dump = json_dumps(value, JSON_SORT_KEYS | JSON_INDENT(2) | JSON_REAL_PRECISION(17) |
                                       JSON_ENCODE_ANY);
    if (!dump)
        abort();
    char *text = pl_format("%s\n", dump);
    free(dump);
    return text;
}

kn_status pl_json_write(const char *path, const json_t *value, kn_error *e)
{
    char *text = pl_json_text(value);
    kn_status rc = pl_write_file(path, text, strlen(text), e);
    free(text);
    return rc;
}

json_t *pl_json_string(const char *text)
{
    json_t *value = json_string(text);
    if (value)
        return value;
    pl_str s;
    pl_str_init(&s);
    for (; *text; text++)
        pl_str_add_bytes(&s, (unsigned char)*text < 0x80 ? text : "?", 1);
    value = json_string(s.text);
    pl_str_clear(&s);
    return value;
}
