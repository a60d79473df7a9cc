"""Run with `python -m benchmarks.prevalence`."""

from benchmarks.prevalence.run import main

main()
