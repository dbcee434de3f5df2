#include "spec/yaml_scalar.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool plain(const pl_node *node)
{
    return node->kind == PL_NODE_SCALAR && node->plain && node->text[0] != '\0';
}

bool pl_scalar_int(const pl_node *node, int64_t *out)
{
    if (!plain(node))
        return false;
    const char *t = node->text;
    const char *digits = *t == '-' || *t == '+' ? t + 1 : t;
    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
        return false;
    errno = 0;
    long long value = strtoll(t, NULL, 10);
    if (errno != 0)
        return false;
    *out = value;
    return true;
}

/* strtod also knows nan, inf and hexadecimal: a spec does not. */
bool pl_scalar_real(const pl_node *node, double *out)
{
    if (!plain(node))
        return false;
    const char *t = node->text;
    if (strspn(t, "+-.0123456789eE") != strlen(t) || !strpbrk(t, "0123456789") || *t == 'e' ||
        *t == 'E')
        return false;
    char *end;
    double value = strtod(t, &end);
    if (*end != '\0' || !isfinite(value))
        return false;
    *out = value;
    return true;
}

bool pl_scalar_bool(const pl_node *node, bool *out)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on",
                                        "False", "True", "No", "Yes", "Off", "On",
                                        "FALSE", "TRUE", "NO", "YES", "OFF", "ON"};
    if (!plain(node))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(node->text, words[i]) == 0) {
            *out = i % 2 == 1;
            return true;
        }
    return false;
}

void pl_scalar_add_real(pl_str *out, double value)
{
    char text[40];
    if (value == 0) /* also -0 */
        value = 0;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    pl_str_add(out, text);
}

void pl_scalar_add_float(pl_str *out, float value)
{
    char text[40];
    if (value == 0) /* also -0 */
        value = 0;
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    pl_str_add(out, text);
}

/* Letters, digits and a few signs, begun by a letter or a path's sign, and no word that YAML reads
 * as something else. */
static bool safe_plain(const char *text)
{
    static const char signs[] = "_./+-()@%";
    if (!*text)
        return false;
    for (const char *p = text; *p; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                      (p > text && *p >= '0' && *p <= '9');
        if (!letter && (!strchr(signs, *p) || (p == text && *p != '_' && *p != '/' && *p != '.')))
            return false;
    }
    pl_node node = {.kind = PL_NODE_SCALAR, .text = text, .plain = true};
    bool truth;
    double number;
    return !pl_node_is_null(&node) && !pl_scalar_bool(&node, &truth) &&
           !pl_scalar_real(&node, &number);
}

void pl_scalar_add_text(pl_str *out, const char *text)
{
    if (safe_plain(text)) {
        pl_str_add(out, text);
        return;
    }
    pl_str_add(out, "\"");
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            pl_str_addf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            pl_str_addf(out, "\\x%02x", c);
        else
            pl_str_add_bytes(out, p, 1);
    }
    pl_str_add(out, "\"");
}
