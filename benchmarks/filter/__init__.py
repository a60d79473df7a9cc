"""Filtering: its cost beside a plain read, its memory, and what is left after it."""
