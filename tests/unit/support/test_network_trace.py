"""What of a system call trace counts as leaving this computer."""

from __future__ import annotations

import pytest

from tests.support.network_trace import departures

V4 = '{{sa_family=AF_INET, sin_port=htons({1}), sin_addr=inet_addr("{0}")}}'
V6 = (
    "{{sa_family=AF_INET6, sin6_port=htons({1}), sin6_flowinfo=htonl(0), "
    'inet_pton(AF_INET6, "{0}", &sin6_addr), sin6_scope_id=0}}'
)
UNIX = '{{sa_family=AF_UNIX, sun_path="{0}"}}'
NSCD = f"7 connect(3, {UNIX.format('/var/run/nscd/socket')}, 110) = "
NSCD_THERE = NSCD + "0\n"
NSCD_MISSING = NSCD + "-1 ENOENT (No such file or directory)\n"
USER = r'7 sendto(3, "\2\0\0\0\1\0\0\0\2\0\0\0000\0", 14, MSG_NOSIGNAL, NULL, 0) = 14'
HOSTS = r'7 sendto(3, "\2\0\0\0\r\0\0\0\6\0\0\0hosts\0", 18, MSG_NOSIGNAL, NULL, 0) = 18'


@pytest.mark.parametrize(
    "line",
    [
        f"7 connect(3, {V4.format('127.0.0.1', 4000)}, 16) = -1 EINPROGRESS (Operation now ...)",
        f"7 connect(3, {V4.format('127.9.9.9', 4000)}, 16) = 0",
        f"7 connect(3, {V6.format('::1', 4000)}, 28) = 0",
        f"7 connect(3, {V6.format('::ffff:127.0.0.1', 4000)}, 28) = 0",
        f"7 bind(3, {V4.format('127.0.0.1', 0)}, 16) = 0",
        "7 connect(3, {sa_family=AF_UNSPEC, sa_data='...'}, 16) = 0",
        f"7 connect(3, {UNIX.format('/run/user/0/bus')}, 17) = 0",
        '7 connect(3, {sa_family=AF_UNIX, sun_path=@"/tmp/.X11-unix/X5"}, 20) = 0',
        "7 sendto(3, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0}, 12) = 20",
        '7 sendto(3, "x", 1, 0, NULL, 0) = 1',
        NSCD_THERE + USER,
        NSCD_MISSING + HOSTS,  # nobody is at the other end: what follows is something else
        "7 <... connect resumed>) = 0",
    ],
)
def test_what_stays_here(line: str) -> None:
    assert departures(line) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"7 connect(3, {V4.format('192.0.2.1', 80)}, 16) = -1 ENETUNREACH", "192.0.2.1, port 80"),
        (f"7 connect(3, {V4.format('192.0.2.1', 80)}, 16 <unfinished ...>", "192.0.2.1, port 80"),
        (f"7 connect(3, {V6.format('2001:db8::1', 80)}, 28) = 0", "2001:db8::1, port 80"),
        (f"7 connect(3, {V6.format('::ffff:192.0.2.1', 80)}, 28) = 0", "192.0.2.1"),
        (f'7 sendto(3, "x", 1, 0, {V4.format("192.0.2.1", 9)}, 16) = 1', "192.0.2.1, port 9"),
        (f"7 sendmsg(3, {{msg_name={V4.format('192.0.2.1', 9)}, msg_namelen=16}}, 0) = 1",
         "192.0.2.1, port 9"),
        (f"7 <... sendmmsg resumed>[{{msg_hdr={{msg_name={V4.format('192.0.2.1', 9)}}}}}], 1) = 1",
         "192.0.2.1, port 9"),
        (f"7 connect(3, {V4.format('127.0.0.53', 53)}, 16) = 0", "name look-up, at 127.0.0.53"),
        (f"7 connect(3, {V6.format('ff02::fb', 5353)}, 28) = 0", "name look-up, at ff02::fb"),
        (f"7 connect(3, {UNIX.format('/run/systemd/resolve/io.systemd.Resolve')}, 42) = 0",
         "name look-up"),
        (f"7 connect(3, {UNIX.format('/run/avahi-daemon/socket')}, 42) = -1 ENOENT (No such file)",
         "name look-up"),
        (NSCD_THERE + HOSTS, "through nscd"),
        ("7 connect(3, {sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, svm_port=1}, 16) = 0",
         "AF_VSOCK"),
        (f"7 bind(3, {V4.format('0.0.0.0', 8765)}, 16) = 0", "open to other computers"),
        (f"7 bind(3, {V6.format('::', 0)}, 28) = 0", "open to other computers"),
        ("7 io_uring_setup(8, {flags=0}) = 3", "io_uring"),
    ],
)  # fmt: skip
def test_what_leaves(line: str, said: str) -> None:
    (found,) = departures(line)
    assert said in found


def test_each_far_end_is_named_once() -> None:
    lines = [f"7 connect(3, {V4.format('192.0.2.1', port)}, 16) = 0" for port in (80, 443, 80)]
    assert departures("\n".join(lines)) == ["192.0.2.1, port 80", "192.0.2.1, port 443"]
