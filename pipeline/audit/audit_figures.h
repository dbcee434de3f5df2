/* The figures of an audit: how often each column is set, the balance of the target, what hangs together, drift. */
#ifndef PL_AUDIT_AUDIT_FIGURES_H
#define PL_AUDIT_AUDIT_FIGURES_H

#include <stdbool.h>

#include "audit/audit_view.h"
#include "draw/figures.h"

typedef struct pl_audit_figures_style {
    const char *prefix; /* of their names: PREFIXattributes, -balance, -correlations, -drift */
    const char *source; /* as pl_figure; NULL: none */
    bool csv;           /* their numbers beside them, as PREFIXattributes.csv ... */
} pl_audit_figures_style;

/* Whether there is drift to draw: images on another side than training. Without, that figure is not added. */
bool pl_audit_has_drift(const pl_audit_view *v);

void pl_audit_figures_add(const pl_audit_view *v, const pl_audit_figures_style *style,
                          pl_figures *f);

#endif
