"""What a command can end with; the page docs/reference/cli.md explains it to users.

Errors know their own code (`errors.ScapcoachError.exit_code`), so commands raise them and do not
translate. Where several clips are worked on, one that fails makes it `FAILED`, whatever the reason.
"""

from __future__ import annotations

from typing import Final

from scapcoach.errors import ScapcoachError

FINE: Final = 0
#: Something was tried and failed.
FAILED: Final = ScapcoachError.exit_code
#: Ctrl-C or a request to end: 128 and the number of the signal, as shells count.
INTERRUPTED: Final = 130
