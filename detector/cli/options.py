"""Options that several commands share, and how they become settings."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

import click

from detector.pipeline.settings import DEEP_MILLISECONDS, MEBIBYTE, ScanSettings

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULTS = ScanSettings()


class Size(click.ParamType[int]):
    """A number of bytes, with an optional unit: 8MiB, 500KB, 1048576."""

    name = "size"
    _units = (("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("kb", 1000), ("mb", 10**6))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        text = str(value).strip().lower()
        scale = 1
        for unit, factor in self._units:
            if text.endswith(unit):
                text, scale = text[: -len(unit)].strip(), factor
                break
        try:
            return round(float(text) * scale)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a size: write 8MiB, 500KB or 1048576", param, ctx)


class Budget(click.ParamType[float]):
    """What the deep tier may cost: 1ms a text on average, 5% of the texts, or all of them."""

    name = "budget"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        text = str(value).strip().lower()
        scales = (("ms", DEEP_MILLISECONDS), ("%", 100.0))
        unit, scale = next(((u, s) for u, s in scales if text.endswith(u)), ("all", 0.0))
        try:
            share = 1.0 if text == "all" else float(text.removesuffix(unit)) / scale
            return share if math.isnan(share) else min(1.0, share)
        except (ValueError, ZeroDivisionError):
            self.fail(f"{value!r} is not a budget: write 1ms, 5% or all", param, ctx)


def add_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Add options to a command, the first of them shown first."""
    for option in reversed(options):
        command = option(command)
    return command


def input_options(command: Command) -> Command:
    """Add the options that say what is read, and by how many processes."""
    return add_options(
        command,
        click.option(
            "--paths-file",
            metavar="FILE",
            help="A list of inputs, one a line, plain or .gz (Common Crawl's warc.paths.gz).",
        ),
        click.option(
            "--base-url",
            metavar="URL",
            help="What the lines of --paths-file are relative to.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=1),
            help="Processes that extract and score.  [default: one a core]",
        ),
    )


def settings_options(command: Command) -> Command:
    """Add the options that make up `ScanSettings`."""
    return add_options(
        command,
        click.option(
            "--fpr",
            type=float,
            help="False-positive rate that `likely-ai` is held to on human text.  [default: 0.01,"
            " or that of --policy]",
        ),
        click.option(
            "--policy",
            type=click.Path(dir_okay=False),
            help="A policy file made by `detector calibrate`: its cut points instead of the"
            " model's.",
        ),
        click.option(
            "--budget",
            type=Budget(),
            metavar="1ms|5%|all",
            help="Ask the deep tier, a small transformer, about the texts nearest to the cut: at so"
            " many milliseconds a text on average, or so many of the texts (needs the extra"
            " `deep`).  [default: not at all]",
        ),
        click.option(
            "--index",
            "indexes",
            multiple=True,
            type=click.Path(dir_okay=False),
            metavar="FILE",
            help="Look every page up in an index of known texts made by `detector index`; may be"
            " given several times.",
        ),
        reading_options,
    )


def reading_options(command: Command) -> Command:
    """Add the options that decide which text a page has and how it scores."""
    return add_options(
        command,
        click.option(
            "--extractor",
            type=click.Choice(["resiliparse", "trafilatura"]),
            default=DEFAULTS.extractor,
            show_default=True,
            help="What finds the main text of a page (trafilatura: slower, needs its extra).",
        ),
        click.option(
            "--min-words",
            type=int,
            default=DEFAULTS.min_words,
            show_default=True,
            help="Skip texts of fewer words.",
        ),
        click.option(
            "--body-cap",
            type=Size(),
            default=f"{DEFAULTS.body_cap // MEBIBYTE}MiB",
            show_default=True,
            help="Keep so much of a decoded body; the row of a longer one says `truncated`.",
        ),
        click.option(
            "--time-limit",
            type=int,
            default=DEFAULTS.time_limit,
            show_default=True,
            metavar="SECONDS",
            help="CPU time for one record before it becomes a fault.",
        ),
        click.option(
            "--model",
            type=click.Path(exists=True, dir_okay=False),
            help="A model file made by `detector fit`, instead of the one shipped.",
        ),
    )


def settings_from(options: dict[str, Any]) -> ScanSettings:
    """The settings that the options of `settings_options` (and `scan`) stand for."""
    extractor = cast(Literal["resiliparse", "trafilatura"], options["extractor"])
    return ScanSettings(
        extractor=extractor,
        min_words=options["min_words"],
        body_cap=options["body_cap"],
        time_limit=options["time_limit"],
        fpr=options["fpr"],
        part_size=options.get("part_size", DEFAULTS.part_size),
        with_text=options.get("with_text", DEFAULTS.with_text),
        model=options["model"],
        policy=options.get("policy"),
        budget=options.get("budget"),
        indexes=tuple(options.get("indexes", ())),
    )
