/* Reading safetensors files: everything is checked before anything is used. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "io/safetensors.h"
#include "io/safetensors_type.h"
#include "util/fs.h"

static const size_t MAX_FILE = (size_t)16 << 30;

/* One tensor's place in the file. */
typedef struct place {
    size_t begin, end;
    size_t index; /* into pl_safetensors.tensor */
} place;

static kn_status parse_type(const json_t *item, pl_st_tensor *t, kn_error *e)
{
    const char *dtype = json_string_value(json_object_get(item, "dtype"));
    if (!dtype)
        return kn_fail(e, KN_EFORMAT, "tensor '%s' has no dtype", t->name);
    for (int i = 0; i < PL_ST_TYPES; i++)
        if (strcmp(dtype, pl_st_types[i].text) == 0) {
            t->type = (pl_st_type)i;
            return KN_OK;
        }
    return kn_fail(e, KN_EFORMAT, "tensor '%s': dtype '%.20s' is none of F32 F64 U8 I64", t->name,
                   dtype);
}

static kn_status parse_shape(const json_t *item, pl_st_tensor *t, kn_error *e)
{
    const json_t *shape = json_object_get(item, "shape");
    size_t rank = json_array_size(shape);
    if (!json_is_array(shape) || rank > 4)
        return kn_fail(e, KN_EFORMAT, "tensor '%s': the shape is no list of at most 4 numbers",
                       t->name);
    t->rank = (int)rank;
    for (size_t i = 0; i < rank; i++) {
        const json_t *d = json_array_get(shape, i);
        if (!json_is_integer(d) || json_integer_value(d) < 0)
            return kn_fail(e, KN_EFORMAT, "tensor '%s': dimension %zu is not a count", t->name, i);
        t->dim[i] = json_integer_value(d);
    }
    return KN_OK;
}

static kn_status parse_place(const json_t *item, const pl_st_tensor *t, size_t data_size, place *p,
                             kn_error *e)
{
    const json_t *offsets = json_object_get(item, "data_offsets");
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end) ||
        json_integer_value(begin) < 0 || json_integer_value(end) < json_integer_value(begin))
        return kn_fail(e, KN_EFORMAT, "tensor '%s': data_offsets are not [begin, end]", t->name);
    p->begin = (size_t)json_integer_value(begin);
    p->end = (size_t)json_integer_value(end);
    if (p->end > data_size)
        return kn_fail(
            e, KN_EFORMAT,
            "tensor '%s' ends at byte %zu of the data, but there are %zu: the file is cut", t->name,
            p->end, data_size);
    size_t need = pl_st_bytes(t);
    if (need != p->end - p->begin)
        return kn_fail(e, KN_EFORMAT, "tensor '%s': %zu bytes of data do not fit its shape",
                       t->name, p->end - p->begin);
    return KN_OK;
}

static int by_begin(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* The data must be covered from first to last byte, once. Copies it to aligned places. */
static kn_status copy_data(const char *data, size_t data_size, place *places, pl_safetensors *out,
                           kn_error *e)
{
    size_t at = 0, room = KN_ALIGN;
    qsort(places, out->count, sizeof *places, by_begin);
    for (size_t i = 0; i < out->count; i++) {
        if (places[i].begin != at)
            return kn_fail(e, KN_EFORMAT, "tensor '%s' begins at byte %zu of the data, not at %zu",
                           out->tensor[places[i].index].name, places[i].begin, at);
        at = places[i].end;
        room += kn_size_round_up(places[i].end - places[i].begin, KN_ALIGN);
    }
    if (at != data_size)
        return kn_fail(e, KN_EFORMAT, "the tensors end at byte %zu of the data, but there are %zu",
                       at, data_size);
    out->bytes = aligned_alloc(KN_ALIGN, room);
    if (!out->bytes)
        return kn_fail(e, KN_ENOMEM, "out of memory");
    char *to = out->bytes;
    for (size_t i = 0; i < out->count; i++) {
        size_t n = places[i].end - places[i].begin;
        memcpy(to, data + places[i].begin, n);
        out->tensor[places[i].index].data = to;
        to += kn_size_round_up(n, KN_ALIGN);
    }
    return KN_OK;
}

static kn_status parse_metadata(json_t *value, pl_safetensors *out, kn_error *e)
{
    const char *key = NULL;
    json_t *item = NULL;
    if (!json_is_object(value))
        return kn_fail(e, KN_EFORMAT, "__metadata__ is not an object");
    json_object_foreach(value, key, item)
    {
        if (!json_is_string(item))
            return kn_fail(e, KN_EFORMAT, "metadata '%.60s' is not a string", key);
    }
    json_decref(out->metadata);
    out->metadata = json_incref(value);
    return KN_OK;
}

static kn_status parse_header(json_t *header, size_t data_size, place *places, pl_safetensors *out,
                              kn_error *e)
{
    const char *key = NULL;
    json_t *item = NULL;
    json_object_foreach(header, key, item)
    {
        if (strcmp(key, "__metadata__") == 0) {
            KN_TRY(parse_metadata(item, out, e));
            continue;
        }
        pl_st_tensor *t = &out->tensor[out->count];
        if (strlen(key) >= sizeof t->name)
            return kn_fail(e, KN_EFORMAT, "tensor name '%.60s...' is longer than %zu bytes", key,
                           sizeof t->name - 1);
        memcpy(t->name, key, strlen(key) + 1);
        KN_TRY(parse_type(item, t, e));
        KN_TRY(parse_shape(item, t, e));
        KN_TRY(parse_place(item, t, data_size, &places[out->count], e));
        places[out->count].index = out->count;
        out->count++;
    }
    return KN_OK;
}

static kn_status parse_file(const char *file, size_t size, pl_safetensors *out, kn_error *e)
{
    uint64_t n = 0;
    if (size < 8)
        return kn_fail(e, KN_EFORMAT, "%zu bytes are too few for a safetensors file", size);
    for (int i = 0; i < 8; i++)
        n |= (uint64_t)(unsigned char)file[i] << (8 * i);
    if (n > size - 8)
        return kn_fail(e, KN_EFORMAT, "the header of %llu bytes is larger than the file",
                       (unsigned long long)n);
    json_error_t error;
    json_t *header = json_loadb(file + 8, (size_t)n, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(header)) {
        json_decref(header);
        return kn_fail(e, KN_EFORMAT, "the header is not a JSON object");
    }
    size_t room = json_object_size(header) + 1;
    place *places = calloc(room, sizeof *places);
    out->tensor = calloc(room, sizeof *out->tensor);
    kn_status rc = KN_OK;
    if (!places || !out->tensor)
        rc = kn_fail(e, KN_ENOMEM, "out of memory");
    if (rc == KN_OK)
        rc = parse_header(header, size - 8 - (size_t)n, places, out, e);
    if (rc == KN_OK)
        rc = copy_data(file + 8 + n, size - 8 - (size_t)n, places, out, e);
    free(places);
    json_decref(header);
    return rc;
}

kn_status pl_safetensors_read(const char *path, pl_safetensors *out, kn_error *e)
{
    char *file = NULL;
    size_t size = 0;
    *out = (pl_safetensors){0};
    KN_TRY(pl_read_file(path, MAX_FILE, &file, &size, e));
    out->metadata = json_object();
    kn_status rc = parse_file(file, size, out, e);
    free(file);
    if (rc != KN_OK) {
        pl_safetensors_clear(out);
        kn_prepend(e, "'%s': ", path);
    }
    return rc;
}
