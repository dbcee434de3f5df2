/* A study's results folder made by formulas, for the tests of the report. */
#ifndef TESTS_REPORT_FIXTURE_H
#define TESTS_REPORT_FIXTURE_H

#include <stdbool.h>

typedef struct report_fixture {
    int groups, seeds, epochs;
    const char *axis[2];         /* names of the swept keys; NULL: nothing swept */
    const char *const *value[2]; /* per axis, a value per group; NULL: "v0", "v1" ... */
    bool with_failed;            /* the last run failed, the one before is pending */
    int images;                  /* of the test side; as many of validation */
} report_fixture;

/* Writes DIR/runs.csv and DIR/runs/ID/. Run k of group g has the id %012x of 16 g + k and test
 * accuracy (images - 2 - g - k) / images. */
void report_fixture_write(const char *dir, const report_fixture *f);

/* Files in tst_dir()/plots whose names begin and end so. */
int report_fixture_figures(const char *head, const char *tail);

#endif
