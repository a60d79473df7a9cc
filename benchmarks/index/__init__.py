"""Indexes of known texts: their size and speed, what they cost a scan, and what they find."""
