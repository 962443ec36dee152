"""What is shown of a recording while it is being made: pure projection."""

from __future__ import annotations

from telemed.care.ports import Json
from telemed.care.recording.records import Marker


def marker_view(marker: Marker) -> Json:
    """Return a marker as who set it is answered."""
    return {
        "id": marker.id,
        "recording_id": marker.recording_id,
        "start_ms": marker.start_ms,
        "end_ms": marker.end_ms,
        "category": marker.category,
        "text": marker.text,
        "author": marker.author_name,
        "visibility": marker.visibility.value,
        "revision": marker.revision,
    }
