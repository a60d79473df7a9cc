"""All figures of a benchmark: every measure, on every set, of every detector, in both scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np

from detector.bench.measures.cost import Cost, figures, together
from detector.bench.measures.figure import Figure, refused
from detector.bench.measures.ordering import ordering
from detector.bench.measures.prevalence import prevalence_error
from detector.bench.measures.probabilities import crossed, fit, judge
from detector.bench.measures.proportions import share
from detector.bench.measures.resample import REPLICATES_OF_SLICES, seed_of
from detector.bench.measures.sample import Sample, Scores
from detector.bench.measures.support import FEWEST_FOR_PROBABILITIES, lack_of_texts
from detector.bench.measures.transfer import Frozen, error, freeze, sides
from detector.bench.report.folder import BenchSet, Results, Run
from detector.bench.report.rows import ALL_SETS, Book, Key
from detector.bench.report.slices import Slice, slices
from detector.bench.report.views import (
    COMMON,
    OWN,
    SCOPES,
    Common,
    Mask,
    answered,
    common,
    shared_texts,
    take,
)

OWN_LEVELS: Final = (0.05, 0.01, 0.001)
FROZEN_LEVELS: Final = (0.05, 0.01)
SHARES: Final = (0.01, 0.05, 0.2, 0.5)
SHARE_LEVEL: Final = 0.05  # the frozen threshold by which shares are counted

T = TypeVar("T")


@dataclass(frozen=True)
class Figures:
    """The figures of a results folder.

    reference: the calibration set of everything that has only one (probabilities, errors, shares,
    slices). calibrations: those of the transfer matrix.
    """

    results: Results
    reference: str
    calibrations: tuple[str, ...]
    book: Book = field(default_factory=Book)
    known: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Compute what both scopes share only once.

        The common texts are among the own ones, so samples of equal size are the same sample.
        """
        if key not in self.known:
            self.known[key] = make()
        found: T = self.known[key]
        return found

    @cached_property
    def sets(self) -> Mapping[str, BenchSet]:
        return {one.name: one for one in self.results.sets}

    @cached_property
    def commons(self) -> Mapping[str, Common]:
        return {one.name: common(self.results, one) for one in self.results.sets}

    @cached_property
    def shared(self) -> Mapping[tuple[str, str], Mask]:
        return shared_texts(self.results)

    def texts(self, of: BenchSet, scope: str) -> Mask:
        """Give the texts of a scope, before it is asked which of them the detector answered."""
        return self.commons[of.name].texts if scope == COMMON else np.ones(of.table.height, bool)

    def runs(self, detector: str, scope: str) -> Iterator[tuple[BenchSet, Run]]:
        """Give the sets on which a detector has figures in a scope."""
        for one in self.results.sets:
            run = self.results.by_pair.get((one.name, detector))
            if run is None or run.failed:
                continue
            if scope == OWN or detector not in self.commons[one.name].left_out:
                yield one, run

    def sample(self, of: BenchSet, run: Run, scope: str, without: Mask | None = None) -> Sample:
        """Give a run's scores of human and AI texts; `without`: texts to leave out."""
        texts = self.texts(of, scope)
        if without is not None:
            texts = texts & ~without
        return take(of, run, texts, of.labels == "ai", of.labels == "human")


def compute(results: Results, reference: str, calibrations: Sequence[str]) -> Figures:
    """Compute all figures; the same folder gives the same figures, digit for digit."""
    found = Figures(results, reference, tuple(calibrations))
    for detector in results.detectors:
        for scope in SCOPES:
            _Sweep(found, detector, scope).sweep()
    for detector in results.detectors:
        _costs(found, detector)
    return found


@dataclass(frozen=True)
class _Sweep:
    """One detector in one scope."""

    of: Figures
    detector: str
    scope: str

    @cached_property
    def runs(self) -> Mapping[str, tuple[BenchSet, Run]]:
        return {one.name: (one, run) for one, run in self.of.runs(self.detector, self.scope)}

    @cached_property
    def samples(self) -> Mapping[str, Sample]:
        return {name: self.of.sample(*pair, self.scope) for name, pair in self.runs.items()}

    @cached_property
    def frozen(self) -> Mapping[tuple[str, float], Frozen]:
        """Thresholds by calibration set and level."""
        return {
            (name, level): freeze(self.samples[name].humans, level)
            if name in self.samples
            else Frozen(level, None, "no scores of this detector")
            for name in {*self.of.calibrations, self.of.reference}
            for level in FROZEN_LEVELS
        }

    def sweep(self) -> None:
        for one, run in self.runs.values():
            self.order(one)
            self.abstentions(one, run)
            for calibration in self.of.calibrations:
                self.carry(one, run, calibration)
            self.judge_reference(one, run)
            self.cut(one, run)

    def key(self, of: BenchSet, measure: str, level: float | None = None) -> Key:
        return Key(of.name, self.detector, measure, self.scope, level)

    def order(self, of: BenchSet) -> None:
        """AUROC, and the true-positive rates at the set's own thresholds."""
        own = self.samples[of.name]
        found = self.of.once(
            ("order", self.detector, of.name, own.n),
            lambda: ordering(own, OWN_LEVELS, seed_of(of.name)),
        )
        self.of.book.add(self.key(of, "auroc"), found[0])
        for level, figure in zip(OWN_LEVELS, found[1], strict=True):
            self.of.book.add(self.key(of, "tpr_own", level), figure)

    def abstentions(self, of: BenchSet, run: Run) -> None:
        """The share of texts that the detector would not judge, of those it was asked about."""
        if self.scope == COMMON:
            return
        labels, silent = of.labels, ~answered(run)
        for kind, label in (("human", "human"), ("AI", "ai")):
            inside = run.asked & (labels == label)
            found = share(silent[inside], of.groups[inside], kind)
            self.of.book.add(
                Key(of.name, self.detector, "abstained", OWN, dimension="label", slice=label), found
            )
        inside = run.asked & (labels != "mixed")
        self.of.book.add(self.key(of, "abstained"), share(silent[inside], of.groups[inside]))

    def apart(self, of: BenchSet, run: Run, calibration: str) -> tuple[Sample, int]:
        """The test sample without what the calibration set has too, and how many those were."""
        shared = self.of.shared.get((calibration, of.name))
        if shared is None or calibration == of.name:
            return self.samples[of.name], 0
        kept = self.of.sample(of, run, self.scope, without=shared)
        return kept, self.samples[of.name].n - kept.n

    def carry(self, of: BenchSet, run: Run, calibration: str) -> None:
        """Both rates at the thresholds that were frozen on a calibration set."""
        test, left_out = self.apart(of, run, calibration)
        for level in FROZEN_LEVELS:
            rates = sides(self.frozen[calibration, level], test)
            for measure, figure in zip(("fpr_frozen", "tpr_frozen"), rates, strict=True):
                key = Key(of.name, self.detector, measure, self.scope, level, None, calibration)
                self.of.book.add(key, figure, left_out)

    def judge_reference(self, of: BenchSet, run: Run) -> None:
        """What needs one calibration set: errors, probabilities and shares."""
        reference = self.of.reference
        test, left_out = self.apart(of, run, reference)
        book = self.of.book

        def key(measure: str, level: float | None = None, share: float | None = None) -> Key:
            return Key(of.name, self.detector, measure, self.scope, level, share, reference)

        for level in FROZEN_LEVELS:
            rates = sides(self.frozen[reference, level], test)
            book.add(key("error_answered", level), error(*rates), left_out)
        known = self.samples.get(reference)
        found = self.of.once(
            ("judge", self.detector, of.name, known.n if known else 0, test.n),
            lambda: judge_probabilities(known, test, reference == of.name),
        )
        for measure, figure in zip(("ece", "brier"), found, strict=True):
            book.add(key(measure), figure, left_out)
        for true in SHARES:
            estimates = self.estimate(of, test, true)
            for measure, figure in zip(
                ("prevalence_error", "prevalence_bias"), estimates, strict=True
            ):
                book.add(key(measure, SHARE_LEVEL, true), figure, left_out)

    def estimate(self, of: BenchSet, test: Sample, true: float) -> tuple[Figure, Figure]:
        reference = self.of.reference
        if of.name == reference or reference not in self.samples:
            said = refused(
                "the calibration set's own texts: its rates are exact there"
                if of.name == reference
                else f"no scores on the calibration set {reference}",
                test.n,
            )
            return said, said
        known = self.samples[reference]
        return self.of.once(
            ("share", self.detector, of.name, known.n, test.n, true),
            lambda: prevalence_error(
                self.frozen[reference, SHARE_LEVEL], known, test, true, seed_of(of.name, str(true))
            ),
        )

    def cut(self, of: BenchSet, run: Run) -> None:
        """The slices: AUROC, and both rates at the reference's thresholds."""
        texts = self.of.texts(of, self.scope)
        shared = self.of.shared.get((self.of.reference, of.name))
        kept = texts if shared is None or of.name == self.of.reference else texts & ~shared
        for part in self.of.once(("slices", of.name), lambda: tuple(slices(of))):
            ranked = take(of, run, texts, part.machines, part.humans)
            self.rank_slice(of, part, ranked)
            own = take(of, run, kept, part.machines, part.own_humans)
            for level in FROZEN_LEVELS:
                frozen = self.frozen[self.of.reference, level]
                fpr, tpr = sides(frozen, own)
                if len(own.humans):
                    self.of.book.add(self.slice_key(of, part, "fpr_frozen", level), fpr)
                if len(own.machines):
                    self.of.book.add(self.slice_key(of, part, "tpr_frozen", level), tpr)

    def rank_slice(self, of: BenchSet, part: Slice, ranked: Sample) -> None:
        """The AUROC of a slice that has AI texts."""
        if not part.machines.any():
            return
        name = (of.name, part.dimension, part.value)
        area, _ = self.of.once(
            ("slice", self.detector, *name, ranked.n),
            lambda: ordering(ranked, (), seed_of(*name), REPLICATES_OF_SLICES),
        )
        self.of.book.add(self.slice_key(of, part, "auroc"), area)

    def slice_key(self, of: BenchSet, part: Slice, measure: str, level: float | None = None) -> Key:
        calibration = "" if level is None else self.of.reference
        return Key(
            of.name,
            self.detector,
            measure,
            self.scope,
            level,
            calibration=calibration,
            dimension=part.dimension,
            slice=part.value,
        )


def probabilities(
    calibration: Sample | None, test: Sample, own: bool
) -> tuple[Scores, Scores] | str:
    """Give the probabilities of a test sample's humans and machines, or say why there are none.

    own: the test set is the calibration set; then each text's comes from a fit without its fold.
    """
    if calibration is None:
        return "no scores on the calibration set"
    lack = lack_of_texts(
        len(calibration.humans), len(calibration.machines), FEWEST_FOR_PROBABILITIES
    )
    if lack:
        return f"no probabilities: the calibration set has {lack}"
    if own:
        return crossed(test, seed_of("folds"))
    line = fit(calibration)
    return line(test.humans), line(test.machines)


def judge_probabilities(
    calibration: Sample | None, test: Sample, own: bool
) -> tuple[Figure, Figure]:
    """Give calibration error and Brier score of a test sample."""
    found = probabilities(calibration, test, own)
    if isinstance(found, str):
        return refused(found, test.n), refused(found, test.n)
    return judge(test, *found, seed_of("probabilities"))


def _costs(of: Figures, detector: str) -> None:
    costs = []
    for one, run in of.runs(detector, OWN):
        found = _cost(one, run)
        if found is None:
            continue
        if found.texts:  # a set that a detector was not asked about has no cost either
            costs.append(found)
        for measure, figure in figures(found).items():
            of.book.add(Key(one.name, detector, measure, OWN), figure)
    for per in ("core", "gpu"):
        alike = [cost for cost in costs if cost.per == per]
        # On both kinds of machine: what most texts ran on stands for all sets.
        if alike and len(alike) * 2 >= len(costs):
            for measure, figure in figures(together(alike)).items():
                of.book.add(Key(ALL_SETS, detector, measure, OWN), figure)
            return


def _cost(of: BenchSet, run: Run) -> Cost | None:
    per = "core" if run.device.startswith("cpu") else "gpu"
    seconds = run.cpu_seconds if per == "core" else run.wall_seconds
    if seconds is None:
        return None
    has = answered(run)
    words = int(of.table["words"].filter(has).sum())
    return Cost(int(has.sum()), words, run.tokens, seconds, per, run.peak_rss_bytes)
