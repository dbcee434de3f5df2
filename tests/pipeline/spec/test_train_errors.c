/* Every message the keys of optimizers, schedules and steps give, whole. */
#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* clang-format off */
static const spec_wrong wrong[] = {
    {"out_of_range",
     SPEC_HEAD "model: cnn\n"
     "train:\n"
     "  label_smoothing: 0.6\n"
     "  mixup: 9\n"
     "  clip_norm: -1\n"
     "  ema: 1\n",
     {NULL},
     "x.yaml:6:20: train.label_smoothing: 0.6 is not in 0..0.5\n"
     "  label_smoothing: 0.6\n"
     "                   ^\n"
     "x.yaml:7:10: train.mixup: 9 is not in 0..8\n"
     "  mixup: 9\n"
     "         ^\n"
     "x.yaml:8:14: train.clip_norm: -1 is not in 0..1000000\n"
     "  clip_norm: -1\n"
     "             ^\n"
     "x.yaml:9:8: train.ema: 1 is not in 0..0.99999\n"
     "  ema: 1\n"
     "       ^"},
    {"wrong_type",
     SPEC_HEAD "model: cnn\n"
     "train: {label_smoothing: some, mixup: [1], clip_norm: \"1\", ema: true, precision: 16}\n",
     {NULL},
     "x.yaml:5:26: train.label_smoothing: expected a number, found \"some\"\n"
     "train: {label_smoothing: some, mixup: [1], clip_norm: \"1\", ema: true, precision: 16}\n"
     "                         ^\n"
     "x.yaml:5:39: train.mixup: expected a number, found a list\n"
     "train: {label_smoothing: some, mixup: [1], clip_norm: \"1\", ema: true, precision: 16}\n"
     "                                      ^\n"
     "x.yaml:5:55: train.clip_norm: expected a number, found the text \"1\"\n"
     "train: {label_smoothing: some, mixup: [1], clip_norm: \"1\", ema: true, precision: 16}\n"
     "                                                      ^\n"
     "x.yaml:5:65: train.ema: expected a number, found \"true\"\n"
     "train: {label_smoothing: some, mixup: [1], clip_norm: \"1\", ema: true, precision: 16}\n"
     "                                                                ^\n"
     "x.yaml:5:82: train.precision: \"16\" is not one of fp32, bf16\n"
     "train: {label_smoothing: some, mixup: [1], clip_norm: \"1\", ema: true, precision: 16}\n"
     "                                                                                 ^"},
    {"unknown_precision",
     SPEC_HEAD "model: cnn\n"
     "train: {precision: fp16}\n",
     {NULL},
     "x.yaml:5:20: train.precision: \"fp16\" is not one of fp32, bf16\n"
     "train: {precision: fp16}\n"
     "                   ^"},
    {"bf16_without_products",
     SPEC_HEAD "model: rnn\n"
     "train: {precision: bf16}\n",
     {NULL},
     "x.yaml:5:9: train.precision: has no effect with model.type rnn; it is for cnn and layers\n"
     "train: {precision: bf16}\n"
     "        ^"},
    {"without_steps",
     SPEC_HEAD "model: logreg\n"
     "train: {label_smoothing: 0.1, mixup: 0.2, clip_norm: 1, ema: 0.9, precision: bf16}\n",
     {NULL},
     "x.yaml:5:9: train.label_smoothing: has no effect with model.solver lbfgs; it is for adam\n"
     "train: {label_smoothing: 0.1, mixup: 0.2, clip_norm: 1, ema: 0.9, precision: bf16}\n"
     "        ^\n"
     "x.yaml:5:31: train.mixup: has no effect with model.solver lbfgs; it is for adam\n"
     "train: {label_smoothing: 0.1, mixup: 0.2, clip_norm: 1, ema: 0.9, precision: bf16}\n"
     "                              ^\n"
     "x.yaml:5:43: train.clip_norm: has no effect with model.solver lbfgs; it is for adam\n"
     "train: {label_smoothing: 0.1, mixup: 0.2, clip_norm: 1, ema: 0.9, precision: bf16}\n"
     "                                          ^\n"
     "x.yaml:5:57: train.ema: has no effect with model.solver lbfgs; it is for adam\n"
     "train: {label_smoothing: 0.1, mixup: 0.2, clip_norm: 1, ema: 0.9, precision: bf16}\n"
     "                                                        ^\n"
     "x.yaml:5:67: train.precision: has no effect with model.solver lbfgs; it is for adam\n"
     "train: {label_smoothing: 0.1, mixup: 0.2, clip_norm: 1, ema: 0.9, precision: bf16}\n"
     "                                                                  ^"},
    {"precision_of_logreg_by_steps",
     SPEC_HEAD "model: {type: logreg, solver: adam}\n"
     "train: {precision: bf16}\n",
     {NULL},
     "x.yaml:5:9: train.precision: has no effect with model.type logreg; it is for cnn and layers\n"
     "train: {precision: bf16}\n"
     "        ^"},
    {"unknown_optimizer",
     SPEC_HEAD "model: cnn\n"
     "train: {optimizer: adamw_troch}\n",
     {NULL},
     "x.yaml:5:20: train.optimizer: \"adamw_troch\" is not one of sgd, rmsprop, adam, adamw, adamw_torch\n"
     "train: {optimizer: adamw_troch}\n"
     "                   ^\n"
     "did you mean \"adamw_torch\"?"},
    {"weight_decay_of_another_optimizer",
     SPEC_HEAD "model: cnn\n"
     "train: {optimizer: adam, weight_decay: 0.01}\n",
     {NULL},
     "x.yaml:5:26: train.weight_decay: has no effect with train.optimizer adam; it is for adamw and adamw_torch\n"
     "train: {optimizer: adam, weight_decay: 0.01}\n"
     "                         ^"},
    {"momentum_of_adamw_torch",
     SPEC_HEAD "model: cnn\n"
     "train: {optimizer: adamw_torch, momentum: 0.9}\n",
     {NULL},
     "x.yaml:5:33: train.momentum: has no effect with train.optimizer adamw_torch; it is for sgd and rmsprop\n"
     "train: {optimizer: adamw_torch, momentum: 0.9}\n"
     "                                ^"},
    {"betas_of_rmsprop",
     SPEC_HEAD "model: cnn\n"
     "train: {optimizer: rmsprop, beta1: 0.9}\n",
     {NULL},
     "x.yaml:5:29: train.beta1: has no effect with train.optimizer rmsprop; it is for adam, adamw and adamw_torch\n"
     "train: {optimizer: rmsprop, beta1: 0.9}\n"
     "                            ^"},
    {"eps_of_sgd",
     SPEC_HEAD "model: cnn\n"
     "train: {optimizer: sgd, eps: 1e-8}\n",
     {NULL},
     "x.yaml:5:25: train.eps: has no effect with train.optimizer sgd; it is for rmsprop, adam, adamw and adamw_torch\n"
     "train: {optimizer: sgd, eps: 1e-8}\n"
     "                        ^"},
    {"unknown_schedule",
     SPEC_HEAD "model: cnn\n"
     "train: {schedule: one_cycle}\n",
     {NULL},
     "x.yaml:5:19: train.schedule.type: \"one_cycle\" is not one of constant, step, exponential, cosine, plateau, onecycle, restarts\n"
     "train: {schedule: one_cycle}\n"
     "                  ^\n"
     "did you mean \"onecycle\"?"},
    {"warmup_of_one_cycle",
     SPEC_HEAD "model: cnn\n"
     "train: {schedule: {type: onecycle, warmup: 1}}\n",
     {NULL},
     "x.yaml:5:36: train.schedule.warmup: has no effect with train.schedule.type onecycle; it is for every type but onecycle\n"
     "train: {schedule: {type: onecycle, warmup: 1}}\n"
     "                                   ^"},
    {"keys_of_other_schedules",
     SPEC_HEAD "model: cnn\n"
     "train:\n"
     "  schedule: {type: onecycle, lr_min: 0.1, period: 2, mult: 1}\n",
     {NULL},
     "x.yaml:6:30: train.schedule.lr_min: has no effect with train.schedule.type onecycle; it is for cosine, plateau and restarts\n"
     "  schedule: {type: onecycle, lr_min: 0.1, period: 2, mult: 1}\n"
     "                             ^\n"
     "x.yaml:6:43: train.schedule.period: has no effect with train.schedule.type onecycle; it is for restarts\n"
     "  schedule: {type: onecycle, lr_min: 0.1, period: 2, mult: 1}\n"
     "                                          ^\n"
     "x.yaml:6:54: train.schedule.mult: has no effect with train.schedule.type onecycle; it is for restarts\n"
     "  schedule: {type: onecycle, lr_min: 0.1, period: 2, mult: 1}\n"
     "                                                     ^"},
    {"keys_of_one_cycle_elsewhere",
     SPEC_HEAD "model: cnn\n"
     "train:\n"
     "  schedule: {type: restarts, pct_start: 0.1, div_factor: 2, final_div_factor: 3}\n",
     {NULL},
     "x.yaml:6:30: train.schedule.pct_start: has no effect with train.schedule.type restarts; it is for onecycle\n"
     "  schedule: {type: restarts, pct_start: 0.1, div_factor: 2, final_div_factor: 3}\n"
     "                             ^\n"
     "x.yaml:6:46: train.schedule.div_factor: has no effect with train.schedule.type restarts; it is for onecycle\n"
     "  schedule: {type: restarts, pct_start: 0.1, div_factor: 2, final_div_factor: 3}\n"
     "                                             ^\n"
     "x.yaml:6:61: train.schedule.final_div_factor: has no effect with train.schedule.type restarts; it is for onecycle\n"
     "  schedule: {type: restarts, pct_start: 0.1, div_factor: 2, final_div_factor: 3}\n"
     "                                                            ^"},
    {"schedule_out_of_range",
     SPEC_HEAD "model: cnn\n"
     "train:\n"
     "  schedule: {type: onecycle, pct_start: 1.5, div_factor: 0.5, final_div_factor: 0}\n",
     {NULL},
     "x.yaml:6:41: train.schedule.pct_start: 1.5 is not in 0..1\n"
     "  schedule: {type: onecycle, pct_start: 1.5, div_factor: 0.5, final_div_factor: 0}\n"
     "                                        ^\n"
     "x.yaml:6:58: train.schedule.div_factor: 0.5 is not in 1..10000000000\n"
     "  schedule: {type: onecycle, pct_start: 1.5, div_factor: 0.5, final_div_factor: 0}\n"
     "                                                         ^\n"
     "x.yaml:6:81: train.schedule.final_div_factor: 0 is not in 1..10000000000\n"
     "  schedule: {type: onecycle, pct_start: 1.5, div_factor: 0.5, final_div_factor: 0}\n"
     "                                                                                ^"},
    {"periods_out_of_range",
     SPEC_HEAD "model: cnn\n"
     "train:\n"
     "  schedule: {type: restarts, period: 0, mult: 1.5}\n",
     {NULL},
     "x.yaml:6:38: train.schedule.period: 0 is not in 1..100000\n"
     "  schedule: {type: restarts, period: 0, mult: 1.5}\n"
     "                                     ^\n"
     "x.yaml:6:47: train.schedule.mult: expected a whole number, found \"1.5\"\n"
     "  schedule: {type: restarts, period: 0, mult: 1.5}\n"
     "                                              ^"},
    {"words_of_keras_and_torch",
     SPEC_HEAD "model: cnn\n"
     "train: {global_clipnorm: 1, ema_momentum: 0.9, schedule: {T_0: 1, T_mult: 2, eta_min: 0, max_lr: 1}}\n",
     {NULL},
     "x.yaml:5:9: train.global_clipnorm: unknown key\n"
     "train: {global_clipnorm: 1, ema_momentum: 0.9, schedule: {T_0: 1, T_mult: 2, eta_min: 0, max_lr: 1}}\n"
     "        ^\n"
     "did you mean \"train.clip_norm\"?\n"
     "x.yaml:5:29: train.ema_momentum: unknown key\n"
     "train: {global_clipnorm: 1, ema_momentum: 0.9, schedule: {T_0: 1, T_mult: 2, eta_min: 0, max_lr: 1}}\n"
     "                            ^\n"
     "did you mean \"train.ema\"?\n"
     "x.yaml:5:59: train.schedule.T_0: unknown key\n"
     "train: {global_clipnorm: 1, ema_momentum: 0.9, schedule: {T_0: 1, T_mult: 2, eta_min: 0, max_lr: 1}}\n"
     "                                                          ^\n"
     "did you mean \"train.schedule.period\"?\n"
     "x.yaml:5:67: train.schedule.T_mult: unknown key\n"
     "train: {global_clipnorm: 1, ema_momentum: 0.9, schedule: {T_0: 1, T_mult: 2, eta_min: 0, max_lr: 1}}\n"
     "                                                                  ^\n"
     "did you mean \"train.schedule.mult\"?\n"
     "x.yaml:5:78: train.schedule.eta_min: unknown key\n"
     "train: {global_clipnorm: 1, ema_momentum: 0.9, schedule: {T_0: 1, T_mult: 2, eta_min: 0, max_lr: 1}}\n"
     "                                                                             ^\n"
     "did you mean \"train.schedule.lr_min\"?\n"
     "x.yaml:5:90: train.schedule.max_lr: unknown key\n"
     "train: {global_clipnorm: 1, ema_momentum: 0.9, schedule: {T_0: 1, T_mult: 2, eta_min: 0, max_lr: 1}}\n"
     "                                                                                         ^\n"
     "did you mean \"train.lr\"?"},
};
/* clang-format on */

static void test_wrong_keys_of_training(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

const tst_case tst_spec_train_errors[] = {TST(test_wrong_keys_of_training), TST_END};
