"""Read: the bytes of a crawl -> records and faults -> pages as their servers sent them.

`expand_inputs` finds the inputs, `open_source` opens one, `read_steps` walks it, `decode_capture`
makes a page of a record (a pure function, for worker processes), `read_record_at` replays one,
`Revisit` many. `HeadReader` reads the names in heads, `Cutter` cuts records out of an archive.
"""

from detector.read.capture import BODY_CAP, decode_capture, is_page, skip_code
from detector.read.cut import Cutter, Placed
from detector.read.heads_at import HeadReader
from detector.read.inputs import InputRef, expand_inputs
from detector.read.retry import RetryPolicy
from detector.read.revisit import Revisit
from detector.read.source import ByteSource, open_source
from detector.read.walker import READ_TYPES, read_record_at, read_steps

__all__ = [
    "BODY_CAP",
    "READ_TYPES",
    "ByteSource",
    "Cutter",
    "HeadReader",
    "InputRef",
    "Placed",
    "RetryPolicy",
    "Revisit",
    "decode_capture",
    "expand_inputs",
    "is_page",
    "open_source",
    "read_record_at",
    "read_steps",
    "skip_code",
]
