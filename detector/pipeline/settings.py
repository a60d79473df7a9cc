"""What a scan is asked to do: every setting that changes its output, and no other."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from detector.errors import UsageError

MEBIBYTE = 1 << 20
FPR = 0.01
"""The false-positive rate of a scan that names none."""
DEEP_MILLISECONDS = 30.0
"""What the deep tier takes a text, mean of the development texts (benchmarks/results/quality-cost).

A number of the software, not of the machine: a budget in milliseconds must ask about the same texts
on any machine, so that a scan can be taken up again elsewhere.
"""


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """The settings that decide what a scan writes; two scans with equal ones write equal bytes.

    extractor: what turns a page into text. min_words: shorter texts are skipped. body_cap: bytes of
    a decoded body that are kept, the rest is cut and the row says `truncated`. time_limit: seconds
    of CPU time one record may take before it becomes a fault. fpr: the false-positive rate that
    `likely-ai` is held to; None stands for the policy file's own, or for 0.01. part_size: documents
    in one part of the output, the most work that a crash can undo. with_text: whether the documents
    table holds the text itself. model: a model file to use instead of the one shipped. policy: a
    policy file whose cut points take the place of the model's. budget: the share of human texts
    that the deep tier may be asked about, in (0, 1]; None leaves it out. indexes: of known texts,
    in which every page is looked up.
    """

    extractor: Literal["resiliparse", "trafilatura"] = "resiliparse"
    min_words: int = 40
    body_cap: int = 8 * MEBIBYTE
    time_limit: int = 10
    fpr: float | None = None
    part_size: int = 2000
    with_text: bool = False
    model: str | None = None
    policy: str | None = None
    budget: float | None = None
    indexes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        bounds = (
            ("min-words", self.min_words, 1, 10_000),
            ("body-cap", self.body_cap, 1 << 10, 1 << 30),
            ("time-limit", self.time_limit, 1, 3600),
            ("part-size", self.part_size, 1, 100_000),
        )
        for name, value, low, high in bounds:
            if not low <= value <= high:
                raise UsageError(f"--{name} is {value}: choose a number from {low} to {high}")
        if self.fpr is not None and not 0 < self.fpr < 1:
            raise UsageError(f"--fpr is {self.fpr}: choose a rate between 0 and 1, such as 0.01")
        if self.budget is not None and not 0 < self.budget <= 1:
            raise UsageError(
                f"--budget is {self.budget:g} of the texts: choose more than nothing and at most"
                " all, such as 1ms, 5% or all"
            )
        if self.budget is not None and self.policy is not None:
            raise UsageError("a policy is calibrated without the deep tier: leave --budget out")

    def identity(self) -> dict[str, str | int | float | bool | None]:
        """The settings as they stand in the manifest; files stand there by their digests alone."""
        files = ("model", "policy", "indexes")
        return {name: value for name, value in asdict(self).items() if name not in files}
