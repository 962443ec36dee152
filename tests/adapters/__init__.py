"""Tests of one adapter each, against the real thing where that is cheap."""
