"""The report of a benchmark: a results folder in, four files out; no text and no detector needed."""
