"""Whether the intervals of `detector prevalence` hold the truth."""
