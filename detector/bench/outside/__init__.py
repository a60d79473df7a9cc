"""Detectors that are not part of this software: a Python file, a command, an HTTP server."""
