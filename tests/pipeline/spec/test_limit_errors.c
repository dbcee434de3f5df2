/* Every message a wrong sweep.halving, sweep.budget or train.checkpoint gives, whole. */
#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* clang-format off */
static const spec_wrong wrong[] = {
    {"unknown_key_of_halving",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: {metrc: val_loss, eta: 3}\n",
     {NULL},
     "x.yaml:8:13: sweep.halving.metrc: unknown key\n"
     "  halving: {metrc: val_loss, eta: 3}\n"
     "            ^\n"
     "did you mean \"sweep.halving.metric\"?\n"
     "x.yaml:8:30: sweep.halving.eta: unknown key\n"
     "  halving: {metrc: val_loss, eta: 3}\n"
     "                             ^\n"
     "did you mean \"sweep.halving.factor\"?"},
    {"halving_of_another_type",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: [val_loss]\n",
     {NULL},
     "x.yaml:8:12: sweep.halving.metric: expected one of val_loss, val_accuracy, found a list\n"
     "  halving: [val_loss]\n"
     "           ^"},
    {"misspelt_metric",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: {metric: val_acuracy}\n",
     {NULL},
     "x.yaml:8:21: sweep.halving.metric: \"val_acuracy\" is not one of val_loss, val_accuracy\n"
     "  halving: {metric: val_acuracy}\n"
     "                    ^\n"
     "did you mean \"val_accuracy\"?"},
    {"metric_of_another_side",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: test_accuracy\n",
     {NULL},
     "x.yaml:8:12: sweep.halving.metric: \"test_accuracy\" is not one of val_loss, val_accuracy\n"
     "  halving: test_accuracy\n"
     "           ^\n"
     "did you mean \"val_accuracy\"?"},
    {"factor_of_one",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: {factor: 1}\n",
     {NULL},
     "x.yaml:8:21: sweep.halving.factor: 1 is not in 2..1000\n"
     "  halving: {factor: 1}\n"
     "                    ^"},
    {"factor_and_min_epochs_of_another_type",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: {factor: 2.5, min_epochs: all}\n",
     {NULL},
     "x.yaml:8:21: sweep.halving.factor: expected a whole number, found \"2.5\"\n"
     "  halving: {factor: 2.5, min_epochs: all}\n"
     "                    ^\n"
     "x.yaml:8:38: sweep.halving.min_epochs: expected a whole number, found \"all\"\n"
     "  halving: {factor: 2.5, min_epochs: all}\n"
     "                                     ^"},
    {"min_epochs_of_zero",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: {min_epochs: 0}\n",
     {NULL},
     "x.yaml:8:25: sweep.halving.min_epochs: 0 is not in 1..100000\n"
     "  halving: {min_epochs: 0}\n"
     "                        ^"},
    {"halving_of_one_group",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  seeds: [1, 2, 3]\n"
     "  halving: {}\n",
     {NULL},
     "x.yaml:8:3: sweep.halving: one group alone has none to be compared with; sweep a key beside the seeds, or leave halving out\n"
     "  halving: {}\n"
     "  ^"},
    {"halving_without_a_sweep",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  halving: {}\n",
     {NULL},
     "x.yaml:7:3: sweep.halving: one group alone has none to be compared with; sweep a key beside the seeds, or leave halving out\n"
     "  halving: {}\n"
     "  ^"},
    {"min_epochs_not_below_the_epochs",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: {min_epochs: 9}\n",
     {NULL},
     "x.yaml:8:25: sweep.halving.min_epochs: 9 is not below train.epochs (9 at most), so no run would be stopped; train for more epochs, or leave halving out\n"
     "  halving: {min_epochs: 9}\n"
     "                        ^"},
    {"halving_of_one_epoch",
     SPEC_HEAD "model: cnn\n"
     "sweep: {product: {train.lr: [0.1, 0.2]}, halving: val_loss}\n",
     {NULL},
     "x.yaml:5:42: sweep.halving.min_epochs: 1 is not below train.epochs (1 at most), so no run would be stopped; train for more epochs, or leave halving out\n"
     "sweep: {product: {train.lr: [0.1, 0.2]}, halving: val_loss}\n"
     "                                         ^"},
    {"halving_of_lbfgs",
     SPEC_HEAD "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {model.type: [cnn, logreg]}\n"
     "  halving: {}\n",
     {NULL},
     "x.yaml:8:3: sweep.halving: logreg with model.solver lbfgs has no epochs to be stopped at; take it out of this sweep, or set model.solver to adam\n"
     "  halving: {}\n"
     "  ^"},
    {"halving_without_validation_images",
     SPEC_HEAD "split: {ratios: [0.9, 0, 0.1]}\n"
     "model: cnn\n"
     "train: {epochs: 9}\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  halving: {metric: val_loss}\n",
     {NULL},
     "x.yaml:9:3: sweep.halving: split.ratios leaves no validation images to measure val_loss on; give val a share, as in [0.8, 0.1, 0.1], or set split.validation_split\n"
     "  halving: {metric: val_loss}\n"
     "  ^"},
    {"budget_that_is_no_duration",
     SPEC_HEAD "model: cnn\n"
     "sweep: {budget: tonight}\n",
     {NULL},
     "x.yaml:5:17: sweep.budget: expected a duration such as 90s, 45m, 8h or 1h30m, found \"tonight\"\n"
     "sweep: {budget: tonight}\n"
     "                ^"},
    {"budget_without_a_unit_between",
     SPEC_HEAD "model: cnn\n"
     "sweep: {budget: 8 h}\n",
     {NULL},
     "x.yaml:5:17: sweep.budget: expected a duration such as 90s, 45m, 8h or 1h30m, found \"8 h\"\n"
     "sweep: {budget: 8 h}\n"
     "                ^"},
    {"budget_that_is_a_list",
     SPEC_HEAD "model: cnn\n"
     "sweep: {budget: [8h]}\n",
     {NULL},
     "x.yaml:5:17: sweep.budget: expected a duration such as 90s, 45m, 8h or 1h30m, found a list\n"
     "sweep: {budget: [8h]}\n"
     "                ^"},
    {"budget_of_nothing",
     SPEC_HEAD "model: cnn\n"
     "sweep: {budget: 0}\n",
     {NULL},
     "x.yaml:5:17: sweep.budget: 0 is not in 1s..10000d\n"
     "sweep: {budget: 0}\n"
     "                ^"},
    {"budget_of_ages",
     SPEC_HEAD "model: cnn\n"
     "sweep: {budget: 30000d}\n",
     {NULL},
     "x.yaml:5:17: sweep.budget: 30000d is not in 1s..10000d\n"
     "sweep: {budget: 30000d}\n"
     "                ^"},
    {"negative_budget",
     SPEC_HEAD "model: cnn\n"
     "sweep: {budget: -8h}\n",
     {NULL},
     "x.yaml:5:17: sweep.budget: expected a duration such as 90s, 45m, 8h or 1h30m, found \"-8h\"\n"
     "sweep: {budget: -8h}\n"
     "                ^"},
    {"budget_out_of_place",
     SPEC_HEAD "model: cnn\n"
     "budget: 8h\n"
     "halving: {factor: 3}\n",
     {NULL},
     "x.yaml:5:1: budget: unknown key\n"
     "budget: 8h\n"
     "^\n"
     "did you mean \"sweep.budget\"?\n"
     "x.yaml:6:1: halving: unknown key\n"
     "halving: {factor: 3}\n"
     "^\n"
     "did you mean \"sweep.halving\"?"},
    {"checkpoint_that_is_no_duration",
     SPEC_HEAD "model: cnn\n"
     "train: {checkpoint: often}\n",
     {NULL},
     "x.yaml:5:21: train.checkpoint: expected a duration such as 90s, 45m, 8h or 1h30m, found \"often\"\n"
     "train: {checkpoint: often}\n"
     "                    ^"},
    {"checkpoint_below_a_second",
     SPEC_HEAD "model: cnn\n"
     "train: {checkpoint: 0.5s}\n",
     {NULL},
     "x.yaml:5:21: train.checkpoint: 0.5s is not in 1s..10000d\n"
     "train: {checkpoint: 0.5s}\n"
     "                    ^"},
    {"checkpoint_that_is_a_truth_value",
     SPEC_HEAD "model: cnn\n"
     "train: {checkpoint: true}\n",
     {NULL},
     "x.yaml:5:21: train.checkpoint: expected a duration such as 90s, 45m, 8h or 1h30m, found \"true\"\n"
     "train: {checkpoint: true}\n"
     "                    ^"},
    {"checkpoint_of_lbfgs",
     SPEC_HEAD "model: logreg\n"
     "train: {checkpoint: 5s}\n",
     {NULL},
     "x.yaml:5:9: train.checkpoint: has no effect with model.solver lbfgs; it is for adam\n"
     "train: {checkpoint: 5s}\n"
     "        ^"},
    {"swept_checkpoint",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product:\n"
     "    train.checkpoint: [5s, 60s]\n"
     "  zip: {train: {checkpoint: [1s, 2s]}}\n"
     "  list: [{train: {checkpoint: 5s}}]\n",
     {NULL},
     "x.yaml:7:5: sweep.product.train.checkpoint: train.checkpoint changes no result, so it cannot be swept; give it once, outside the sweep\n"
     "    train.checkpoint: [5s, 60s]\n"
     "    ^\n"
     "x.yaml:8:17: sweep.zip.train.checkpoint: train.checkpoint changes no result, so it cannot be swept; give it once, outside the sweep\n"
     "  zip: {train: {checkpoint: [1s, 2s]}}\n"
     "                ^\n"
     "x.yaml:9:19: sweep.list[0].train.checkpoint: train.checkpoint changes no result, so it cannot be swept; give it once, outside the sweep\n"
     "  list: [{train: {checkpoint: 5s}}]\n"
     "                  ^"},
    {"checkpoint_in_a_swept_section",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product:\n"
     "    train:\n"
     "      - {checkpoint: 5s}\n"
     "      - {lr: 0.1}\n",
     {NULL},
     "x.yaml:8:10: sweep.product.train.checkpoint: train.checkpoint changes no result, so it cannot be swept; give it once, outside the sweep\n"
     "      - {checkpoint: 5s}\n"
     "         ^"},
    {"checkpoint_in_conditions",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  exclude: [{train.checkpoint: 60s}]\n",
     {NULL},
     "x.yaml:7:14: sweep.exclude[0].train.checkpoint: train.checkpoint changes no result, so it cannot be swept; give it once, outside the sweep\n"
     "  exclude: [{train.checkpoint: 60s}]\n"
     "             ^"},
    {"swept_study_keys",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product:\n"
     "    sweep.budget: [1h, 2h]\n"
     "    sweep.halving: [none]\n"
     "    sweep.random.n: [1, 2]\n",
     {NULL},
     "x.yaml:7:5: sweep.product.sweep.budget: sweep.budget is the study's and cannot be swept\n"
     "    sweep.budget: [1h, 2h]\n"
     "    ^\n"
     "x.yaml:8:5: sweep.product.sweep.halving: sweep.halving is the study's and cannot be swept\n"
     "    sweep.halving: [none]\n"
     "    ^\n"
     "x.yaml:9:5: sweep.product.sweep.random.n: sweep.random.n is the study's and cannot be swept\n"
     "    sweep.random.n: [1, 2]\n"
     "    ^"},
    {"limits_by_override",
     SPEC_HEAD "model: cnn\n",
     {"sweep.budget=soon", "sweep.halving.factor=0", "train.checkpoint=0s", NULL},
     "--set sweep.budget: expected a duration such as 90s, 45m, 8h or 1h30m, found \"soon\"\n"
     "--set sweep.halving.factor: 0 is not in 2..1000\n"
     "--set train.checkpoint: 0s is not in 1s..10000d"},
};
/* clang-format on */

static void test_messages_about_halving_budget_and_checkpoint(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

const tst_case tst_spec_limit_errors[] = {TST(test_messages_about_halving_budget_and_checkpoint),
                                          TST_END};
