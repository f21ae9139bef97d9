"""What the commands print with: tables, colours only on terminals, progress on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

if TYPE_CHECKING:
    from xinpu.build import BuildReport

__all__ = ["Progress", "err", "links_wanted", "out", "progress", "show_summary", "show_table"]

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, how much is done, and how much there is (0 if unknown)."""

PIPE_WIDTH = 100_000
"""Width for output that is no terminal: wide enough that no table is ever cut."""


@cache
def out() -> Console:
    """Console on standard output; unlimited width where it is no terminal."""
    return Console(
        width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False, soft_wrap=not sys.stdout.isatty()
    )


@cache
def err() -> Console:
    """Console on standard error."""
    return Console(stderr=True, highlight=False)


def show_table(
    columns: Sequence[str], rows: Sequence[Sequence[str | Text]], *, numbers: frozenset[str] = frozenset()
) -> None:
    """Print a table that fits the terminal: numbers to the right, long cells folded, nothing cut in a pipe."""
    console = out()
    plain = not console.is_terminal
    table = RichTable(box=None, padding=(0, 2, 0, 0), header_style="" if plain else "bold", pad_edge=False)
    for column in columns:
        right = column in numbers
        table.add_column(column, justify="right" if right else "left", no_wrap=plain or right, overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    if plain:
        with console.capture() as captured:
            console.print(table)
        # a table in a pipe has no trailing blanks
        sys.stdout.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))
    else:
        console.print(table)


def links_wanted() -> bool:
    """Tell whether the terminal may get OSC 8 links."""
    return out().is_terminal and os.environ.get("TERM", "") != "dumb" and "NO_COLOR" not in os.environ


@contextmanager
def progress() -> Iterator[Progress]:
    """Give a function that shows the stage of work on standard error, on terminals only."""
    console = err()
    if not console.is_terminal:
        yield lambda _stage, _done, _all: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=None)

        def tell(stage: str, done: int, total: int) -> None:
            bars.update(task, description=stage, completed=done, total=total or None)

        yield tell


def show_summary(report: BuildReport) -> None:
    """Print what a build made and how long each stage took."""
    show_table(
        ("stage", "seconds"),
        [(name, f"{value:.2f}") for name, value in report.seconds.items()],
        numbers=frozenset({"seconds"}),
    )
    out().print()
    show_table(("made", "count"), [(name, str(n)) for name, n in report.counts.items()], numbers=frozenset({"count"}))
    if report.checks is not None:
        warnings = report.checks.count("warning")
        out().print(f"\n{report.out}: site and exports; {warnings} warnings of the checks", soft_wrap=True)
