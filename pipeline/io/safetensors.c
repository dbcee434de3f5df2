#include "io/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "io/safetensors_type.h"
#include "util/fs.h"
#include "util/str.h"

size_t pl_st_bytes(const pl_st_tensor *t)
{
    size_t n = pl_st_types[t->type].size;
    for (int i = 0; i < t->rank; i++)
        if (t->dim[i] < 0 || !kn_size_mul(n, (size_t)t->dim[i], &n))
            return SIZE_MAX;
    return n;
}

static void add_quoted(pl_str *s, const char *text)
{
    json_t *value = json_string(text);
    char *quoted = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    if (!quoted)
        abort();
    pl_str_add(s, quoted);
    free(quoted);
    json_decref(value);
}

static void add_tensor(pl_str *s, const pl_st_tensor *t, size_t begin, size_t end)
{
    add_quoted(s, t->name);
    pl_str_addf(s, ":{\"dtype\":\"%s\",\"shape\":[", pl_st_types[t->type].text);
    for (int i = 0; i < t->rank; i++)
        pl_str_addf(s, "%s%lld", i > 0 ? "," : "", (long long)t->dim[i]);
    pl_str_addf(s, "],\"data_offsets\":[%zu,%zu]}", begin, end);
}

static kn_status add_metadata(pl_str *s, const char *path, const json_t *metadata, kn_error *e)
{
    json_t *copy = json_deep_copy(metadata);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(copy, key, value)
    {
        if (!json_is_string(value)) {
            kn_fail(e, KN_EINTERNAL, "'%s': metadata '%s' is not a string", path, key);
            json_decref(copy);
            return KN_EINTERNAL;
        }
    }
    char *text = json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(copy);
    if (!text)
        abort();
    pl_str_addf(s, "\"__metadata__\":%s", text);
    free(text);
    return KN_OK;
}

static kn_status add_header(pl_str *s, const char *path, const pl_st_tensor *tensors, size_t count,
                            const json_t *metadata, kn_error *e)
{
    size_t at = 0;
    pl_str_add(s, "{");
    if (metadata)
        KN_TRY(add_metadata(s, path, metadata, e));
    for (size_t i = 0; i < count; i++) {
        size_t size = pl_st_bytes(&tensors[i]), end = 0;
        if (!kn_size_add(at, size, &end))
            return kn_fail(e, KN_EINTERNAL, "'%s': tensor '%s' is too large", path,
                           tensors[i].name);
        if (i > 0 || metadata)
            pl_str_add(s, ",");
        add_tensor(s, &tensors[i], at, end);
        at = end;
    }
    pl_str_add(s, "}");
    while (s->size % 8 != 0)
        pl_str_add(s, " ");
    return KN_OK;
}

kn_status pl_safetensors_write(const char *path, const pl_st_tensor *tensors, size_t count,
                               const json_t *metadata, kn_error *e)
{
    pl_str header, file;
    pl_str_init(&header);
    pl_str_init(&file);
    kn_status rc = add_header(&header, path, tensors, count, metadata, e);
    if (rc == KN_OK) {
        unsigned char size[8];
        for (int i = 0; i < 8; i++)
            size[i] = (unsigned char)(header.size >> (8 * i));
        pl_str_add_bytes(&file, size, sizeof size);
        pl_str_add_bytes(&file, header.text, header.size);
        for (size_t i = 0; i < count; i++)
            pl_str_add_bytes(&file, tensors[i].data, pl_st_bytes(&tensors[i]));
        rc = pl_write_file(path, file.text, file.size, e);
    }
    pl_str_clear(&header);
    pl_str_clear(&file);
    return rc;
}

void pl_safetensors_clear(pl_safetensors *s)
{
    free(s->tensor);
    free(s->bytes);
    json_decref(s->metadata);
    *s = (pl_safetensors){0};
}

const pl_st_tensor *pl_safetensors_find(const pl_safetensors *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->tensor[i].name, name) == 0)
            return &s->tensor[i];
    return NULL;
}
