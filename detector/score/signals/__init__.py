"""Signals: each observes one kind of trace in a page and gives its place."""
