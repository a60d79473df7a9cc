"""Label likely AI-generated text in web crawls, with nothing lost.

>>> from detector import scan
>>> result = scan("crawl/", "labels/")  # doctest: +SKIP
>>> result.books.balanced  # doctest: +SKIP
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detector.bench.registry import Options as BenchOptions
    from detector.errors import DetectorError
    from detector.pipeline.audit import Audit, audit
    from detector.pipeline.bench import BenchRun, bench_run
    from detector.pipeline.calibrate import Recalibration, calibrate
    from detector.pipeline.cluster import Clustering, cluster
    from detector.pipeline.export import Exported, ExportSettings, export
    from detector.pipeline.filter import Filtering, filter_warcs
    from detector.pipeline.index import (
        IndexChange,
        IndexInfo,
        add_to_index,
        build_index,
        describe_index,
        merge_indexes,
        verify_index,
    )
    from detector.pipeline.labeller import Labeller
    from detector.pipeline.marked_texts import MarkedTexts, marked_texts
    from detector.pipeline.prevalence import GroupShare, Prevalence, prevalence
    from detector.pipeline.replay import Replay, replay
    from detector.pipeline.report import Report, write_report
    from detector.pipeline.sample import Estimate, estimate
    from detector.pipeline.scan import Scanner, ScanResult, scan
    from detector.pipeline.serve import serve_report
    from detector.pipeline.settings import ScanSettings
    from detector.records import (
        Books,
        Fault,
        Label,
        LabelledDocument,
        Locator,
        Mark,
        Match,
        Skip,
        Verdict,
        parse_locator,
    )

__all__ = [
    "Audit",
    "BenchOptions",
    "BenchRun",
    "Books",
    "Clustering",
    "DetectorError",
    "Estimate",
    "ExportSettings",
    "Exported",
    "Fault",
    "Filtering",
    "GroupShare",
    "IndexChange",
    "IndexInfo",
    "Label",
    "LabelledDocument",
    "Labeller",
    "Locator",
    "Mark",
    "MarkedTexts",
    "Match",
    "Prevalence",
    "Recalibration",
    "Replay",
    "Report",
    "ScanResult",
    "ScanSettings",
    "Scanner",
    "Skip",
    "Verdict",
    "add_to_index",
    "audit",
    "bench_run",
    "build_index",
    "calibrate",
    "cluster",
    "describe_index",
    "estimate",
    "export",
    "filter_warcs",
    "marked_texts",
    "merge_indexes",
    "parse_locator",
    "prevalence",
    "replay",
    "scan",
    "serve_report",
    "verify_index",
    "write_report",
]

_HOMES = {
    "detector.errors": ("DetectorError",),
    "detector.pipeline.audit": ("Audit", "audit"),
    "detector.pipeline.bench": ("BenchOptions", "BenchRun", "bench_run"),
    "detector.pipeline.calibrate": ("Recalibration", "calibrate"),
    "detector.pipeline.cluster": ("Clustering", "cluster"),
    "detector.pipeline.export": ("ExportSettings", "Exported", "export"),
    "detector.pipeline.filter": ("Filtering", "filter_warcs"),
    "detector.pipeline.index": (
        "IndexChange",
        "IndexInfo",
        "add_to_index",
        "build_index",
        "describe_index",
        "merge_indexes",
        "verify_index",
    ),
    "detector.pipeline.labeller": ("Labeller",),
    "detector.pipeline.prevalence": ("GroupShare", "Prevalence", "prevalence"),
    "detector.pipeline.marked_texts": ("MarkedTexts", "marked_texts"),
    "detector.pipeline.replay": ("Replay", "replay"),
    "detector.pipeline.report": ("Report", "write_report"),
    "detector.pipeline.sample": ("Estimate", "estimate"),
    "detector.pipeline.scan": ("ScanResult", "Scanner", "scan"),
    "detector.pipeline.serve": ("serve_report",),
    "detector.pipeline.settings": ("ScanSettings",),
}


def __getattr__(name: str) -> object:
    """Load a public name from its home when it is first asked for (PEP 562).

    Every import of a room runs this module; loading everything here would bring compilers and
    table libraries into processes that need neither.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((m for m, names in _HOMES.items() if name in names), "detector.records")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value
