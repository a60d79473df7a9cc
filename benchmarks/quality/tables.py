"""Numbers as cells of a Markdown table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def cell(name: str, value: Any) -> str:
    """Write a number as its column asks: an AUROC, a shift or points plainly, else a share."""
    if value is None:
        return ""
    if isinstance(value, float):
        if "auroc" in name:
            return f"{value:.3f}"
        if "shift" in name:
            return f"{value:+.2f}"
        return f"{value:+.1f}" if "points" in name else percent(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """Lay out rows of named values, the columns in the order of `names`."""
    head = [name.replace("_", " ") for name in names]
    lines = [head, ["---"] * len(names), *([cell(n, row[n]) for n in names] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
