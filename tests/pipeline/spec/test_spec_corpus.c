/* The fuzzer's corpus, replayed without its engine: whatever once broke a spec stays mended. */
#include "fuzz/fuzz_spec.c"

#include "tst.h"
#include "util/fs.h"

static void test_corpus(void)
{
    static const char dir[] = "tests/fuzz/corpus/spec";
    char **names;
    size_t count = 0;
    TST_OK(pl_list_dir(dir, &names, &count, e));
    for (size_t i = 0; i < count; i++) {
        char *path = pl_path_join(dir, names[i]);
        size_t size;
        char *text = tst_read(path, &size);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        CU_ASSERT_EQUAL(LLVMFuzzerTestOneInput((const uint8_t *)text, size), 0);
        free(text);
        free(path);
    }
    CU_ASSERT(count >= 20);
    pl_free_names(names);
}

/* Every spec cut at every byte: an error or a study, never a crash. */
static void test_specs_cut_anywhere(void)
{
    static const char text[] =
        "x-a: &a {batch: 64}\n"
        "data: {images: 'i', labels: \"l\", image: [30, 20]}\n"
        "model: {preset: best, type: layers, layers: [{type: dense, units: 3}, flatten,\n"
        "  {residual: [{type: dense, units: 3}]}]}\n"
        "train:\n  <<: *a\n  lr: 1e-3\n  epochs: 2\n"
        "sweep: {product: {train.lr: [1, 2]}, seeds: [1, 2], budget: 1h30m,\n"
        "  random: {n: 3, params: {train.batch: {int: [1, 9]}}}, halving: {factor: 2}}\n";
    for (size_t size = 0; size < sizeof text; size++)
        CU_ASSERT_EQUAL(LLVMFuzzerTestOneInput((const uint8_t *)text, size), 0);
}

const tst_case tst_spec_corpus[] = {TST(test_corpus), TST(test_specs_cut_anywhere), TST_END};
