"""Our pages' HTML: files with `{{name}}` for the few values the server knows. Escaped once, whatever the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

DEMO_BANNER = "Demo: no real patients"
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)


class TemplateMissing(Exception):
    """The page's file is not there: an incomplete installation."""


@dataclass(frozen=True, slots=True)
class _Template:
    text: str
    stamp: int  # st_mtime_ns of the file as read


class Templates:
    """Reads templates below one folder; a file changed on disk is read again."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._templates: dict[str, _Template] = {}

    def render(self, name: str, values: Mapping[str, str]) -> str:
        """Return page `name` (one of ours, never from a request) with its placeholders filled; unknown ones become empty.

        A banner in `values["demo_banner"]` is on the page even when the file has no place for it. Raises TemplateMissing.
        """
        text = self._text(name)
        page = _PLACEHOLDER.sub(lambda match: escape(values.get(match[1], "")), text)
        banner = values.get("demo_banner", "")
        if banner and "demo_banner" not in _PLACEHOLDER.findall(text):
            page = _BODY_TAG.sub(lambda match: f'{match[0]}<p class="demo-banner">{escape(banner)}</p>', page, count=1)
        return page

    def _text(self, name: str) -> str:
        path = self._root / name
        try:
            stamp = path.stat().st_mtime_ns
            known = self._templates.get(name)
            if known is None or known.stamp != stamp:
                known = self._templates[name] = _Template(path.read_text(encoding="utf-8"), stamp)
        except OSError as error:
            raise TemplateMissing(name) from error
        return known.text


def plain_page(title: str, sentence: str, values: Mapping[str, str]) -> str:
    """Return a page without any file: for faults, and for an installation without its templates."""
    lines = [f"<h1>{escape(title)}</h1>", f"<p>{escape(sentence)}</p>"]
    if values.get("demo_banner"):
        lines.insert(0, f"<p>{escape(values['demo_banner'])}</p>")
    for label, key in (("Phone", "clinic_phone"), ("Emergency", "emergency_number")):
        if values.get(key):
            lines.append(f"<p>{label}: {escape(values[key])}</p>")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(lines)}</body></html>'
