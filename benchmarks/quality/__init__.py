"""Quality: how well the shipped detector and policy do on labelled text they never saw."""
