"""Log lines that are safe to hand over: one line each, ids in their short form, nothing that came from outside.

Our own loggers (`telemed.*`) write plain words and ids; what still looks like an address, a token, mail or SDP is masked.
Libraries may write anything into their messages, so their text is never printed at any level: a line tells which library, how
bad, and at which place in its code. Exceptions appear as type and places, without their text, unless they are ours (errors.py).

Lines go to standard error with single writes below PIPE_BUF that never wait: when nobody reads, lines are dropped and counted.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Generic, TypeVar

from telemed.errors import TelemedError
from telemed.ids import short

T = TypeVar("T")
OWN = "telemed"
MAX_LINE_BYTES = 4096  # PIPE_BUF on Linux (pipe(7)): one write is whole or not at all
JSON_TEXT = (1500, 400)  # characters of one value; two of 400, escaped or of four bytes each, stay below a line
MAX_FRAMES = 12  # places of a traceback that are printed, innermost first
MAX_CAUSES = 3
QUIET = (
    "aiohttp.access",
    "engineio.server",
    "socketio.server",
    "aioice",
    "aiortc",
    "sqlalchemy",
    "aiosqlite",
    "alembic",
    "asyncio",
)
OWN_HANDLERS = ("engineio.server", "socketio.server", "engineio.client", "socketio.client")

MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"v=0\s*(?:\\r)?(?:\\n).*"), "[sdp]"),
    (re.compile(r"\b(candidate|ice-pwd|ice-ufrag|fingerprint):.*"), r"\1:[masked]"),
    (re.compile(r"[^\s@=<>\"']+@[^\s@<>\"']+"), "[mail]"),
    (re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"), "[address]"),
    (re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:%\w+)?(?![\w:])"), "[address]"),
    # Both cases in 20 or more URL-safe characters: links, seat tokens, tickets, hashes. Our names are lower case.
    (re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}(?![\w-])"), "[token]"),
)
FULL_ID = re.compile(r"\b[a-z]{3}_[A-Za-z0-9_-]{16}(?![\w-])")


class Redacted(Generic[T]):
    """A value that cannot be printed by accident: `str`, `repr` and `format` show a mask; `reveal` returns it."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The value itself, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "[redacted]"

    def __format__(self, spec: str) -> str:
        return "[redacted]"


def mask(text: str) -> str:
    """Return `text` on one line, ids shortened, and what looks like address, token, mail or SDP replaced."""
    line = "".join(char if char.isprintable() else _escape(char) for char in text)
    line = FULL_ID.sub(lambda match: short(match.group()), line)
    for pattern, replacement in MASKS:
        line = pattern.sub(replacement, line)
    return line


def describe(error: BaseException) -> str:
    """Type, code and places of `error` and its causes; the text only of our own errors."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < MAX_CAUSES:
        words = f' "{mask(current.message)}"' if isinstance(current, TelemedError) else ""
        parts.append(f"{type(current).__name__}{words} at {_places(current.__traceback__)}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return " caused by ".join(parts)


def safe_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Build a record that carries no text of a library: whichever handler prints it, there is nothing to leak.

    Takes what `logging.LogRecord` takes. The exception is replaced by its safe description in `failure`; `failure_type` is its
    type.
    """
    record = logging.LogRecord(*args, **kwargs)
    error = record.exc_info[1] if record.exc_info else None
    record.failure = describe(error) if error is not None else ""
    record.failure_type = type(error) if error is not None else None
    record.exc_info = record.exc_text = record.stack_info = None
    if not is_own(record.name):
        record.msg, record.args = f"library message from {record.filename}:{record.lineno}", ()
    return record


class LineFormatter(logging.Formatter):
    """`time level process logger: message exception`."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """One masked line without its end."""
        said = self._parts(record)
        line = f"{said['time']} {said['level']} {said['process']} {said['logger']}: {said['message']}"
        line = f"{line} exception {said['exception']}" if "exception" in said else line
        return f"{line} ({said['dropped']} lines dropped before)" if "dropped" in said else line

    def _parts(self, record: logging.LogRecord) -> dict[str, str | int]:
        """What a line says, masked."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = f"malformed log call at {os.path.basename(record.pathname)}:{record.lineno}"
        said: dict[str, str | int] = {"time": at, "level": record.levelname.lower(), "process": self._process}
        said |= {"logger": record.name, "message": mask(message)}
        failure, dropped = getattr(record, "failure", ""), getattr(record, "dropped", 0)
        said |= {"exception": failure} if failure else {}
        return said | ({"dropped": dropped} if dropped else {})


class JsonFormatter(LineFormatter):
    """The same as one JSON object: time, level, process, logger, message, where there are any exception and dropped."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object, texts cut before it is encoded, so that every line is whole."""
        said = self._parts(record)
        line = ""
        for longest in JSON_TEXT:
            cut = {key: value[:longest] if isinstance(value, str) else value for key, value in said.items()}
            line = json.dumps(cut, ensure_ascii=False)
            if len(line.encode("utf-8", "replace")) < MAX_LINE_BYTES:
                break
        return line


class LineHandler(logging.Handler):
    """Writes each line with one system call that never waits (the descriptor is a terminal, file, or non-blocking pipe)."""

    def __init__(self, descriptor: int, process: str, form: str = "text") -> None:
        super().__init__()
        self.process = process
        self.set_form(form)
        self._descriptor = descriptor
        self.dropped = 0

    def set_form(self, form: str) -> None:
        """Write lines as "text" or "json" from now on."""
        self.setFormatter(JsonFormatter(self.process) if form == "json" else LineFormatter(self.process))

    def filter(self, record: logging.LogRecord) -> bool:
        """Libraries are heard from WARNING on, whatever their own level says."""
        return (is_own(record.name) or record.levelno >= logging.WARNING) and bool(super().filter(record))

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it as dropped when nobody reads."""
        record.dropped = self.dropped
        line = self.format(record)
        try:
            os.write(self._descriptor, line.encode("utf-8", "replace")[: MAX_LINE_BYTES - 1] + b"\n")
            self.dropped = 0
        except OSError:
            self.dropped += 1


def configure(process: str, level: str, descriptor: int = 2, form: str = "text") -> None:
    """Set up this process: our lines from `level` on, libraries masked, uncaught exceptions through the same door.

    Call it first in each process. `level` is one of debug, info, warning, error; `process` names the lines' origin; `form` is
    "text" or "json".
    """
    logging.setLogRecordFactory(safe_record)
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(LineHandler(descriptor, process, form))
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN).setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("aiohttp.access").disabled = True
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)


def set_level(level: str, form: str) -> None:
    """Change level and form of this process's lines."""
    logging.getLogger(OWN).setLevel(level.upper())
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LineHandler):
            handler.set_form(form)


def claim_library_handlers() -> None:
    """Remove the handlers that Engine.IO and Socket.IO put on their loggers; call it after their servers were built."""
    for name in OWN_HANDLERS:
        logging.getLogger(name).handlers.clear()


def watch_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Send what asyncio would print about forgotten failures of `loop` through our lines."""

    def report(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        failure = (type(error), error, error.__traceback__) if isinstance(error, BaseException) else None
        logging.getLogger(f"{OWN}.loop").error("a task or callback failed unseen", exc_info=failure)

    loop.set_exception_handler(report)


def is_own(name: str) -> bool:
    """True for our own loggers."""
    return name == OWN or name.startswith(OWN + ".")


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(f"{OWN}.process").critical("uncaught", exc_info=(kind, error, traceback))


def _places(traceback: TracebackType | None) -> str:
    """`file:line function` of the frames, innermost first."""
    frames: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{_short_path(code.co_filename)}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return " < ".join(reversed(frames[-MAX_FRAMES:])) or "unknown place"


def _short_path(path: str) -> str:
    """The last two parts of a source path: enough to find it, nothing about the machine."""
    return "/".join(path.split(os.sep)[-2:])


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
