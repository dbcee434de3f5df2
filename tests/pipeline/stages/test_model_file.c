/* The model file: it gives back what was saved, and every damage has its sentence. */
#include "stage_rig.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/safetensors.h"
#include "stages/model_file.h"
#include "tst.h"

static const char settings[] = "model.type=cnn\nmodel.filters=[4]\nmodel.units=[6]\n";

typedef struct saved {
    stage_rig rig;
    kn_arena arena;
    kn_net *net;
    float *block;
    const char *path;
} saved;

/* A model with initial weights, saved. */
static void save(saved *s)
{
    memset(s, 0, sizeof *s);
    stage_rig_init(&s->rig, 8, 5, 1, 1);
    stage_rig_spec(&s->rig, settings);
    kn_arena_init(&s->arena);
    kn_net_desc desc;
    TST_OK(pl_spec_net(&s->rig.spec, &s->arena, &desc, e));
    TST_OK(kn_net_new(&desc, &s->net, e));
    s->block = kn_arena_alloc(&s->arena, kn_net_block_floats(s->net), sizeof(float));
    CU_ASSERT_PTR_NOT_NULL_FATAL(s->block);
    kn_net_init(s->net, 7, s->block);
    s->path = tst_path("model.safetensors");
    TST_OK(pl_model_save(s->path, &s->rig.spec, s->net, s->block, e));
}

static void end(saved *s)
{
    kn_net_free(s->net);
    kn_arena_clear(&s->arena);
    stage_rig_clear(&s->rig);
}

/* Loading fails with PATH and this text. */
static void fails(const saved *s, const char *format)
{
    pl_model model;
    char *want = pl_format("%s%s", s->path, format);
    TST_FAILS(KN_EFORMAT, want, pl_model_load(s->path, &model, e));
    free(want);
}

/* Writes the file again: tensor `from` left out (-1: none), its name or shape changed. */
static void rewrite(const saved *s, int leave_out, const char *rename, bool flat,
                    const char *format, const char *parameters)
{
    pl_safetensors file;
    TST_OK(pl_safetensors_read(s->path, &file, e));
    json_t *metadata = json_object();
    const char *kept = json_string_value(json_object_get(file.metadata, "facet.parameters"));
    if (format)
        json_object_set_new(metadata, "facet.format", json_string(format));
    json_object_set_new(metadata, "facet.parameters", json_string(parameters ? parameters : kept));
    if (rename)
        snprintf(file.tensor[0].name, sizeof file.tensor[0].name, "%s", rename);
    if (flat) {
        file.tensor[0].rank = 1;
        file.tensor[0].dim[0] = 3 * 3 * 4;
    }
    size_t first = leave_out == 0;
    TST_OK(pl_safetensors_write(s->path, file.tensor + first, file.count - first, metadata, e));
    json_decref(metadata);
    pl_safetensors_clear(&file);
}

static void test_it_gives_back_what_was_saved(void)
{
    saved s;
    save(&s);
    pl_model model;
    TST_OK(pl_model_load(s.path, &model, e));
    size_t bytes = kn_net_block_floats(s.net) * sizeof(float);
    CU_ASSERT_EQUAL_FATAL(kn_net_block_floats(model.net), kn_net_block_floats(s.net));
    CU_ASSERT_EQUAL(memcmp(model.block, s.block, bytes), 0);
    pl_str a, b;
    pl_str_init(&a);
    pl_str_init(&b);
    pl_spec_canonical(&s.rig.spec, PL_KEY_ALL, &a);
    pl_spec_canonical(&model.spec, PL_KEY_ALL, &b);
    TST_TEXT(b.text, a.text);
    pl_str_clear(&a);
    pl_str_clear(&b);
    pl_model_clear(&model);
    end(&s);
}

static void test_the_same_model_is_the_same_bytes(void)
{
    saved s;
    save(&s);
    size_t na = 0, nb = 0;
    char *a = tst_read(s.path, &na);
    const char *copy = tst_path("copy.safetensors");
    TST_OK(pl_model_save(copy, &s.rig.spec, s.net, s.block, e));
    char *b = tst_read(copy, &nb);
    CU_ASSERT_TRUE(na == nb && memcmp(a, b, na) == 0);
    free(a);
    free(b);
    end(&s);
}

/* Training, saving, loading and evaluating twice gives the same predictions. */
static void test_a_loaded_model_predicts_the_same(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 50, 10, 10);
    stage_rig_spec(&r, settings);
    TST_OK(stage_rig_train(&r, "a", e));
    TST_OK(stage_rig_evaluate(&r, "a", e));
    char *first = stage_rig_text("a", "evaluate/predictions.csv");
    pl_model model;
    TST_OK(pl_model_load(stage_rig_path("a", "train/model.safetensors"), &model, e));
    TST_OK(pl_model_save(stage_rig_path("a", "train/model.safetensors"), &model.spec, model.net,
                         model.block, e));
    pl_model_clear(&model);
    TST_OK(stage_rig_evaluate(&r, "a", e));
    char *second = stage_rig_text("a", "evaluate/predictions.csv");
    TST_TEXT(second, first);
    free(first);
    free(second);
    stage_rig_clear(&r);
}

static void test_a_cut_file(void)
{
    saved s;
    save(&s);
    size_t size = 0;
    char *bytes = tst_read(s.path, &size);
    tst_write(s.path, bytes, size - 1);
    char *quoted = pl_format("'%s': tensor 'dense_1.bias' ends at byte 1076 of the data, but there "
                             "are 1075: the file is cut",
                             s.path);
    pl_model model;
    TST_FAILS(KN_EFORMAT, quoted, pl_model_load(s.path, &model, e));
    free(quoted);
    /* at every length a sentence, never a model */
    for (size_t keep = 0; keep < size; keep += keep < 64 ? 1 : 53) {
        kn_error error = {KN_OK, ""};
        tst_write(s.path, bytes, keep);
        CU_ASSERT_EQUAL(pl_model_load(s.path, &model, &error), KN_EFORMAT);
        CU_ASSERT_NOT_EQUAL(error.text[0], '\0');
    }
    free(bytes);
    end(&s);
}

static void test_another_shape(void)
{
    saved s;
    save(&s);
    rewrite(&s, -1, NULL, true, "1", NULL);
    fails(&s, ": tensor 'conv2d.kernel' is f32 36; the model it states has f32 3x3x1x4");
    end(&s);
}

static void test_a_tensor_is_missing(void)
{
    saved s;
    save(&s);
    rewrite(&s, 0, NULL, false, "1", NULL);
    fails(&s, ": 5 tensors; the model it states has 6");
    end(&s);
}

static void test_a_tensor_of_another_name(void)
{
    saved s;
    save(&s);
    rewrite(&s, -1, "conv2d.kern", false, "1", NULL);
    fails(&s, ": there is no tensor 'conv2d.kernel'");
    end(&s);
}

static void test_not_a_model_of_facet(void)
{
    saved s;
    save(&s);
    rewrite(&s, -1, NULL, false, NULL, NULL);
    fails(&s, ": a safetensors file, but not a model of facet (no 'facet.format' in its metadata)");
    end(&s);
}

static void test_another_format(void)
{
    saved s;
    save(&s);
    rewrite(&s, -1, NULL, false, "2", NULL);
    fails(&s, ": model format 2; this program reads format 1");
    end(&s);
}

static void test_parameters_that_cannot_be_read(void)
{
    saved s;
    save(&s);
    rewrite(&s, -1, NULL, false, "1", "model.type=cnn\nmodel.depth=3\n");
    fails(&s, ": canonical parameters: model.depth is no key this version knows");
    end(&s);
}

static void test_a_net_that_cannot_be_built(void)
{
    saved s;
    save(&s);
    rewrite(&s, -1, NULL, false, "1",
            "data.image.size=2\nmodel.type=cnn\nmodel.filters=[4]\nmodel.units=[6]\n");
    fails(&s, ": layer 0 (conv2d): conv2d: a 3x3 kernel does not fit into 2x2");
    end(&s);
}

static void test_no_file(void)
{
    pl_model model;
    char *want = pl_format("cannot open '%s': No such file or directory", tst_path("none"));
    TST_FAILS(KN_EIO, want, pl_model_load(tst_path("none"), &model, e));
    free(want);
}

const tst_case tst_stages_model_file[] = {
    TST(test_it_gives_back_what_was_saved),
    TST(test_the_same_model_is_the_same_bytes),
    TST(test_a_loaded_model_predicts_the_same),
    TST(test_a_cut_file),
    TST(test_another_shape),
    TST(test_a_tensor_is_missing),
    TST(test_a_tensor_of_another_name),
    TST(test_not_a_model_of_facet),
    TST(test_another_format),
    TST(test_parameters_that_cannot_be_read),
    TST(test_a_net_that_cannot_be_built),
    TST(test_no_file),
    TST_END,
};
