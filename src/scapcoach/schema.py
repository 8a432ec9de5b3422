"""Documents (JSON, and tables of TOML) read as a type, or refused with a sentence.

Types are plain dataclasses. Documents that do not fit are refused: missing fields, values of
another type or out of range, unknown names, NaN and infinity, damage, too much nesting, too large.
The sentence names the document, the field and what to do next.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scapcoach.errors import ScapcoachError

_T = TypeVar("_T")

#: The library's names of JSON types, in words.
_WORDS: Final = {
    "bool": "true or false", "str": "text", "int": "a whole number", "float": "a number",
    "object": "an object", "array": "a list", "null": "null",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of document.

    Attributes:
        advice: what to do when one is refused: a sentence, without its full stop.
        error: the exception raised then.
        version: the required value of its field ``schema``; empty for a document without one.
        limit: bytes at most.
    """

    advice: str
    error: type[ScapcoachError]
    version: str = ""
    limit: int = 1_000_000


def read(path: Path, kind: type[_T], form: Format, name: str = "") -> _T:
    """The document in a file.

    Args:
        path: of the file.
        kind: the type it is read as.
        form: the format of the document.
        name: its name in messages; the path where left out.

    Raises:
        FileNotFoundError: there is no such file.
        ScapcoachError: `form.error`: it cannot be read, or is refused.
    """
    name = name or str(path)
    return decode(read_bytes(path, form, name), kind, form, name)


def read_bytes(path: Path, form: Format, name: str) -> bytes:
    """The content of a file that is not too large; errors as for `read`."""
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise form.error(f"{name} cannot be read: it is not a regular file.")
        with path.open("rb") as file:
            data = file.read(form.limit + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise form.error(f"{name} cannot be read: {error.strerror or error}.") from error
    check_size(data, form, name)
    return data


def check_size(data: bytes, form: Format, name: str) -> None:
    """Refuse data larger than any document of this format.

    Raises:
        ScapcoachError: `form.error`.
    """
    if len(data) > form.limit:
        raise _refused(form, name, f"it is larger than {form.limit:,} bytes")


def decode(data: bytes, kind: type[_T], form: Format, name: str) -> _T:
    """The document in these bytes of JSON; arguments and errors as for `read`."""
    import msgspec

    check_size(data, form, name)
    text = data.removeprefix(codecs.BOM_UTF8)
    return _checked(lambda read_as: msgspec.json.decode(text, type=read_as), kind, form, name)


def convert(value: Any, kind: type[_T], form: Format, name: str) -> _T:
    """The document in plain types from a parser; errors as for `read`."""
    import msgspec

    return _checked(lambda read_as: msgspec.convert(value, read_as), kind, form, name)


def built(kind: type[_T], record: Any) -> _T:
    """A `kind` from a record with fields of the same names: null becomes NaN, a list an array."""
    values = {f.name: _value(getattr(record, f.name)) for f in fields(kind)}  # type: ignore[arg-type]
    return kind(**values)


def _value(value: Any) -> Any:
    import numpy as np

    if value is None:
        return float("nan")
    return np.array(value, np.float64) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Versioned:
    schema: str | None = None


def _checked(read_as: Callable[[Any], Any], kind: type[_T], form: Format, name: str) -> _T:
    import msgspec

    try:
        if form.version and (found := read_as(_Versioned).schema) != form.version:
            has = "no version" if found is None else f"version {found!r}"
            raise _refused(form, name, f"it has {has}, and this program reads {form.version!r}")
        value: _T = read_as(kind)
    except RecursionError:
        raise _refused(form, name, "it is nested too deeply") from None
    except msgspec.ValidationError as error:
        raise _refused(form, name, fault(error)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise _refused(form, name, f"it is not JSON in UTF-8 ({error})") from None
    return value


def fault(error: Exception) -> str:
    """What a validation found, with the field first: ``neutral.unit: expected a number, ...``."""
    what, _, place = str(error).partition(" - at `$")
    what = re.sub(r"`([^`]*)`", lambda m: " or ".join(map(_word, m[1].split(" | "))), what)
    what = what.replace("Object missing required field", "there is no field")
    what = re.sub("Invalid (enum )?value", "unknown name", what)
    place = place.rstrip("`").lstrip(".")
    return f"{place}: {what[:1].lower()}{what[1:]}" if place else f"{what[:1].lower()}{what[1:]}"


def _word(kind: str) -> str:
    return _WORDS.get(kind, repr(kind))


def _refused(form: Format, name: str, why: str) -> ScapcoachError:
    return form.error(f"{name} cannot be used: {why.rstrip('.')}. {form.advice}.")
