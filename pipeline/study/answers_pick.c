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
    if (fields != FIELDS)
        return kn_fail(e, KN_EFORMAT, "%s:%d: %zu fields, the header has %d", p->path, line, fields,
                       FIELDS);
    if (!p->headed) {
        p->headed = true;
        return KN_OK;
    }
    if (!p->found && !p->whole)
        look_at_name(p, field[TARGET]);
    if (!p->found || strcmp(field[TARGET], p->found) != 0 || !field[LABEL][0])
        return KN_OK;
    pl_csv_add(&p->rows, field[0]);
    pl_str_addf(&p->rows, ",%s,%s,%s\n", field[1], field[LABEL], field[LABEL + 1]);
    return KN_OK;
}

kn_status pl_answers_pick(const char *path, const char *target, char **text, size_t *size,
                          kn_error *e)
{
    size_t head = sizeof several - 1;
    if (*size < head || memcmp(*text, several, head) != 0)
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
