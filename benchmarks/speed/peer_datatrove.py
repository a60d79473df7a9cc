"""datatrove's own steps over one archive; runs in the environment that `peer.py` makes.

    python peer_datatrove.py ARCHIVE RECORDS LANGUAGE_MODEL

One process, no executor: the steps of its examples, WarcReader, Trafilatura, LanguageFilter and
MinhashDedupSignature, chained as its executor chains them. Two settings differ from the defaults:
MinHash has 16 x 8 = 128 values instead of 14 x 8, as ours has, and the language model is the
compressed lid.176.ftz (faster than the lid.176.bin that it would fetch).
Trafilatura runs in a child process of its own, as datatrove has it; its CPU time is counted.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path

from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import LanguageFilter
from datatrove.pipeline.readers import WarcReader
from fasttext.FastText import _FastText


def cpu() -> float:
    """CPU seconds of this process and its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def main() -> None:
    """Run the steps and print what they took as JSON."""
    archive, limit, model = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    keep = LanguageFilter(languages=None, label_only=True)
    keep.model._model = _FastText(model)
    with tempfile.TemporaryDirectory() as folder:
        sign = MinhashDedupSignature(folder, MinhashConfig(num_buckets=16, hashes_per_bucket=8))
        steps = (
            WarcReader(str(archive.parent), glob_pattern=archive.name, limit=limit),
            Trafilatura(favour_precision=True, timeout=10),
            keep,
        )
        before = cpu()
        documents = None
        for step in steps:
            documents = step.run(documents)
        signed = 0

        def counted(documents):
            nonlocal signed
            for document in documents:
                signed += 1
                yield document

        sign.run(counted(documents))
        print(json.dumps({"records": limit, "documents": signed, "cpu": cpu() - before}))


if __name__ == "__main__":
    main()
