from __future__ import annotations

import pickle

from xinpu.errors import DataError, UsageError, XinpuError


def test_an_error_is_one_line_with_place_and_remedy() -> None:
    error = DataError("what is\nwrong.", path="graph/a.ttl", line=3, remedy="Mend it.")
    assert str(error) == "graph/a.ttl:3: what is wrong. Mend it."


def test_unknown_parts_are_left_out() -> None:
    assert str(XinpuError("no place")) == "no place."
    assert str(DataError("no line", path="graph/a.ttl")) == "graph/a.ttl: no line."


def test_errors_cross_processes_whole() -> None:
    error = pickle.loads(pickle.dumps(UsageError("a", path="b", line=1, remedy="C.")))
    assert type(error) is UsageError
    assert str(error) == "b:1: a. C."
    assert error.exit_code == 2
