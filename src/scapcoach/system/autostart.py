"""Start at login: a systemd user unit, a launchd agent or a Task Scheduler task."""

from __future__ import annotations

import plistlib
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from scapcoach.errors import OutputError

NAME: Final = "scapcoach-desk"


@dataclass(frozen=True, slots=True)
class LoginEntry:
    """A file that makes the system start the desk check at login.

    Attributes:
        path: where the file belongs.
        text: its content.
        enable: the command that switches it on.
        disable: the command that switches it off.
    """

    path: Path
    text: str
    enable: str
    disable: str

    def install(self) -> None:
        """Write the file.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(self.text, "utf-16" if self.path.suffix == ".xml" else "utf-8")
        except OSError as error:
            raise OutputError(
                f"{self.path} could not be written ({error.strerror}); --dry-run prints it."
            ) from error


def login_entry(
    arguments: list[str], platform: str = sys.platform, home: Path | None = None
) -> LoginEntry:
    """The entry for an operating system.

    Args:
        arguments: of the command to run, the program first.
        platform: as `sys.platform`.
        home: the user's home folder.
    """
    home = home or Path.home()
    if platform == "darwin":
        return _launchd(arguments, home)
    if platform == "win32":
        return _task(arguments, home)
    return _systemd(arguments, home)


def _systemd(arguments: list[str], home: Path) -> LoginEntry:
    # In a unit, % introduces a specifier and $ a variable.
    command = shlex.join(arguments).replace("%", "%%").replace("$", "$$")
    text = f"""[Unit]
Description=scapcoach desk check
PartOf=graphical-session.target
After=graphical-session.target

[Service]
ExecStart={command}
Restart=on-failure
SuccessExitStatus=130
RestartSec=60
Nice=10

[Install]
WantedBy=graphical-session.target
"""
    return LoginEntry(
        home / ".config/systemd/user" / f"{NAME}.service",
        text,
        f"systemctl --user daemon-reload && systemctl --user enable --now {NAME}",
        f"systemctl --user disable --now {NAME}",
    )


def _launchd(arguments: list[str], home: Path) -> LoginEntry:
    path = home / "Library/LaunchAgents" / f"org.scapcoach.{NAME}.plist"
    data = {
        "Label": path.stem,
        "ProgramArguments": arguments,
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 60,
        "ProcessType": "Background",
    }
    quoted = shlex.quote(str(path))
    return LoginEntry(
        path,
        plistlib.dumps(data).decode("utf-8"),
        f"launchctl bootstrap gui/$(id -u) {quoted}",
        f"launchctl bootout gui/$(id -u) {quoted}",
    )


def _task(arguments: list[str], home: Path) -> LoginEntry:
    import subprocess

    path = home / "AppData/Local/scapcoach" / f"{NAME}.xml"
    text = f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>8</Priority>
    <RestartOnFailure><Interval>PT1M</Interval><Count>255</Count></RestartOnFailure>
  </Settings>
  <Actions>
    <Exec>
      <Command>{escape(arguments[0])}</Command>
      <Arguments>{escape(subprocess.list2cmdline(arguments[1:]))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
    return LoginEntry(
        path,
        text,
        f'schtasks /Create /TN {NAME} /XML "{path}"',
        f"schtasks /Delete /TN {NAME} /F",
    )
