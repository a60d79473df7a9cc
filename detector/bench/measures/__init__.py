"""The measures of a benchmark: numbers with an interval, or a reason why there is none.

Arrays of scores come in, a `Figure` goes out. Nothing here knows files, detectors or sets.
Positive is the label "ai", negative "human"; a higher score is more machine-like. What each measure
means, its interval and the rule by which it is refused are in docs/bench-report.md.
"""
