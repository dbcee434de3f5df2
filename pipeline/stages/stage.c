#include "stages/stage.h"

const pl_stage *const pl_stages[PL_STAGE_COUNT] = {
    [PL_INGEST] = &pl_stage_ingest,
    [PL_SPLIT] = &pl_stage_split,
    [PL_TRAIN] = &pl_stage_train,
    [PL_EVALUATE] = &pl_stage_evaluate,
};
