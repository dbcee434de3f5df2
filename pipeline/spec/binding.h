/* Which node gives each key its value: the file over its base, --set over the file, a point of the
 * sweep over both, a preset beneath them all (spec/preset.h). */
#ifndef PL_SPEC_BINDING_H
#define PL_SPEC_BINDING_H

#include "spec/schema.h"
#include "spec/yaml_tree.h"

enum { PL_MAX_KEYS = 144, PL_MAX_SECTIONS = 16 };

typedef struct pl_bound {
    pl_node *value; /* NULL: not given */
    pl_pos key;     /* where the key stands */
    bool emptied;   /* not given, but stated as null or none */
} pl_bound;

typedef struct pl_bindings {
    pl_bound key[PL_MAX_KEYS]; /* by index in pl_keys */
    /* By index in pl_sections: where it was last stated (line 0: nowhere), and whether that was as
     * more than null or none. */
    pl_pos section[PL_MAX_SECTIONS];
    bool stated[PL_MAX_SECTIONS];
    bool broken; /* a file or override could not be read: keys may be missing */
} pl_bindings;

/* Binds every key of a map (nested sections or dotted names) over what is there. A null unbinds a
 * key or a section. Unknown keys are reported. Top-level keys that begin with "x-" are left alone:
 * a place for anchors. `section` is "" for a whole spec. */
void pl_bind_map(pl_bindings *b, const pl_node *map, const char *section, kn_arena *arena,
                 pl_diags *diags);

/* Binds one dotted name (key or section). Returns false where it is unknown (reported). */
bool pl_bind(pl_bindings *b, const char *name, pl_pos at, pl_node *value, kn_arena *arena,
             pl_diags *diags);

/* Whether a value empties the section: null, or the word none where the section knows it. */
bool pl_section_emptied(const pl_section *s, const pl_node *value);

/* Whether the section is stated, be it as an empty map, or a key in it is given. */
bool pl_section_given(const pl_bindings *b, const char *section);

/* Where a section stands, or failing that the first of its keys that is given, or the source as a
 * whole. */
pl_pos pl_section_pos(const pl_bindings *b, const char *section, const pl_source *source);

/* Where a key stands, or failing that the nearest section around it, or the source as a whole. */
pl_pos pl_bound_pos(const pl_bindings *b, int key, const pl_source *source);

#endif
