/* Parameters of a layer as data: name, type, range, default, help. The spec parser, its error
 * messages, `facet spec schema`, `facet summary` and the canonical form that cache keys are made of
 * all come from these tables. */
#ifndef KN_NN_PARAM_H
#define KN_NN_PARAM_H

#include <stddef.h>

typedef enum kn_param_type {
    KN_PARAM_INT,    /* int */
    KN_PARAM_REAL,   /* float in memory, checked against the range in double */
    KN_PARAM_BOOL,   /* bool */
    KN_PARAM_CHOICE, /* int: index into choices */
    KN_PARAM_PAIR    /* int[2]: one integer for both, or [rows, columns] */
} kn_param_type;

typedef struct kn_param {
    const char *key;
    kn_param_type type;
    size_t offset;              /* of the member in the configuration struct */
    double min, max;            /* inclusive; INT, REAL, PAIR */
    double value;               /* default; BOOL 0 or 1, CHOICE the index, PAIR both */
    int required;               /* no default: the key must be given */
    const char *const *choices; /* CHOICE: NULL-terminated */
    const char *help;           /* one sentence without a final full stop */
} kn_param;

/* Writes the default of every parameter of the table into config. */
void kn_param_defaults(const kn_param *table, size_t count, void *config);

#endif
