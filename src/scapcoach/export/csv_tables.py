"""CSV: the tables of frames and repetitions as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scapcoach.files import atomic_path

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from scapcoach.export.results import AnalysisResults

#: Decimals in CSV files: finer than any measure resolves, and short enough to read.
CSV_DECIMALS: Final = 4


def write(place: Path, results: AnalysisResults) -> None:
    """Write frames.csv and, where an exercise was coached, reps.csv.

    Raises:
        OutputError: one of them cannot be written.
    """
    write_csv(place / "frames.csv", results.frames)
    if results.repetitions is not None:
        write_csv(place / "reps.csv", results.repetitions)


def write_csv(path: Path, table: pa.Table) -> None:
    """Write a table as CSV (UTF-8, comma, null as an empty field, times to a microsecond).

    Raises:
        OutputError: it could not be written.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    columns = []
    for field in table.schema:
        column = table[field.name]
        if pa.types.is_dictionary(field.type):
            column = column.cast(pa.string())
        elif pa.types.is_floating(field.type):
            column = pc.round(column, 6 if field.name == "t" else CSV_DECIMALS)
        columns.append(column)
    plain = pa.table(columns, names=table.column_names)
    with atomic_path(path) as temporary:
        csv.write_csv(plain, temporary, csv.WriteOptions(quoting_style="needed"))
