"""HC3 (Guo et al. 2023, "How Close is ChatGPT to Human Experts?"): questions with answers.

A line has question, human_answers, chatgpt_answers (lists of texts) and source.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from detector.bench.data.base import Bad, Format, Rows, json_lines, need, said, text_or_bad
from detector.bench.records import BenchText

_SIDES: Final = (("human_answers", "human", ""), ("chatgpt_answers", "ai", "gpt-3.5-turbo"))


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read every answer as a text of its own; the answers to one question are a pair."""
    checked = False
    for number, (where, row) in enumerate(json_lines(path)):
        if isinstance(row, Bad):
            yield row
            continue
        if not checked:
            need(path, row, "human_answers", "chatgpt_answers")
            checked = True
        pair = f"{path.stem}-{number}"
        for column, label, generator in _SIDES:
            answers = row.get(column)
            if not isinstance(answers, list):
                yield Bad("damaged line", f"{where}: {column} is no list: {answers!r:.60}")
                continue
            for at, answer in enumerate(answers):
                text = text_or_bad(answer, where)
                if isinstance(text, Bad):
                    yield text
                    continue
                source = said(row.get("source")) or path.stem
                yield BenchText(
                    f"{pair}-{label}-{at}", text, label, generator, source, pair_id=pair,
                    source=source,
                )  # fmt: skip


FORMAT: Final = Format("hc3", "JSON lines with human_answers and chatgpt_answers (HC3)", read)
