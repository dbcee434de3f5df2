#include "draw/escape.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct replacement {
    char c;
    const char *text;
} replacement;

static void add_replaced(pl_str *s, const char *text, const replacement *table)
{
    for (; *text; text++) {
        const replacement *r = table;
        while (r->c && r->c != *text)
            r++;
        if (r->c)
            pl_str_add(s, r->text);
        else if ((unsigned char)*text < ' ' || *text == 127)
            pl_str_add(s, " ");
        else
            pl_str_add_bytes(s, text, 1);
    }
}

void pl_add_html(pl_str *s, const char *text)
{
    static const replacement table[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'>', "&gt;"},
                                        {'"', "&quot;"}, {'\'', "&#39;"}, {0, NULL}};
    add_replaced(s, text, table);
}

void pl_add_tex(pl_str *s, const char *text)
{
    static const replacement table[] = {{'\\', "\\textbackslash{}"},
                                        {'~', "\\textasciitilde{}"},
                                        {'^', "\\textasciicircum{}"},
                                        {'<', "\\textless{}"},
                                        {'>', "\\textgreater{}"},
                                        {'|', "\\textbar{}"},
                                        {'"', "\\textquotedbl{}"},
                                        {'&', "\\&"},
                                        {'%', "\\%"},
                                        {'$', "\\$"},
                                        {'#', "\\#"},
                                        {'_', "\\_"},
                                        {'{', "\\{"},
                                        {'}', "\\}"},
                                        {0, NULL}};
    add_replaced(s, text, table);
}

void pl_add_md(pl_str *s, const char *text)
{
    static const replacement table[] = {
        {'\\', "\\\\"}, {'|', "\\|"},   {'`', "\\`"}, {'*', "\\*"}, {'_', "\\_"},
        {'[', "\\["},   {']', "\\]"},   {'#', "\\#"}, {'~', "\\~"}, {'<', "&lt;"},
        {'>', "&gt;"},  {'&', "&amp;"}, {'$', "\\$"}, {0, NULL}};
    add_replaced(s, text, table);
}

static bool starts_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

size_t pl_text_width(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += starts_character(*text);
    return n;
}

/* The first byte of character number `index` of text. */
static const char *character_at(const char *text, size_t index)
{
    for (; *text; text++) {
        if (starts_character(*text) && index-- == 0)
            return text;
    }
    return text;
}

static void add_word(pl_str *line, const char *word, size_t width)
{
    size_t n = pl_text_width(word);
    if (width == 0 || n <= width) {
        pl_str_add(line, word);
        return;
    }
    size_t tail = (width - 1) / 2, head = width - 1 - tail;
    pl_str_add_bytes(line, word, (size_t)(character_at(word, head) - word));
    pl_str_add(line, "\xE2\x80\xA6"); /* an ellipsis */
    pl_str_add(line, character_at(word, n - tail));
}

void pl_add_cut(pl_str *s, const char *text, size_t width)
{
    static const replacement none[] = {{0, NULL}};
    pl_str line;
    pl_str_init(&line);
    add_word(&line, text, width);
    add_replaced(s, line.text, none);
    pl_str_clear(&line);
}

static void add_line(pl_str *s, const char *line, bool tic)
{
    static const replacement table[] = {{'\'', "''"}, {'%', "%%"}, {0, NULL}};
    static const replacement plain[] = {{'\'', "''"}, {0, NULL}};
    pl_str_add(s, "'");
    add_replaced(s, line, tic ? table : plain);
    pl_str_add(s, "'");
}

static int add_lines(pl_str *s, const char *text, size_t width, bool tic)
{
    pl_str line, word;
    pl_str_init(&line);
    pl_str_init(&word);
    int lines = 1;
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, " ");
        pl_str_reset(&word);
        pl_str_add_bytes(&word, at, n);
        at += n + strspn(at + n, " ");
        size_t have = pl_text_width(line.text), more = pl_text_width(word.text);
        if (width && have > 0 && have + 1 + more > width) {
            add_line(s, line.text, tic);
            pl_str_add(s, ".\"\\n\".");
            pl_str_reset(&line);
            lines++;
        } else if (have > 0) {
            pl_str_add(&line, " ");
        }
        add_word(&line, word.text, width);
    }
    add_line(s, line.text, tic);
    pl_str_clear(&line);
    pl_str_clear(&word);
    return lines;
}

int pl_add_gnuplot(pl_str *s, const char *text, size_t width)
{
    return add_lines(s, text, width, false);
}

int pl_add_gnuplot_tic(pl_str *s, const char *text, size_t width)
{
    return add_lines(s, text, width, true);
}

const char *pl_percent_text(double fraction, char out[PL_NUMBER_TEXT])
{
    if (isnan(fraction))
        return strcpy(out, "-");
    snprintf(out, PL_NUMBER_TEXT, "%.2f", 100.0 * fraction);
    return out;
}

const char *pl_number_text(double value, char out[PL_NUMBER_TEXT])
{
    if (isnan(value))
        return strcpy(out, "-");
    snprintf(out, PL_NUMBER_TEXT, "%.4f", value);
    return out;
}
