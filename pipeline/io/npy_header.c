#include "io/npy_header.h"

#include <stdio.h>
#include <string.h>

static const char MAGIC[] = "\x93NUMPY";
enum { MAGIC_BYTES = 6, MAX_DICT = 4096 };

static const struct {
    char text[4];
    size_t size;
} types[] = {
    [PL_NPY_U1] = {"|u1", 1}, [PL_NPY_I1] = {"|i1", 1}, [PL_NPY_U4] = {"<u4", 4},
    [PL_NPY_F4] = {"<f4", 4}, [PL_NPY_F8] = {"<f8", 8},
};
enum { TYPES = sizeof types / sizeof types[0] };

size_t pl_npy_item_size(pl_npy_type type)
{
    return types[type].size;
}

void pl_npy_header(pl_npy_type type, int rank, const int64_t *dim, char out[PL_NPY_HEADER])
{
    char dict[PL_NPY_HEADER] = "";
    int n = snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                     types[type].text);
    for (int i = 0; i < rank; i++)
        n += snprintf(dict + n, sizeof dict - (size_t)n, "%s%lld", i > 0 ? ", " : "",
                      (long long)dim[i]);
    n += snprintf(dict + n, sizeof dict - (size_t)n, "%s), }", rank == 1 ? "," : "");
    memset(out, ' ', PL_NPY_HEADER);
    memcpy(out, MAGIC, MAGIC_BYTES);
    out[6] = 1;
    out[7] = 0;
    out[8] = PL_NPY_HEADER - 10;
    out[9] = 0;
    memcpy(out + 10, dict, (size_t)n);
    out[PL_NPY_HEADER - 1] = '\n';
}

static const char *blanks(const char *p)
{
    while (*p == ' ' || *p == '\n' || *p == '\t')
        p++;
    return p;
}

/* The text after "'key':" in the dict, or NULL. */
static const char *value_of(const char *dict, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *p = strstr(dict, quoted);
    if (!p)
        return NULL;
    p = blanks(p + strlen(quoted));
    return *p == ':' ? blanks(p + 1) : NULL;
}

static kn_status parse_type(const char *dict, pl_npy *out, kn_error *e)
{
    const char *p = value_of(dict, "descr");
    if (!p || *p != '\'')
        return kn_fail(e, KN_EFORMAT, "no 'descr' of a plain type in the .npy header");
    size_t n = strcspn(p + 1, "'");
    for (int t = 0; t < TYPES; t++)
        if (n == 3 && memcmp(p + 1, types[t].text, 3) == 0) {
            out->type = (pl_npy_type)t;
            return KN_OK;
        }
    return kn_fail(e, KN_EFORMAT, "type '%.*s' is none of |u1 |i1 <u4 <f4 <f8",
                   n < 40 ? (int)n : 40, p + 1);
}

static kn_status parse_shape(const char *dict, pl_npy *out, kn_error *e)
{
    const char *p = value_of(dict, "shape");
    if (!p || *p != '(')
        return kn_fail(e, KN_EFORMAT, "no 'shape' in the .npy header");
    p = blanks(p + 1);
    out->rank = 0;
    while (*p >= '0' && *p <= '9') {
        if (out->rank == PL_NPY_MAX_RANK)
            return kn_fail(e, KN_EFORMAT, "more than %d dimensions", PL_NPY_MAX_RANK);
        int64_t v = 0;
        for (; *p >= '0' && *p <= '9'; p++) {
            if (v > INT64_MAX / 10 - 1)
                return kn_fail(e, KN_EFORMAT, "a dimension is too large");
            v = v * 10 + (*p - '0');
        }
        out->dim[out->rank++] = v;
        p = blanks(p);
        if (*p == ',')
            p = blanks(p + 1);
    }
    if (*p != ')' || out->rank == 0)
        return kn_fail(e, KN_EFORMAT, "malformed 'shape' in the .npy header");
    return KN_OK;
}

kn_status pl_npy_parse(const char *bytes, size_t size, pl_npy *out, kn_error *e)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (size < 10 || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
        return kn_fail(e, KN_EFORMAT, "not an .npy file");
    size_t head = b[6] == 1 ? 10 : 12;
    if (b[6] < 1 || b[6] > 3 || b[7] != 0)
        return kn_fail(e, KN_EFORMAT, ".npy version %d.%d is none of 1.0, 2.0, 3.0", b[6], b[7]);
    size_t n = (size_t)b[8] | (size_t)b[9] << 8;
    if (head == 12 && size >= 12)
        n |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (size < head || n > size - head)
        return kn_fail(e, KN_EFORMAT, "the file ends within its header");
    char dict[MAX_DICT + 1];
    if (n > MAX_DICT)
        return kn_fail(e, KN_EFORMAT, "the .npy header of %zu bytes is larger than %d", n,
                       (int)MAX_DICT);
    memcpy(dict, bytes + head, n);
    dict[n] = '\0';
    out->header_size = head + n;
    KN_TRY(parse_type(dict, out, e));
    const char *order = value_of(dict, "fortran_order");
    if (!order || strncmp(order, "False", 5) != 0)
        return kn_fail(e, KN_EFORMAT, "the array is not in C order");
    return parse_shape(dict, out, e);
}
