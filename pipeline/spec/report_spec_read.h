/* The section report of the bindings, typed. */
#ifndef PL_SPEC_REPORT_SPEC_READ_H
#define PL_SPEC_REPORT_SPEC_READ_H

#include "spec/binding.h"
#include "spec/report_spec.h"

/* Reports every problem to diags: unknown columns and keys with the nearest, values of another type or out of range. Text is the
 * bindings' own. */
void pl_report_spec_read(kn_arena *arena, pl_diags *diags, const pl_bindings *b,
                         pl_report_spec *out);

#endif
