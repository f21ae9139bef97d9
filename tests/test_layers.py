"""Modules import in one direction, heavy libraries stay where they belong, and no module grows too long."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "xinpu"

LAYERS = (
    {"errors"},
    {"layout"},
    {"store"},
    {"terms"},
    {"results"},
    {"endpoint", "queries", "worker"},
    {"derive"},
    {"checks", "network", "charts", "i18n", "pages", "search"},
    {"exports"},
    {"site"},
    {"build", "api"},
    {"serve", "mcp", "curate"},
    {"cli"},
)
PLACE = {name: place for place, names in enumerate(LAYERS) for name in names}

HOMES = {
    "pyoxigraph": {"store", "terms", "exports"},
    "rdflib": {"checks", "network", "api"},
    "oxrdflib": {"checks", "network", "api"},
    "pyshacl": {"checks"},
    "networkx": {"api", "network"},
    "jinja2": {"site"},
    "click": {"cli"},
    "rich": {"cli"},
    "altair": {"charts"},
    "vl_convert": {"charts"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
    "mcp": {"mcp"},
}

MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.parent != SOURCE or not path.name.startswith("__"))


def layer_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path.name}: relative import"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_go_one_way(path: Path) -> None:
    layer = layer_of(path)
    assert layer in PLACE, f"{layer} has no place in the order of imports"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "xinpu" and len(parts) > 1 and parts[1] in PLACE:
            used = parts[1]
            assert used == layer or PLACE[used] < PLACE[layer], f"{path.name} in {layer} imports {used}"
        homes = HOMES.get(parts[0])
        assert homes is None or layer in homes, f"{path.name} in {layer} imports {parts[0]}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_modules_are_short_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 330
    assert ast.get_docstring(ast.parse(text))


def test_the_package_docstring_names_every_layer() -> None:
    docstring = ast.get_docstring(ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert not [name for name in PLACE if name not in docstring]


def test_help_needs_no_heavy_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from xinpu.cli import run; run(['--help']); "
        "heavy = {'pyoxigraph', 'rdflib', 'jinja2', 'altair', 'pyshacl', 'networkx', 'httpx', 'babel'}; "
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
