#include "draw/term_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"

enum { LEFT = 9, RIGHT = 7, BELOW = 2, ABOVE = 1, DOTS_X = 2, DOTS_Y = 4 };

/* The dots of a series; a cell belongs to the last series that has a dot in it. */
typedef struct canvas {
    size_t columns, rows; /* cells */
    unsigned char *dots;  /* braille bits per cell; in ASCII 1 where there is a mark */
    unsigned char *owner; /* 1 + series; 0: empty */
    bool unicode;
} canvas;

typedef struct range {
    double low, high, step; /* ticks at multiples of step */
} range;

/* 1, 2 or 5 times a power of ten, so that at most `most` steps cover the span. */
static double nice_step(double span, double most)
{
    double step = pow(10, floor(log10(span / most)));
    static const double factor[] = {1, 2, 5, 10};
    for (size_t i = 0; i < 4; i++) {
        if (span / (factor[i] * step) <= most)
            return factor[i] * step;
    }
    return 10 * step;
}

/* The values' range, widened to whole steps; false: there is none. */
static bool range_of(const pl_term_plot *p, double rows, range *out)
{
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t k = 0; k < p->count; k++) {
        for (size_t i = 0; i < p->series[k].count; i++) {
            double y = p->series[k].y[i];
            low = isfinite(y) && y < low ? y : low;
            high = isfinite(y) && y > high ? y : high;
        }
    }
    if (low > high)
        return false;
    double least = fmax(1e-6, 1e-3 * fmax(fabs(low), fabs(high)));
    if (high - low < least) {
        low -= least / 2;
        high += least / 2;
    }
    out->step = nice_step(high - low, fmax(2, floor(rows / 3)));
    out->low = out->step * floor(low / out->step + 1e-9);
    out->high = out->step * ceil(high / out->step - 1e-9);
    return true;
}

static void set_dot(canvas *c, long x, long y, unsigned char owner)
{
    static const unsigned char bit[DOTS_Y][DOTS_X] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    long wide = c->unicode ? DOTS_X : 1, high = c->unicode ? DOTS_Y : 1;
    if (x < 0 || y < 0 || x >= (long)c->columns * wide || y >= (long)c->rows * high)
        return;
    size_t at = (size_t)(y / high) * c->columns + (size_t)(x / wide);
    c->dots[at] |= c->unicode ? bit[y % DOTS_Y][x % DOTS_X] : 1;
    c->owner[at] = owner;
}

static void draw_line(canvas *c, double x0, double y0, double x1, double y1, unsigned char owner,
                      bool dashed)
{
    double steps = fmax(1, ceil(fmax(fabs(x1 - x0), fabs(y1 - y0))));
    for (double i = 0; i <= steps; i++) {
        long x = lround(x0 + (x1 - x0) * i / steps), y = lround(y0 + (y1 - y0) * i / steps);
        if (!dashed || !c->unicode || x % 6 < 3)
            set_dot(c, x, y, owner);
    }
}

static void draw_series(const pl_term_plot *p, size_t k, const range *r, canvas *c)
{
    const pl_term_series *s = &p->series[k];
    double wide = (double)(c->columns * (c->unicode ? DOTS_X : 1)) - 1;
    double high = (double)(c->rows * (c->unicode ? DOTS_Y : 1)) - 1;
    double was_x = 0, was_y = 0;
    bool was = false;
    for (size_t i = 0; i < s->count; i++) {
        bool is = isfinite(s->y[i]) && s->x[i] >= p->x_low && s->x[i] <= p->x_high;
        double x = wide * (s->x[i] - p->x_low) / (p->x_high - p->x_low);
        double y = high * (r->high - s->y[i]) / (r->high - r->low);
        if (is && was)
            draw_line(c, was_x, was_y, x, y, (unsigned char)(k + 1), s->dashed);
        if (is)
            set_dot(c, lround(x), lround(y), (unsigned char)(k + 1));
        was = is;
        was_x = x;
        was_y = y;
    }
}

static void add_colored(const pl_term_plot *p, size_t series, const char *text, pl_str *s)
{
    if (p->color)
        pl_str_addf(s, "\033[%sm%s\033[0m", p->series[series].code, text);
    else
        pl_str_add(s, text);
}

static void add_cell(const pl_term_plot *p, const canvas *c, size_t at, pl_str *s)
{
    char text[4] = " ";
    if (c->dots[at] && c->unicode) { /* U+2800 and the dots' bits */
        text[0] = (char)0xE2;
        text[1] = (char)(0xA0 + (c->dots[at] >> 6));
        text[2] = (char)(0x80 + (c->dots[at] & 0x3F));
        text[3] = '\0';
    } else if (c->dots[at]) {
        text[0] = p->series[c->owner[at] - 1].dashed ? 'o' : '*';
    }
    if (c->dots[at])
        add_colored(p, (size_t)c->owner[at] - 1, text, s);
    else
        pl_str_add(s, " ");
}

/* The rows where the series' names stand, beside their last points and never two in one; rows: none. */
static void place_names(const pl_term_plot *p, const range *r, size_t rows, size_t *at)
{
    for (size_t k = 0; k < p->count; k++) {
        double y = (double)NAN;
        for (size_t i = 0; i < p->series[k].count; i++)
            y = isfinite(p->series[k].y[i]) ? p->series[k].y[i] : y;
        at[k] = rows;
        if (isnan(y))
            continue;
        long want = lround(((double)rows - 1) * (r->high - y) / (r->high - r->low));
        for (long d = 0; d < 2 * (long)rows && at[k] == rows; d++) {
            long row = want + (d % 2 ? (d + 1) / 2 : -d / 2);
            bool free_row = row >= 0 && row < (long)rows;
            for (size_t j = 0; j < k; j++)
                free_row = free_row && at[j] != (size_t)row;
            if (free_row)
                at[k] = (size_t)row;
        }
    }
}

static void add_padded(pl_str *s, const char *text, size_t width, bool right)
{
    pl_str cut;
    pl_str_init(&cut);
    pl_add_cut(&cut, text, width);
    size_t n = pl_text_width(cut.text);
    int pad = n < width ? (int)(width - n) : 0;
    if (right)
        pl_str_addf(s, "%*s%s", pad, "", cut.text);
    else
        pl_str_addf(s, "%s%*s", cut.text, pad, "");
    pl_str_clear(&cut);
}

/* The label of a row at a multiple of the step, "" for others. */
static void tick_of(const pl_term_plot *p, const range *r, size_t row, size_t rows, char out[32])
{
    double per_row = (r->high - r->low) / ((double)rows - 1);
    double y = r->high - (double)row * per_row, tick = r->step * round(y / r->step);
    int decimals = (int)fmax(0, -floor(log10(r->step) + 1e-9));
    out[0] = '\0';
    if (fabs(tick - y) <= per_row / 2 * (1 - 1e-9) || (fabs(tick - y) <= per_row / 2 && tick >= y))
        snprintf(out, 32, "%.*f", decimals < p->decimals ? decimals : p->decimals,
                 tick == 0 ? 0.0 : tick);
}

static void add_axis(const pl_term_plot *p, size_t columns, pl_str *line, pl_str *labels)
{
    char low[32], high[32];
    pl_str_addf(line, "%*s%s", LEFT - 1, "", p->unicode ? "\xE2\x94\x94" : "+");
    for (size_t c = 0; c < columns; c++)
        pl_str_add(line, p->unicode ? "\xE2\x94\x80" : "-");
    pl_str_addf(line, "%*s", RIGHT, "");
    snprintf(low, sizeof low, "%g", p->x_low);
    snprintf(high, sizeof high, "%g", p->x_high);
    pl_str_addf(labels, "%*s%s", LEFT, "", low);
    size_t middle = columns > strlen(low) + strlen(high) ? columns - strlen(low) - strlen(high) : 0;
    size_t n = pl_text_width(p->xlabel), before = n + 2 <= middle ? (middle - n) / 2 : 0;
    if (before)
        pl_str_addf(labels, "%*s%s%*s", (int)before, "", p->xlabel, (int)(middle - n - before), "");
    else
        pl_str_addf(labels, "%*s", (int)middle, "");
    pl_str_addf(labels, "%s%*s", high, RIGHT, "");
}

void pl_term_plot_draw(const pl_term_plot *p, pl_str *line)
{
    size_t columns = p->width - LEFT - RIGHT, rows = p->height - ABOVE - BELOW;
    canvas c = {columns, rows, calloc(columns * rows, 1), calloc(columns * rows, 1), p->unicode};
    range r = {0, 1, 1};
    size_t name_at[PL_TERM_MOST_SERIES];
    if (!c.dots || !c.owner)
        abort();
    bool any = range_of(p, (double)rows, &r);
    for (size_t k = 0; k < p->count && any; k++)
        draw_series(p, k, &r, &c);
    place_names(p, &r, rows, name_at);
    pl_str_addf(&line[0], "%*s", LEFT, "");
    add_padded(&line[0], p->title, p->width - LEFT, false);
    for (size_t i = 0; i < rows; i++) {
        pl_str *s = &line[ABOVE + i];
        char tick[32] = "";
        if (any)
            tick_of(p, &r, i, rows, tick);
        const char *plain = *tick ? "+" : "|";
        const char *fine = *tick ? "\xE2\x94\xA4" : "\xE2\x94\x82";
        add_padded(s, tick, LEFT - 2, true);
        pl_str_addf(s, " %s", p->unicode ? fine : plain);
        if (!any && i == rows / 2)
            add_padded(s, "  no values yet", columns, false);
        else
            for (size_t x = 0; x < columns; x++)
                add_cell(p, &c, i * columns + x, s);
        size_t k = 0;
        while (k < p->count && name_at[k] != i)
            k++;
        pl_str name;
        pl_str_init(&name);
        pl_str_add(&name, " ");
        if (k < p->count)
            pl_add_cut(&name, p->series[k].name, RIGHT - 1);
        pl_str padded;
        pl_str_init(&padded);
        add_padded(&padded, name.text, RIGHT, false);
        if (k < p->count)
            add_colored(p, k, padded.text, s);
        else
            pl_str_add(s, padded.text);
        pl_str_clear(&padded);
        pl_str_clear(&name);
    }
    add_axis(p, columns, &line[ABOVE + rows], &line[ABOVE + rows + 1]);
    free(c.dots);
    free(c.owner);
}
