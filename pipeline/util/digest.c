#include "util/digest.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

enum { DIGEST_BYTES = 32, READ_BLOCK = 1 << 18 };

struct pl_hasher {
    EVP_MD_CTX *md;
};

pl_hasher *pl_hasher_new(void)
{
    pl_hasher *h = malloc(sizeof *h);
    if (!h)
        abort();
    h->md = EVP_MD_CTX_new();
    if (!h->md || EVP_DigestInit_ex(h->md, EVP_sha256(), NULL) != 1)
        abort();
    return h;
}

void pl_hasher_add(pl_hasher *h, const void *bytes, size_t size)
{
    if (EVP_DigestUpdate(h->md, bytes, size) != 1)
        abort();
}

pl_digest pl_hasher_end(pl_hasher *h)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_DigestFinal_ex(h->md, raw, &size) != 1 || size != DIGEST_BYTES)
        abort();
    EVP_MD_CTX_free(h->md);
    free(h);
    pl_digest d;
    for (int i = 0; i < DIGEST_BYTES; i++) {
        d.hex[2 * i] = hex[raw[i] >> 4];
        d.hex[2 * i + 1] = hex[raw[i] & 15];
    }
    d.hex[2 * DIGEST_BYTES] = '\0';
    return d;
}

pl_digest pl_digest_bytes(const void *bytes, size_t size)
{
    pl_hasher *h = pl_hasher_new();
    pl_hasher_add(h, bytes, size);
    return pl_hasher_end(h);
}

pl_digest pl_digest_text(const char *text)
{
    return pl_digest_bytes(text, strlen(text));
}

kn_status pl_digest_file(const char *path, pl_digest *out, kn_error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", path);
    char *block = malloc(READ_BLOCK);
    if (!block) {
        close(fd);
        return kn_fail(e, KN_ENOMEM, "out of memory while hashing '%s'", path);
    }
    pl_hasher *h = pl_hasher_new();
    ssize_t n = 0;
    while ((n = read(fd, block, READ_BLOCK)) > 0)
        pl_hasher_add(h, block, (size_t)n);
    kn_status rc = KN_OK;
    if (n < 0)
        rc = kn_fail_errno(e, KN_EIO, "cannot read '%s'", path);
    *out = pl_hasher_end(h);
    free(block);
    close(fd);
    return rc;
}
