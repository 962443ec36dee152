"""The admin socket: while control runs only it writes, so commands of the operator reach the database through it.

A Unix socket, 0600, for processes of the same user. One JSON object per line each way:
`{"op": ..., "args": {...}}` -> `{"ok": true, "result": {...}}` or `{"ok": false, "code": ..., "message": ...}`.
"""

from __future__ import annotations
