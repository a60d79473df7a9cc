"""What the fork server loads once, so that every worker starts with it in shared memory.

Loading is best effort: whatever fails here fails again in the worker, which can say so.
"""

from __future__ import annotations

import contextlib

from detector.errors import DetectorError
from detector.pipeline import assess, worker  # noqa: F401  (the import is the purpose)
from detector.pipeline.server import let_interrupts_in
from detector.score import default_panel

with contextlib.suppress(DetectorError):
    default_panel()

let_interrupts_in()
