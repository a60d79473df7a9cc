"""A plain function for a pipeline of one's own: texts in, verdicts out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from detector.extract import document_of, unix_lines
from detector.label import decide
from detector.pipeline.assess import Assessor
from detector.pipeline.settings import ScanSettings
from detector.records import Document, Label, Locator, Origin, Span, Verdict

_ORIGIN: Final = Origin(
    Locator("-", 0, 0), 0, "conversion", None, None, None, None, "text/plain", None, False
)
_BATCH: Final = 64


class Labeller:
    """Labels texts in this process, as a scan labels the text of a page.

    policy: a policy file of `detector calibrate`, None for the shipped model's cut points. fpr: the
    false-positive rate of `likely-ai`; None stands for the policy's own, or 0.01. budget: the share
    of human texts that the deep tier may be asked about, in (0, 1] (needs the extra `deep`). model:
    a model file instead of the one shipped.

    UsageError for settings that cannot be, ModelError for a file that is damaged or does not fit.
    Models are loaded once, here. A labeller can be pickled: it travels as its settings and loads
    its models again where it arrives.
    """

    def __init__(
        self,
        policy: str | Path | None = None,
        *,
        fpr: float | None = None,
        budget: float | None = None,
        model: str | Path | None = None,
    ) -> None:
        self.settings = ScanSettings(
            policy=None if policy is None else str(policy),
            fpr=fpr,
            budget=budget,
            model=None if model is None else str(model),
        )
        self._assessor = Assessor(self.settings)

    def label(self, texts: Iterable[str]) -> list[Verdict]:
        """Give the verdict on each text, in order; what is said of one does not depend on others.

        A text is what a reader would read: prose, without markup. Signs that only a page has (its
        date, its HTTP head, its markup) are not there, so no text is `pre-llm`. Spans count
        characters of the text as given. A text of too few words is `not-assessed`.
        """
        verdicts: list[Verdict] = []
        rest = iter(texts)
        while batch := list(islice(rest, _BATCH)):
            verdicts += self._label(batch)
        return verdicts

    def _label(self, texts: Sequence[str]) -> Iterator[Verdict]:
        """The verdicts on some texts, which are scored together."""
        made = [document_of(unix_lines(text), _ORIGIN, min_words=1) for text in texts]
        documents = [one for one in made if isinstance(one, Document)]
        evidences = iter(self._assessor.panel.assess(documents))
        for text, document in zip(texts, made, strict=True):
            if not isinstance(document, Document):
                yield self._nothing()
                continue
            evidence = next(evidences)
            if self._assessor.deep is not None:
                evidence = self._assessor.deep.deepen(document, evidence)
            yield _placed(decide(self._assessor.policy, document, evidence), text, document.text)

    def _nothing(self) -> Verdict:
        """The verdict on a text without a word."""
        reasons = ("too-short",)
        return Verdict(Label.NOT_ASSESSED, None, None, None, reasons, self._assessor.policy.digest)

    def __reduce__(self) -> tuple[Callable[..., Labeller], tuple[object, ...]]:
        s = self.settings
        return _again, (s.policy, s.fpr, s.budget, s.model)


def _again(
    policy: str | None, fpr: float | None, budget: float | None, model: str | None
) -> Labeller:
    return Labeller(policy, fpr=fpr, budget=budget, model=model)


def _placed(verdict: Verdict, text: str, judged: str) -> Verdict:
    """The verdict with its spans as places in the text as given, of which some was left out."""
    if not verdict.spans or text == judged:
        return verdict
    places = _places(text, judged)
    spans = tuple(
        Span(places[span.start], places[span.end - 1] + 1, span.score, span.p_value)
        for span in verdict.spans
    )
    return replace(verdict, spans=spans)


def _places(text: str, judged: str) -> list[int]:
    """Of each character that was judged, its place in the text as given.

    Only control characters, carriage returns before line feeds and outer white space were left
    out, so each character stands at the first place where it can.

    >>> _places(" a\\r\\nb\\x00c ", "a\\nbc")
    [1, 3, 4, 6]
    """
    whole = text.replace("\r\n", "\x00\n").replace("\r", "\n")
    places, at = [], -1
    for character in judged:
        at = whole.index(character, at + 1)
        places.append(at)
    return places
