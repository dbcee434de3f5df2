#include "framing/place.h"

#include <math.h>

static const double DEGREE = 3.14159265358979323846 / 180;

/* (u, v) of the frame's axes, in picture pixels. */
static void along_axes(double turn, double u, double v, double *x, double *y)
{
    double c = cos(turn * DEGREE), s = sin(turn * DEGREE);
    *x = c * u - s * v;
    *y = s * u + c * v;
}

pl_face_place pl_place_moved(const pl_face_place *from, double tall, const pl_move *by)
{
    double x, y;
    along_axes(from->turn, by->dx * from->side, by->dy * from->side * tall, &x, &y);
    return (pl_face_place){from->x + x, from->y + y, from->side * exp(by->scale),
                           from->turn + by->turn};
}

pl_move pl_place_between(const pl_face_place *from, const pl_face_place *to, double tall)
{
    double u, v;
    along_axes(-from->turn, to->x - from->x, to->y - from->y, &u, &v);
    return (pl_move){log(to->side / from->side), u / from->side, v / (from->side * tall),
                     to->turn - from->turn};
}

kn_warp pl_place_map(const pl_face_place *p, double tall, double share, const pl_raster *level,
                     int w, int h)
{
    double ax, ay, bx, by;
    along_axes(p->turn, p->side * share / w, 0, &ax, &ay);
    along_axes(p->turn, 0, p->side * tall * share / h, &bx, &by);
    kn_warp m = {
        .a = ax * level->qx, .b = bx * level->qx, .d = ay * level->qy, .e = by * level->qy};
    m.c = p->x * level->qx - m.a * w / 2 - m.b * h / 2;
    m.f = p->y * level->qy - m.d * w / 2 - m.e * h / 2;
    return m;
}

/* Width of the largest frame inside w x h pixels. */
static double largest(double tall, int w, int h)
{
    return w * tall <= h ? w : h / tall;
}

kn_frame pl_place_frame(const pl_face_place *p, double tall, int w, int h)
{
    double u, v;
    along_axes(-p->turn, w / 2.0 - p->x, h / 2.0 - p->y, &u, &v);
    return (kn_frame){.scale = largest(tall, w, h) / p->side,
                      .dx = u / p->side,
                      .dy = v / (p->side * tall),
                      .angle = -p->turn};
}

pl_face_place pl_frame_place(const kn_frame *f, double tall, int w, int h)
{
    double x, y, side = largest(tall, w, h) / f->scale;
    along_axes(-f->angle, f->dx * side, f->dy * side * tall, &x, &y);
    return (pl_face_place){w / 2.0 - x, h / 2.0 - y, side, -f->angle};
}

static double common(double a, double b, double half_a, double half_b)
{
    double left = fmax(a - half_a, b - half_b), right = fmin(a + half_a, b + half_b);
    return right > left ? right - left : 0;
}

double pl_place_overlap(const pl_face_place *a, const pl_face_place *b, double tall)
{
    double area = common(a->x, b->x, a->side / 2, b->side / 2) *
                  common(a->y, b->y, a->side * tall / 2, b->side * tall / 2);
    double least = fmin(a->side, b->side);
    return area / (least * least * tall);
}
