"""Our pages' HTML: files with `{{name}}` for the few values the server knows. Escaped once, whatever the value.

What stands on every page is written once, in `parts/`: `{{> name}}` is replaced by that file. Parts name no further parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

DEMO_BANNER = "Demo: no real patients"
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PART = re.compile(r"\{\{>\s*(\w+)\s*\}\}")
_BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)


class TemplateMissing(Exception):
    """The page's file is not there: an incomplete installation."""


@dataclass(frozen=True, slots=True)
class _Template:
    text: str  # its parts filled in
    stamps: Mapping[Path, int]  # st_mtime_ns of the files as read


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
        known = self._templates.get(name)
        try:
            if known is None or any(path.stat().st_mtime_ns != stamp for path, stamp in known.stamps.items()):
                known = self._templates[name] = self._read(name)
        except OSError as error:
            raise TemplateMissing(name) from error
        return known.text

    def _read(self, name: str) -> _Template:
        stamps: dict[Path, int] = {}

        def read(path: Path) -> str:
            stamps[path] = path.stat().st_mtime_ns  # before it is read: a change meanwhile is seen next time
            return path.read_text(encoding="utf-8")

        page = read(self._root / name)
        text = _PART.sub(lambda match: read(self._root / "parts" / f"{match[1]}.html").strip(), page)
        return _Template(text, stamps)


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
