"""`python -m scapcoach` is the `scapcoach` command."""

from __future__ import annotations

import sys


def main() -> None:
    """The program `scapcoach`; a Ctrl-C while it is loading ends with one word, too."""
    try:
        from scapcoach.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
