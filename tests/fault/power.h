/* What a machine that goes off leaves behind.
 *
 * A program runs with FACET_FAULT_TRACE and FACET_FAULT_KEEP (util/fault.h) and ends at some instant.
 * The folders then hold everything it did; a disk holds less. power_cut takes away what the disk need
 * not have had:
 *
 *   names    a name made, moved or removed is certain once its folder was fsynced afterwards. Of the
 *            uncertain ones of each folder the last few are undone, in reverse: new files go, renames
 *            go back (and what they replaced returns), removed files return.
 *   content  a file's bytes are certain once it was fsynced after its last write. Others are cut to a
 *            random length, filled with zeros from a random byte, or left.
 *
 * A rename between two folders is one step, certain with the folder it goes to. */
#ifndef FAULT_POWER_H
#define FAULT_POWER_H

#include <stdint.h>

typedef struct power_loss {
    int uncertain; /* names that could have gone either way */
    int undone;    /* of them */
    int damaged;   /* files cut or zeroed */
} power_loss;

/* dir: where the program ran, and below which it wrote everything (relative names in the trace begin
 * there). No process may write there any more. The same seed undoes the same. */
power_loss power_cut(const char *dir, const char *trace, const char *keep, uint64_t seed);

#endif
