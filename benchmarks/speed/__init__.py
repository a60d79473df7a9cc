"""How fast a scan is and how much memory it takes: `python -m benchmarks.speed`."""
