"""Pictures as files: what they are, how large, and the same picture without anything else in the file. None is ever decoded."""

from __future__ import annotations

from telemed.media.pictures.stripping import HEAD_BYTES, Picture, kind_of, stripped

__all__ = ["HEAD_BYTES", "Picture", "kind_of", "stripped"]
