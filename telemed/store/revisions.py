"""The revisions our migrations lead through, read from the scripts as text: asking for them must not load Alembic."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

SCRIPTS = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"^revision(?:\s*:[^=]+)?\s*=\s*[\"']([^\"']+)[\"']", re.M)
_DOWN = re.compile(r"^down_revision(?:\s*:[^=]+)?\s*=\s*[\"']([^\"']+)[\"']", re.M)


def head(scripts: Path = SCRIPTS) -> str:
    """Return the revision this version leads to. Raises RuntimeError when there is not exactly one."""
    before = _before(scripts)
    heads = before.keys() - set(before.values())
    if len(heads) != 1:
        raise RuntimeError("the migrations have no single end")
    return heads.pop()


def knows(revision: str, scripts: Path = SCRIPTS) -> bool:
    """Whether this version can read, or bring up to date, a database of `revision` ("" is an empty one)."""
    return revision == "" or revision in _before(scripts)


@lru_cache(maxsize=4)
def _before(scripts: Path) -> dict[str, str]:
    """Revision -> the one before it, "" for the first."""
    found: dict[str, str] = {}
    for path in sorted((scripts / "versions").glob("*.py")):
        text = path.read_text("utf-8")
        revision, down = _REVISION.search(text), _DOWN.search(text)
        if revision is not None:
            found[revision[1]] = down[1] if down is not None else ""
    return found
