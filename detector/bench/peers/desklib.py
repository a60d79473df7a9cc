"""Desklib's detectors: a transformer, the mean of its states, and one logit.

Their architecture is not among those of transformers, and is put together here as its authors
describe it.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from detector.bench.peers.optional import needed
from detector.errors import UsageError

ARCHITECTURE: Final = "DesklibAIDetectionModel"
_EXTRA: Final = "contamination-detector[lm]"


class Desklib:
    """Mean pooling over the tokens that are not padding, and a linear layer; used as a module is.

    path: a folder with `model.safetensors`. Called with tokens and mask it gives an object with
    `logits` [rows, 1], higher for a machine. UsageError where the file is missing or another's.
    """

    def __init__(self, path: str, config: Any, dtype: Any) -> None:
        torch, transformers = needed("torch", _EXTRA), needed("transformers", _EXTRA)
        file = Path(path) / "model.safetensors"
        if not file.is_file():
            raise UsageError(f"{path!r:.80} has no model.safetensors: give the folder of the model")
        config.num_labels = 1
        self.config = config
        self._parts = torch.nn.ModuleDict(
            {
                "model": transformers.AutoModel.from_config(config),
                "classifier": torch.nn.Linear(config.hidden_size, 1),
            }
        )
        weights = needed("safetensors.torch", _EXTRA).load_file(str(file))
        missing, _ = self._parts.load_state_dict(weights, strict=False)
        if missing:
            raise UsageError(
                f"{str(file)!r:.80} lacks {missing[0]!r:.60}: it is not a model of Desklib's"
            )
        self._parts.to(dtype)

    def eval(self) -> Desklib:
        """Turn off what is for training only."""
        self._parts.eval()
        return self

    def to(self, place: str) -> Desklib:
        """Move to a device."""
        self._parts.to(place)
        return self

    def __call__(self, input_ids: Any, attention_mask: Any) -> SimpleNamespace:
        states = self._parts["model"](input_ids=input_ids, attention_mask=attention_mask)[0]
        mask = attention_mask[:, :, None].to(states.dtype)
        pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return SimpleNamespace(logits=self._parts["classifier"](pooled))
