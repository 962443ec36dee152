"""Request bodies: type, size and shape are checked in this order, and the size is counted while the bytes arrive."""

from __future__ import annotations

from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from telemed.errors import InvalidInput, TelemedError, TooLarge

Model = TypeVar("Model", bound=BaseModel)

MAX_FIELD_NAME = 64  # characters of a field path in an error answer


class UnsupportedType(TelemedError):
    """The body is not plain JSON: 415."""

    status = 415
    code = "unsupported_type"


async def read_model(request: web.Request, model: type[Model], limit: int) -> Model:
    """Read the body as `model`. An empty body counts as `{}`. `limit` in bytes.

    Raises UnsupportedType for anything but unencoded application/json, TooLarge, and InvalidInput naming the first wrong field.
    """
    raw = await read_bytes(request, limit)
    if raw and request.content_type != "application/json":
        raise UnsupportedType("The body must be application/json.")
    return parse_model(raw or b"{}", model)


async def read_bytes(request: web.Request, limit: int) -> bytes:
    """Read at most `limit` bytes of body. Raises TooLarge as soon as the announced or the counted size passes it."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedType("Compressed bodies are not accepted.")
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge("The request is too large.")
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise TooLarge("The request is too large.")
    return bytes(body)


def parse_model(raw: bytes, model: type[Model]) -> Model:
    """Parse JSON strictly into `model`. Raises InvalidInput; nothing that came from outside is in its message."""
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        message, field = _explain(first, model)
        raise InvalidInput(message, field=field) from None  # the cause would carry the input


def _explain(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str | None]:
    """Return a sentence and the path of the first wrong field, as far as the path consists of names of ours."""
    if error["type"] == "json_invalid":
        return "The body is not valid JSON.", None
    if error["type"] == "extra_forbidden":
        return "There is a field this request does not have.", None
    path = ".".join(str(part) for part in error["loc"])
    known = bool(error["loc"]) and error["loc"][0] in {field.alias or name for name, field in model.model_fields.items()}
    if error["type"] == "missing":
        return "A field is missing.", path[:MAX_FIELD_NAME] if known else None
    return "A field has a wrong value.", path[:MAX_FIELD_NAME] if known else None
