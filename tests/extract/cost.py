"""What each hostile page costs, as JSON: python -m tests.extract.cost BYTES."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from detector.extract import extract_document, get_extractor
from tests.extract.hostile import HOSTILE
from tests.extract.made import capture


def peak() -> int:
    """Most megabytes this process has held since `forget`."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def forget() -> None:
    """Have the kernel count the peak anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def main() -> None:
    """Extract every page and print its cost."""
    size = int(sys.argv[1])
    extractor = get_extractor("resiliparse")
    extract_document(capture("<p>" + "warm up é " * 50), extractor=extractor)
    before = peak()
    costs = {}
    for name, make in HOSTILE.items():
        made = capture(make(size).encode()[:size])
        forget()
        begin = time.process_time()
        extract_document(made, extractor=extractor)
        costs[name] = [peak() - before, time.process_time() - begin]
    print(json.dumps(costs))


if __name__ == "__main__":
    main()
