/* SHA-256 (libcrypto) and the canonical text that keys are made of. */
#ifndef PL_UTIL_DIGEST_H
#define PL_UTIL_DIGEST_H

#include <stddef.h>

#include "base/status.h"

enum { PL_DIGEST_HEX = 65 }; /* 64 hex digits and NUL */

typedef struct pl_digest {
    char hex[PL_DIGEST_HEX];
} pl_digest;

pl_digest pl_digest_bytes(const void *bytes, size_t size);
pl_digest pl_digest_text(const char *text);
kn_status pl_digest_file(const char *path, pl_digest *out, kn_error *e);

/* Streaming form. */
typedef struct pl_hasher pl_hasher;
pl_hasher *pl_hasher_new(void); /* aborts when memory is out */
void pl_hasher_add(pl_hasher *h, const void *bytes, size_t size);
pl_digest pl_hasher_end(pl_hasher *h); /* frees h */

#endif
