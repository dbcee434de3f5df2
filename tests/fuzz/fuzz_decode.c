/* Any bytes as a picture: decoding gives pixels or a sentence, never a crash. libFuzzer's entry. */
#include <stdio.h>
#include <stdlib.h>

#include "data/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_image image = {0};
    for (int channels = 1; channels <= 3; channels += 2) {
        kn_error e = {KN_OK, ""};
        kn_status rc = pl_decode(data, size, channels, &image, &e);
        if (rc == KN_OK ? image.c != channels || image.w < 1 || image.h < 1
                        : rc != KN_EFORMAT || e.text[0] == '\0') {
            fprintf(stderr, "fuzz_decode: status %d, '%s'\n", (int)rc, e.text);
            abort();
        }
    }
    pl_image_clear(&image);
    return 0;
}
