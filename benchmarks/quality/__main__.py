"""Run the quality benchmark: python -m benchmarks.quality."""

from benchmarks.quality.dev import main

main()
