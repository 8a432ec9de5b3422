"""Comparing two sets or sessions from their results, with what is clear and what is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach import schema
from scapcoach.errors import InputError, MissingInputError
from scapcoach.export.summary import VIEW_WORDS
from scapcoach.export.tables import FRAMES_SCHEMA
from scapcoach.folders import FRAMES, SUMMARY
from scapcoach.measures import SPECS
from scapcoach.recording.places import SUMMARY_FORM, read_summary
from scapcoach.report.comparison_page import (
    Comparison,
    Difference,
    DifferenceVerdict,
    Quantity,
    Side,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from scapcoach.arrays import FloatArray


#: Standard deviations of a difference beyond which it is clear, where they are known: 95 %,
#: two-sided. With equal sigmas on both sides this is the smallest detectable change, 2.77 sigma
#: (SDC_FACTOR). Where they were estimated from a few repetitions: `_limit`.
Z95: Final = 1.96

#: Values of a repetition that cannot be compared across sets: they are relative to the set's own
#: best, or only serve to find the angle of pull.
_NOT_COMPARED: Final = frozenset({"range_share", "pull_direction"})
#: Least frames for a typical value: one second at 25 frames a second.
_LEAST_FRAMES: Final = 25
#: Measures whose values over all frames are compared.
_COMPARED: Final = tuple(spec for spec in SPECS.values() if spec.compared)
#: Points by which scores of equal sets may differ because of lasting errors of measurement [E].
_SCORE_SIGMA: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Sample:
    """A mean of repetitions, and how much of its sigma was estimated from them.

    Attributes:
        mean: with its sigma.
        scatter: the part of the mean's variance that was estimated from the repetitions.
        freedom: degrees of freedom of that estimate; 0 without one.
    """

    mean: Quantity = field(default_factory=Quantity)
    scatter: float = 0.0
    freedom: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Results:
    """The results of one side: folders with their summaries."""

    path: Path
    folders: tuple[Path, ...]
    summaries: tuple[Mapping[str, Any], ...]

    def sets(self, exercise: str) -> list[Mapping[str, Any]]:
        found = [s.get("set") or {} for s in self.summaries]
        return [one for one in found if one.get("exercise") == exercise]

    def exercises(self) -> dict[str, int]:
        """Repetitions by exercise."""
        counts: Counter[str] = Counter()
        for summary in self.summaries:
            one = summary.get("set") or {}
            if one.get("exercise"):
                counts[one["exercise"]] += one["reps"]
        return dict(counts)

    def side(self) -> Side:
        loads = {(s.get("set") or {}).get("load_kg") for s in self.summaries}
        load = loads.pop() if len(loads) == 1 else None
        clips = tuple(str(s["source"]["name"]) for s in self.summaries)
        return Side(str(self.path), clips, self.exercises(), load)


def compare(a: str | Path, b: str | Path) -> Comparison:
    """Compare two folders of results; differences are B minus A.

    Each may be the results of one clip, or a folder of such results (a session), whose sets of
    the same exercise are combined. Repetitions are compared by exercise, and the typical
    values of all frames as well. A difference is clear only where it is greater than 1.96 of its
    standard deviations, which combine the scatter of the repetitions and the error of measurement;
    that error does not average out within a recording. The fewer repetitions the scatter was
    estimated from, the greater the difference has to be (Student's t).

    Raises:
        InputError: a folder is missing, or holds no results.
    """
    sides = [_results(Path(place)) for place in (a, b)]
    shared = [name for name in sides[0].exercises() if name in sides[1].exercises()]
    found = [d for name in shared for d in _set_differences(name, *sides)]
    found += _frame_differences(*sides)
    known = tuple(d for d in found if d.a.known or d.b.known)
    return Comparison(sides[0].side(), sides[1].side(), tuple(_notes(*sides)), known)


def _results(path: Path) -> _Results:
    from scapcoach.export.summary_types import Summary

    if not path.is_dir():
        hint = " It is a file: give the folder that it is in." if path.is_file() else ""
        raise MissingInputError(f"There is no folder {path}.{hint}")
    folders = [path] if (path / SUMMARY).is_file() else []
    folders = folders or sorted(p.parent for p in path.glob(f"*/{SUMMARY}"))
    if not folders:
        raise InputError(
            f"{path} holds no results: give a folder that scapcoach analyze has written, or one "
            "with several of them."
        )
    summaries = []
    for folder in folders:
        schema.read(folder / SUMMARY, Summary, SUMMARY_FORM)
        summaries.append(read_summary(folder) or {})
    return _Results(path, tuple(folders), tuple(summaries))


def _notes(a: _Results, b: _Results) -> list[str]:
    """What limits the comparison."""
    notes = []
    of_a, of_b = a.exercises(), b.exercises()
    if of_a and of_b and not set(of_a) & set(of_b):
        words = f"A is {', '.join(of_a)}, B is {', '.join(of_b)}"
        notes.append(f"{words}: repetitions of different exercises are not compared.")
    calibrations = [{s["settings"].get("calibration") for s in side.summaries}
                    for side in (a, b)]  # fmt: skip
    kinds = [{s["calibration"] for s in side.summaries} for side in (a, b)]
    if kinds[0] | kinds[1] == {"auto"}:
        notes.append(
            "Neither is calibrated: each shows changes from its own stillest moment, and if those "
            "moments differ, so do the values."
        )
    elif calibrations[0] != calibrations[1]:
        notes.append("They were calibrated differently: part of a difference may come from that.")
    views = [_main_view(side) for side in (a, b)]
    if views[0] != views[1]:
        notes.append(
            f"A was filmed {views[0]}, B {views[1]}: film both from the same side to compare them."
        )
    return notes


def _main_view(side: _Results) -> str:
    shares: Counter[str] = Counter()
    for summary in side.summaries:
        shares.update(summary["views"])
    label = shares.most_common(1)[0][0] if shares else ""
    return next(words for view, words in VIEW_WORDS.items() if view.label == label)


def _set_differences(exercise: str, a: _Results, b: _Results) -> list[Difference]:
    """Values of the repetitions, then the score, then faults."""
    sets = [side.sets(exercise) for side in (a, b)]
    title = sets[0][0]["title"]
    reps = [_full_reps(some) for some in sets]
    rows = [(n, *_about(n), [_of_reps(side, n) for side in reps]) for n in _value_names(reps)]
    rows.append(("score", "Score", "", [_of_scores(side) for side in reps]))
    group = f"{title}, repetition by repetition"
    found = [
        _difference(group, name, words, unit, [side.mean for side in sides], _limit(sides))
        for name, words, unit, sides in rows
    ]
    return found + _fault_differences(f"{title}, faults", sets)


def _about(name: str) -> tuple[str, str]:
    """Title and unit of a value of a repetition."""
    from scapcoach.coaching import REP_VALUES

    spec = REP_VALUES.get(name)
    if spec is None:
        return name.replace("_", " ").capitalize(), ""
    return (f"{spec.title}, degrees" if name.endswith("_deg") else spec.title), spec.unit


def _full_reps(sets: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [rep for one in sets for rep in one["repetitions"] if not rep["partial"]]


def _value_names(sides: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """Values worth comparing: degrees only where per cent are not known on both sides."""
    names = dict.fromkeys(name for side in sides for rep in side for name in rep["values"])
    both = {n for n in names if all(_of_reps(side, n).mean.known for side in sides)}
    return [n for n in names if n not in _NOT_COMPARED and n.removesuffix("_deg") not in both - {n}]


def _of_reps(reps: Sequence[Mapping[str, Any]], name: str) -> _Sample:
    """Mean over repetitions; absolute values where there are any, else relative ones."""
    for status in ("ok", "relative"):
        of = [rep["values"].get(name) or {} for rep in reps]
        of = [v for v in of if v.get("status") == status and v.get("value") is not None]
        if of:
            values = np.array([v["value"] for v in of], np.float64)
            sigmas = np.array([v["sigma"] if v["sigma"] is not None else np.nan for v in of])
            return _mean(values, sigmas, relative=status == "relative")
    return _Sample()


def _mean(values: FloatArray, sigmas: FloatArray, *, relative: bool = False) -> _Sample:
    """A mean whose sigma is the lasting error of measurement and the scatter of the mean.

    A single value has no scatter to go by: its sigma is that of the measurement alone.
    """
    lasting = float(np.nanmean(sigmas)) if np.isfinite(sigmas).any() else 0.0
    scatter = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    sigma = float(np.hypot(lasting, scatter))
    mean = Quantity(float(values.mean()), sigma or np.nan, len(values), relative)
    return _Sample(mean, scatter**2, len(values) - 1)


def _of_scores(reps: Sequence[Mapping[str, Any]]) -> _Sample:
    scores = np.array([rep["score"] for rep in reps if rep["score"] is not None], np.float64)
    return _mean(scores, np.array([_SCORE_SIGMA])) if len(scores) else _Sample()


def _fault_differences(group: str, sets: Sequence[Sequence[Mapping[str, Any]]]) -> list[Difference]:
    """Shares of faulty repetitions, with the sigma of a share after Agresti and Caffo.

    One more success and one more failure on each side keep the interval valid for a few
    repetitions (Agresti & Caffo 2000, Am Stat 54:280).
    """
    titles = {rule["key"]: rule["title"] for some in sets for s in some for rule in s["faults"]}
    return [
        _difference(group, key, title, "%", [_of_fault(some, key) for some in sets])
        for key, title in titles.items()
    ]


def _of_fault(sets: Sequence[Mapping[str, Any]], key: str) -> Quantity:
    rules = [rule for one in sets for rule in one["faults"] if rule["key"] == key]
    faulty, judged = (sum(rule[k] for rule in rules) for k in ("faulty", "judged"))
    share = (faulty + 1) / (judged + 2)
    sigma = 100 * float(np.sqrt(share * (1 - share) / (judged + 2)))
    return Quantity(100 * faulty / judged, sigma, judged) if judged else Quantity()


def _frame_differences(a: _Results, b: _Results) -> list[Difference]:
    """Typical value (median) and peak (95th percentile) of the main measures."""
    tables = [_frames(side) for side in (a, b)]
    found = []
    for spec in _COMPARED:
        for key, words, percentile in (("typical", "typical", 50), ("reached", "highest", 95)):
            sides = [_of_frames(table, spec.name, percentile) for table in tables]
            degrees = spec.has_degrees and any(side.relative for side in sides)
            unit, title = "deg" if degrees else spec.unit, f"{spec.title}, {words}"
            name = f"{spec.name}_{key}"
            found.append(_difference("Over all frames", name, title, unit, sides))
    return found


def _frames(side: _Results) -> dict[str, npt.NDArray[Any]]:
    """Columns of all frames of all clips.

    Raises:
        InputError: a table is missing or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [f"{s.name}{end}" for s in _COMPARED for end in ("", "_sigma", "_status")]
    names += [
        f"{s.name}{end}" for s in _COMPARED if s.has_degrees for end in ("_deg", "_deg_sigma")
    ]
    parts = []
    for folder in side.folders:
        path = folder / FRAMES
        try:
            table = pq.read_table(path, columns=names)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path} cannot be read: run the analysis again.") from error
        if (table.schema.metadata or {}).get(b"schema", b"").decode() != FRAMES_SCHEMA:
            raise InputError(f"{path} is of another version: run the analysis again.")
        parts.append(_columns(table))
    return {c: np.concatenate([part[c] for part in parts]) for c in parts[0]}


def _columns(table: Any) -> dict[str, npt.NDArray[Any]]:
    return {
        c: np.array(table[c].to_pylist())
        if c.endswith("_status")
        else table[c].to_numpy().astype(np.float64)
        for c in table.column_names
    }


def _of_frames(table: Mapping[str, npt.NDArray[Any]], name: str, percentile: float) -> Quantity:
    """A percentile over judged frames; its sigma is that of one frame: it does not average out.

    Absolute values where there is at least a second of them, else relative ones.
    """
    status = table[f"{name}_status"]
    personal = SPECS[name].has_degrees
    for wanted, column in (("ok", name), ("relative", f"{name}_deg" if personal else name)):
        chosen = (status == wanted) & np.isfinite(table[column])
        if chosen.sum() >= _LEAST_FRAMES:
            value = float(np.percentile(table[column][chosen], percentile))
            sigma = float(np.nanmedian(table[f"{column}_sigma"][chosen]))
            return Quantity(value, sigma, int(chosen.sum()), wanted == "relative")
    return Quantity()


def _limit(sides: Sequence[_Sample]) -> float:
    """Standard deviations of the difference beyond which it is clear: 95 %, two-sided.

    Student's t with the degrees of freedom of the sum (Welch 1947, Biometrika 34:28; Satterthwaite
    1946, Biometrics 2:110). The lasting error of measurement is known beforehand: where it
    is larger than the scatter, few repetitions change the limit little.
    """
    from scipy.special import stdtrit

    doubt = sum(side.scatter**2 / side.freedom for side in sides if side.freedom)
    if not doubt > 0:
        return Z95
    total = sum(side.mean.sigma**2 for side in sides)
    return max(Z95, float(stdtrit(total**2 / doubt, 0.975)))


def _difference(
    group: str, name: str, title: str, unit: str, sides: Sequence[Quantity], limit: float = Z95
) -> Difference:
    """B minus A, and what can be said of it; `limit` in standard deviations of the difference."""
    a, b = sides
    why = ""
    if not (a.known and b.known):
        why = f"not judged in {'B' if a.known else 'A'}"
    elif a.relative != b.relative:
        why = f"only relative in {'A' if a.relative else 'B'}"
    if why:
        nan = float("nan")
        return Difference(
            group, name, title, unit, a, b, nan, nan, nan, DifferenceVerdict.UNKNOWN, why
        )
    value, sigma = b.value - a.value, float(np.hypot(a.sigma, b.sigma))
    detectable = limit * sigma
    verdict = DifferenceVerdict.SAME
    if abs(value) > detectable:
        verdict = DifferenceVerdict.MORE if value > 0 else DifferenceVerdict.LESS
    return Difference(group, name, title, unit, a, b, value, sigma, detectable, verdict)
