"""The longest function fits on a screen, and no module becomes the one everything hangs from."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import MODULES, Module

LONGEST_FUNCTION = 60
LONGEST_MODULE = 400


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_stays_short(module: Module) -> None:
    assert len(module.path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_function_fits_on_a_screen(module: Module) -> None:
    """Lines are counted from the first statement after the docstring."""
    functions = [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    long = [f"{f.name}: {_lines(f)} lines" for f in functions if _lines(f) > LONGEST_FUNCTION]
    assert not long


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[ast.get_docstring(function) is not None :]
    if not body:
        return 0
    return (function.end_lineno or 0) - body[0].lineno + 1
