/* Files as numpy.save writes them: output of scripts/oracle/io_bytes.py. The literal's final NUL is
 * no part of a file. */
#ifndef TST_NPY_BYTES_H
#define TST_NPY_BYTES_H

/* clang-format off */
static const char NPY_U1[] =
    "\223NUMPY\001\000v\000{'descr': '|u1"
    "', 'fortran_order': Fals"
    "e, 'shape': (2, 3, 2, 1)"
    ", }                     "
    "                        "
    "       \012\000\001\002\003\004\005\006\007\010\011\012\013";
static const char NPY_I1[] =
    "\223NUMPY\001\000v\000{'descr': '|i1"
    "', 'fortran_order': Fals"
    "e, 'shape': (1, 3), }   "
    "                        "
    "                        "
    "       \012\377\001\377";
static const char NPY_U4[] =
    "\223NUMPY\001\000v\000{'descr': '<u4"
    "', 'fortran_order': Fals"
    "e, 'shape': (3,), }     "
    "                        "
    "                        "
    "       \012\001\000\000\000p\021\001\000\377\377\377\377";
static const char NPY_F4[] =
    "\223NUMPY\001\000v\000{'descr': '<f4"
    "', 'fortran_order': Fals"
    "e, 'shape': (2,), }     "
    "                        "
    "                        "
    "       \012\000\000\300\077\000\000\020\300";
static const char NPY_F8[] =
    "\223NUMPY\001\000v\000{'descr': '<f8"
    "', 'fortran_order': Fals"
    "e, 'shape': (1, 1), }   "
    "                        "
    "                        "
    "       \012\232\231\231\231\231\231\271\077";
static const char NPY_I8[] =
    "\223NUMPY\001\000v\000{'descr': '<i8"
    "', 'fortran_order': Fals"
    "e, 'shape': (1,), }     "
    "                        "
    "                        "
    "       \012\001\000\000\000\000\000\000\000";
static const char NPY_FORTRAN[] =
    "\223NUMPY\001\000v\000{'descr': '|u1"
    "', 'fortran_order': True"
    ", 'shape': (2, 2), }    "
    "                        "
    "                        "
    "       \012\000\002\001\003";
/* clang-format on */

#endif
