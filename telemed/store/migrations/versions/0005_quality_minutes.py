"""Each minute of a call as server and client saw it, both ways."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# What a client measured: from now on there are minutes in which only the server measured something.
_OF_CLIENTS = (("freezes", sa.Integer()), ("rtt_ms", sa.Integer()), ("concealed", sa.Float()))
_NEW = (
    ("frozen", sa.Float()),
    ("height", sa.Integer()),
    ("up_loss", sa.Float()),
    ("down_loss", sa.Float()),
    ("up_jitter_ms", sa.Integer()),
    ("down_jitter_ms", sa.Integer()),
    ("up_rate", sa.Integer()),
    ("down_rate", sa.Integer()),
    ("layer", sa.Integer()),
    ("paused", sa.Float()),
    ("no_picture", sa.Float()),
)


def upgrade() -> None:
    """Apply. SQLite copies the table, which nothing refers to; PostgreSQL alters it."""
    with op.batch_alter_table("quality_minute") as table:
        for name, kind in _OF_CLIENTS:
            table.alter_column(name, existing_type=kind, existing_nullable=False, nullable=True)
        for name, kind in _NEW:
            table.add_column(sa.Column(name, kind, nullable=True))
        table.add_column(sa.Column("way", sa.Text(), nullable=False, server_default=""))
