"""What a run's output depends on, and how two runs are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from detector.errors import OutputError

FORMAT: Final = 1

Setting: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class InputEntry:
    """One input of a run: its name as it will stand in the `file` column, and its size in bytes.

    size: None where it is not known beforehand (standard input, some servers).
    """

    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class RunSettings:
    """All that the output of a run depends on: equal settings over equal inputs give equal bytes.

    inputs: in the order that numbers them. settings: the options that change the output
    ("min_words": 40), and "with_text" among them. digests: of the models and the policy, by name.
    versions: of the libraries that make the output, polars and tldextract among them, by name.
    contract: the thresholds that the policy's digest stands for, to be read, not compared.
    Workers, times and machines do not belong here.
    """

    inputs: tuple[InputEntry, ...]
    settings: Mapping[str, Setting]
    digests: Mapping[str, str]
    versions: Mapping[str, str]
    format: int = FORMAT
    contract: Mapping[str, Any] = field(default_factory=dict)

    @property
    def with_text(self) -> bool:
        """Whether the documents table carries the text."""
        return bool(self.settings.get("with_text", False))


def settings_to_json(settings: RunSettings) -> dict[str, Any]:
    """The settings as JSON values; `settings_from_json` undoes it."""
    return {
        "format": settings.format,
        "settings": dict(settings.settings),
        "digests": dict(settings.digests),
        "versions": dict(settings.versions),
        "contract": dict(settings.contract),
        "inputs": [[entry.name, entry.size] for entry in settings.inputs],
    }


def settings_from_json(value: Mapping[str, Any], where: str) -> RunSettings:
    """Read settings back; OutputError naming `where` for another format or a wrong shape."""
    if value.get("format") != FORMAT:
        raise OutputError(
            f"{where}: written in format {str(value.get('format'))[:60]!r}, and this version reads"
            f" format {FORMAT}: use the version of the software that wrote it, or scan again into"
            " another folder"
        )
    try:
        return RunSettings(
            inputs=tuple(InputEntry(str(name), size) for name, size in value["inputs"]),
            settings=dict(value["settings"]),
            digests=dict(value["digests"]),
            versions=dict(value["versions"]),
            contract=dict(value.get("contract", {})),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OutputError(
            f"{where}: the settings of the run are damaged ({error!r:.60}): the folder was changed"
            " by something else; scan again into another folder"
        ) from error


def differences(was: RunSettings, now: RunSettings) -> list[str]:
    """Every setting that differs between two runs, one line each; empty when none does."""
    lines = []
    for title, old, new in (
        ("setting", was.settings, now.settings),
        ("digest of", was.digests, now.digests),
        ("version of", was.versions, now.versions),
    ):
        for name in sorted({*old, *new}):
            before, after = old.get(name, "(none)"), new.get(name, "(none)")
            if before != after or type(before) is not type(after):
                lines.append(f"{title} {name}: was {_show(before)}, now {_show(after)}")
    return [*lines, *_input_differences(was.inputs, now.inputs)]


_MOST_SHOWN: Final = 5


def _input_differences(was: tuple[InputEntry, ...], now: tuple[InputEntry, ...]) -> Iterator[str]:
    if len(was) != len(now):
        yield f"number of inputs: was {len(was)}, now {len(now)}"
    pairs = zip(was, now, strict=False)
    changed = [(i, old, new) for i, (old, new) in enumerate(pairs) if old != new]
    for i, old, new in changed[:_MOST_SHOWN]:
        if old.name != new.name:
            yield f"input {i}: was {_show(old.name)}, now {_show(new.name)}"
        else:
            yield f"size of {_show(old.name)}: was {_show(old.size)}, now {_show(new.size)}"
    if len(changed) > _MOST_SHOWN:
        yield f"and {len(changed) - _MOST_SHOWN} more inputs"


def _show(value: object) -> str:
    text = value if isinstance(value, str) and value == "(none)" else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
