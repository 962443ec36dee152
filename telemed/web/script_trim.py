"""Takes the comments out of our scripts on their way to a browser: a third of their weight on a thin line.

Line breaks stay, so that every position in a browser's error message is the one in our file. Nothing else is changed;
a script that we cannot follow to its end is sent as it is.
"""

from __future__ import annotations

import re

# Where something begins that may hold what looks like a comment, or where a template's expression may end.
_NEXT_IN_CODE = re.compile(r"[\"'`/{}]")
_NEXT_IN_TEMPLATE = re.compile(r"\\.|`|\$\{", re.DOTALL)
_STRING = {quote: re.compile(rf"{quote}(?:[^{quote}\\\n]|\\.)*{quote}", re.DOTALL) for quote in ("'", '"')}
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/")
_LINE_COMMENT = re.compile(r"//[^\n]*")
_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# After these a slash begins a regular expression; after a value (a name, a number, a closing bracket) it divides.
_BEFORE_REGEX = re.compile(r"(?:^|[(,=:\[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|void|new|delete))\s*$")
_LOOK_BACK = 40  # characters before a slash that are looked at; the longest keyword and its white space fit


class _Lost(Exception):
    """The script is not what we take it for."""


def without_comments(source: str) -> str:
    """Return `source` with each comment replaced by its line breaks, or `source` itself where that is not safe."""
    try:
        return _Trimmer(source).run()
    except _Lost:
        return source


class _Trimmer:
    """One pass over a script. `_depths` counts open braces: one number for the script and one for each `${` it is inside of."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._kept: list[str] = []
        self._depths = [0]

    def run(self) -> str:
        while True:
            found = _NEXT_IN_CODE.search(self._source, self._at)
            if found is None:
                break
            self._keep_to(found.start())
            self._token(found[0])
        if self._depths != [0]:
            raise _Lost
        return "".join(self._kept) + self._source[self._at :]

    def _token(self, mark: str) -> None:
        if mark in _STRING:
            self._keep_match(_STRING[mark])
        elif mark == "/":
            self._slash()
        elif mark == "`":
            self._keep_to(self._at + 1)
            self._template()
        elif mark == "{":
            self._depths[-1] += 1
            self._keep_to(self._at + 1)
        else:
            self._closing_brace()

    def _slash(self) -> None:
        for comment, instead in ((_LINE_COMMENT, ""), (_BLOCK_COMMENT, " ")):
            found = comment.match(self._source, self._at)
            if found:
                self._kept.append("\n" * found[0].count("\n") or instead)
                self._at = found.end()
                return
        if _BEFORE_REGEX.search("".join(self._kept[-4:])[-_LOOK_BACK:] if self._kept else ""):
            self._keep_match(_REGEX)
        else:
            self._keep_to(self._at + 1)

    def _closing_brace(self) -> None:
        self._keep_to(self._at + 1)
        if self._depths[-1] > 0:
            self._depths[-1] -= 1
        elif len(self._depths) > 1:
            self._depths.pop()
            self._template()
        else:
            raise _Lost

    def _template(self) -> None:
        """Go on inside a template's text: to its end, or into an expression."""
        while True:
            found = _NEXT_IN_TEMPLATE.search(self._source, self._at)
            if found is None:
                raise _Lost
            self._keep_to(found.end())
            if found[0] == "`":
                return
            if found[0] == "${":
                self._depths.append(0)
                return

    def _keep_match(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._source, self._at)
        if found is None:
            raise _Lost
        self._keep_to(found.end())

    def _keep_to(self, end: int) -> None:
        if end > self._at:
            self._kept.append(self._source[self._at : end])
            self._at = end
