#include "compare/compare_target.h"

#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "study/study_data.h"
#include "util/fs.h"

/* The runs of both sides, with their manifests alone. */
typedef struct told {
    pl_report_run *run;
    const char **name; /* of each, for messages; borrowed */
    int count;
    bool several;
} told;

/* Run number `without` that does not tell it, -1: all do. */
static int without(const told *t, const char *target)
{
    for (int i = 0; i < t->count; i++)
        if (!pl_run_tells(&t->run[i], target))
            return i;
    return -1;
}

static void clear(told *t)
{
    for (int i = 0; i < t->count; i++)
        json_decref(t->run[i].manifest);
    free(t->run);
    free(t->name);
}

static kn_status read_runs(const pl_compare_side *side, told *t, kn_error *e)
{
    size_t all = (size_t)(side[0].runs + side[1].runs);
    t->run = calloc(all + 1, sizeof *t->run);
    t->name = calloc(all + 1, sizeof *t->name);
    if (!t->run || !t->name)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu runs", all);
    for (int s = 0; s < 2; s++)
        for (int k = 0; k < side[s].runs; k++) {
            char *path = pl_path_join(side[s].run[k].dir, "manifest.json");
            pl_report_run *r = &t->run[t->count];
            t->name[t->count++] = side[s].name;
            kn_status rc = pl_exists(path) ? pl_json_read(path, &r->manifest, e) : KN_OK;
            free(path);
            KN_TRY(rc);
            t->several = t->several || pl_run_targets(r) > 1;
        }
    return KN_OK;
}

static void list(const pl_report_run *r, pl_str *s)
{
    for (size_t k = 0; k < pl_run_targets(r); k++) {
        const char *name = pl_run_target_at(r, k);
        pl_str_addf(s, "%s%s", k ? ", " : "", name ? name : "an attribute without a name");
    }
}

static kn_status refuse(const told *t, const char *asked, int run, kn_error *e)
{
    pl_str s;
    pl_str_init(&s);
    list(&t->run[run], &s);
    kn_status rc =
        kn_fail(e, KN_EUSAGE, "%s does not tell '%s'; it tells: %s", t->name[run], asked, s.text);
    pl_str_clear(&s);
    return rc;
}

/* "2 others can be compared with --target: Smiling, Young" */
static char *others_of(const told *t, const char *target)
{
    enum { NAMED = 6 };
    pl_str s;
    size_t n = 0;
    pl_str_init(&s);
    for (size_t k = 0; k < pl_run_targets(&t->run[0]); k++) {
        const char *name = pl_run_target_at(&t->run[0], k);
        if (!name || strcmp(name, target) == 0 || without(t, name) >= 0)
            continue;
        if (n++ < NAMED)
            pl_str_addf(&s, "%s%s", n > 1 ? ", " : "", name);
    }
    char *said = n == 0 ? NULL
                        : pl_format("%zu other%s can be compared with --target: %s%s", n,
                                    n == 1 ? "" : "s", s.text, n > NAMED ? ", ..." : "");
    pl_str_clear(&s);
    return said;
}

static kn_status choose(const told *t, const char *asked, char **target, char **others, kn_error *e)
{
    if (asked && without(t, asked) >= 0)
        return refuse(t, asked, without(t, asked), e);
    const char *name = asked;
    for (size_t k = 0; !name && k < pl_run_targets(&t->run[0]); k++) {
        const char *its = pl_run_target_at(&t->run[0], k);
        if (its && without(t, its) < 0)
            name = its;
    }
    if (!name)
        return kn_fail(e, KN_EUSAGE, "%s and %s tell no attribute in common", t->name[0],
                       t->name[t->count - 1]);
    *target = pl_strdup(name);
    *others = asked ? NULL : others_of(t, name);
    return KN_OK;
}

kn_status pl_compare_target(const pl_compare_side *side, const char *asked, char **target,
                            char **others, kn_error *e)
{
    told t = {.run = NULL};
    *target = *others = NULL;
    kn_status rc = read_runs(side, &t, e);
    if (rc == KN_OK && (t.several || asked))
        rc = choose(&t, asked, target, others, e);
    clear(&t);
    return rc;
}
