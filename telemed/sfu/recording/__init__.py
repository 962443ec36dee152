"""Recording on a media worker: which packets of a room's tracks go into journals, and of what control is told."""
