/* Numbers, truth values and choices, declared in value.h. */
#include <string.h>

#include "spec/yaml_scalar.h"
#include "spec/value.h"
#include "util/duration.h"

static bool wrong_type(pl_diags *d, const char *key, const pl_node *node, const char *expected)
{
    pl_diags_add(d, node->pos, key, NULL, "expected %s, found %s", expected,
                 pl_node_describe(node, d->arena));
    return false;
}

static bool out_of_range(pl_diags *d, const char *key, const pl_node *node, double min, double max)
{
    pl_str range;
    pl_str_init(&range);
    pl_scalar_add_real(&range, min);
    pl_str_add(&range, "..");
    pl_scalar_add_real(&range, max);
    pl_diags_add(d, node->pos, key, NULL, "%.60s is not in %s", node->text, range.text);
    pl_str_clear(&range);
    return false;
}

bool pl_read_int(pl_diags *d, const char *key, const pl_node *node, double min, double max,
                 int64_t *out)
{
    int64_t value = 0;
    double real;
    if (!pl_scalar_int(node, &value)) {
        if (pl_scalar_real(node, &real) && (real < min || real > max))
            return out_of_range(d, key, node, min, max);
        return wrong_type(d, key, node, "a whole number");
    }
    if ((double)value < min || (double)value > max)
        return out_of_range(d, key, node, min, max);
    *out = value;
    return true;
}

bool pl_read_real(pl_diags *d, const char *key, const pl_node *node, double min, double max,
                  double *out)
{
    double value;
    if (!pl_scalar_real(node, &value))
        return wrong_type(d, key, node, "a number");
    if (value < min || value > max)
        return out_of_range(d, key, node, min, max);
    *out = value;
    return true;
}

bool pl_read_duration(pl_diags *d, const char *key, const pl_node *node, double min, double max,
                      double *out)
{
    double seconds;
    if (node->kind != PL_NODE_SCALAR || !pl_duration_read(node->text, &seconds))
        return wrong_type(d, key, node, PL_DURATION_FORM);
    if (seconds < min || seconds > max) {
        pl_str range;
        pl_str_init(&range);
        pl_duration_add(&range, min);
        pl_str_add(&range, "..");
        pl_duration_add(&range, max);
        pl_diags_add(d, node->pos, key, NULL, "%.60s is not in %s", node->text, range.text);
        pl_str_clear(&range);
        return false;
    }
    *out = seconds;
    return true;
}

bool pl_read_bool(pl_diags *d, const char *key, const pl_node *node, bool *out)
{
    return pl_scalar_bool(node, out) ? true : wrong_type(d, key, node, "true or false");
}

bool pl_read_choice(pl_diags *d, const char *key, const pl_node *node, const char *const *choices,
                    int *out)
{
    size_t count = 0;
    pl_str list;
    pl_str_init(&list);
    for (; choices[count]; count++)
        pl_str_addf(&list, "%s%s", count ? ", " : "", choices[count]);
    bool found = false;
    if (node->kind == PL_NODE_SCALAR && !pl_node_is_null(node)) {
        for (size_t i = 0; i < count && !found; i++)
            if (strcmp(node->text, choices[i]) == 0) {
                *out = (int)i;
                found = true;
            }
        if (!found)
            pl_diags_add(d, node->pos, key, pl_nearest(node->text, choices, count),
                         "\"%.60s\" is not one of %s", node->text, list.text);
    } else {
        pl_diags_add(d, node->pos, key, NULL, "expected one of %s, found %s", list.text,
                     pl_node_describe(node, d->arena));
    }
    pl_str_clear(&list);
    return found;
}
