/* A convolution block as one word, shared by the tests and the bench:
 *
 *   ic64ih24oc64kh3pool2/gelu   keys ic ih iw oc kh kw sh sw same pool ps, then the activation
 *
 * ic, oc, sh default to 1, kh to 1, iw, kw, sw to their partners, the activation to relu; same1
 * pads; pool2 is 2x2 with stride ps (its size). */
#ifndef CONV2D_PROBLEM_H
#define CONV2D_PROBLEM_H

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ops/conv2d/conv2d.h"

/* The value of a key, `fallback` where the word does not have it. */
static inline int conv2d_problem_key(const char *word, const char *key, int fallback)
{
    size_t n = strlen(key);
    for (const char *p = word; *p && *p != '/'; p++)
        if (isalpha((unsigned char)*p) && (p == word || isdigit((unsigned char)p[-1])) &&
            strncmp(p, key, n) == 0 && isdigit((unsigned char)p[n]))
            return (int)strtol(p + n, NULL, 10);
    return fallback;
}

/* Every key of the word is known and every activation has a name. */
static inline bool conv2d_problem_is_valid(const char *word)
{
    static const char *const keys[] = {"ic", "ih", "iw",   "oc",   "kh", "kw",
                                       "sh", "sw", "same", "pool", "ps", NULL};
    const char *p = word;
    while (*p && *p != '/') {
        size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz");
        size_t digits = strspn(p + n, "0123456789");
        int i = 0;
        while (keys[i] && (strlen(keys[i]) != n || strncmp(p, keys[i], n) != 0))
            i++;
        if (!keys[i] || digits == 0)
            return false;
        p += n + digits;
    }
    if (*p == '\0')
        return true;
    for (int i = 0; kn_act_names[i]; i++)
        if (strcmp(p + 1, kn_act_names[i]) == 0)
            return true;
    return false;
}

/* Fills c; KN_EUSAGE with a sentence when the word or its shape is wrong. */
static inline kn_status conv2d_problem_parse(const char *word, kn_conv2d *c, kn_error *e)
{
    if (!conv2d_problem_is_valid(word))
        return kn_fail(e, KN_EUSAGE, "'%s' is not a convolution such as ic64ih24oc64kh3pool2/relu",
                       word);
    memset(c, 0, sizeof *c);
    c->ic = conv2d_problem_key(word, "ic", 1);
    c->ih = conv2d_problem_key(word, "ih", 1);
    c->iw = conv2d_problem_key(word, "iw", c->ih);
    c->oc = conv2d_problem_key(word, "oc", 1);
    c->kh = conv2d_problem_key(word, "kh", 1);
    c->kw = conv2d_problem_key(word, "kw", c->kh);
    c->sh = conv2d_problem_key(word, "sh", 1);
    c->sw = conv2d_problem_key(word, "sw", c->sh);
    c->pkh = c->pkw = conv2d_problem_key(word, "pool", 0);
    c->psh = c->psw = conv2d_problem_key(word, "ps", c->pkh);
    c->act.kind = KN_ACT_RELU;
    const char *act = strchr(word, '/');
    for (int i = 0; act && kn_act_names[i]; i++)
        if (strcmp(act + 1, kn_act_names[i]) == 0)
            c->act.kind = (kn_act_kind)i;
    c->act.alpha = kn_act_default_alpha(c->act.kind);
    return kn_conv2d_shape(c, conv2d_problem_key(word, "same", 0), e);
}

#endif
