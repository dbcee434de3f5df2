/* A small piece of work on a store: opening it, a source's digest, one entry of two files. */
#ifndef FAULT_STORE_WORK_H
#define FAULT_STORE_WORK_H

#include <stdbool.h>

#include "cache/store.h"

/* context: the store's folder, a string. Makes the entry where it is missing. 0: it is there; else
 * which step failed. */
int store_work_make(void *context);

/* Asserts no failure; whether the entry is not there, or has its bytes. */
bool store_work_is_whole(pl_store *s, bool *found);

#endif
