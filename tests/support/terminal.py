"""A terminal, as far as this program needs one: what stands on the screen after some bytes."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\x1b\[(?P<numbers>[?\d;]*)(?P<kind>[A-Za-z])|(?P<control>[\r\n\a])"
                    r"|(?P<text>[^\x00-\x1f\x7f]+)")  # fmt: skip


class Terminal:
    """A terminal without end below: nothing scrolls away.

    Args:
        columns: how wide it is; longer lines go on in the next one.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._rows: list[list[str]] = [[]]
        self._row = self._column = 0

    def feed(self, shown: str) -> None:
        """Show text.

        Raises:
            AssertionError: an escape sequence is cut, or one that no bar of ours uses.
        """
        place = 0
        while place < len(shown):
            token = _TOKEN.match(shown, place)
            assert token, f"cut or unknown at {shown[place : place + 40]!r}"
            place = token.end()
            if token["text"]:
                for letter in token["text"]:
                    self._write(letter)
            elif token["control"] == "\r":
                self._column = 0
            elif token["control"] == "\n":
                self._down()
            elif token["kind"]:
                self._escape(token["kind"], token["numbers"])

    def lines(self) -> list[str]:
        """What stands there, without empty lines at the end."""
        found = ["".join(row).rstrip() for row in self._rows]
        while found and not found[-1]:
            found.pop()
        return found

    def _escape(self, kind: str, numbers: str) -> None:
        if kind == "A":
            self._row = max(0, self._row - int(numbers or 1))
        elif kind == "K":
            assert numbers == "2", f"erases {numbers}"
            self._rows[self._row] = []
        else:
            # Colours, and the cursor hidden or shown.
            assert kind == "m" or (kind in "hl" and numbers == "?25"), f"{numbers}{kind}"

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self._rows):
            self._rows.append([])

    def _write(self, letter: str) -> None:
        if self._column == self._columns:
            self._column = 0
            self._down()
        row = self._rows[self._row]
        row += [" "] * (self._column + 1 - len(row))
        row[self._column] = letter
        self._column += 1
