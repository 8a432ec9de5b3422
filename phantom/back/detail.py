"""What a camera can follow: the unevenness of skin and of cloth, as factors of their colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from phantom.back import kernels
from phantom.back.blades import BORDER, size_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from phantom.back.cloth import Surface, Tailored
    from phantom.body import Body
    from scapcoach.arrays import FloatArray


def noise(
    points: FloatArray,
    size: float | tuple[float, float, float],
    octaves: int,
    seed: int,
    gain: float = 0.6,
) -> npt.NDArray[np.float32]:
    """(K,) 1/f noise at `points`, about -1..1; `size` of its coarsest bumps in metres."""
    out = np.empty(len(points), np.float32)
    scale = np.broadcast_to(np.asarray(size, np.float32), (3,)).copy()
    kernels.noise(np.ascontiguousarray(points, np.float32), scale, octaves, gain, seed, out)
    return out


def _bump(distance: FloatArray, width: float) -> FloatArray:
    return np.asarray(np.exp(-((distance / width) ** 2)))


#: Red, green and blue of a flush: blood makes skin redder, not darker.
_FLUSH: Final = np.array([0.4, 1.0, 0.9], np.float32)


def skin(body: Body, at: Surface, seed: int) -> FloatArray:
    """(K, 3) factors of the skin's colour: mottled, finely grained, with spine and blades."""
    rng = np.random.default_rng(seed + 77)
    p = at.position
    # Sizes in metres: blotches of 4 cm down to 5 mm, then grain of 5 mm down to 1 mm.
    blotches = noise(p, 0.045, 4, seed) * rng.uniform(0.09, 0.14)
    grain = noise(p, 0.006, 3, seed + 1, 0.8) * rng.uniform(0.06, 0.10)
    out = 1 + blotches[:, None] * _FLUSH + grain[:, None]
    out += (noise(p, 0.16, 2, seed + 2) * 0.06)[:, None] * _FLUSH
    relief = np.where(at.behind, _relief(body, p) * rng.uniform(0.7, 1.3), 0.0)
    return np.asarray(out * (1 + relief[:, None]))


def _relief(body: Body, p: FloatArray) -> FloatArray:
    """(K,) shade of the furrow along the spine and of the blades' edges, of about 0.1."""
    size = size_of(body)
    x = np.abs(p[:, 0]) / size
    h = (p[:, 1] - body.head("upperarm01.L")[1]) / size
    ends = np.clip((h + 0.50) / 0.1, 0, 1) * np.clip((0.12 - h) / 0.05, 0, 1)
    shade = ends * (0.04 * _bump(x - 0.034, 0.016) - 0.13 * _bump(x, 0.009))
    # Spinous processes, about 3 cm apart, most of them between the blades and the neck.
    knob = _bump(np.hypot(x, (h + 0.5) % 0.03 - 0.015), 0.007)
    shade += 0.06 * knob * np.clip((h + 0.25) / 0.3, 0, 1) * ends
    border = BORDER * 0.186
    for first, second, strength in (
        ((border, 0.005), (border + 0.006, -0.12), 1.0),
        ((border + 0.006, -0.12), (border + 0.05, -0.10), 0.7),
        ((border, 0.005), (0.150, 0.040), -0.6),
    ):
        across, share = _beside(x, h, first, second)
        part = np.clip(np.minimum(share, 1 - share) / 0.15 + 0.6, 0, 1)
        part *= (share > -0.12) & (share < 1.12)
        shade += strength * part * (0.05 * _bump(across - 0.008, 0.010)
                                    - 0.08 * _bump(across + 0.005, 0.007))  # fmt: skip
    return np.asarray(shade)


def _beside(
    x: FloatArray, h: FloatArray, first: tuple[float, float], second: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Distance to the left of the line from `first` to `second`, and share of the way along it."""
    a, b = np.array(first), np.array(second)
    length = float(np.linalg.norm(b - a))
    u = (b - a) / length
    across = -(x - a[0]) * u[1] + (h - a[1]) * u[0]
    return across, ((x - a[0]) * u[0] + (h - a[1]) * u[1]) / length


def spots(seed: int, shape: tuple[int, int], middle: tuple[float, float], mm: float) -> FloatArray:
    """(H, W) float32 factor of moles and freckles in the chart from behind.

    Args:
        seed: of their number, places and sizes.
        shape: of the texture.
        middle: (x, y) texel between the shoulder joints.
        mm: texels to a millimetre.
    """
    rng = np.random.default_rng(seed + 313)
    layer = np.ones(shape, np.float32)
    moles, freckles = int(rng.integers(15, 50)), int(rng.integers(0, 500))
    for k in range(moles + freckles):
        mole = k < moles
        x = rng.uniform(-190, 190) if mole else rng.normal(0, 95)
        y = rng.uniform(-70, 330) if mole else abs(rng.normal(0, 75)) - 65
        radius = rng.uniform(0.7, 2.2) if mole else rng.uniform(0.6, 1.3)
        dark = rng.uniform(0.25, 0.65) if mole else rng.uniform(0.06, 0.2)
        _spot(layer, middle[0] + x * mm, middle[1] + y * mm, radius * mm, dark)
    return layer


def _spot(layer: npt.NDArray[Any], x: float, y: float, radius: float, dark: float) -> None:
    reach = int(3 * radius) + 2
    i, j = int(x), int(y)
    part = layer[max(j - reach, 0) : j + reach + 1, max(i - reach, 0) : i + reach + 1]
    if not part.size:
        return
    rows = np.arange(max(j - reach, 0), max(j - reach, 0) + part.shape[0])[:, None] + 0.5
    columns = np.arange(max(i - reach, 0), max(i - reach, 0) + part.shape[1])[None] + 0.5
    distance = np.hypot(columns - x, rows - y)
    part *= (1 - dark * np.clip(radius + 0.5 - distance, 0, 1)).astype(np.float32)


def weave(body: Body, at: Surface, cloth: Tailored) -> FloatArray:
    """(K,) factor of the cloth's colour: threads, uneven dye, folds."""
    rng = np.random.default_rng(cloth.seed + 991)
    p, seed = at.position, cloth.seed + 40
    # On a dark shirt threads hardly show; its folds do, as little as all that is dark.
    faint = 0.45 if cloth.kind == "dark" else 1.0
    threads = noise(p, (0.0022, 0.005, 0.005), 2, seed, 0.8) * rng.uniform(0.05, 0.10)
    dye = noise(p, 0.010, 3, seed + 1, 0.8) * rng.uniform(0.05, 0.14)
    bent = p + 0.02 * np.stack([noise(p, 0.09, 2, seed + k) for k in (2, 3, 4)], axis=1)
    upright = _ridge(noise(bent, (0.05, 0.17, 0.12), 2, seed + 5))
    level = _ridge(noise(bent, (0.19, 0.05, 0.12), 2, seed + 6))
    low = np.clip((body.head("upperarm01.L")[1] - 0.10 - p[:, 1]) / 0.25, 0.15, 1.0)
    folds = rng.uniform(0.16, 0.30) * (0.6 * upright + 0.8 * level * low)
    soft = noise(p, 0.07, 2, seed + 7) * 0.07
    return np.asarray(1 + faint * (threads + dye) + folds + soft)


def _ridge(value: FloatArray) -> FloatArray:
    """Noise with creases where it crosses zero, mean about 0."""
    return np.asarray(0.35 - np.sqrt(np.abs(value)))
