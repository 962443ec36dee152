"""Congestion control, sans I/O: time and packets are arguments."""
