"""The notebook in docs/ runs from top to bottom on the real graph, and its tables are not empty."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOK = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    for number, source in enumerate(CODE):
        tree = ast.parse(source)
        last = tree.body.pop()
        exec(compile(tree, f"cell {number}", "exec"), names)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
            assert shown if not hasattr(shown, "empty") else not shown.empty, source
        else:
            exec(compile(ast.Module([last], []), f"cell {number}", "exec"), names)


def test_the_notebook_holds_no_output() -> None:
    assert not [cell for cell in NOTEBOOK["cells"] if cell.get("outputs") or cell.get("execution_count")]
