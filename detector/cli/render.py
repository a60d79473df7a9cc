"""A replayed record for a terminal and for machines; nothing of the page reaches either raw."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from detector.errors import FAULTS, SKIPS
from detector.pipeline.replay import Replay
from detector.records import Document, Evidence, Fault, LabelledDocument, Skip, Verdict
from detector.report.terminal import harmless

TEXT_SHOWN = 1500
HEADERS_SHOWN = 40


def render_explanation(replayed: Replay, *, full: bool) -> str:
    """Everything that `replay` found out, for a person to read."""
    lines = [f"record     {harmless(str(replayed.locator))}"]
    lines += _record_lines(replayed)
    outcome = replayed.outcome
    if isinstance(outcome, LabelledDocument):
        lines += _document_lines(outcome.document, full=full)
        lines += [
            f"exact      {outcome.fingerprint.exact}  ({outcome.fingerprint.scheme})",
            f"signature  {outcome.fingerprint.signature[:16].hex()}...",
        ]
        lines += _evidence_lines(outcome.evidence)
        lines += _verdict_lines(outcome.verdict, replayed.fpr)
        if replayed.statement is not None:
            lines.append(f"rule       {harmless(replayed.statement)}")
        lines.append(f"policy     {replayed.policy}")
    elif isinstance(outcome, Skip):
        lines.append(f"skip       {outcome.code}: {SKIPS.get(outcome.code, '')}")
        lines.append(f"           {harmless(outcome.detail)}")
    else:
        lines.append(f"fault      {outcome.code}: {FAULTS.get(outcome.code, '')}")
        lines.append(f"           {harmless(outcome.message)}")
        if outcome.lost:
            lines.append(f"           {outcome.lost:,} bytes lost")
    return "\n".join(lines)


def _record_lines(replayed: Replay) -> list[str]:
    record, capture = replayed.record, replayed.capture
    if record is None:
        return []
    lines = [
        f"type       {harmless(record.version)} {harmless(record.type)}",
        f"url        {harmless(record.url or '-')}",
        f"captured   {record.captured.isoformat() if record.captured else '-'}",
        f"block      {record.block_length:,} bytes{', cut at the cap' if record.cut else ''}",
    ]
    lines += [
        f"  {harmless(name)}: {harmless(value, 200)}"
        for name, value in record.headers[:HEADERS_SHOWN]
    ]
    if capture is not None:
        status = "" if capture.origin.status is None else f"HTTP {capture.origin.status}, "
        lines.append(f"page       {status}{len(capture.body):,} bytes decoded")
        lines += [
            f"  {harmless(name)}: {harmless(value, 200)}"
            for name, value in capture.headers[:HEADERS_SHOWN]
        ]
    return lines


def _document_lines(document: Document, *, full: bool) -> list[str]:
    text = document.text if full else document.text[:TEXT_SHOWN]
    rest = len(document.text) - len(text)
    lines = [
        f"title      {harmless(document.title or '-')}",
        f"charset    {harmless(document.charset)}",
        f"language   {document.language} ({document.language_confidence:.2f})",
        f"words      {document.words:,} in {len(document.text):,} characters",
        "text",
    ]
    lines += [f"  | {harmless(line)}" for line in text.split("\n")]
    if rest > 0:
        lines.append(f"  | ... {rest:,} more characters (--full-text shows them)")
    return lines


def _evidence_lines(evidence: Evidence) -> list[str]:
    lines = [f"score      {score.detector} = {score.value:.6f}" for score in evidence.scores]
    lines += [
        f"finding    {finding.code} in {finding.place} {finding.start}-{finding.end}:"
        f" {harmless(finding.excerpt)!r}"
        for finding in evidence.findings
    ]
    lines += [
        f"known      {harmless(match.index)} ({match.kind}) holds {harmless(match.id)!r}"
        f"{'' if match.date is None else f' of {match.date}'}: {match.coverage:.0%} of the page,"
        f" characters {match.start:,}-{match.end:,}"
        + ("" if match.similarity is None else f", Jaccard similarity {match.similarity:.2f}")
        for match in evidence.matches
    ]
    return lines


def _verdict_lines(verdict: Verdict, fpr: float) -> list[str]:
    lines = [f"label      {verdict.label.value}"]
    if verdict.p_value is not None:
        side = "at or below" if verdict.p_value <= fpr else "above"
        lines += [
            f"p-value    {verdict.p_value:.5f}: the share of human calibration texts of this kind"
            " that score at least as high",
            f"           {side} the false-positive rate of {fpr:g}",
        ]
    if verdict.probability is not None:
        lines.append(
            f"probable   {verdict.probability:.4f}: probability of AI, were half of all texts AI"
        )
    lines += [
        f"part       characters {span.start:,}-{span.end:,} score {span.score:.3f},"
        f" p-value {span.p_value:.5f}"
        for span in verdict.spans
    ]
    if verdict.ai_fraction is not None:
        lines.append(
            f"fraction   {verdict.ai_fraction:.3f} of the text scores as machine text does"
        )
    lines.append(f"because    {', '.join(verdict.reasons) or 'nothing speaks for AI'}")
    return lines


def explanation_json(replayed: Replay) -> str:
    """Everything that `replay` found out, as JSON: no raw block, no markup, null for NaN."""
    outcome = replayed.outcome
    record: dict[str, Any] | None = None
    if replayed.record is not None:
        record = asdict(replayed.record)
        del record["block"]
    plain: dict[str, Any] = asdict(outcome)
    if isinstance(outcome, LabelledDocument):
        kind = "document"
        del plain["document"]["markup"]
        for score in plain["evidence"]["scores"]:
            score["value"] = None if math.isnan(score["value"]) else score["value"]
        plain["fingerprint"]["signature"] = outcome.fingerprint.signature.hex()
    else:
        kind = "fault" if isinstance(outcome, Fault) else "skip"
    whole = {
        "locator": str(replayed.locator),
        "record": record,
        "http_headers": None if replayed.capture is None else replayed.capture.headers,
        "kind": kind,
        "outcome": plain,
        "fpr": replayed.fpr,
        "policy": replayed.policy,
        "threshold": None if replayed.threshold is None else asdict(replayed.threshold),
        "statement": replayed.statement,
    }
    return json.dumps(whole, indent=2, default=str)
