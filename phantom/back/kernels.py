"""Compiled loops of the textures: unwrapping, drawing with a texture, noise in space."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, fastmath=True)
def unwrap(uv, outward, faces, face_of, weights, height):  # type: ignore[no-untyped-def]
    """Rasterise triangles in texture space.

    Args:
        uv: (N, 2) float32 texels of each vertex in one chart.
        outward: (N,) how far out of the body each vertex lies; the outermost face wins a texel.
        faces: (M, 3) of that chart; faces that are not in it have -1.
        face_of: (H, W) int32, filled with the face of each texel; -1 where there is none.
        weights: (H, W, 2) float32, filled with the shares of a face's second and third corner.
        height: (H, W) float32, filled with how far out the surface lies there.
    """
    rows, columns = face_of.shape
    for f in range(len(faces)):
        i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
        if i < 0:
            continue
        x0, y0, x1, y1, x2, y2 = uv[i, 0], uv[i, 1], uv[j, 0], uv[j, 1], uv[k, 0], uv[k, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-6:
            continue
        inv = 1.0 / area
        for y in range(max(0, int(min(y0, y1, y2))), min(rows - 1, int(max(y0, y1, y2)) + 1) + 1):
            for x in range(
                max(0, int(min(x0, x1, x2))), min(columns - 1, int(max(x0, x1, x2)) + 1) + 1
            ):
                px, py = x + 0.5 - x0, y + 0.5 - y0
                b = (px * (y2 - y0) - py * (x2 - x0)) * inv
                c = (py * (x1 - x0) - px * (y1 - y0)) * inv
                if b < -1e-4 or c < -1e-4 or b + c > 1.0001:
                    continue
                out = (1 - b - c) * outward[i] + b * outward[j] + c * outward[k]
                if face_of[y, x] < 0 or out > height[y, x]:
                    face_of[y, x] = f
                    weights[y, x, 0], weights[y, x, 1] = b, c
                    height[y, x] = out


@numba.njit(cache=True, fastmath=True)
def draw(points, faces, chart, uv, texture, lit, depth, picture):  # type: ignore[no-untyped-def]
    """Draw textured triangles that face the lens; else as `phantom.raster.draw`.

    `chart` (M,) says which of the charts `uv` (C, N, 2) a face uses, in texels of `texture`
    (H, W, 3 uint8), which is read with bilinear interpolation; its border is no part of any chart.
    """
    height, width = depth.shape
    half = np.float32(0.5)
    for f in range(len(faces)):
        i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
        w0, w1, w2 = points[i, 2], points[j, 2], points[k, 2]
        if w0 == 0.0 or w1 == 0.0 or w2 == 0.0:
            continue
        x0, y0, x1, y1 = points[i, 0], points[i, 1], points[j, 0], points[j, 1]
        x2, y2 = points[k, 0], points[k, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area >= -1e-6:
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
        n = chart[f]
        u0, v0 = uv[n, i, 0] - half, uv[n, i, 1] - half
        u1, v1 = uv[n, j, 0] - half - u0, uv[n, j, 1] - half - v0
        u2, v2 = uv[n, k, 0] - half - u0, uv[n, k, 1] - half - v0
        # Kept out of the loop over pixels, in which the compiler could not know them unchanged.
        d0, d1, d2, g0, g1, g2 = lit[i, 0], lit[j, 0], lit[k, 0], lit[i, 1], lit[j, 1], lit[k, 1]
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
                d, g = a * d0 + b * d1 + c * d2, half + 255.0 * (a * g0 + b * g1 + c * g2)
                u, v = u0 + b * u1 + c * u2, v0 + b * v1 + c * v2
                m, q = int(u), int(v)
                s, t = u - m, v - q
                # Each texel's share times the light.
                p11, p10, p01 = s * t * d, (1 - s) * t * d, s * (1 - t) * d
                p00 = d - p11 - p10 - p01
                for h in range(3):
                    value = (
                        p00 * texture[q, m, h] + p01 * texture[q, m + 1, h]
                        + p10 * texture[q + 1, m, h] + p11 * texture[q + 1, m + 1, h]
                    )  # fmt: skip
                    picture[y, x, h] = np.uint8(min(255.0, value + g))


@numba.njit(cache=True, inline="always")
def _corner(x, y, z, seed):  # type: ignore[no-untyped-def]
    """A number in -1..1 for a corner of the noise's grid."""
    n = (x * 374761393 + y * 668265263 + z * 2147483647 + seed * 1274126177) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    n = ((n ^ (n >> 16)) * 2246822519) & 0xFFFFFFFF
    return ((n ^ (n >> 15)) & 0xFFFFFF) / 8388607.5 - 1.0


@numba.njit(cache=True, fastmath=True)
def noise(points, size, octaves, gain, seed, out):  # type: ignore[no-untyped-def]
    """Smooth noise with a 1/f spectrum at points in space, about -1..1, mean near 0.

    Args:
        points: (K, 3) metres.
        size: (3,) metres of the coarsest bumps along each axis; every octave halves them.
        octaves: how many.
        gain: amplitude of an octave to the one before.
        seed: any integer.
        out: (K,) float32, filled.
    """
    total = 0.0
    for o in range(octaves):
        total += gain**o
    for n in range(len(points)):
        value, share = 0.0, 1.0 / total
        fine = 1.0
        for o in range(octaves):
            x = points[n, 0] / size[0] * fine + 17.3 * o
            y = points[n, 1] / size[1] * fine + 41.7 * o
            z = points[n, 2] / size[2] * fine + 5.9 * o
            i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
            x, y, z = x - i, y - j, z - k
            x, y, z = x * x * (3 - 2 * x), y * y * (3 - 2 * y), z * z * (3 - 2 * z)
            s = seed + 101 * o
            a = _corner(i, j, k, s) * (1 - x) + _corner(i + 1, j, k, s) * x
            b = _corner(i, j + 1, k, s) * (1 - x) + _corner(i + 1, j + 1, k, s) * x
            c = _corner(i, j, k + 1, s) * (1 - x) + _corner(i + 1, j, k + 1, s) * x
            d = _corner(i, j + 1, k + 1, s) * (1 - x) + _corner(i + 1, j + 1, k + 1, s) * x
            value += share * ((a * (1 - y) + b * y) * (1 - z) + (c * (1 - y) + d * y) * z)
            share *= gain
            fine *= 2.0
        out[n] = value
