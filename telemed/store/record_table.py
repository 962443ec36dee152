"""Records in and out of their tables. Statements are made once: making one takes longer than running it."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Insert, Select, Table, Update, and_, bindparam, delete, insert, or_, select, true, update

from telemed.care.times import Mark
from telemed.errors import NotFound
from telemed.store.connection import Parameters, SqlConnection

R = TypeVar("R")

_SAVED_ID = "saved_id"  # of the bindparam: a column's own name would make it a value to set


class RecordTable(Generic[R]):
    """A table whose rows are records of one dataclass with the same field names."""

    def __init__(self, sql: SqlConnection, table: Table, record: type[R]) -> None:
        self._sql = sql
        self._record = record
        self.table = table
        self.c = table.c

    def select(self, *where: ColumnElement[bool]) -> Select[Any]:
        """A SELECT of whole rows, to be ordered and limited."""
        return select(self.table).where(*where)

    async def by(self, **values: Any) -> R | None:
        """Return a record whose columns have these values, or None. None among the values never matches."""
        return await self.first(_select_by(self.table, tuple(values)), values)

    async def one(self, *where: ColumnElement[bool]) -> R | None:
        """Return a record that meets all conditions, or None."""
        return await self.first(self.select(*where).limit(1))

    async def first(self, statement: Select[Any], parameters: Parameters | None = None) -> R | None:
        """Return the first record of a SELECT, which has a LIMIT of 1, or None."""
        row = await self._sql.row(statement, parameters)
        return None if row is None else self._record(**row)

    async def all(self, statement: Select[Any], parameters: Parameters | None = None) -> list[R]:
        """Return the records of a SELECT."""
        return [self._record(**row) for row in await self._sql.rows(statement, parameters)]

    async def insert(self, record: R) -> None:
        """Add a record. A broken constraint raises IntegrityError, which the store reports as Conflict."""
        await self._sql.change(inserting(self.table), self._values(record))

    async def save(self, record: R) -> None:
        """Write a changed record back by its `id`. Raises NotFound."""
        values = self._values(record)
        values[_SAVED_ID] = values.pop("id")
        if await self._sql.change(_updating(self.table), values) == 0:
            raise NotFound()

    async def set(self, values: dict[str, Any], *where: ColumnElement[bool]) -> int:
        """Set columns of all rows that meet the conditions; the number of rows."""
        return await self._sql.change(update(self.table).where(*where).values(values))

    async def delete(self, *where: ColumnElement[bool]) -> int:
        """Delete all rows that meet the conditions, however many; the number of rows."""
        return await self._sql.change(delete(self.table).where(*where), bulk=True)

    def _values(self, record: R) -> dict[str, Any]:
        return {field.name: getattr(record, field.name) for field in fields(record)}  # type: ignore[arg-type]


def beyond(at: ColumnElement[datetime], row_id: ColumnElement[str], after: Mark | None) -> ColumnElement[bool]:
    """The condition that a row comes after `after` in the order of time and id; None: every row does."""
    if after is None:
        return true()
    return or_(at > after[0], and_(at == after[0], row_id > after[1]))


@cache
def inserting(table: Table) -> Insert:
    """The INSERT of one row; its values come as parameters."""
    return insert(table)


@cache
def _updating(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam(_SAVED_ID))


@cache
def _select_by(table: Table, columns: tuple[str, ...]) -> Select[Any]:
    return select(table).where(*(table.c[name] == bindparam(name) for name in columns)).limit(1)
