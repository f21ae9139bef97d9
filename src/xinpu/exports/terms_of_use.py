"""What goes with the data: licence, citation, and the SHA-256 sums of all files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xinpu.exports.base import Bundle, Written


def licence(bundle: Bundle) -> Iterator[Written]:
    """Copy the project's ``LICENSE-DATA``; without one, name the licence of the ontology's header."""
    source = bundle.project.root / "LICENSE-DATA"
    content = source.read_bytes() if source.is_file() else _named_licence(bundle).encode()
    bundle.open_folder("LICENSE-DATA").write_bytes(content)
    yield Written("LICENSE-DATA", "Licence of the data", "text/plain")


def _named_licence(bundle: Bundle) -> str:
    address = bundle.header("dcterms:license")
    return f"This data is licensed under {address}\n" if address else "No licence is declared for this data.\n"


def citation(bundle: Bundle) -> Iterator[Written]:
    """Write how to cite the data, as text and as BibTeX, from the ontology's header and the data's date."""
    title, author = bundle.header("dcterms:title"), bundle.header("dcterms:creator")
    version, day = bundle.header("owl:versionInfo"), bundle.date
    address = bundle.base_url or ""
    place = f" {address}" if address else ""
    plain = f"{author} ({day[:4]}). {title}, version {version}, data of {day}.{place}\n"
    fields = {"author": f"{{{author}}}", "title": f"{{{title}}}", "version": version, "year": day[:4], "date": day}
    if address:
        fields["url"] = address
    bibtex = "@dataset{xinpu,\n" + "".join(f"  {key} = {{{value}}},\n" for key, value in fields.items()) + "}\n"
    for path, content, media in (
        ("CITATION.txt", plain, "text/plain"),
        ("citation.bib", bibtex, "application/x-bibtex"),
    ):
        bundle.open_folder(path).write_text(content, encoding="utf-8", newline="\n")
        yield Written(path, "How to cite the data", media)
    source: Path = bundle.project.root / "CITATION.cff"
    if source.is_file():
        bundle.open_folder("CITATION.cff").write_bytes(source.read_bytes())
        yield Written("CITATION.cff", "How to cite the project", "application/yaml")


def sums(bundle: Bundle) -> Iterator[Written]:
    """Write the checksums in the form that ``sha256sum --check`` reads."""
    lines = [f"{file.sha256}  {file.path}\n" for file in sorted(bundle.files, key=lambda file: file.path)]
    bundle.open_folder("SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")
    yield Written("SHA256SUMS", "Checksums of all other files", "text/plain", len(lines))
