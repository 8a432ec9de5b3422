"""What a program sends out of this computer, seen from outside it: by its system calls.

`Trace` runs a program and everything that it starts under strace; `departures` reads what strace
wrote. Nothing inside the program, no library and no setting of it, can hide a call from that.
"""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

#: Calls that name a far end, or open a door to others. What goes through io_uring is none of
#: these calls, so making one is reported; "?" is for an strace that does not know it.
_CALLS: Final = "connect,sendto,sendmsg,sendmmsg,bind,?io_uring_setup"
#: Enough characters of what is sent to know a question to nscd by its head.
_STRACE: Final = ("strace", "-f", "--seccomp-bpf", "-qq", "-s", "64", "-e", "signal=none",
                  "-e", f"trace={_CALLS}")  # fmt: skip

#: DNS, DNS over TLS, mDNS, LLMNR.
_NAME_PORTS: Final = {53, 853, 5353, 5355}
_NAME_SOCKETS: Final = ("systemd/resolve/io.systemd.Resolve", "avahi-daemon/socket")
_NSCD: Final = "nscd/socket"
#: Version 2 and one of GETHOSTBYNAME (4) to GETHOSTBYADDRv6 (7), GETFDHST (13), GETAI (14).
#: Users and groups are asked for at the same socket, and are nobody's business here.
_NSCD_HOSTS: Final = re.compile(r'"\\2\\0\\0\\0\\(?:[4567r]|16)\\0\\0\\0')

_ADDRESS: Final = re.compile(r"\{sa_family=(?P<family>[^,}]+)(?P<rest>[^}]*)\}")
_PORT: Final = re.compile(r"sin6?_port=htons\((\d+)\)")
_HOST: Final = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_PLACE: Final = re.compile(r'sun_path=@?"([^"]*)"')


def why_not() -> str:
    """Why programs cannot be watched here; empty where they can."""
    if shutil.which("strace") is None:
        return "needs strace (Debian: strace)"
    done = subprocess.run(
        [*_STRACE, "-o", os.devnull, "true"], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return ""
    said = done.stderr.strip().splitlines() or ["it says nothing"]
    return f"needs leave to watch other programs (ptrace): {said[-1]}"


def departures(trace: str) -> list[str]:
    """What left this computer, or was to: a line for each far end and each name asked for.

    A failed call counts like any other: it shows what was wanted. So does connecting a UDP
    socket, of which nothing is sent, because its next step is to send.

    Args:
        trace: what strace wrote.
    """
    nscd = any(_NSCD in line and " = -1 " not in line for line in trace.splitlines())
    found: dict[str, None] = {}
    for line in trace.splitlines():
        if "io_uring_setup" in line:
            found["io_uring, which nothing here sees into"] = None
        elif nscd and _NSCD_HOSTS.search(line):
            found["a name look-up, through nscd"] = None
        # Of a call that another thread interrupts, the address may stand in either of its lines.
        for address in _ADDRESS.finditer(line):
            found |= dict.fromkeys(_judged(address, bound=" bind(" in line))
    return list(found)


def _judged(address: re.Match[str], *, bound: bool) -> Iterator[str]:
    family, rest = address["family"], address["rest"]
    if family == "AF_UNIX":
        place = _PLACE.search(rest)
        if place is not None and any(name in place[1] for name in _NAME_SOCKETS):
            yield f"a name look-up, at {place[1]}"
    elif family in {"AF_INET", "AF_INET6"}:
        host, port = _HOST.search(rest), _PORT.search(rest)
        if host is None or port is None:
            yield f"{family}{rest}"
            return
        ip = ipaddress.ip_address(host[1] or host[2])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        where = f"{ip}, port {port[1]}"
        if bound:
            if not ip.is_loopback:
                yield f"open to other computers: bound to {where}"
        elif int(port[1]) in _NAME_PORTS:
            yield f"a name look-up, at {where}"
        elif not ip.is_loopback:
            yield where
    elif family not in {"AF_NETLINK", "AF_UNSPEC"}:
        yield f"{family}{rest}"


class Trace:
    """Programs under watch, one after the other.

    Attributes:
        path: what strace wrote of the last one.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "system_calls.txt"

    @property
    def prefix(self) -> list[str]:
        """What to write before a command to have it watched."""
        return [*_STRACE, "-o", str(self.path)]

    def run(
        self, command: Sequence[object], timeout: float = 240.0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with output as text."""
        words = [*self.prefix, *map(str, command)]
        with subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", env={**os.environ, **environment},
            start_new_session=True,
        ) as process:  # fmt: skip
            try:
                out, error = process.communicate(timeout=timeout)
            except BaseException:  # strace alone would leave what it watches behind
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(words, process.returncode, out, error)

    def silence(self, command: str) -> None:
        """Fail where the last command, or what it started, reached out of this computer."""
        left = departures(self.path.read_text("utf-8", "replace"))
        assert not left, f"{command} reaches out of this computer ({self.path}): {left}"
