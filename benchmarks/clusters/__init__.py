"""How well, how fast and in how much memory near-duplicates are found."""
