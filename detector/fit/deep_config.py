"""What a fit of the deep tier is asked to do, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

# Sources that the network is not trained on, so that its scores of them are those of the unseen:
# what both detectors say together is weighed and calibrated on these alone. News, encyclopaedic
# articles, essays by learners, web pages, legal terms, and machine texts of ten kinds.
HELD_OUT: Final = frozenset(
    {
        "18f_site", "aaec_essays", "claude_skills_guide", "eqbench_longform", "hardness_paraphrase",
        "human_fnc1_news", "liaad_semeval2017", "liaad_www", "lorenz_wiki_news", "m4_llama2",
        "ndhal_asap_gpt", "raidar", "tosdr", "webgold_l3s_gn1",
    }
)  # fmt: skip


class Round(NamedTuple):
    """One pass over windows drawn anew, its learning rate rising and falling once."""

    draw_seed: int
    mask_seed: int | None
    windows: int
    rate: float


@dataclass(frozen=True, slots=True)
class DeepConfig:
    """Settings of one fit; the defaults are those of the shipped model.

    data: folder of labelled Parquet files. fast: the fast model that it is to stand behind. base: a
    folder with the files of all-MiniLM-L6-v2 (config.json, model.safetensors, tokenizer.json).
    model: the file to write, card: its model card, None for none. layers: of the base's six, the
    lowest so many. rounds: one after the other: the seed of what is drawn, the seed of what is
    masked (None: as the round before left it), training windows, half of each label, and the
    highest learning rate.
    """

    data: Path
    fast: Path
    base: Path
    model: Path
    card: Path | None = None
    layers: int = 6
    seed: int = 7
    rounds: tuple[Round, ...] = (Round(11, None, 32_768, 1e-4), Round(12, 8, 32_768, 7e-5))
    held_out: frozenset[str] = HELD_OUT


@dataclass(frozen=True, slots=True)
class DeepBand:
    """One length band on the held-out sources: texts, and AI texts found at 1 % by each score."""

    min_words: int
    max_words: int | None
    humans: int
    machines: int
    by_fast: float
    by_deep: float
    by_both: float


@dataclass(frozen=True, slots=True)
class DeepReport:
    """What came of a fit; digest: of the model file. seconds: wall-clock time."""

    model: Path
    digest: str
    bands: tuple[DeepBand, ...]
    seconds: float
