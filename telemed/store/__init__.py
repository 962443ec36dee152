"""The database: the only package with SQL. `Store` (store.py) is what the rest of the server is given."""

from __future__ import annotations

from telemed.store.store import Store

__all__ = ["Store"]
