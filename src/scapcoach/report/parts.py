"""Values of the macros in templates/parts.html, which several pages share."""

from __future__ import annotations

from dataclasses import dataclass

from scapcoach.export.summary import percent


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of the frames could be judged.

    Attributes:
        ok, relative, withheld: shares of the frames, 0..1.
    """

    ok: float
    relative: float
    withheld: float

    @property
    def words(self) -> str:
        """The bar in words, for screen readers."""
        return (
            f"{percent(self.ok)} absolute, {percent(self.relative)} relative, "
            f"{percent(self.withheld)} withheld"
        )


@dataclass(frozen=True, slots=True)
class Tile:
    """One number that matters, with what it means.

    Attributes:
        title: what it is; big: the number in large print; unit: small print after it.
        note: what it is relative to; share: how much of the time it covers.
        bar: how much could be judged.
        judged: False where `big` says why there is no number.
    """

    title: str
    big: str
    unit: str = ""
    note: str = ""
    share: str = ""
    bar: Bar | None = None
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that, when clicked, goes to its moment in the recording.

    Attributes:
        t: seconds; source: the picture as a data URL.
        title: a few words.
        facts: more of them, one each.
    """

    t: float
    source: str
    title: str
    facts: tuple[str, ...] = ()
