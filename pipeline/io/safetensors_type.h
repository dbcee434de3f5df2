/* The element types of safetensors files, shared by writer and reader. */
#ifndef PL_IO_SAFETENSORS_TYPE_H
#define PL_IO_SAFETENSORS_TYPE_H

#include "io/safetensors.h"

static const struct {
    const char *text;
    size_t size;
} pl_st_types[] = {[PL_ST_F32] = {"F32", 4},
                   [PL_ST_F64] = {"F64", 8},
                   [PL_ST_U8] = {"U8", 1},
                   [PL_ST_I64] = {"I64", 8}};

enum { PL_ST_TYPES = sizeof pl_st_types / sizeof pl_st_types[0] };

#endif
