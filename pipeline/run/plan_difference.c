#include "run/plan_difference.h"

#include <string.h>

enum { SHOWN = 3 };

static void add_more(pl_str *s, int count)
{
    if (count > 0)
        pl_str_addf(s, " (and %d more)", count);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

int pl_parameter_differences(json_t *a, json_t *b, int most, pl_str *out)
{
    const char *key = NULL;
    json_t *value = NULL;
    int count = 0;
    json_object_foreach(b, key, value)
    {
        const char *from = text_of(a, key), *to = json_string_value(value);
        if (json_equal(value, json_object_get(a, key)) || count++ >= most)
            continue;
        pl_str_add(out, count > 1 ? ", " : "");
        if (from)
            pl_str_addf(out, "%s %s -> %s", key, from, to ? to : "");
        else
            pl_str_addf(out, "%s is new (%s)", key, to ? to : "");
    }
    json_object_foreach(a, key, value)
    {
        const char *from = json_string_value(value);
        if (!json_object_get(b, key) && count++ < most)
            pl_str_addf(out, "%s%s is gone (it was %s)", count > 1 ? ", " : "", key,
                        from ? from : "");
    }
    add_more(out, count - most);
    return count;
}

/* Keys of either object whose values differ; the first such key in the order of b, then of a. */
static int differences(json_t *a, json_t *b, const char **first)
{
    const char *key = NULL;
    json_t *value = NULL;
    int count = 0;
    *first = NULL;
    json_object_foreach(b, key, value)
    {
        if (!json_equal(value, json_object_get(a, key)) && count++ == 0)
            *first = key;
    }
    json_object_foreach(a, key, value)
    {
        if (!json_object_get(b, key) && count++ == 0)
            *first = key;
    }
    return count;
}

static json_t *part(const json_t *parts, const char *name)
{
    return json_object_get(parts, name);
}

char *pl_part_differences(const char *stage, json_t *old, json_t *new)
{
    const char *key = NULL;
    int count = 0;
    pl_str s;
    pl_str_init(&s);
    if (pl_parameter_differences(part(old, "parameters"), part(new, "parameters"), SHOWN, &s) > 0)
        return pl_str_take(&s);
    if ((count = differences(part(old, "sources"), part(new, "sources"), &key)) > 0) {
        pl_str_addf(&s, "the content of %s changed", key);
    } else if ((count = differences(part(old, "inputs"), part(new, "inputs"), &key)) > 0) {
        const char *slash = strchr(key, '/');
        int size = slash ? (int)(slash - key) : (int)strlen(key);
        pl_str_addf(&s, "%.*s's output changed", size, key);
    } else if (!json_equal(part(old, "version"), part(new, "version"))) {
        pl_str_addf(&s, "%s stage version %lld -> %lld", stage,
                    (long long)json_integer_value(part(old, "version")),
                    (long long)json_integer_value(part(new, "version")));
    } else {
        const char *from = text_of(old, "numeric"), *to = text_of(new, "numeric");
        pl_str_addf(&s, "the arithmetic %s -> %s", from ? from : "none", to ? to : "none");
    }
    add_more(&s, count - 1);
    return pl_str_take(&s);
}
