"""One file per kind of row; each class implements the Protocol of the same name in `care/repositories.py`."""
