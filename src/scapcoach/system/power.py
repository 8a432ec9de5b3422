"""Reasons to release the camera: a schedule, a locked screen, a presentation, the battery."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scapcoach.errors import SettingError
from scapcoach.system.screen import answered, presenting, screen_locked, windows_library

if TYPE_CHECKING:
    from datetime import datetime

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SUPPLIES: Final = Path("/sys/class/power_supply")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the desk check should run.

    Attributes:
        start, end: minutes since midnight; an end before the start lies on the next day.
        days: weekdays from Monday 0.
    """

    start: int = 0
    end: int = 24 * 60
    days: tuple[int, ...] = tuple(range(7))

    @classmethod
    def parse(cls, hours: str | None, days: str | None) -> Schedule:
        """From texts such as ``9:00-17:30`` and ``mon-fri`` or ``mon,wed``.

        Raises:
            SettingError: these are not hours or days.
        """
        start, end = 0, 24 * 60
        if hours is not None:
            found = re.fullmatch(r"(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?", hours.strip())
            numbers = [int(x or 0) for x in found.groups()] if found else [99] * 4
            start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
            if max(start, end) > 24 * 60 or max(numbers[1], numbers[3]) > 59 or start == end:
                raise SettingError(f"{hours!r} are not hours: write them like 9:00-17:30.")
        return cls(start, end, _weekdays(days) if days is not None else tuple(range(7)))

    def includes(self, local: datetime) -> bool:
        """Whether the desk check should run at this local time."""
        minute, weekday = local.hour * 60 + local.minute, local.weekday()
        if self.start < self.end:
            return weekday in self.days and self.start <= minute < self.end
        if minute >= self.start:
            return weekday in self.days
        return minute < self.end and (weekday - 1) % 7 in self.days


def _weekdays(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.lower().split(","):
        first, _, last = part.strip().partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            raise SettingError(f"{text!r} are not days: write them like mon-fri or mon,wed,fri.")
        a, b = _DAYS.index(first), _DAYS.index(last or first)
        found += [d % 7 for d in range(a, b + 1 if b >= a else b + 8)]
    return tuple(sorted(set(found)))


def on_battery(supplies: Path = _SUPPLIES, platform: str = sys.platform) -> bool | None:
    """Whether the computer runs on its battery; None when that is unknown.

    Args:
        supplies: where Linux lists them.
        platform: as `sys.platform`.
    """
    if platform == "win32":
        return _on_battery_windows()
    if platform == "darwin":
        return answered(("pmset", "-g", "batt"), "Now drawing from 'Battery Power'")
    return _on_battery_linux(supplies) if supplies.is_dir() else None


def _on_battery_windows() -> bool | None:
    import ctypes

    kernel = windows_library("kernel32")
    # SYSTEM_POWER_STATUS; its first byte is 0 on battery, 1 on mains, 255 unknown.
    status = (ctypes.c_ubyte * 12)()
    if kernel is None or not kernel.GetSystemPowerStatus(ctypes.byref(status)):
        return None
    return {0: True, 1: False}.get(status[0])


def _on_battery_linux(supplies: Path) -> bool | None:
    online, discharging = [], False
    for supply in supplies.iterdir():
        kind = _read(supply / "type")
        # The batteries of mice and headsets have the scope "Device".
        if kind in {"Mains", "USB"} and (text := _read(supply / "online")):
            online.append(text == "1")
        if kind == "Battery" and _read(supply / "scope") != "Device":
            discharging |= _read(supply / "status") == "Discharging"
    if any(online):
        return False
    return discharging if discharging or online else None


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class Pauses:
    """What pauses the desk check.

    Attributes:
        battery: whether to pause on battery.
        schedule: when it should run at all.
        presenting: whether to pause while something is presented, or "do not disturb" is on.
    """

    battery: bool = False
    schedule: Schedule = Schedule()
    presenting: bool = True

    def reason(self, local: datetime) -> str:
        """Why to pause now, in a few words; "" when there is no reason.

        Args:
            local: the local time.
        """
        if not self.schedule.includes(local):
            return "outside the hours you chose"
        if screen_locked():
            return "the screen is locked"
        if self.presenting and presenting():
            return "you are presenting, or 'do not disturb' is on"
        if self.battery and on_battery():
            return "running on battery"
        return ""
