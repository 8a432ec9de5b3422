"""Tables: one row per frame of measures, and one row per frame of landmarks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.errors import InputError
from scapcoach.files import atomic_path
from scapcoach.landmarks import N_CONTOUR, SURFACE, Landmark, Poses
from scapcoach.measures.series import Reason, Status, View

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt
    import pyarrow as pa

    from scapcoach.measures.series import Measures, MeasureSpec

FRAMES_SCHEMA: Final = "scapcoach.frames/1"
LANDMARKS_SCHEMA: Final = "scapcoach.landmarks/1"

_PER_POINT: Final = (
    ("xy", ("x", "y"), "px"),
    ("world", ("world_x", "world_y", "world_z"), "m"),
    ("visibility", ("visibility",), ""),
    ("presence", ("presence",), ""),
)
#: Columns of the back contour.
_CONTOUR: Final = [f"contour_{k:02d}_{axis}" for k in range(N_CONTOUR) for axis in "xy"]
#: What `landmarks.SURFACE` is called in the table.
_SURFACE: Final = [f"surface_{name}" for name in SURFACE]


def frames_table(measures: Measures) -> pa.Table:
    """One row per frame, NaN as null.

    Columns: ``t`` (seconds), ``view``, ``yaw``, ``yaw_sigma`` (degrees), then for each measure
    ``<name>``, ``<name>_sigma``, ``<name>_status``, ``<name>_reason`` and, where it has an
    estimate in degrees, ``<name>_deg``, ``<name>_deg_sigma``. Labels are dictionary-encoded
    strings; an empty ``_reason`` is the empty string, not null. Each field's metadata holds
    ``unit``, ``positive`` (what a positive value means) and ``title``.
    """
    columns = [
        _number("t", measures.t, unit="s", title="Time", positive="later"),
        _labels("view", measures.view, View, title="View"),
        _number("yaw", measures.yaw, unit="deg", title="Turn", positive="turned to their own left"),
        _number("yaw_sigma", measures.yaw_sigma, unit="deg", title="Turn, one standard deviation"),
    ]
    for series in measures.series.values():
        spec, name, about = series.spec, series.spec.name, _about(series.spec)
        sigma = f"{spec.title}, one standard deviation"
        columns += [
            _number(name, series.value, **about),
            _number(f"{name}_sigma", series.sigma, unit=spec.unit, title=sigma),
            _labels(f"{name}_status", series.status, Status, title="Status"),
            _labels(f"{name}_reason", series.reason, Reason, title="Reason"),
        ]
        if spec.has_degrees:
            deg, deg_sigma = _or_nan(series.deg, series), _or_nan(series.deg_sigma, series)
            columns += [
                _number(f"{name}_deg", deg, **(about | {"unit": "deg"})),
                _number(f"{name}_deg_sigma", deg_sigma, unit="deg", title=sigma),
            ]
    return table_of(columns, schema=FRAMES_SCHEMA)


def landmarks_table(poses: Poses) -> pa.Table:
    """One row per frame of landmarks; `poses_from_table` gives back exactly the same `Poses`.

    Columns: ``t``, ``subject``, then per landmark ``<name>_x``, ``_y`` (pixels), ``_world_x``,
    ``_world_y``, ``_world_z`` (metres), ``_visibility``, ``_presence``; if any frame has a back
    contour, ``contour_00_x``, ``contour_00_y`` and so on from hip to neck; and where the surface of
    the back was followed, ``surface_`` with the names of `landmarks.SURFACE`. NaN is null. The
    schema's metadata hold the size of the picture.
    """
    import pyarrow as pa

    columns = [
        _number("t", poses.t, unit="s"),
        (pa.field("subject", pa.int32()), pa.array(poses.subject, pa.int32())),
    ]
    for point in Landmark:
        for attribute, endings, unit in _PER_POINT:
            values = getattr(poses, attribute)[:, point].reshape(len(poses), len(endings))
            for axis, ending in enumerate(endings):
                name = f"{point.name.lower()}_{ending}"
                columns.append(_number(name, values[:, axis], unit=unit))
    if poses.contour is not None:
        flat = poses.contour.reshape(len(poses), len(_CONTOUR))
        columns += [_number(name, flat[:, k], unit="px") for k, name in enumerate(_CONTOUR)]
    if poses.surface is not None:
        columns += [_number(n, poses.surface[:, k], unit="") for k, n in enumerate(_SURFACE)]
    return table_of(columns, schema=LANDMARKS_SCHEMA, size=json.dumps(list(poses.size)))


def poses_from_table(table: pa.Table) -> Poses:
    """The `Poses` that `landmarks_table` was made from.

    Raises:
        InputError: the table is not a landmarks table of this version, or lacks columns.
        LandmarksError: its values are not poses (for example, time goes backwards).
    """
    metadata = table.schema.metadata or {}
    if metadata.get(b"schema", b"").decode() != LANDMARKS_SCHEMA or b"size" not in metadata:
        raise InputError(
            f"This table holds no landmarks ({LANDMARKS_SCHEMA} expected): "
            "use a landmarks.parquet that scapcoach wrote."
        )
    names = set(table.column_names)
    wanted = [name for _, endings, _ in _PER_POINT for name in _point_columns(endings)]
    missing = [name for name in ("t", "subject", *wanted) if name not in names]
    if missing:
        raise InputError(
            f"This landmarks table lacks {len(missing)} columns, the first is {missing[0]!r}: "
            "run the analysis again."
        )
    parts: dict[str, Any] = {}
    for attribute, endings, _ in _PER_POINT:
        shape = (len(Landmark), len(endings)) if len(endings) > 1 else (len(Landmark),)
        parts[attribute] = _floats(table, _point_columns(endings), shape)
    if names.issuperset(_CONTOUR):
        parts["contour"] = _floats(table, _CONTOUR, (N_CONTOUR, 2))
    if names.issuperset(_SURFACE):
        parts["surface"] = _floats(table, _SURFACE, (len(SURFACE),))
    width, height = json.loads(metadata[b"size"])
    return Poses(
        t=table["t"].to_numpy(),
        subject=table["subject"].to_numpy(),
        size=(int(width), int(height)),
        **parts,
    )


def read_landmarks(path: Path) -> Poses:
    """Read a landmarks.parquet.

    Raises:
        InputError: no such file, not Parquet, damaged, or not a landmarks table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise InputError(f"There is no landmarks file {path}.")
    try:
        # `pq.read_table` would first import the reader of whole folders: a third of a second.
        with pq.ParquetFile(path) as file:
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{path} is not a readable Parquet file: run the analysis again."
        ) from error
    try:
        return poses_from_table(table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def table_of(columns: Iterable[tuple[pa.Field, pa.Array]], **metadata: str) -> pa.Table:
    """A table of these columns, in their order; `metadata` is that of its schema."""
    import pyarrow as pa

    fields, arrays = zip(*columns, strict=True)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as Parquet, whole or not at all.

    Raises:
        OutputError: it could not be written.
    """
    import pyarrow.parquet as pq

    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def _about(spec: MeasureSpec) -> dict[str, str]:
    unit = "% of the personal range" if spec.unit == "%" and spec.has_degrees else spec.unit
    return {"unit": unit, "title": spec.title, "positive": spec.positive}


def _number(name: str, values: npt.NDArray[Any], **about: str) -> tuple[pa.Field, pa.Array]:
    import pyarrow as pa

    values = np.ascontiguousarray(values)
    array = pa.array(values, from_pandas=True)  # from_pandas: NaN becomes null
    return pa.field(name, array.type, metadata=about), array


def _labels(
    name: str, codes: npt.NDArray[Any], kinds: Iterable[Status | Reason | View], **about: str
) -> tuple[pa.Field, pa.Array]:
    import pyarrow as pa

    members = sorted(kinds)
    index = np.searchsorted(np.array([int(m) for m in members]), codes)
    labels = pa.array([m.label for m in members], pa.string())
    array = pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int8)), labels)
    return pa.field(name, array.type, metadata=about), array


def _or_nan(values: npt.NDArray[Any] | None, like: Any) -> npt.NDArray[Any]:
    return np.full(len(like), np.nan) if values is None else values


def _floats(table: pa.Table, names: list[str], shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """(T, *shape) the values of these columns."""
    columns = [np.asarray(table[name].to_numpy(), np.float32) for name in names]
    return np.stack(columns, axis=1).reshape(-1, *shape)


def _point_columns(endings: Iterable[str]) -> list[str]:
    return [f"{point.name.lower()}_{ending}" for point in Landmark for ending in endings]
