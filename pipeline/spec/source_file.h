/* The files and overrides a study is read from, bound in order: the base's base first, the file,
 * then --set. */
#ifndef PL_SPEC_SOURCE_FILE_H
#define PL_SPEC_SOURCE_FILE_H

#include "spec/binding.h"

/* Reads the spec and what it inherits, and the overrides, into *b; *main is the spec's own source.
 * Problems go to diags; a file that cannot be read at all is a status. */
kn_status pl_sources_bind(const char *path, const char *const *set, int set_count, kn_arena *arena,
                          pl_diags *diags, pl_bindings *b, const pl_source **main, kn_error *e);

#endif
