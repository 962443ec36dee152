"""The journal of a recording: what the media loop hands over, and its form on the disk. No crypto, no files."""
