/* What axes and groups are called in tables and figures, declared in study_data.h. */
#include <string.h>

#include "study/study_data.h"
#include "util/str.h"

/* Words that say nothing without the word before them. */
static bool is_vague(const char *word)
{
    static const char *const vague[] = {"type", "enabled", "method", "seed"};
    for (size_t i = 0; i < sizeof vague / sizeof vague[0]; i++)
        if (strcmp(word, vague[i]) == 0)
            return true;
    return false;
}

const char *pl_axis_short(const pl_study_data *d, int axis)
{
    const char *dot = strrchr(d->axis[axis], '.');
    if (!dot)
        return d->axis[axis];
    for (int a = 0; a < d->axis_count; a++) {
        const char *other = strrchr(d->axis[a], '.');
        if (a != axis && strcmp(other ? other + 1 : d->axis[a], dot + 1) == 0)
            return d->axis[axis];
    }
    if (is_vague(dot + 1) && strcmp(d->axis[axis], "model.type") != 0)
        while (dot > d->axis[axis] && dot[-1] != '.')
            dot--;
    else
        dot++;
    return dot;
}

/* Whether the group's name states this axis: "axis=" at its start or after a blank. */
static bool states(const char *name, const char *axis)
{
    size_t n = strlen(axis);
    for (const char *at = name; (at = strstr(at, axis)); at += n)
        if ((at == name || at[-1] == ' ') && at[n] == '=')
            return true;
    return false;
}

/* The swept values with short keys, the model's type by its value alone: all, or those the group's name states. */
static void put_label(const pl_study_data *d, const pl_report_group *g, bool all, pl_str *s)
{
    for (int a = 0; a < d->axis_count; a++) {
        if (!g->value[a][0] || !(all || states(g->name, d->axis[a])))
            continue;
        pl_str_add(s, s->size ? " " : "");
        if (strcmp(d->axis[a], "model.type") != 0)
            pl_str_addf(s, "%s=", pl_axis_short(d, a));
        pl_str_add(s, g->value[a]);
    }
}

char *pl_group_label(const pl_study_data *d, const pl_report_group *g)
{
    pl_str s;
    pl_str_init(&s);
    put_label(d, g, false, &s);
    if (s.size == 0)
        put_label(d, g, true, &s);
    if (s.size == 0)
        pl_str_add(&s, g->name);
    char *label = pl_str_take(&s);
    pl_str_clear(&s);
    return label;
}
