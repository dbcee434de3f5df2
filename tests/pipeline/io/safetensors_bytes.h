/* Files as the safetensors package writes them: output of scripts/oracle/io_bytes.py. The literal's
 * final NUL is no part of a file. */
#ifndef TST_SAFETENSORS_BYTES_H
#define TST_SAFETENSORS_BYTES_H

/* clang-format off */
static const char SAFETENSORS[] =
    "\000\001\000\000\000\000\000\000{\042__metadata__\042:"
    "{\042model\042:\042cnn\042},\042n\042:{\042dt"
    "ype\042:\042I64\042,\042shape\042:[2],\042"
    "data_offsets\042:[0,16]},\042d"
    "\042:{\042dtype\042:\042F64\042,\042shape\042"
    ":[],\042data_offsets\042:[16,2"
    "4]},\042w\042:{\042dtype\042:\042F32\042,\042"
    "shape\042:[2,2],\042data_offse"
    "ts\042:[24,40]},\042u\042:{\042dtype"
    "\042:\042U8\042,\042shape\042:[3],\042data"
    "_offsets\042:[40,43]}}     "
    "\007\000\000\000\000\000\000\000\377\377\377\377\377\377\377\377\232\231\231\231\231\231\271\077"
    "\000\000\300\077\000\000 @\000\000`@\000\000\220\300\001\002\377";
/* clang-format on */

#endif
