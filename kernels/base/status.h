/* Status codes and the error object that carries the sentence.
 *
 * Every function that can fail returns a kn_status and takes a kn_error * as its last parameter. On
 * failure the callee has written a sentence with the numbers in it; the caller forwards it,
 * prepends context, or reports it. The error object is the caller's; it needs no clearing and owns
 * nothing. "Not found" is a result, never an error. A NULL error object is allowed: the sentence is
 * dropped. */
#ifndef KN_BASE_STATUS_H
#define KN_BASE_STATUS_H

/* name, short text, exit status of the program when it ends the command */
#define KN_STATUS_LIST(X)                                                                          \
    X(KN_OK, "ok", 0)                                                                              \
    X(KN_EUSAGE, "usage or spec", 2)                                                               \
    X(KN_EIO, "input or output", 1)                                                                \
    X(KN_EFORMAT, "malformed data", 1)                                                             \
    X(KN_EDATA, "unusable data", 1)                                                                \
    X(KN_ENUMERIC, "not finite", 1)                                                                \
    X(KN_EINTERRUPTED, "interrupted", 130)                                                         \
    X(KN_EPAUSED, "paused where it was asked to", 0)                                               \
    X(KN_ENOMEM, "out of memory", 3)                                                               \
    X(KN_EINTERNAL, "internal error", 3)

typedef enum kn_status {
#define KN_STATUS_ENUM(name, text, exit_code) name,
    KN_STATUS_LIST(KN_STATUS_ENUM)
#undef KN_STATUS_ENUM
} kn_status;

enum { KN_ERROR_TEXT = 4000 };

typedef struct kn_error {
    kn_status status;
    char text[KN_ERROR_TEXT]; /* a sentence without a final newline, cut with "..." when too long */
} kn_error;

#if defined(__GNUC__)
#define KN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define KN_PRINTF(fmt, args)
#endif

/* Writes the sentence into e (which may be NULL) and returns status, so that a function can
 * `return kn_fail(e, KN_EIO, "...")`. */
kn_status kn_fail(kn_error *e, kn_status status, const char *fmt, ...) KN_PRINTF(3, 4);

/* As kn_fail, with ": <strerror(errno)>" at the end. */
kn_status kn_fail_errno(kn_error *e, kn_status status, const char *fmt, ...) KN_PRINTF(3, 4);

/* Puts the formatted text before the sentence already in e; returns e's status. */
kn_status kn_prepend(kn_error *e, const char *fmt, ...) KN_PRINTF(2, 3);

/* The short text of a status ("ok", "malformed data") and the program's exit status for it. */
const char *kn_status_text(kn_status status);
int kn_status_exit_code(kn_status status);

/* Forward a failure to the caller; the second form jumps to a label with `rc` set. */
#define KN_TRY(call)                                                                               \
    do {                                                                                           \
        kn_status kn_try_status_ = (call);                                                         \
        if (kn_try_status_ != KN_OK)                                                               \
            return kn_try_status_;                                                                 \
    } while (0)

#define KN_TRY_TO(rc, label, call)                                                                 \
    do {                                                                                           \
        (rc) = (call);                                                                             \
        if ((rc) != KN_OK)                                                                         \
            goto label;                                                                            \
    } while (0)

#endif
