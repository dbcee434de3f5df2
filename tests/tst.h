/* The test harness: CUnit suites listed in suites.def, one per module, test names made from the
 * symbols.
 *
 *   static void test_fail_writes_the_sentence(void) { CU_ASSERT_EQUAL(...); }
 *   const tst_case tst_base_status[] = {TST(test_fail_writes_the_sentence), TST_END};
 *
 * and in suites.def: SUITE(base_status). */
#ifndef TST_H
#define TST_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef enum tst_length {
    TST_FAST,   /* `make check`: all of them together under a minute */
    TST_MEDIUM, /* `make test` and the sanitizer builds */
    TST_LONG    /* `make test-long` */
} tst_length;

typedef struct tst_case {
    const char *name;
    void (*run)(void);
    tst_length length;
} tst_case;

/* clang-format off */
#define TST(symbol) {#symbol, symbol, TST_FAST}
#define TST_M(symbol) {#symbol, symbol, TST_MEDIUM}
#define TST_L(symbol) {#symbol, symbol, TST_LONG}
#define TST_END {NULL, NULL, TST_FAST}
/* clang-format on */

/* Says why a test did nothing and counts it; the closing line tells how many were skipped. */
void tst_skip(const char *fmt, ...) KN_PRINTF(1, 2);

/* Prints a line under the running test's name (figures a reader may want). */
void tst_note(const char *fmt, ...) KN_PRINTF(1, 2);

/* A fresh empty folder for the running test, removed after it. The string lives until the test
 * ends. */
const char *tst_dir(void);

/* tst_dir()/name, in a rotating set of 16 buffers. */
const char *tst_path(const char *fmt, ...) KN_PRINTF(1, 2);

/* Writes (replaces) a file; asserts success. tst_read returns a malloc'd NUL-terminated copy or
 * NULL. */
void tst_write(const char *path, const void *bytes, size_t size);
void tst_write_text(const char *path, const char *text);
char *tst_read(const char *path, size_t *size);

/* The folder of real faces (FACET_FACES), or NULL; skipping is the caller's. */
const char *tst_faces(void);

/* The program under test (FACET), "build/facet" where that is unset, as an absolute path. */
const char *tst_facet(void);

/* Runs a shell command in `dir` (NULL: here). Returns the exit status (128 + signal when killed).
 * stdout and stderr are malloc'd into *out, *err; each may be NULL (dropped). */
int tst_shell(const char *dir, const char *command, char **out, char **err);

/* True where |got - want| <= atol + rtol * |want|, and for NaN against NaN and equal infinities. */
bool tst_near(double got, double want, double atol, double rtol);

/* Compares n values; on the first that differs prints its index and both values. Returns whether
 * all were near. */
bool tst_near_f32(const float *got, const float *want, size_t n, double atol, double rtol);
bool tst_near_f64(const float *got, const double *want, size_t n, double atol, double rtol);

/* Memory with canaries: n floats that start `offset` floats past a 64-byte boundary, surrounded by
 * NaN guards. tst_guard_ok tells whether the guards are untouched; tst_guard_free releases. */
typedef struct tst_guard {
    float *data; /* n floats, filled with NaN */
    size_t n;
    void *base;
    size_t before, after;
} tst_guard;
tst_guard tst_guard_new(size_t n, size_t offset);
bool tst_guard_ok(const tst_guard *g);
void tst_guard_free(tst_guard *g);

/* Assert that a call succeeds / fails, printing the sentence on surprise. */
#define TST_OK(call)                                                                               \
    do {                                                                                           \
        kn_error tst_e_ = {KN_OK, ""};                                                             \
        kn_error *e = &tst_e_;                                                                     \
        (void)e;                                                                                   \
        kn_status tst_s_ = (call);                                                                 \
        if (tst_s_ != KN_OK)                                                                       \
            tst_note("%s: %s: %s", #call, kn_status_text(tst_s_), tst_e_.text);                    \
        CU_ASSERT_EQUAL_FATAL(tst_s_, KN_OK);                                                      \
    } while (0)

/* The call fails with `status` and exactly this sentence. The call names its error argument `e`. */
#define TST_FAILS(want_status, want_text, call)                                                    \
    do {                                                                                           \
        kn_error tst_e_ = {KN_OK, ""};                                                             \
        kn_error *e = &tst_e_;                                                                     \
        kn_status tst_s_ = (call);                                                                 \
        CU_ASSERT_EQUAL(tst_s_, (want_status));                                                    \
        tst_text_equal(tst_e_.text, (want_text), __FILE__, __LINE__);                              \
    } while (0)

/* Asserts equal strings, printing both when they differ. */
#define TST_TEXT(got, want) tst_text_equal((got), (want), __FILE__, __LINE__)
void tst_text_equal(const char *got, const char *want, const char *file, int line);

#endif
