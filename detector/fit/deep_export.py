"""From a fine-tuned network to the bytes of an ONNX file whose weights are 8-bit integers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from detector.errors import UsageError
from detector.fit.deep_train import logits, require_torch

_OPSET: Final = 17


def export_onnx(network: Any) -> bytes:
    """Give the network as ONNX, weights quantised to int8 a channel, activations as they come.

    Inputs: input_ids and attention_mask, int64 (texts, tokens). Output: one float32 a text.
    """
    torch, _ = require_torch()
    try:
        import onnx  # noqa: F401, PLC0415
        from onnxruntime.quantization import (  # noqa: PLC0415
            QuantType,
            quantize_dynamic,
        )
    except ImportError as error:
        raise UsageError(
            f"exporting the deep tier needs {error.name!r}, which is not installed: run"
            " `pip install 'contamination-detector[fit-deep]'`"
        ) from error

    class Judge(torch.nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, ids: Any, mask: Any) -> Any:
            return logits(self.network, ids, mask)

    network.eval()
    ids = torch.ones(2, 16, dtype=torch.long)
    names = {"input_ids": {0: "texts", 1: "tokens"}, "attention_mask": {0: "texts", 1: "tokens"}}
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        torch.onnx.export(
            Judge(), (ids, torch.ones_like(ids)), str(whole), input_names=list(names),
            output_names=["logit"], dynamic_axes=names, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip
        # Seven bits: processors without VNNI would overflow with eight, and score otherwise.
        quantize_dynamic(
            whole, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
        return small.read_bytes()
