"""Fine-tuning of MiniLM-L6 on windows of labelled text, on one core.

With the same versions of torch and the same kind of processor, the same texts and settings give the
same weights: one thread, seeded draws, and no kernel that depends on timing.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from detector.errors import UsageError
from detector.fit.corpora import MIRRORS, LabelledText, windows
from detector.fit.deep_config import DeepConfig, Round
from detector.score.detectors.minilm import TOKENS, WINDOW_WORDS, Folding, folded_words

_MOST_OF_A_CELL: Final = 3000  # texts of a source and label that its weight counts
_MIRROR_WEIGHT: Final = 4.0
_SHORT_SHARE: Final = 0.3  # of the windows: of fewer words than fit
_SHORTEST: Final = 40
_LONGEST_SHORT: Final = 100
BATCH: Final = 32
_SORTED: Final = 512  # windows among which batches of like length are made
_MASKED: Final = 0.1  # of the tokens, hidden in training so that no single word decides
_MASK: Final = 103  # ids of BERT's vocabulary
_FIRST_WORD: Final = 1000
_SMOOTHED: Final = 0.02
_HEAD_RATE: Final = 10.0
_WARM_UP: Final = 16  # the first of so many parts of the training

Draw = tuple[str, float]


def require_torch() -> tuple[Any, Any]:
    """Give torch and transformers, or say how to install them."""
    try:
        import torch  # noqa: PLC0415 - only this training needs it
        import transformers  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            f"training the deep tier needs {error.name!r}, which is not installed: run"
            " `pip install 'contamination-detector[fit-deep]'`"
        ) from error
    return torch, transformers


def held_out(texts: Sequence[LabelledText], config: DeepConfig) -> list[bool]:
    """Tell for each text whether it is kept from the training; a mirror follows its page."""
    page = {text.group: text.source for text in texts if not text.machine}
    return [
        (text.source if text.source != MIRRORS else page.get(text.group, "")) in config.held_out
        for text in texts
    ]


def draw_windows(texts: Sequence[LabelledText], held: Sequence[bool], one: Round) -> list[Draw]:
    """Draw windows with their labels (1: machine), the labels by turns, weighted by source.

    A source and label weighs as the square root of its texts, the mirrors four times their share.
    """
    rng = random.Random(one.draw_seed)  # noqa: S311 - reproducible, nothing secret
    cells: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        if not held[at]:
            cells[text.source, text.machine].append(at)
    keys = {label: [cell for cell in cells if cell[1] == label] for label in (False, True)}
    weights = {label: [_weight(cell, cells[cell]) for cell in keys[label]] for label in keys}
    for members in cells.values():
        rng.shuffle(members)
    taken = dict.fromkeys(cells, 0)
    drawn: list[Draw] = []
    for at in range(one.windows):
        label = at % 2 == 1
        cell = rng.choices(keys[label], weights[label])[0]
        stretch = texts[cells[cell][taken[cell] % len(cells[cell])]].text
        taken[cell] += 1
        short = rng.random() < _SHORT_SHARE
        size = rng.randint(_SHORTEST, _LONGEST_SHORT) if short else WINDOW_WORDS
        drawn.append((windows(stretch, rng, size, size, 1)[0], float(label)))
    # Batches of like length, in an order of chance within each stretch of windows.
    ordered: list[Draw] = []
    for start in range(0, len(drawn) - len(drawn) % _SORTED, _SORTED):
        alike = sorted(range(start, start + _SORTED), key=lambda at: len(drawn[at][0]))
        batches = [alike[at : at + BATCH] for at in range(0, _SORTED, BATCH)]
        rng.shuffle(batches)
        ordered.extend(drawn[at] for batch in batches for at in batch)
    return ordered


def _weight(cell: tuple[str, bool], members: Sequence[int]) -> float:
    weight = math.sqrt(min(len(members), _MOST_OF_A_CELL))
    return weight * _MIRROR_WEIGHT if cell[0] == MIRRORS else weight


def make_network(config: DeepConfig) -> Any:
    """Make the base's lowest layers with a linear head on the mean of the tokens."""
    torch, transformers = require_torch()
    torch.set_num_threads(1)
    torch.manual_seed(config.seed)
    encoder = transformers.BertModel.from_pretrained(
        str(config.base),
        num_hidden_layers=config.layers,
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    encoder.embeddings.requires_grad_(False)  # the words stay where they are: half the memory
    head = torch.nn.Linear(encoder.config.hidden_size, 1)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    network = torch.nn.ModuleDict({"enc": encoder, "head": head})
    network.train()
    return network


def logits(network: Any, ids: Any, mask: Any, *, half: bool = False) -> Any:
    """Give one logit a row: the head on the mean of the last layer over the tokens.

    half: compute the layers in bfloat16, which processors with AMX do twice as fast.
    """
    torch, _ = require_torch()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        hidden = network["enc"](ids, attention_mask=mask).last_hidden_state
    hidden = hidden.float()
    kept = mask.unsqueeze(-1).float()
    return network["head"]((hidden * kept).sum(1) / kept.sum(1)).squeeze(-1)


def train(
    network: Any,
    drawn: Sequence[Draw],
    folding: Folding,
    tokenizer: Any,
    one: Round,
    progress: Callable[[str], None],
) -> None:
    """Train the network in place for a round, its layers in bfloat16."""
    torch, _ = require_torch()
    if one.mask_seed is not None:
        torch.manual_seed(one.mask_seed)
    tokenizer.enable_truncation(TOKENS)
    tokenizer.no_padding()
    batches = [drawn[at : at + BATCH] for at in range(0, len(drawn), BATCH)]
    optimiser, schedule = _optimiser(network, len(batches), one.rate)
    total = 0.0
    for number, batch in enumerate(batches, 1):
        ids, mask, labels = _tensors(batch, folding, tokenizer)
        hidden = (torch.rand(ids.shape) < _MASKED) & (ids >= _FIRST_WORD)
        ids = torch.where(hidden, torch.full_like(ids, _MASK), ids)
        found = logits(network, ids, mask, half=True)
        smooth = labels * (1 - 2 * _SMOOTHED) + _SMOOTHED
        loss = torch.nn.functional.binary_cross_entropy_with_logits(found, smooth)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total += loss.item()
        if number % 50 == 0:
            progress(f"batch {number:,} of {len(batches):,}, loss {total / 50:.4f}")
            total = 0.0


def _optimiser(network: Any, steps: int, rate: float) -> tuple[Any, Any]:
    torch, _ = require_torch()
    learnt = [p for _, p in network["enc"].named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in learnt if p.ndim > 1], "weight_decay": 0.01, "lr": rate},
        {"params": [p for p in learnt if p.ndim <= 1], "weight_decay": 0.0, "lr": rate},
        {
            "params": list(network["head"].parameters()),
            "lr": rate * _HEAD_RATE,
            "weight_decay": 0.0,
        },
    ]
    warm = max(1, steps // _WARM_UP)

    def share(step: int) -> float:
        return float(min((step + 1) / warm, max(0.02, (steps - step) / (steps - warm))))

    optimiser = torch.optim.AdamW(groups)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, share)


def _tensors(batch: Sequence[Draw], folding: Folding, tokenizer: Any) -> tuple[Any, Any, Any]:
    torch, _ = require_torch()
    texts = [" ".join(folded_words(text, folding)) for text, _ in batch]
    rows = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return ids, mask, torch.tensor([label for _, label in batch])
