"""Machine-readable faces of an entity page: schema.org as JSON-LD, and references for citing it."""

from __future__ import annotations

import json
from typing import Any, Final

from markupsafe import Markup

from xinpu.site.entity import EntityView
from xinpu.site.html import safe
from xinpu.site.views import Views
from xinpu.terms import iri, text_of

SCHEMA: Final = iri("schema:x")[:-1]


def json_ld(view: EntityView, views: Views, address: str) -> Markup:
    """Describe an entity for search engines, as a data block that cannot end the script element."""
    facts = views.facts
    types: set[str] = set()
    for kind in facts.entities.get(view.iri, ()):
        above = facts.classes.get(kind, ())
        types.update(name.removeprefix(SCHEMA) for name in above if name.startswith(SCHEMA))
    names = [str(name) for _, found in view.names for name in found if str(name) != str(view.name)]
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@id": view.iri,
        "@type": sorted(types) or "Thing",
        "name": str(view.name),
    }
    if names:
        node["alternateName"] = list(dict.fromkeys(names))
    if view.definition:
        node["description"] = str(view.definition)
    if address:
        node["mainEntityOfPage"] = address
    website = text_of(facts.value(view.iri, iri("xp:website")) or facts.value(view.iri, iri("schema:url")))
    if website.startswith(("http://", "https://")):
        node["url"] = website
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    return safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
