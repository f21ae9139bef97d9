"""The index of names: every name, alias and ticker of every entity in all languages, as one classic script.

The browser library that searches it is declared in ``site/package.json`` and copied from ``site/node_modules``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xinpu.errors import ModelError
from xinpu.layout import Project

PACKAGE: Final = "package.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to find: address from a language's root, its class, its name by language, and its other names."""

    href: str
    kind: int
    names: Mapping[str, str]
    others: tuple[str, ...] = ()
    weight: int = 0
    """How much is said of it: of two equal hits the heavier one comes first."""


def index_script(entries: Iterable[Entry], kinds: Iterable[Mapping[str, str]], languages: tuple[str, ...]) -> str:
    """Write the index as a script: rows of address, class, weight, one name a language, other names."""
    rows = [
        [entry.href, entry.kind, entry.weight, [entry.names.get(lang, "") for lang in languages], list(entry.others)]
        for entry in entries
    ]
    heads = [[kind.get(lang, "") for lang in languages] for kind in kinds]
    data = {"languages": list(languages), "kinds": heads, "rows": rows}
    # U+2028 and U+2029 end lines in old JavaScript
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("<", "\\u003c")
    return f"window.xinpuNames={text};\n"


def libraries(project: Project) -> dict[str, Path]:
    """Give the browser files that ``site/package.json`` declares under ``xinpu``: name in the site -> file."""
    path = project.site / PACKAGE
    shown = project.relative(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelError(f"not JSON: {error}", path=shown, remedy="Mend it.") from None
    found: dict[str, Path] = {}
    for name, source in sorted(dict(data.get("xinpu", {})).items()):
        parts = Path(str(source)).parts
        if Path(name).name != name or ".." in parts or Path(str(source)).is_absolute():
            raise ModelError(
                f"{name!r} from {source!r} leaves its folder", path=shown, remedy="Name a file of node_modules."
            )
        found[name] = project.site / "node_modules" / str(source)
    return found


def copy_library(project: Project, folder: Path) -> list[str]:
    """Copy the declared browser files into the site; raises ModelError if they are not installed."""
    copied = []
    for name, source in libraries(project).items():
        if not source.is_file():
            raise ModelError(
                f"the browser library {project.relative(source)} is not there",
                path=f"site/{PACKAGE}",
                remedy="Run: make libraries",
            )
        shutil.copyfile(source, folder / name)
        copied.append(name)
    return copied
