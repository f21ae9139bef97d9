"""Entry point of the command line, ``xinpu`` and ``python -m xinpu``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its exit status."""
    from xinpu.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
