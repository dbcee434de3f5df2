#include "draw/figure_script.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "util/str.h"

const char *const pl_figure_kinds[PL_FIGURE_KINDS] = {"svg", "png", "pdf"};

enum { MAX_PIXELS = 32000, SOURCE_TAG = 9999, SOURCE_FONT = 8, SOURCE_LINE = 11, SOURCE_FREE = 6 };

/* Widths of the text on an A4 page with margins of 2 cm, and of one of two columns on it. */
#define FULL_CM 17.0
#define COLUMN_CM 8.5
#define POINTS_PER_CM (72.0 / 2.54)

/* The cairo terminals take a font's points at 96 dots per inch: 0.75 makes one a point of the figure. */
#define CAIRO_FONT 0.75

/* pdfcairo draws lines of width 1 half a point wide, and points of size 1 larger than the others by so much. */
#define PDF_LINE 0.5
#define PDF_POINT 0.9

#define SVG_OPTIONS "noenhanced font 'DejaVu Sans,12' background '#ffffff'"

/* gnuplot's SVG terminal remembers the last pen of the figure before, and the next one's first
 * element has its colour. A figure that is thrown away comes first, so that a figure's bytes do not
 * depend on its place in the script. */
static const char settle[] = "reset\nset terminal svg " SVG_OPTIONS "\nset output '/dev/null'\n"
                             "plot [0:1][0:1] 2 notitle\nunset output\n";

static const char look[] = "set border 3 lt 1 lw 1 lc rgb '" PL_COLOR_DARK "'\n"
                           "set tics nomirror out scale 0.6 textcolor rgb '" PL_COLOR_DARK "'\n"
                           "set grid back lt 1 lw 1 lc rgb '" PL_COLOR_GRID "'\n"
                           "set key tmargin center horizontal Left reverse noenhanced samplen 2.5 "
                           "textcolor rgb '" PL_COLOR_DARK "'\n"
                           "set title textcolor rgb '" PL_COLOR_DARK "'\n"
                           "set linetype cycle 8\n";

/* The looks of a series. Line types have no dash, so that a plot that names its colour has whole lines. */
static const struct {
    const char *color, *width, *dash;
    int point;
    const char *size;
} series[] = {{PL_COLOR_1, "1.5", "1", 7, "0.6"},          {PL_COLOR_2, "1.5", "2", 5, "0.6"},
              {PL_COLOR_3, "1.5", "4", 9, "0.7"},          {PL_COLOR_4, "1.5", "3", 6, "0.6"},
              {PL_COLOR_5, "1.5", "5", 4, "0.6"},          {PL_COLOR_6, "1.5", "(12,4)", 8, "0.7"},
              {PL_COLOR_7, "1.5", "(2,2,8,2)", 11, "0.7"}, {PL_COLOR_8, "2", "1", 13, "0.7"}};

static void add_look(pl_str *s)
{
    pl_str_add(s, look);
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++)
        pl_str_addf(s,
                    "set linetype %zu lc rgb '%s' lw %s dt 1 pt %d ps %s\n"
                    "set style line %zu lc rgb '%s' lw %s dt %s pt %d ps %s\n",
                    i + 1, series[i].color, series[i].width, series[i].point, series[i].size, i + 1,
                    series[i].color, series[i].width, series[i].dash, series[i].point,
                    series[i].size);
}

/* What the source line takes below a figure. */
typedef struct strip {
    pl_str text;   /* a gnuplot string; empty: none */
    double height; /* points */
} strip;

static strip strip_of(const pl_figure *figure)
{
    strip s = {.height = 0};
    pl_str_init(&s.text);
    if (figure->source) {
        /* a character of DejaVu Sans is on average 0.6 of its size wide, in hexadecimal digits 0.64 */
        size_t width = (size_t)((figure->width - 2 * SOURCE_FREE) / (0.64 * SOURCE_FONT));
        int lines = pl_add_gnuplot(&s.text, figure->source, width > 20 ? width : 20);
        s.height = SOURCE_FREE + SOURCE_LINE * lines;
    }
    return s;
}

/* The body's next line, and whether a statement goes on in the one after. */
static size_t line_of(const char *text, bool *goes_on)
{
    size_t n = strcspn(text, "\n");
    *goes_on = n > 0 && text[n - 1] == '\\';
    return n + (text[n] == '\n');
}

static const char *word_at(const char *line, const char *word)
{
    line += strspn(line, " \t");
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 && !isalnum((unsigned char)line[n]) ? line + n : NULL;
}

/* The end of a data block that begins in this line, as "\nEOD\n"; "" where none does. */
static void block_end(const char *line, size_t size, char *end, size_t room)
{
    const char *at = strstr(line, "<<");
    end[0] = '\0';
    if (line[strspn(line, " \t")] != '$' || !at || at >= line + size)
        return;
    at += 2 + strspn(at + 2, " ");
    snprintf(end, room, "\n%.*s\n", (int)strcspn(at, " \n"), at);
}

/* Panels leave the strip free: each of the R rows loses its height and goes up by half of it. Returns how
 * much of the statement was added: all up to its layout R,C. */
static size_t add_panels(pl_str *s, const char *line, size_t size, double share)
{
    int rows, columns, end = 0;
    const char *layout = strstr(line, "layout ");
    if (!layout || layout >= line + size ||
        sscanf(layout, "layout %d , %d%n", &rows, &columns, &end) < 2 || rows < 1)
        return 0;
    size_t done = (size_t)(layout + end - line);
    pl_str_add_bytes(s, line, done);
    pl_str_addf(s, " scale 1,%.6f offset 0,%.6f", 1 - rows * share, share / 2);
    return done;
}

/* The body with its panels above the source line, which only the first of them draws. share: the
 * strip's, of the height. */
static void add_body(pl_str *s, const char *body, double share)
{
    enum { BEFORE, PANELS, PLOTTING, AFTER } state = BEFORE;
    char end[64];
    bool goes_on, went_on = false;
    while (*body) {
        size_t n = line_of(body, &goes_on);
        bool panels = state == BEFORE && !went_on && word_at(body, "set multiplot");
        block_end(body, n, end, sizeof end);
        const char *stop = end[0] ? strstr(body, end) : NULL;
        size_t done = panels ? add_panels(s, body, n, share) : 0;
        state = panels ? PANELS : state;
        n = stop ? (size_t)(stop - body) + strlen(end) : n;
        pl_str_add_bytes(s, body + done, n - done);
        if (state == PANELS && !went_on && (word_at(body, "plot") || word_at(body, "splot")))
            state = PLOTTING;
        body += n;
        went_on = goes_on && !stop;
        if (state == PLOTTING && !went_on) {
            pl_str_addf(s, "%sunset label %d\n", body[-1] == '\n' ? "" : "\n", SOURCE_TAG);
            state = AFTER;
        }
    }
}

/* One drawing on the terminal that was set. */
static void add_drawing(pl_str *s, const pl_figure *figure, const char *kind, const strip *source)
{
    double height = figure->height + source->height, share = source->height / height;
    pl_str_addf(s, "set output '%s.%s'\n", figure->name, kind);
    add_look(s);
    if (source->height > 0) {
        pl_str_addf(s, "set label %d ", SOURCE_TAG);
        pl_str_add(s, source->text.text);
        pl_str_addf(s,
                    " at screen %.6f, screen %.6f left noenhanced front font ',%d' textcolor rgb "
                    "'" PL_COLOR_SOFT "'\nset size 1,%.6f\nset origin 0,%.6f\n",
                    (double)SOURCE_FREE / figure->width,
                    (source->height - 0.5 * SOURCE_LINE) / height, SOURCE_FONT, 1 - share, share);
        add_body(s, figure->body, share);
    } else {
        pl_str_add(s, figure->body);
    }
    pl_str_add(s, "\nunset output\n");
}

char *pl_figure_script(const pl_figure *figure)
{
    strip source = strip_of(figure);
    int width = figure->width, height = figure->height + (int)source.height;
    int scale = width * 2 <= MAX_PIXELS && height * 2 <= MAX_PIXELS ? 2 : 1;
    double cm = width <= PL_FIGURE_COLUMN ? COLUMN_CM : FULL_CM;
    double point = cm * POINTS_PER_CM / width; /* of the figure, on the page */
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "%sreset\nset encoding utf8\nset terminal svg size %d,%d " SVG_OPTIONS "\n",
                settle, width, height);
    add_drawing(&s, figure, "svg", &source);
    pl_str_addf(&s,
                "reset\nset encoding utf8\nset terminal pngcairo size %d,%d noenhanced font "
                "'DejaVu Sans,12' "
                "fontscale %.9g linewidth %d pointscale %d background '#ffffff'\n",
                width * scale, height * scale, CAIRO_FONT * scale, scale, scale);
    add_drawing(&s, figure, "png", &source);
    pl_str_addf(&s,
                "reset\nset encoding utf8\nset terminal pdfcairo size %.9gcm,%.6fcm noenhanced "
                "font 'DejaVu Sans,12' "
                "fontscale %.9g linewidth %.9g pointscale %.9g background '#ffffff'\n",
                cm, cm * height / width, CAIRO_FONT * point, point / PDF_LINE, point / PDF_POINT);
    add_drawing(&s, figure, "pdf", &source);
    pl_str_clear(&source.text);
    return pl_str_take(&s);
}
