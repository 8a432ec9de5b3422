"""The rasteriser: skinning, lighting and drawing as compiled loops over plain arrays.

Triangles are drawn into a buffer a few times finer than the picture with a depth buffer, then
averaged down. Compiled by numba on first use and kept on disk.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, fastmath=True)
def skin(vertices, index, weight, matrices, out):  # type: ignore[no-untyped-def]
    """Linear blend skinning: `out` (N, 3) from (B, 3, 4) bone matrices."""
    for n in range(len(vertices)):
        x, y, z = vertices[n, 0], vertices[n, 1], vertices[n, 2]
        a = b = c = np.float32(0.0)
        for k in range(index.shape[1]):
            w = weight[n, k]
            if w <= 0.0:
                break
            m = matrices[index[n, k]]
            a += w * (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3])
            b += w * (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3])
            c += w * (m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3])
        out[n, 0], out[n, 1], out[n, 2] = a, b, c


@numba.njit(cache=True, fastmath=True)
def normals(vertices, faces, out):  # type: ignore[no-untyped-def]
    """Unit vertex normals (N, 3), weighted by the area of the faces around."""
    out[:] = 0.0
    for f in range(len(faces)):
        i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = (vertices[j, 0] - vertices[i, 0], vertices[j, 1] - vertices[i, 1],
                      vertices[j, 2] - vertices[i, 2])  # fmt: skip
        bx, by, bz = (vertices[k, 0] - vertices[i, 0], vertices[k, 1] - vertices[i, 1],
                      vertices[k, 2] - vertices[i, 2])  # fmt: skip
        x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        for c in (i, j, k):
            out[c, 0] += x
            out[c, 1] += y
            out[c, 2] += z
    for n in range(len(out)):
        s = out[n, 0] ** 2 + out[n, 1] ** 2 + out[n, 2] ** 2
        s = 1.0 / np.sqrt(s) if s > 0.0 else 0.0
        out[n, 0] *= s
        out[n, 1] *= s
        out[n, 2] *= s


@numba.njit(cache=True, fastmath=True)
def light(vertices, normal, eye, key, levels, out):  # type: ignore[no-untyped-def]
    """Diffuse and glossy light at each vertex, (N, 2).

    `key` points towards the main light; `levels` are ambient, key, fill, gloss.
    """
    ambient, strong, fill, gloss = levels[0], levels[1], levels[2], levels[3]
    for n in range(len(vertices)):
        nx, ny, nz = normal[n, 0], normal[n, 1], normal[n, 2]
        ex, ey, ez = (eye[0] - vertices[n, 0], eye[1] - vertices[n, 1], eye[2] - vertices[n, 2])
        s = 1.0 / np.sqrt(ex * ex + ey * ey + ez * ez)
        ex, ey, ez = ex * s, ey * s, ez * s
        d = nx * key[0] + ny * key[1] + nz * key[2]
        wrap = max(0.0, (d + 0.25) / 1.25)
        facing = max(0.0, nx * ex + ny * ey + nz * ez)
        sky = 0.75 + 0.25 * ny
        out[n, 0] = ambient * sky + strong * wrap + fill * facing
        hx, hy, hz = ex + key[0], ey + key[1], ez + key[2]
        s = 1.0 / np.sqrt(hx * hx + hy * hy + hz * hz)
        h = max(0.0, (nx * hx + ny * hy + nz * hz) * s)
        h = h * h
        h = h * h
        h = h * h
        out[n, 1] = gloss * h * h


@numba.njit(cache=True, fastmath=True)
def project(vertices, rotation, eye, focal, cx, cy, out):  # type: ignore[no-untyped-def]
    """Picture coordinates and inverse depth (N, 3); inverse depth 0 behind the lens."""
    for n in range(len(vertices)):
        x, y, z = (vertices[n, 0] - eye[0], vertices[n, 1] - eye[1], vertices[n, 2] - eye[2])
        a = rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z
        b = rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z
        c = rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z
        if c < 0.05:
            out[n, 2] = 0.0
            continue
        out[n, 0] = cx + focal * a / c
        out[n, 1] = cy + focal * b / c
        out[n, 2] = 1.0 / c


@numba.njit(cache=True, fastmath=True)
def draw(points, faces, albedo, lit, depth, picture):  # type: ignore[no-untyped-def]
    """Draw triangles that face the lens into `picture` (H, W, 3 uint8) with `depth` (H, W).

    `albedo` (M, 3, 3) is the colour at each corner of each face (0..255), `lit` (N, 2).
    """
    height, width = depth.shape
    for f in range(len(faces)):
        i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
        w0, w1, w2 = points[i, 2], points[j, 2], points[k, 2]
        if w0 == 0.0 or w1 == 0.0 or w2 == 0.0:
            continue
        x0, y0, x1, y1 = points[i, 0], points[i, 1], points[j, 0], points[j, 1]
        x2, y2 = points[k, 0], points[k, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area >= -1e-6:  # y runs down, so faces that look at us turn clockwise
            continue
        left = max(0, int(np.ceil(min(x0, x1, x2) - 0.5)))
        right = min(width - 1, int(np.floor(max(x0, x1, x2) - 0.5)))
        top = max(0, int(np.ceil(min(y0, y1, y2) - 0.5)))
        bottom = min(height - 1, int(np.floor(max(y0, y1, y2) - 0.5)))
        if left > right or top > bottom:
            continue
        inv = 1.0 / area
        a1x, a2x = (y2 - y0) * inv, -(y1 - y0) * inv
        a1y, a2y = -(x2 - x0) * inv, (x1 - x0) * inv
        for y in range(top, bottom + 1):
            py = y + 0.5 - y0
            for x in range(left, right + 1):
                px = x + 0.5 - x0
                b = px * a1x + py * a1y
                c = px * a2x + py * a2y
                a = 1.0 - b - c
                if a < -1e-5 or b < -1e-5 or c < -1e-5:
                    continue
                w = a * w0 + b * w1 + c * w2
                if w <= depth[y, x]:
                    continue
                depth[y, x] = w
                d = a * lit[i, 0] + b * lit[j, 0] + c * lit[k, 0]
                g = 255.0 * (a * lit[i, 1] + b * lit[j, 1] + c * lit[k, 1])
                for h in range(3):
                    v = a * albedo[f, 0, h] + b * albedo[f, 1, h] + c * albedo[f, 2, h]
                    v = v * d + g + 0.5
                    picture[y, x, h] = np.uint8(min(255.0, max(0.0, v)))


@numba.njit(cache=True, fastmath=True)
def resolve(fine, depth, behind, out):  # type: ignore[no-untyped-def]
    """Average the fine picture down onto the background `behind` (H, W, 3 uint8)."""
    height, width = out.shape[:2]
    s = depth.shape[0] // height
    total = s * s
    for y in range(height):
        for x in range(width):
            r = g = b = 0
            hit = 0
            for j in range(s):
                for i in range(s):
                    if depth[y * s + j, x * s + i] > 0.0:
                        hit += 1
                        r += fine[y * s + j, x * s + i, 0]
                        g += fine[y * s + j, x * s + i, 1]
                        b += fine[y * s + j, x * s + i, 2]
            if hit == 0:
                for h in range(3):
                    out[y, x, h] = behind[y, x, h]
                continue
            rest = total - hit
            out[y, x, 0] = (r + rest * behind[y, x, 0]) // total
            out[y, x, 1] = (g + rest * behind[y, x, 1]) // total
            out[y, x, 2] = (b + rest * behind[y, x, 2]) // total


@numba.njit(cache=True, fastmath=True)
def shade_floor(picture, floor, blobs, strength):  # type: ignore[no-untyped-def]
    """Darken the floor under the body: `floor` (H, W, 2) room x, z, NaN where there is none.

    `blobs` (K, 3): x, z and radius of soft spots, metres.
    """
    height, width = picture.shape[:2]
    for y in range(height):
        for x in range(width):
            px, pz = floor[y, x, 0], floor[y, x, 1]
            if px > 1e8:
                continue
            keep = 1.0
            for k in range(len(blobs)):
                d = ((px - blobs[k, 0]) ** 2 + (pz - blobs[k, 1]) ** 2) / blobs[k, 2] ** 2
                if d < 4.0:
                    e = 1.0 - 0.25 * d
                    keep *= 1.0 - strength * e * e
            if keep < 1.0:
                for h in range(3):
                    picture[y, x, h] = np.uint8(picture[y, x, h] * keep)
