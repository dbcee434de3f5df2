#include "study/answers_pick.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "io/json.h"
#include "util/fs.h"

enum { FIELDS = 5, TARGET = 2, LABEL = 3 };
static const char several[] = "image,split,target,label,probability\n";
static const char single[] = "image,split,label,probability\n";

typedef struct picking {
    const char *path, *target;
    bool headed;
    char *found;  /* the target's name in the file */
    char *first;  /* the first row's */
    pl_str names; /* seen before it was found */
    bool whole;   /* the names are all seen */
    pl_str rows;
} picking;

/* Whether the text is of a run that tells several. */
static bool tells_several(const char *text, size_t size)
{
    return size >= sizeof several - 1 && memcmp(text, several, sizeof several - 1) == 0;
}

static kn_status check_fields(const char *path, size_t fields, int line, kn_error *e)
{
    return fields == FIELDS ? KN_OK
                            : kn_fail(e, KN_EFORMAT, "%s:%d: %zu fields, the header has %d", path,
                                      line, fields, FIELDS);
}

/* image, split, label, probability; nothing where the label is not known. */
static void keep_row(const char *const *field, pl_str *rows)
{
    if (!field[LABEL][0])
        return;
    pl_csv_add(rows, field[0]);
    pl_str_addf(rows, ",%s,%s,%s\n", field[1], field[LABEL], field[LABEL + 1]);
}

static bool is_it(const char *name, const char *target)
{
    if (!target || strcmp(name, target) == 0)
        return true;
    json_t *text = pl_json_string(name);
    bool same = text && strcmp(json_string_value(text), target) == 0;
    json_decref(text);
    return same;
}

/* The targets of the first image are all there are. */
static void look_at_name(picking *p, const char *name)
{
    if (!p->first)
        p->first = pl_strdup(name);
    else if (strcmp(name, p->first) == 0)
        p->whole = true;
    if (p->whole)
        return;
    if (is_it(name, p->target))
        p->found = pl_strdup(name);
    else
        pl_str_addf(&p->names, "%s%s", p->names.size ? ", " : "", name);
}

static kn_status pick_row(void *context, const char *const *field, size_t fields, int line,
                          kn_error *e)
{
    picking *p = context;
    KN_TRY(check_fields(p->path, fields, line, e));
    if (!p->headed) {
        p->headed = true;
        return KN_OK;
    }
    if (!p->found && !p->whole)
        look_at_name(p, field[TARGET]);
    if (p->found && strcmp(field[TARGET], p->found) == 0)
        keep_row(field, &p->rows);
    return KN_OK;
}

kn_status pl_answers_pick(const char *path, const char *target, char **text, size_t *size,
                          kn_error *e)
{
    if (!tells_several(*text, *size))
        return KN_OK;
    picking p = {.path = path, .target = target};
    pl_str_init(&p.names);
    pl_str_init(&p.rows);
    pl_str_add(&p.rows, single);
    kn_status rc = pl_csv_each_in(path, *text, *size, pick_row, &p, e);
    if (rc == KN_OK && !p.found && p.first)
        rc = kn_fail(e, KN_EUSAGE, "%s has no answers to '%s'; it has: %s", path, target,
                     p.names.text);
    if (rc == KN_OK) {
        free(*text);
        *size = p.rows.size;
        *text = pl_str_take(&p.rows);
    }
    pl_str_clear(&p.names);
    pl_str_clear(&p.rows);
    free(p.found);
    free(p.first);
    return rc;
}

typedef struct splitting {
    const char *path;
    bool headed, whole; /* whole: the names are all seen */
    char **name;
    pl_str *rows;
    size_t count, turn;
} splitting;

static void add_target(splitting *s, const char *name)
{
    s->name = realloc(s->name, (s->count + 1) * sizeof(*s->name));
    s->rows = realloc(s->rows, (s->count + 1) * sizeof(*s->rows));
    if (!s->name || !s->rows)
        abort();
    s->name[s->count] = pl_strdup(name);
    pl_str_init(&s->rows[s->count]);
    pl_str_add(&s->rows[s->count++], single);
}

static kn_status split_row(void *context, const char *const *field, size_t fields, int line,
                           kn_error *e)
{
    splitting *s = context;
    KN_TRY(check_fields(s->path, fields, line, e));
    if (!s->headed) {
        s->headed = true;
        return KN_OK;
    }
    if (!s->whole && s->count > 0 && strcmp(field[TARGET], s->name[0]) == 0) {
        s->whole = true;
        s->turn = 0;
    }
    if (!s->whole) {
        s->turn = s->count;
        add_target(s, field[TARGET]);
    }
    if (strcmp(field[TARGET], s->name[s->turn]) != 0)
        return kn_fail(e, KN_EFORMAT, "%s:%d: target: \"%s\" where \"%s\" is next", s->path, line,
                       field[TARGET], s->name[s->turn]);
    keep_row(field, &s->rows[s->turn]);
    s->turn = (s->turn + 1) % s->count;
    return KN_OK;
}

kn_status pl_answers_split(const char *path, const char *text, size_t size, pl_str **out,
                           size_t *count, kn_error *e)
{
    splitting s = {.path = path};
    *out = NULL;
    *count = 0;
    if (!tells_several(text, size))
        return KN_OK;
    kn_status rc = pl_csv_each_in(path, text, size, split_row, &s, e);
    for (size_t k = 0; k < s.count; k++) {
        free(s.name[k]);
        if (rc != KN_OK)
            pl_str_clear(&s.rows[k]);
    }
    free(s.name);
    if (rc != KN_OK) {
        free(s.rows);
        return rc;
    }
    *out = s.rows;
    *count = s.count;
    return KN_OK;
}
