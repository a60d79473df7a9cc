"""`detector fit`: labelled text in, a model file and its card out."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The model file to write.",
)
@click.option(
    "--card",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the model card here too.",
)
@click.option("--seed", type=int, help="Seed of every random choice.  [default: the shipped one]")
@click.option("--quiet", is_flag=True, help="Do not tell the steps.")
def fit(data: Path, *, model: Path, card: Path | None, seed: int | None, quiet: bool) -> None:
    """Train and calibrate a model from the labelled Parquet files in the folder DATA.

    The same data and seed give the same bytes. Needs the extra `fit` (scikit-learn).

    \b
    detector fit corpora/train --model my.model --card my-card.md
    detector scan crawl/ --out labels/ --model my.model
    """
    from detector.fit import FitConfig, fit_model

    config = FitConfig(data, model, card) if seed is None else FitConfig(data, model, card, seed)
    report = fit_model(config, (lambda _step: None) if quiet else _tell)
    click.echo(f"{model}: {report.texts:,} texts, {report.windows:,} windows, {report.digest}")
    for band in report.bands:
        longest = "" if band.max_words is None else str(band.max_words)
        click.echo(
            f"  {band.min_words}-{longest} words: {band.humans:,} human texts of {band.sources}"
            f" sources; at their 1 % {band.found:.1%} of {band.machines:,} AI texts are found"
        )


def _tell(step: str) -> None:
    click.echo(step, err=True)
