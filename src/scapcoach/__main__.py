"""`python -m scapcoach` is the `scapcoach` command."""

from __future__ import annotations

from scapcoach.cli import main

if __name__ == "__main__":
    main()
