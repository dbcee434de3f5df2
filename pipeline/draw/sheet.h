/* A contact sheet: pictures in rows under titles, below each a bar and some lines of text, as one PNG. Grey pictures make a grey
 * PNG. The same input gives the same bytes. */
#ifndef PL_DRAW_SHEET_H
#define PL_DRAW_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "util/str.h"

enum { PL_TILE_LINES = 4, PL_SHEET_COLUMNS = 6 /* where none are asked for */ };

typedef struct pl_tile {
    const uint8_t *x;                /* [height,width,channels] of the sheet */
    const char *line[PL_TILE_LINES]; /* UTF-8, below the picture; NULL: none */
    float bar;                       /* 0..1, where the sheet has bars */
    bool marked;                     /* has a frame: answered wrongly */
} pl_tile;

/* Tiles under a title; the title may be NULL. */
typedef struct pl_band {
    const char *title;
    const pl_tile *tile;
    size_t count;
} pl_band;

typedef struct pl_sheet {
    int width, height, channels; /* of every picture; channels 1 (gray) or 3 (rgb) */
    int columns;                 /* at most so many beside one another; 0: PL_SHEET_COLUMNS */
    bool named;                  /* the first line is a name: cells do not grow with it */
    bool bars;  /* a bar below every picture, from 0 at the left to 1, with a tick at 1/2 */
    bool small; /* rgb in 256 colours chosen from the pictures: a third of the bytes */
    const pl_band *band;
    size_t bands;
} pl_sheet;

/* Small pictures are drawn larger by a whole factor. Text is ASCII and Latin-1 (others are ?); a line that is too long loses
 * its head, a title is broken into lines. Memory: one row of pictures and the PNG. */
kn_status pl_sheet_png(const pl_sheet *sheet, pl_str *png, kn_error *e);

/* Of pl_sheet_png; a file that already holds these bytes stays as it is. Atomic. KN_EIO: cannot be written. */
kn_status pl_sheet_write(const char *path, const pl_sheet *sheet, kn_error *e);

#endif
