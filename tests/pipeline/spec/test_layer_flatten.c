/* Residual blocks in model.layers: what they stand for, and every message about them. */
#include "spec/layer_flatten.h"

#include <stdlib.h>
#include <string.h>

#include "nn/layer_config.h"
#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* clang-format off */
static const spec_wrong wrong[] = {
    {"not_a_list",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - residual: conv2d\n"
     "    - flatten\n",
     {NULL},
     "x.yaml:7:17: model.layers[0].residual: expected a list of layers, found \"conv2d\"\n"
     "    - residual: conv2d\n"
     "                ^"},
    {"empty",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {residual: []}\n"
     "    - flatten\n",
     {NULL},
     "x.yaml:7:18: model.layers[0].residual: at least one layer is needed\n"
     "    - {residual: []}\n"
     "                 ^"},
    {"nothing",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - residual:\n"
     "    - flatten\n",
     {NULL},
     "x.yaml:7:16: model.layers[0].residual: expected a list of layers, found nothing\n"
     "    - residual:\n"
     "               ^"},
    {"not_alone",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {residual: [{type: dropout, rate: 0.1}], rate: 0.5}\n"
     "    - flatten\n",
     {NULL},
     "x.yaml:7:48: model.layers[0].rate: unknown key; a residual has its list of layers alone\n"
     "    - {residual: [{type: dropout, rate: 0.1}], rate: 0.5}\n"
     "                                               ^"},
    {"wrong_parameters_inside",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {type: conv2d, filters: 4, padding: same}\n"
     "    - residual:\n"
     "        - {type: conv2d, filters: 4, kernel: 0}\n"
     "        - residual: [{type: dropout, rate: 0.1, rat: 0.1}, {type: dropout}]\n"
     "    - flatten\n",
     {NULL},
     "x.yaml:9:46: model.layers[1].residual[0].kernel: 0 is not in 1..11\n"
     "        - {type: conv2d, filters: 4, kernel: 0}\n"
     "                                             ^\n"
     "x.yaml:10:49: model.layers[1].residual[1].residual[0].rat: unknown key; dropout has rate\n"
     "        - residual: [{type: dropout, rate: 0.1, rat: 0.1}, {type: dropout}]\n"
     "                                                ^\n"
     "did you mean \"rate\"?\n"
     "x.yaml:10:60: model.layers[1].residual[1].residual[1].rate: this key is required for dropout\n"
     "        - residual: [{type: dropout, rate: 0.1, rat: 0.1}, {type: dropout}]\n"
     "                                                           ^"},
    {"shape_changed",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {type: conv2d, filters: 4, padding: same}\n"
     "    - residual:\n"
     "        - {type: conv2d, filters: 4, padding: same}\n"
     "        - {type: conv2d, filters: 8, padding: same}\n"
     "    - flatten\n",
     {NULL},
     "x.yaml:8:7: model.layers[1]: the image [50, 50, 8] and, 2 layers back, the image [50, 50, 4] do not have one shape\n"
     "    - residual:\n"
     "      ^"},
    {"shape_error_inside",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {type: conv2d, filters: 4, padding: same}\n"
     "    - residual:\n"
     "        - {type: activation, activation: relu}\n"
     "        - residual:\n"
     "            - {type: conv2d, filters: 4, kernel: 11}\n"
     "            - flatten\n"
     "    - flatten\n"
     "data.image.size: 8\n",
     {NULL},
     "x.yaml:11:15: model.layers[1].residual[1].residual[0]: a 11x11 kernel does not fit into 8x8\n"
     "            - {type: conv2d, filters: 4, kernel: 11}\n"
     "              ^"},
    {"shape_error_behind",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {type: conv2d, filters: 4, padding: same}\n"
     "    - residual: [{type: activation, activation: relu}]\n"
     "    - {type: conv2d, filters: 4, kernel: 11}\n"
     "    - flatten\n"
     "data.image.size: 8\n",
     {NULL},
     "x.yaml:9:7: model.layers[2]: a 11x11 kernel does not fit into 8x8\n"
     "    - {type: conv2d, filters: 4, kernel: 11}\n"
     "      ^"},
};
/* clang-format on */

static void test_wrong_residuals(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

static const char nested[] = SPEC_HEAD
    "model:\n"
    "  type: layers\n"
    "  layers:\n"
    "    - {type: conv2d, filters: 4, padding: same}\n"
    "    - residual:\n"
    "        - {type: dropout, rate: 0.1}\n"
    "        - residual: [{type: conv2d, filters: 4, padding: same}, {type: dropout, rate: 0.2}]\n"
    "        - {type: dropout, rate: 0.3}\n"
    "    - flatten\n";

static const char flat[] = SPEC_HEAD "model:\n"
                                     "  type: layers\n"
                                     "  layers:\n"
                                     "    - {type: conv2d, filters: 4, padding: same}\n"
                                     "    - {type: dropout, rate: 0.1}\n"
                                     "    - {type: conv2d, filters: 4, padding: same}\n"
                                     "    - {type: dropout, rate: 0.2}\n"
                                     "    - {type: add, back: 2}\n"
                                     "    - {type: dropout, rate: 0.3}\n"
                                     "    - {type: add, back: 5}\n"
                                     "    - flatten\n";

static void test_a_residual_stands_for_its_layers_and_an_add(void)
{
    pl_study a = spec_study(nested), b = spec_study(flat);
    char *got = spec_canonical(&a.runs[0]), *want = spec_canonical(&b.runs[0]);
    TST_TEXT(got, want);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "{type: add, back: 5}"));
    free(got);
    free(want);
    pl_study_clear(&a);
    pl_study_clear(&b);
}

static void test_names_and_places_of_flat_layers(void)
{
    static const struct {
        const char *name;
        int back, line;
    } want[] = {
        {"model.layers[0]", 0, 7},
        {"model.layers[1].residual[0]", 0, 9},
        {"model.layers[1].residual[1].residual[0]", 0, 10},
        {"model.layers[1].residual[1].residual[1]", 0, 10},
        {"model.layers[1].residual[1]", 2, 10},
        {"model.layers[1].residual[2]", 0, 11},
        {"model.layers[1]", 5, 8},
        {"model.layers[2]", 0, 12},
    };
    enum { COUNT = sizeof want / sizeof want[0] };
    const pl_source source = {.name = "x", .dir = ".", .text = nested, .size = sizeof nested - 1};
    kn_arena arena;
    pl_diags diags;
    int count;
    kn_arena_init(&arena);
    pl_diags_init(&diags, &arena);
    const pl_node *root = pl_yaml_parse(&source, &arena, &diags);
    const pl_node *list = pl_node_get(pl_node_get(root, "model"), "layers");
    const pl_flat_layer *got = pl_layers_flatten(list, &arena, &diags, &count);
    CU_ASSERT_EQUAL(diags.count, 0);
    CU_ASSERT_EQUAL_FATAL(count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        TST_TEXT(got[i].name, want[i].name);
        CU_ASSERT_EQUAL(got[i].back, want[i].back);
        CU_ASSERT_EQUAL(got[i].node->pos.line, want[i].line);
    }
    kn_arena_clear(&arena);
}

/* The limit is on what stands in the row at the end. */
static void test_too_many_layers(void)
{
    enum { BLOCKS = KN_MODEL_MAX_LAYERS / 2 };
    pl_str text;
    pl_study s;
    kn_error error = {KN_OK, ""};
    pl_str_init(&text);
    pl_str_add(&text, SPEC_HEAD "model:\n  type: layers\n  layers:\n    - flatten\n");
    for (int i = 0; i < BLOCKS; i++)
        pl_str_add(&text, "    - residual: [{type: dropout, rate: 0.1}]\n");
    CU_ASSERT_EQUAL(spec_load(text.text, NULL, &s, &error), KN_EUSAGE);
    char *want =
        pl_format("x.yaml:7:5: model.layers: %d layers are more than %d\n    - flatten\n    ^",
                  2 * BLOCKS + 1, KN_MODEL_MAX_LAYERS);
    char *got = spec_without_dir(error.text);
    TST_TEXT(got, want);
    free(got);
    free(want);
    pl_str_clear(&text);
}

const tst_case tst_spec_layer_flatten[] = {
    TST(test_wrong_residuals),
    TST(test_a_residual_stands_for_its_layers_and_an_add),
    TST(test_names_and_places_of_flat_layers),
    TST(test_too_many_layers),
    TST_END,
};
