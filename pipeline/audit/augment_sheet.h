/* What augmentation does to training images, as a contact sheet: what the epochs of a run would see. */
#ifndef PL_AUDIT_AUGMENT_SHEET_H
#define PL_AUDIT_AUGMENT_SHEET_H

#include "base/status.h"
#include "spec/spec.h"
#include "util/str.h"

enum { PL_AUGMENT_EPOCHS = 9, PL_AUGMENT_IMAGES = 8, PL_AUGMENT_IMAGES_MAX = 64 };

/* The changes that are on, as the spec has them: "flip 0.5, scale [0.9, 1.1]". Appends; nothing where none is. */
void pl_augment_words(const pl_run_spec *spec, pl_str *out);

/* A row per image: as it is, then as the first PL_AUGMENT_EPOCHS epochs of training see it, byte for byte. The images are
 * evenly spread over the training side; images: 1..PL_AUGMENT_IMAGES_MAX, fewer where the side has fewer. The folders are entries of
 * ingest and split. Writes a PNG to `path`; *shown: rows. */
kn_status pl_augment_sheet_write(const pl_run_spec *spec, const char *study, const char *ingest_dir,
                                 const char *split_dir, int images, const char *path, int *shown,
                                 kn_error *e);

#endif
