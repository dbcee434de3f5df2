#include "data/faces_pen.h"

#include <assert.h>
#include <math.h>

void pl_pen_init(pl_pen *pen, pl_canvas *canvas, const pl_face *face)
{
    float norm = face->scale / sqrtf(1.0f + face->tilt * face->tilt);
    *pen = (pl_pen){canvas, face, norm, norm * face->tilt};
}

pl_point pl_pen_map(const pl_pen *pen, float x, float y, float depth)
{
    const pl_face *f = pen->face;
    float u = x / 48.0f,
          round = 1.0f - u * u; /* the face as a cylinder: its rim stays, its middle moves */
    float forward = round > 0.0f ? depth * round : 0.0f;
    x += 11.0f * f->turn * forward;
    y += 7.0f * f->nod * forward;
    return (pl_point){89.0f + f->shift_x + pen->cosine * x - pen->sine * y,
                      112.0f + f->shift_y + pen->sine * x + pen->cosine * y};
}

static pl_point between(pl_point a, pl_point b, pl_point c, pl_point d, float t)
{
    float t2 = t * t, t3 = t2 * t;
    float wa = -t3 + 2.0f * t2 - t, wb = 3.0f * t3 - 5.0f * t2 + 2.0f,
          wc = -3.0f * t3 + 4.0f * t2 + t, wd = t3 - t2;
    return (pl_point){0.5f * (wa * a.x + wb * b.x + wc * c.x + wd * d.x),
                      0.5f * (wa * a.y + wb * b.y + wc * c.y + wd * d.y)};
}

void pl_pen_blob(const pl_pen *pen, const pl_point *p, int n, float depth, const pl_paint *paint)
{
    assert(n >= 3 && n <= PL_PEN_POINTS);
    pl_point path[PL_PEN_POINTS * PL_PEN_STEPS];
    int k = 0;
    for (int i = 0; i < n; i++)
        for (int s = 0; s < PL_PEN_STEPS; s++) {
            float t = (float)s / (float)PL_PEN_STEPS;
            pl_point q = between(p[(i + n - 1) % n], p[i], p[(i + 1) % n], p[(i + 2) % n], t);
            path[k++] = pl_pen_map(pen, q.x, q.y, depth);
        }
    pl_canvas_fill(pen->canvas, path, k, paint);
}

void pl_pen_mirrored(const pl_pen *pen, const pl_point *p, int n, float depth,
                     const pl_paint *paint)
{
    assert(n >= 3 && 2 * n - 2 <= PL_PEN_POINTS);
    pl_point all[PL_PEN_POINTS];
    for (int i = 0; i < n; i++)
        all[i] = p[i];
    for (int i = 1; i < n - 1; i++)
        all[2 * n - 2 - i] = (pl_point){-p[i].x, p[i].y};
    pl_pen_blob(pen, all, 2 * n - 2, depth, paint);
}

void pl_pen_polygon(const pl_pen *pen, const pl_point *p, int n, float depth, const pl_paint *paint)
{
    assert(n >= 3 && n <= PL_PEN_POINTS);
    pl_point path[PL_PEN_POINTS];
    for (int i = 0; i < n; i++)
        path[i] = pl_pen_map(pen, p[i].x, p[i].y, depth);
    pl_canvas_fill(pen->canvas, path, n, paint);
}

/* Offsets the points of a line by half its width to both sides: 2 n points around it. */
static int outline(const pl_point *line, int n, float width, float taper, pl_point *path)
{
    for (int i = 0; i < n; i++) {
        pl_point a = line[i > 0 ? i - 1 : 0], b = line[i + 1 < n ? i + 1 : n - 1];
        float dx = b.x - a.x, dy = b.y - a.y, length = sqrtf(dx * dx + dy * dy);
        float t = 2.0f * (float)i / (float)(n - 1) - 1.0f;
        float half =
            0.5f * width * (1.0f - (1.0f - taper) * t * t) / (length > 0.01f ? length : 0.01f);
        path[i] = (pl_point){line[i].x - dy * half, line[i].y + dx * half};
        path[2 * n - 1 - i] = (pl_point){line[i].x + dy * half, line[i].y - dx * half};
    }
    return 2 * n;
}

void pl_pen_line(const pl_pen *pen, const pl_point *p, int n, float width, float taper, float depth,
                 const pl_paint *paint)
{
    assert(n >= 2 && n <= PL_PEN_POINTS);
    pl_point line[PL_PEN_POINTS * PL_PEN_STEPS], path[2 * PL_PEN_POINTS * PL_PEN_STEPS];
    int k = 0;
    for (int i = 0; i + 1 < n; i++)
        for (int s = 0; s < PL_PEN_STEPS; s++) {
            float t = (float)s / (float)PL_PEN_STEPS;
            pl_point q =
                between(p[i > 0 ? i - 1 : 0], p[i], p[i + 1], p[i + 2 < n ? i + 2 : n - 1], t);
            line[k++] = pl_pen_map(pen, q.x, q.y, depth);
        }
    line[k++] = pl_pen_map(pen, p[n - 1].x, p[n - 1].y, depth);
    pl_canvas_fill(pen->canvas, path, outline(line, k, width * pen->face->scale, taper, path),
                   paint);
}

void pl_pen_ellipse(const pl_pen *pen, float x, float y, float rx, float ry, float depth,
                    const pl_paint *paint)
{
    static const pl_point circle[8] = {
        {1, 0},  {0.7071068f, 0.7071068f},   {0, 1},  {-0.7071068f, 0.7071068f},
        {-1, 0}, {-0.7071068f, -0.7071068f}, {0, -1}, {0.7071068f, -0.7071068f}};
    pl_point p[8];
    for (int i = 0; i < 8; i++)
        p[i] = (pl_point){x + rx * circle[i].x, y + ry * circle[i].y};
    pl_pen_blob(pen, p, 8, depth, paint);
}

void pl_pen_spot(const pl_pen *pen, float x, float y, float rx, float ry, float depth,
                 pl_color color, float alpha)
{
    float k = pen->face->scale;
    pl_canvas_spot(pen->canvas, pl_pen_map(pen, x, y, depth), rx * k, ry * k, color, alpha);
}

pl_paint pl_pen_flat(pl_color color, float alpha)
{
    return (pl_paint){.color = color, .alpha = alpha};
}
