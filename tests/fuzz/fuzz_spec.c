/* Any bytes as a spec: loading never crashes, and for a spec that is right the canonical text reads
 * back as the same run and the shown study as the same study. libFuzzer's entry;
 * tests/pipeline/spec/test_spec_corpus.c replays the corpus. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spec/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char fuzz_path[64];

static void remove_file(void)
{
    unlink(fuzz_path);
}

/* One file, rewritten for every input. */
static const char *fuzz_file(const void *bytes, size_t size)
{
    if (!fuzz_path[0]) {
        strcpy(fuzz_path, "/tmp/facet-fuzz-XXXXXX");
        int fd = mkstemp(fuzz_path);
        if (fd < 0)
            abort();
        close(fd);
        atexit(remove_file);
    }
    FILE *f = fopen(fuzz_path, "wb");
    if (!f || fwrite(bytes, 1, size, f) != size)
        abort();
    fclose(f);
    return fuzz_path;
}

static void fuzz_require(int truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "fuzz_spec: %s\n", what);
    abort();
}

static void fuzz_canonical(const pl_run_spec *spec)
{
    pl_str text, again;
    kn_arena arena;
    kn_error e = {KN_OK, ""};
    pl_run_spec back;
    kn_arena_init(&arena);
    pl_str_init(&text);
    pl_str_init(&again);
    pl_spec_canonical(spec, PL_KEY_ALL, &text);
    fuzz_require(pl_spec_from_canonical(text.text, &arena, &back, &e) == KN_OK, e.text);
    pl_spec_canonical(&back, PL_KEY_ALL, &again);
    fuzz_require(strcmp(text.text, again.text) == 0, "canonical text reads back differently");
    pl_str_clear(&text);
    pl_str_clear(&again);
    kn_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_study study, back;
    kn_error e = {KN_OK, ""};
    pl_str shown, again;
    if (pl_study_load(fuzz_file(data, size), NULL, 0, &study, &e) != KN_OK) {
        fuzz_require(e.status == KN_EUSAGE && e.text[0] != '\0', "an error without a sentence");
        return 0;
    }
    for (int i = 0; i < study.run_count && i < 10; i++)
        fuzz_canonical(&study.runs[i].spec);
    pl_str_init(&shown);
    pl_str_init(&again);
    if (study.run_count <= 100) {
        pl_study_yaml(&study, &shown);
        fuzz_require(pl_study_load(fuzz_file(shown.text, shown.size), NULL, 0, &back, &e) == KN_OK,
                     e.text);
        pl_study_yaml(&back, &again);
        fuzz_require(strcmp(shown.text, again.text) == 0, "the shown study shows differently");
        pl_study_clear(&back);
    }
    pl_str_clear(&shown);
    pl_str_clear(&again);
    pl_study_clear(&study);
    return 0;
}
