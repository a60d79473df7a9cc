"""What looking pages up costs a scan: python -m benchmarks.index.scan_cost ARCHIVE INDEX [PAGES].

CPU seconds of assessing the pages of an archive (decode, extract, fingerprint, score, label)
without an index, and of looking the same pages up in one, in turns; the median of the rounds.
Reading the archive and writing the tables are left out, to the lookups' disadvantage. Prints JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from detector.pipeline.assess import Assessor
from detector.pipeline.known import KnownTexts
from detector.pipeline.settings import ScanSettings
from detector.read import BODY_CAP, is_page, open_source, read_steps
from detector.records import ArchiveRecord, LabelledDocument

ROUNDS = 5


def main() -> None:
    """Measure, and print what was found."""
    archive, index = Path(sys.argv[1]), sys.argv[2]
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 600
    with open_source(str(archive)) as source:
        steps = (step.item for step in read_steps(source, block_cap=BODY_CAP))
        records = [r for r in steps if isinstance(r, ArchiveRecord) and is_page(r)]
    records = records[:: max(1, len(records) // most)]
    assessor, known = Assessor(ScanSettings()), KnownTexts([index])
    plain, lookups = [], []
    documents = 0
    for _ in range(ROUNDS):
        began = time.process_time()
        results = [assessor.assess(record) for record in records]
        plain.append(time.process_time() - began)
        labelled = [one for one in results if isinstance(one, LabelledDocument)]
        documents = len(labelled)
        began = time.process_time()
        for one in labelled:
            known.recall(one.document, one.fingerprint, one.evidence)
        lookups.append(time.process_time() - began)
    print(
        json.dumps(
            {
                "documents": documents,
                "in_index": len(known.indexes[0]),
                "scan_ms": 1000 * statistics.median(plain) / documents,
                "lookup_ms": 1000 * statistics.median(lookups) / documents,
            }
        )
    )


if __name__ == "__main__":
    main()
