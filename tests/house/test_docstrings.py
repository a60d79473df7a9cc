"""Everything public says in one sentence what it promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import MODULES, Module


def undescribed(module: Module) -> Iterator[str]:
    """What a module offers, itself included, without a docstring."""
    if not ast.get_docstring(module.tree):
        yield "the module"
    for node in module.tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_what_is_public_has_a_docstring(module: Module) -> None:
    assert list(undescribed(module)) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_docstring_opens_with_a_sentence(module: Module) -> None:
    """The first paragraph ends like a sentence, so that it can stand alone in a list."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    odd = []
    for node in ast.walk(module.tree):
        text = ast.get_docstring(node) if isinstance(node, documented) else None
        if text and text.split("\n\n")[0].rstrip()[-1] not in ".:;?!)…`":
            odd.append(text.split("\n")[0])
    assert odd == []
