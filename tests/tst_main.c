/* Runs the suites of suites.def.
 * usage: facet_tests [--fast|--long] [--list] [PATTERN...]
 * A PATTERN is a part of "suite/test". Fails on failed asserts, failed suites, and when no test
 * ran. */
#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/gemm/gemm_core.h"
#include "tst.h"
#include "tst_run.h"

#define SUITE(name) extern const tst_case tst_##name[];
#include "suites.def"
#undef SUITE

static const struct {
    const char *name;
    const tst_case *cases;
} suites[] = {
#define SUITE(name) {#name, tst_##name},
#include "suites.def"
#undef SUITE
};

typedef struct options {
    tst_length longest;
    int list;
    char **patterns;
    int pattern_count;
} options;

static int wanted(const options *o, const char *suite, const tst_case *c)
{
    if (c->length > o->longest)
        return 0;
    if (o->pattern_count == 0)
        return 1;
    char name[512];
    snprintf(name, sizeof name, "%s/%s", suite, c->name);
    for (int i = 0; i < o->pattern_count; i++)
        if (strstr(name, o->patterns[i]))
            return 1;
    return 0;
}

static void after_test(void)
{
    tst_dir_remove();
}

static int add_suite(const options *o, const char *name, const tst_case *cases)
{
    CU_pSuite suite = NULL;
    for (const tst_case *c = cases; c->name; c++) {
        if (!wanted(o, name, c))
            continue;
        if (o->list) {
            printf("%s/%s\n", name, c->name);
            continue;
        }
        if (!suite)
            suite = CU_add_suite_with_setup_and_teardown(name, NULL, NULL, NULL, after_test);
        if (!suite || !CU_add_test(suite, c->name, c->run))
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    kn_gemm_core_lift(argv);
    options o = {.longest = TST_MEDIUM};
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--fast") == 0)
            o.longest = TST_FAST;
        else if (strcmp(argv[i], "--long") == 0)
            o.longest = TST_LONG;
        else if (strcmp(argv[i], "--list") == 0)
            o.list = 1;
        else {
            fprintf(stderr, "usage: facet_tests [--fast|--long] [--list] [PATTERN...]\n");
            return 2;
        }
    }
    o.patterns = argv + i;
    o.pattern_count = argc - i;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    for (size_t s = 0; s < sizeof suites / sizeof suites[0]; s++)
        if (add_suite(&o, suites[s].name, suites[s].cases) != 0) {
            fprintf(stderr, "%s: %s\n", suites[s].name, CU_get_error_msg());
            return 1;
        }
    if (o.list)
        return 0;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_ErrorCode rc = CU_basic_run_tests();
    unsigned ran = CU_get_number_of_tests_run();
    int bad = rc != CUE_SUCCESS || ran == 0 || CU_get_number_of_failures() > 0 ||
              CU_get_number_of_suites_failed() > 0 || CU_get_number_of_tests_failed() > 0;
    if (tst_skipped_count() > 0)
        printf("%d tests skipped (each says why above)\n", tst_skipped_count());
    if (ran == 0)
        printf("no test ran\n");
    CU_cleanup_registry();
    return bad;
}
