"""Whether a query asks other servers."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_APART = re.compile(
    r"<[^<>\"{}|^`\\\x00-\x20]*>"  # IRI
    r'|"""(?:[^"\\]|\\.|"(?!""))*"""|' + r"'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"|' + r"'(?:[^'\\\n\r]|\\.)*'"
    r"|#[^\n\r]*|[?$]\w+|[\w.-]*:[\w.:%-]*",
    re.DOTALL,
)


def asks_service(text: str) -> bool:
    """Tell whether a query may ask other servers: the word SERVICE outside texts, names, variables and comments.

    When in doubt it does.
    """
    plain = _ESCAPE.sub(_unescape, text)
    return any(re.search(r"(?i)service", _APART.sub(" ", version)) is not None for version in (text, plain))


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]
