"""What every table is made of: the naming of constraints and the columns that come again and again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, String
from sqlalchemy.types import TypeEngine

from telemed.store.columns import WORD_LENGTH, UtcTime

HASH_LENGTH = 64  # hex SHA-256

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def row_id() -> Column[Any]:
    """The primary key: one of our ids."""
    return Column("id", String(WORD_LENGTH), primary_key=True)


def ref(name: str, target: str, *, null: bool = False, index: bool = True) -> Column[Any]:
    """A foreign key to the id of `target`."""
    return Column(name, String(WORD_LENGTH), ForeignKey(f"{target}.id"), nullable=null, index=index)


def digest(name: str, *, unique: bool = False) -> Column[Any]:
    """A hex SHA-256."""
    return Column(name, String(HASH_LENGTH), nullable=False, unique=unique)


def time(name: str, *, null: bool = False) -> Column[Any]:
    """A UTC time."""
    return Column(name, UtcTime(), nullable=null)


def need(name: str, kind: TypeEngine[Any]) -> Column[Any]:
    """A column that always has a value."""
    return Column(name, kind, nullable=False)
