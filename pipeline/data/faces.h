/* The embedded data set: drawn faces in CelebA's layout, for a machine without the real pictures.
 *
 * In DIR: img_align_celeba.zip (178x218 JPEGs, stored, img_align_celeba/000001.jpg ...),
 * list_attr_celeba.csv (Kaggle's form: 40 columns of -1/1), list_eval_partition.csv (0 training, 1
 * validation, 2 test: 80/10/10, contiguous, no person on two sides) and identity_CelebA.txt
 * ("000001.jpg 123", several pictures per person).
 *
 * A person has lasting traits (sex, age, shape of face, hair), a picture has its own pose, light,
 * background, expression and accessories; every attribute column is either drawn or follows from
 * what is drawn. About 1 % of the labels of each column are flipped on purpose. Every random number
 * is a function of (seed, person or picture), and the drawing uses only operations that IEEE 754
 * rounds exactly: the same seed and count give the same bytes for any number of threads. */
#ifndef PL_DATA_FACES_H
#define PL_DATA_FACES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/status.h"

enum { PL_FACES_MAX_IMAGES = 999999 }; /* six digits in the names, as CelebA's */

/* Called on the caller's thread after every block of pictures; false stops the work. */
typedef bool (*pl_faces_progress)(void *context, int done, int images);

/* Writes the four files into `dir`, which is made (with its parents) where it is missing. Each
 * appears whole or not at all: they are written under temporary names, synced, and renamed when all
 * are complete, so a failure leaves the folder as it was. Files of these names are replaced where
 * the archive is one that this function wrote; other people's are left alone (KN_EUSAGE). Memory
 * does not grow with `images` but for 20 bytes each. KN_EUSAGE: images
 * outside 1..PL_FACES_MAX_IMAGES. KN_EIO: a folder or file that cannot be made or written.
 * KN_EINTERRUPTED: `progress` (which may be NULL) returned false. */
kn_status pl_faces_write(const char *dir, int images, uint64_t seed, kn_pool *pool,
                         pl_faces_progress progress, void *context, kn_error *e);

#endif
