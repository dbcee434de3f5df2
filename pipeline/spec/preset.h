/* Presets: specs compiled into the program (spec/presets/NAME.yaml), each a model and its training.
 * `model.preset: NAME` holds where the spec, its bases, --set and the sweep say nothing, as a base
 * of them all; a key they state as null or none is stated. A preset sets keys of model, train and
 * augment alone. */
#ifndef PL_SPEC_PRESET_H
#define PL_SPEC_PRESET_H

#include "spec/binding.h"

enum { PL_PRESET_NONE }; /* index in the names; the others are the presets' */

enum { PL_PRESETS = 3 };                    /* with none */
extern const char *const pl_preset_names[]; /* "none", "original", "best", NULL */

/* The YAML text of a preset, NUL-terminated. Begins with a line of comment that says what it is. */
const char *pl_preset_text(int preset);

/* Trees of the presets read so far; zero-filled at first, in the arena of the calls. */
typedef struct pl_presets {
    const pl_bindings *read[PL_PRESETS];
} pl_presets;

/* Gives the keys that nothing states the value of the preset that b names, at the place where it
 * names it. Does nothing where there is none, or none of this name (reading model.preset says so). */
void pl_preset_beneath(pl_presets *p, pl_bindings *b, kn_arena *arena, pl_diags *diags);

#endif
