"""Documents (JSON, and tables of TOML) read as a type, or refused with a sentence.

Types are plain dataclasses, also those that the program computes with: `scapcoach.arrays` has marks
for what JSON lacks, arrays and NaN. Documents that do not fit are refused: missing fields, values
of another type or out of range, unknown names, NaN and infinity, damage, too much nesting, too
large. The sentence names the document, the field and what to do next.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, make_dataclass
from enum import Enum
from functools import cache
from itertools import repeat
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scapcoach.arrays import Stored
    from scapcoach.errors import ScapcoachError

_T = TypeVar("_T")

#: Key in the metadata of a dataclass's field: its name in documents; None where they lack it.
STORED_AS: Final = "stored as"

#: In place of a missing field: its default is that of the dataclass.
_LEFT_OUT: Final = object()

_UNIONS: Final = (Union, UnionType)

#: The library's names of JSON types, in words.
_WORDS: Final = {
    "bool": "true or false", "str": "text", "int": "a whole number", "float": "a number",
    "object": "an object", "array": "a list", "null": "null",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One kind of document.

    Attributes:
        advice: what to do when one is refused: a sentence, without its full stop.
        error: the exception raised then.
        version: the required value of its field ``schema``; empty for a document without one.
        limit: bytes at most.
        later: fields that older documents lack, with their values there; all other fields, and
            those of parts, are required. None: fields that have a default may be missing.
    """

    advice: str
    error: type[ScapcoachError]
    version: str = ""
    limit: int = 1_000_000
    later: Mapping[str, Any] | None = None


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


def text(value: Any, form: Format) -> str:
    """The document of a dataclass, with its version; `read` gives back the same."""
    return json.dumps(versioned(value, form), indent=1, allow_nan=False)


def versioned(value: Any, form: Format) -> dict[str, Any]:
    """The document of a dataclass in plain types; `convert` gives back the same."""
    return {"schema": form.version, **plain(value)}


def plain(value: Any, decimals: int | None = None) -> Any:
    """A value in types that JSON has.

    Dataclasses become objects, arrays lists, members of enumerations their labels, NaN and infinity
    None, and objects of unknown types text. Numbers are rounded to `decimals`, if given.
    """
    if is_dataclass(value):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    elif hasattr(value, "tolist"):  # NumPy's arrays and numbers
        value = value.tolist()
    elif isinstance(value, Enum):
        value = getattr(value, "label", value.value)
    if isinstance(value, Mapping):
        return {str(key): plain(one, decimals) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, decimals) for one in value]
    if isinstance(value, float):
        value = value if decimals is None else round(value, decimals)
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


@dataclass(frozen=True, slots=True)
class _Versioned:
    schema: str | None = None


def _checked(read_as: Callable[[Any], Any], kind: type[_T], form: Format, name: str) -> _T:
    import msgspec

    try:
        if form.version and (found := read_as(_Versioned).schema) != form.version:
            has = "no version" if found is None else f"version {found!r}"
            raise _refused(form, name, f"it has {has}, and this program reads {form.version!r}")
        document = document_type(kind, form)  # type: ignore[arg-type]  # a class can be hashed
        value: _T = _value(kind, read_as(document))
    except RecursionError:
        raise _refused(form, name, "it is nested too deeply") from None
    except msgspec.ValidationError as error:
        raise _refused(form, name, fault(error)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise _refused(form, name, f"it is not JSON in UTF-8 ({error})") from None
    return value


@cache
def document_type(kind: Any, form: Format, *, part: bool = False) -> Any:
    """The type as which documents of a `kind`, or parts of them, are checked."""
    if isinstance(kind, type) and is_dataclass(kind):
        later = {} if part and form.later is not None else form.later
        parts = [
            (name, document_type(hint, form, part=True), _default(one, later))
            for one, name, hint in _fields(kind)
        ]
        return make_dataclass(kind.__name__, parts, kw_only=True)
    origin = get_origin(kind)
    if origin is Annotated:
        stored = _stored(kind)
        return kind if stored is None else stored.document
    inner = tuple(document_type(one, form, part=True) for one in get_args(kind))
    if origin is tuple:
        return tuple[inner]  # type: ignore[valid-type]
    return Union[inner] if origin in _UNIONS else kind  # noqa: UP007 - of a tuple


def _value(kind: Any, found: Any) -> Any:
    """A `kind` from what `document_type` of it has let through."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated and (stored := _stored(kind)) is not None:
        return stored.value(found)
    if origin in _UNIONS and type(None) in inner:
        return None if found is None else _value(inner[0], found)
    if origin is tuple:
        kinds = repeat(inner[0]) if inner[-1] is ... else inner
        return tuple(map(_value, kinds, found))
    if isinstance(kind, type) and is_dataclass(kind):
        parts = {one.name: (hint, getattr(found, name)) for one, name, hint in _fields(kind)}
        return kind(**{n: _value(*part) for n, part in parts.items() if part[1] is not _LEFT_OUT})
    return found


@cache
def _fields(kind: Any) -> tuple[tuple[Field[Any], str, Any], ...]:
    """The fields of a dataclass that documents have, with their names there and their types."""
    hints = get_type_hints(kind, include_extras=True)
    names = {one: one.metadata.get(STORED_AS, one.name) for one in fields(kind)}
    return tuple((one, name, hints[one.name]) for one, name in names.items() if name)


def _default(one: Field[Any], later: Mapping[str, Any] | None) -> Any:
    if later is not None:
        return field(default=later.get(one.name, MISSING))
    required = one.default is MISSING and one.default_factory is MISSING
    return field(default=MISSING if required else _LEFT_OUT)


def _stored(annotated: Any) -> Stored | None:
    from scapcoach.arrays import Stored

    return next((mark for mark in annotated.__metadata__ if isinstance(mark, Stored)), None)


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
