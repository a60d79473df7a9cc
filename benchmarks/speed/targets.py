"""What a scan is held to, what was measured, and the table that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STARTED = "scan, without its start"


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a measured number: at most `bound`, or at least."""

    name: str
    measured: float | None
    bound: float
    at_most: bool

    @property
    def met(self) -> bool | None:
        """Whether the bound holds; None where nothing was measured."""
        if self.measured is None:
            return None
        return self.measured <= self.bound if self.at_most else self.measured >= self.bound

    def row(self) -> str:
        """A line of a Markdown table."""
        sign = "≤" if self.at_most else "≥"
        measured = "not measured" if self.measured is None else f"{self.measured:.3g}"
        verdict = {True: "pass", False: "**miss**", None: "-"}[self.met]
        return f"| {self.name} | {measured} | {sign} {self.bound:g} | {verdict} |"


def targets(found: dict[str, Any]) -> list[Target]:
    """Hold what was measured against the bounds."""
    rate, peaks = found["documents_per_cpu_second"], found["peak_mb"]
    scan, floor, peer = rate.get("scan"), rate.get("floor"), rate.get("datatrove")
    rooms = rate.get("rooms")
    started = rate.get(STARTED)
    workers: dict[str, float] = found.get("workers", {})

    def over(one: float | None, other: float | None) -> float | None:
        return one / other if one and other else None

    return [
        Target("CPU of the scan, in read + main text", over(rate.get("text"), scan), 1.4, True),
        Target("CPU of the scan, in rooms read + extract", over(rooms, scan), 1.4, True),
        Target("the same, without its start", over(rooms, started), 1.4, True),
        Target("rate of the scan, in inflate + DOM parse", over(scan, floor), 0.28, False),
        Target("rate of the scan, in datatrove", over(scan, peer), 10, False),
        Target("rate of two workers, in one", workers.get("times_as_fast"), 1.6, False),
        Target("the same, once started", workers.get("times_as_fast_once_started"), 1.6, False),
        *(Target(f"peak MB of any process, {name}", mb, 400, True) for name, mb in peaks.items()),
    ]


def table(found: dict[str, Any]) -> str:
    """The results as a page to read."""
    machine = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    versions = ", ".join(f"{name} {value}" for name, value in found["versions"].items())
    lines = [
        "# Speed and memory of a scan",
        "",
        f"`{found['command']}`  ",
        f"{found['archive']['name']}, {found['archive']['records']} records;"
        f" medians of {found['rounds']} interleaved rounds on one pinned core.  ",
        f"{machine}.  ",
        f"{versions}.",
        "",
        "| target | measured | bound | |",
        "|---|--:|--:|---|",
        *(target.row() for target in targets(found)),
        "",
        "| what | records per CPU second |",
        "|---|--:|",
        *(f"| {name} | {rate:,.1f} |" for name, rate in found["documents_per_cpu_second"].items()),
        "",
        *(f"* {note}" for note in found["notes"]),
        "",
    ]
    return "\n".join(lines)
