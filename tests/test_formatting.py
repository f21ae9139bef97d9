from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate_books import GRAPH, PREFIXES, make_project
from xinpu.curate.formatting import format_files, format_text
from xinpu.errors import DataError, UsageError

UNTIDY = (
    PREFIXES
    + """
# What this file holds.

# --- Claims ---

id:b a xp:Count;xp:value 40.4 , 1 ; xp:metric xp:Pages; xp:about id:emma ;
  skos:note "later"@fr, "first"@en .
# why a curator chose it
id:a a xp:Count ; xp:note "a \\"quoted\\" # no comment; nor . an end" .
id:b xp:source id:s .
"""
)


def test_one_stable_form():
    assert format_text(UNTIDY, "x.ttl") == (
        "@prefix id: <https://w3id.org/xinpu/id/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix xp: <https://w3id.org/xinpu/ontology#> .\n"
        "\n"
        "# What this file holds.\n"
        "\n" + "# --- Claims ".ljust(120, "-") + "\n"
        "\n"
        "# why a curator chose it\n"
        "id:a a xp:Count ;\n"
        '    xp:note "a \\"quoted\\" # no comment; nor . an end" .\n'
        "\n"
        "id:b a xp:Count ;\n"
        "    xp:about id:emma ;\n"
        "    xp:metric xp:Pages ;\n"
        "    xp:value 1 ;\n"
        "    xp:value 40.4 ;\n"
        "    xp:source id:s ;\n"
        '    skos:note "first"@en ;\n'
        '    skos:note "later"@fr .\n'
    )


def test_what_is_formatted_stays():
    once = format_text(UNTIDY, "x.ttl")
    assert format_text(once, "x.ttl") == once
    assert format_text(format_text(GRAPH, "g.ttl"), "g.ttl") == format_text(GRAPH, "g.ttl")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\t\\"#.;')))
def test_any_text_survives(words):
    quoted = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    text = f'{PREFIXES}\nid:a xp:note "{quoted}"@en .\n'
    once = format_text(text, "x.ttl")
    assert f'xp:note "{quoted}"@en .\n' in once
    assert format_text(once, "x.ttl") == once


def test_blocks_with_blank_nodes_keep_their_text():
    text = f"{PREFIXES}\nid:a xp:about [ xp:value   1 ] .\n"
    assert "id:a xp:about [ xp:value   1 ] .\n" in format_text(text, "x.ttl")


def test_faults_are_named_with_their_line():
    with pytest.raises(DataError, match=r"x\.ttl:12: .*not Turtle"):
        format_text(f"{PREFIXES}\n# head\nid:a xp:value ; .\n", "x.ttl")
    with pytest.raises(DataError, match="ends inside a block"):
        format_text(f"{PREFIXES}\nid:a xp:value 1\n", "x.ttl")


def test_check_says_what_would_change_and_writes_nothing(tmp_path: Path):
    project = make_project(tmp_path)
    path = project.graph / "untidy.ttl"
    path.write_text(UNTIDY, encoding="utf-8")
    changed = [entry.path for entry in format_files(project, [path], check=True) if entry.changed]
    assert changed == [path]
    assert path.read_text(encoding="utf-8") == UNTIDY
    format_files(project, [path])
    assert not any(entry.changed for entry in format_files(project, [path], check=True))


def test_a_fault_in_one_file_leaves_all(tmp_path: Path):
    project = make_project(tmp_path)
    (project.graph / "a.ttl").write_text(UNTIDY, encoding="utf-8")
    (project.graph / "b.ttl").write_text("id:a", encoding="utf-8")
    with pytest.raises(DataError, match=r"b\.ttl"):
        format_files(project)
    assert (project.graph / "a.ttl").read_text(encoding="utf-8") == UNTIDY
    with pytest.raises(UsageError, match="does not exist"):
        format_files(project, [tmp_path / "nowhere"])
