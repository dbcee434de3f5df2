#include "audit/audit_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "util/fs.h"

static kn_status read_table(const char *dir, const char *name, const char *head, size_t columns,
                            pl_csv *out, kn_error *e)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_csv_read(path, out, e);
    if (rc == KN_OK && (out->rows == 0 || strcmp(pl_csv_get(out, 0, 0), head) != 0))
        rc = kn_fail(e, KN_EFORMAT, "%s: the header does not begin with %s", path, head);
    for (size_t r = 0; rc == KN_OK && r < out->rows; r++)
        if (pl_csv_fields(out, r) != (columns ? columns : pl_csv_fields(out, 0)))
            rc = kn_fail(e, KN_EFORMAT, "%s:%d: %zu fields, not %zu", path, out->line[r],
                         pl_csv_fields(out, r), columns ? columns : pl_csv_fields(out, 0));
    free(path);
    return rc;
}

static kn_status read_tables(const char *dir, pl_audit_view *v, kn_error *e)
{
    KN_TRY(read_table(dir, "attribute_counts.csv", "attribute", 4 + 3 * PL_SIDES, &v->counts, e));
    v->columns = v->counts.rows - 1;
    KN_TRY(read_table(dir, "correlations.csv", "attribute", v->columns + 1, &v->correlations, e));
    if (v->correlations.rows != v->counts.rows)
        return kn_fail(e, KN_EFORMAT, "%s/correlations.csv does not fit attribute_counts.csv", dir);
    KN_TRY(read_table(dir, "drift.csv", "measure", 12, &v->drift, e));
    KN_TRY(read_table(dir, "identical.csv", "set", 4, &v->identical, e));
    KN_TRY(read_table(dir, "near_pairs.csv", "first", 7, &v->near, e));
    KN_TRY(read_table(dir, "people.csv", "person", 4, &v->people, e));
    return read_table(dir, "left_out.csv", "image", 2, &v->left_out, e);
}

/* Names in audit.json are UTF-8, those in the tables as the label table has them: balance tells the target by its numbers
 * where the names differ. */
static kn_status find_target(const char *dir, pl_audit_view *v, kn_error *e)
{
    const char *name = json_string_value(json_object_get(v->audit, "target"));
    for (v->target = 0; v->target < v->columns; v->target++)
        if (name && strcmp(pl_audit_column(v, v->target), name) == 0)
            break;
    if (v->target == v->columns) {
        long long positive = 0;
        for (int s = 0; s < PL_SIDES; s++)
            positive += json_integer_value(json_object_get(
                json_object_get(json_object_get(v->audit, "sides"), pl_side_names[s]), "positive"));
        for (v->target = 0; v->target < v->columns; v->target++)
            if (pl_audit_count_of(v, v->target, PL_SIDES).positive == positive)
                break;
    }
    if (v->target == v->columns)
        return kn_fail(e, KN_EFORMAT, "%s/audit.json: no column '%s' in attribute_counts.csv", dir,
                       name ? name : "");
    v->target_name = pl_audit_column(v, v->target);
    return KN_OK;
}

kn_status pl_audit_view_read(const char *dir, pl_audit_view *out, kn_error *e)
{
    memset(out, 0, sizeof *out);
    char *path = pl_path_join(dir, "audit.json");
    kn_status rc = pl_json_read(path, &out->audit, e);
    if (rc == KN_OK && !json_is_object(out->audit))
        rc = kn_fail(e, KN_EFORMAT, "%s is not an object", path);
    free(path);
    if (rc == KN_OK)
        rc = read_tables(dir, out, e);
    if (rc == KN_OK)
        rc = find_target(dir, out, e);
    if (rc != KN_OK)
        pl_audit_view_clear(out);
    return rc;
}

void pl_audit_view_clear(pl_audit_view *v)
{
    json_decref(v->audit);
    pl_csv *const table[] = {&v->counts, &v->correlations, &v->drift,   &v->identical,
                             &v->near,   &v->people,       &v->left_out};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        pl_csv_clear(table[i]);
    memset(v, 0, sizeof *v);
}

long long pl_audit_number(const pl_audit_view *v, const char *member)
{
    const json_t *value = json_object_get(v->audit, member);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

long long pl_audit_number_in(const pl_audit_view *v, const char *object, const char *member)
{
    const json_t *value = json_object_get(json_object_get(v->audit, object), member);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

bool pl_audit_is_failing(const pl_audit_view *v)
{
    return json_is_true(json_object_get(v->audit, "failing"));
}

pl_audit_count pl_audit_count_of(const pl_audit_view *v, size_t column, int side)
{
    size_t at = side == PL_SIDES ? 1 : 4 + 3 * (size_t)side;
    return (pl_audit_count){strtoll(pl_csv_get(&v->counts, column + 1, at), NULL, 10),
                            strtoll(pl_csv_get(&v->counts, column + 1, at + 1), NULL, 10)};
}

static double number(const pl_csv *csv, size_t row, size_t column)
{
    const char *text = pl_csv_get(csv, row, column);
    return text[0] ? strtod(text, NULL) : (double)NAN;
}

double pl_audit_phi(const pl_audit_view *v, size_t a, size_t b)
{
    return number(&v->correlations, a + 1, b + 1);
}

/* Stable, greatest first; there are some tens of columns. */
static size_t *ordered(size_t count, const double *value)
{
    size_t *order = calloc(count + 1, sizeof *order);
    if (!order)
        abort();
    for (size_t k = 0; k < count; k++) {
        size_t at = k;
        for (; at > 0 && value[order[at - 1]] < value[k]; at--)
            order[at] = order[at - 1];
        order[at] = k;
    }
    return order;
}

static double *values(size_t count)
{
    double *value = calloc(count + 1, sizeof *value);
    if (!value)
        abort();
    return value;
}

size_t *pl_audit_by_count(const pl_audit_view *v)
{
    double *value = values(v->columns);
    for (size_t k = 0; k < v->columns; k++)
        value[k] = (double)pl_audit_count_of(v, k, PL_SIDES).positive;
    size_t *order = ordered(v->columns, value);
    free(value);
    return order;
}

size_t *pl_audit_by_phi(const pl_audit_view *v)
{
    double *value = values(v->columns);
    for (size_t k = 0; k < v->columns; k++) {
        double phi = pl_audit_phi(v, v->target, k);
        value[k] = k == v->target ? 2 : isnan(phi) ? -1 : fabs(phi);
    }
    size_t *order = ordered(v->columns, value);
    free(value);
    return order;
}

pl_drift_view pl_audit_drift_row(const pl_audit_view *v, size_t row)
{
    const pl_csv *t = &v->drift;
    size_t r = row + 1;
    int side = 0;
    while (side < PL_SIDES - 1 && strcmp(pl_csv_get(t, r, 1), pl_side_names[side]) != 0)
        side++;
    return (pl_drift_view){.name = pl_csv_get(t, r, 0),
                           .is_share = strcmp(pl_csv_get(t, r, 11), "share") == 0,
                           .told = strcmp(pl_csv_get(t, r, 10), "1") == 0,
                           .side = side,
                           .n = strtoll(pl_csv_get(t, r, 2), NULL, 10),
                           .mean = number(t, r, 3),
                           .std = number(t, r, 4),
                           .difference = number(t, r, 5),
                           .low = number(t, r, 6),
                           .high = number(t, r, 7),
                           .distance = number(t, r, 8),
                           .p = number(t, r, 9)};
}
