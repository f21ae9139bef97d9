"""Charts: equal bytes, names that readers and machines can read, no colour of its own, nothing the policy forbids."""

from __future__ import annotations

import re
from typing import Any

import html5lib
import pytest

from xinpu.charts import KINDS, Chart, draw, finish, picture
from xinpu.errors import ModelError

ROWS: list[dict[str, Any]] = [
    {"x": 10.0 * i + 1, "y": i * i + 1.0, "name": f"芯片 {i}", "group": "甲" if i % 2 else "乙 <b>"} for i in range(8)
]


def chart(kind: str, **more: Any) -> Chart:
    return Chart(kind, "x", "y", "Width", "Height", "A <title>", "B & C", **more)


@pytest.mark.parametrize("kind", KINDS)
def test_same_rows_same_bytes(kind: str) -> None:
    one = draw(chart(kind, colour="group"), [dict(row) for row in ROWS])
    assert one == draw(chart(kind, colour="group"), [dict(row) for row in ROWS])
    assert len(one) > 1000


@pytest.mark.parametrize("kind", KINDS)
def test_colours_are_variables_and_nothing_is_inline(kind: str) -> None:
    svg = draw(chart(kind, colour="group", label="name"), [dict(row) for row in ROWS])
    assert "var(--c1)" in svg
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", svg) == []
    assert "style=" not in svg
    assert "<style" not in svg
    assert "<script" not in svg


def test_it_has_a_name_and_a_description() -> None:
    svg = draw(chart("scatter", label="name"), [dict(row) for row in ROWS])
    assert 'role="img"><title>A &lt;title&gt;</title><desc>B &amp; C</desc>' in svg
    assert "芯片" in svg
    html5lib.HTMLParser(strict=True).parseFragment(svg)


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Where names stand, by a sans-serif face of 10 px."""
    found = []
    for anchor, x, y, name in re.findall(
        r'<text text-anchor="(\w+)" transform="translate\(([\d.]+),([\d.]+)\)" font-size="10px"[^>]*>(N[^<]*)<', svg
    ):
        length = 6.2 * len(name)
        left = float(x) - {"start": 0, "middle": length / 2, "end": length}[anchor]
        found.append((left, float(y) - 9, left + length, float(y) + 3))
    return found


def test_names_cover_no_name_and_no_point_and_every_point_tells_its_own() -> None:
    rows = [{"x": 1.0 + i % 7 / 50, "y": 1.0 + i // 7 / 50, "name": f"Name {i}"} for i in range(49)]
    rows.append({"x": 9.0, "y": 9.0, "name": "Name at the edge"})
    svg = draw(chart("scatter", label="name", log=True), rows)
    shown = boxes(svg)
    assert 2 <= len(shown) < 50
    for place, one in enumerate(shown):
        assert one[0] >= 0
        assert one[2] <= 900
        for other in shown[:place]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    points = re.findall(r'<path transform="translate\(([\d.]+),([\d.]+)\)"[^>]*><title>Name', svg)
    assert len(points) == 50
    for x, y in points:
        assert not any(left < float(x) < right and top < float(y) < low for left, top, right, low in shown)


def test_axes_write_numbers_in_the_language() -> None:
    rows = [{"x": 1000.0 * (i + 1), "y": 1.0 + i, "name": ""} for i in range(9)]
    assert ">5,000<" in draw(chart("scatter", log=True), rows)
    assert ">5\u00a0000<" in draw(chart("scatter", log=True, language="fr"), rows)


def test_rows_without_both_values_are_left_out() -> None:
    assert draw(chart("scatter"), [{"x": 1.0, "y": None}, {"x": 2.0, "y": 3.0}]) == ""


def test_unknown_kind() -> None:
    with pytest.raises(ModelError, match="no chart 'pie'"):
        draw(chart("pie"), ROWS)


def test_finish_replaces_colours_of_any_case() -> None:
    assert "var(--ink)" in finish('<svg width="1"><path fill="#010101"/></svg>', chart("bars"))


def test_picture_is_png() -> None:
    data = picture(
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><rect width="60" height="30"/></svg>'
    )
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 1200
