/* Models on disk without training: a model file with the weights of tests/kernels/nn/net_data.h. */
#ifndef MODEL_FIXTURE_H
#define MODEL_FIXTURE_H

#include "stages/model_file.h"

/* Writes DIR/model.safetensors of a spec in canonical lines; the folder is made. spoil NaN: the first weight becomes that. */
void model_fixture_write(const char *dir, const char *canonical, float spoil);

/* The same model in memory. */
void model_fixture_load(const char *dir, pl_model *m);

/* A picture [h,w,c] by a formula: number i. */
void model_fixture_pixels(const pl_model *m, int i, uint8_t *x);

#endif
