"""The duty roster as administrators edit it."""
