"""Alembic's entry: runs the scripts on the connection that `store/migrate.py` hands over."""

from __future__ import annotations

from alembic import context

from telemed.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True, render_as_batch=True)
context.run_migrations()
