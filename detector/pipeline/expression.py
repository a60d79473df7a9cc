"""An expression over the columns of a table, in Python's notation, as a condition for polars.

Nothing is evaluated: the text is parsed by Python's own grammar (`ast`), every node that is not on
the list below is refused, and the rest is translated.
"""

from __future__ import annotations

import ast
import difflib
import operator
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

import polars as pl

from detector.errors import UsageError
from detector.report.terminal import harmless

LONGEST: Final = 4_096
"""Characters of an expression, at most."""

DEEPEST: Final = 50
"""Parts of an expression within parts, at most: polars walks what is made of them on its stack."""

TEXT: Final = "text"
NUMBER: Final = "number"
TRUTH: Final = "yes or no"
MOMENT: Final = "date"
TEXTS: Final = "list of texts"
MANY: Final = "list"
NONE: Final = "None"
OTHER: Final = "value that cannot be compared"

_ORDERED: Final[Mapping[type[ast.cmpop], Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_MOST: Final = 2**63


@dataclass(frozen=True, slots=True)
class _Value:
    """A part of an expression. constant: what it stands for, where that is known; else absent."""

    kind: str
    expr: pl.Expr
    constant: Any = ...


def condition(text: str, schema: Mapping[str, pl.DataType]) -> tuple[pl.Expr, frozenset[str]]:
    """The condition that an expression states, never null, and the columns that it looks at.

    Columns by name, texts in quotes, numbers, True, False, None; == != < <= > >=, in, not in,
    is None, is not None, and, or, not; text.startswith, text.endswith, len(list). Dates are texts
    in ISO 8601, in UTC. A missing value equals None alone, and every other comparison with it is
    false. UsageError for all else, and for columns that are not in the schema.
    """
    if len(text) > LONGEST:
        raise UsageError(f"an expression of {len(text):,} characters: {LONGEST:,} are the most")
    translator = _Translator(text, schema)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as that of `is` with a text, refused below
            tree = ast.parse(text.strip(), mode="eval")
        _check_depth(tree.body)
        return translator.truth(tree.body), frozenset(translator.names)
    except (SyntaxError, ValueError) as error:
        raise UsageError(
            f"{translator.quoted}: not an expression ({str(error)[:80]}): write one as in"
            """ 'label == "no-evidence" and language == "en"'"""
        ) from error
    except (RecursionError, MemoryError) as error:  # as Python's parser says it, too
        raise UsageError(f"{translator.quoted}: nested too deeply: make it simpler") from error


class _Translator:
    """Translates one expression; names: the columns met so far."""

    def __init__(self, text: str, schema: Mapping[str, pl.DataType]) -> None:
        self.quoted = repr(harmless(text, 60))
        self.schema = schema
        self.names: set[str] = set()

    def truth(self, node: ast.expr) -> pl.Expr:
        """A part that must be true or false."""
        value = self._value(node)
        if value.kind != TRUTH:
            raise self._refused(node, f"is a {value.kind}, where a condition is wanted: compare it")
        return value.expr.fill_null(value=False)

    def _value(self, node: ast.expr) -> _Value:
        match node:
            case ast.Constant():
                return self._constant(node, node.value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=(int() | float()) as value)):
                return self._constant(node, -value)
            case ast.Name():
                return self._column(node)
            case ast.BoolOp():
                join = pl.all_horizontal if isinstance(node.op, ast.And) else pl.any_horizontal
                return _Value(TRUTH, join([self.truth(part) for part in node.values]))
            case ast.UnaryOp(op=ast.Not()):
                return _Value(TRUTH, ~self.truth(node.operand))
            case ast.Compare():
                return self._comparisons(node)
            case ast.Call():
                return self._call(node)
        raise self._refused(node, "is not allowed here: compare columns with texts and numbers")

    def _constant(self, node: ast.expr, value: object) -> _Value:
        if value is None:
            return _Value(NONE, pl.lit(None), None)
        if isinstance(value, bool):
            return _Value(TRUTH, pl.lit(value), value)
        if isinstance(value, str):
            if any("\ud800" <= letter <= "\udfff" for letter in value):
                raise self._refused(node, "is no valid text")
            return _Value(TEXT, pl.lit(value, pl.String), value)
        if isinstance(value, (int, float)) and -_MOST <= value < _MOST:
            return _Value(NUMBER, pl.lit(value), value)
        raise self._refused(node, "is no text, number, True, False or None")

    def _column(self, node: ast.Name) -> _Value:
        dtype = self.schema.get(node.id)
        if dtype is None:
            near = difflib.get_close_matches(node.id, self.schema, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.schema)}."
            raise self._refused(node, f"is no column: {hint} Texts stand in quotes.")
        self.names.add(node.id)
        kind = _kind(dtype)
        column = pl.col(node.id)
        # A number in an expression may be larger than the column's own type can hold.
        return _Value(kind, column.cast(pl.Int64) if dtype.is_integer() else column)

    def _comparisons(self, node: ast.Compare) -> _Value:
        parts, left = [], node.left
        for how, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._comparison(node, left, how, right))
            left = right
        return _Value(TRUTH, pl.all_horizontal(parts))

    def _comparison(
        self, node: ast.Compare, left: ast.expr, how: ast.cmpop, right: ast.expr
    ) -> pl.Expr:
        if isinstance(how, (ast.In, ast.NotIn)):
            found = self._within(node, self._value(left), right)
            return ~found if isinstance(how, ast.NotIn) else found
        one, two = self._value(left), self._value(right)
        if isinstance(how, (ast.Is, ast.IsNot)) and NONE not in (one.kind, two.kind):
            raise self._refused(node, "uses `is`, which is for None alone: write ==")
        one, two = self._alike(node, one, two)
        order = _ORDERED.get(type(how))
        if order is None:
            equal = one.expr.eq_missing(two.expr)
            return ~equal if isinstance(how, (ast.NotEq, ast.IsNot)) else equal
        if one.kind not in (TEXT, NUMBER, MOMENT):
            raise self._refused(node, f"puts in order what has none, a {one.kind}")
        return order(one.expr, two.expr).fill_null(value=False)

    def _alike(self, node: ast.expr, one: _Value, two: _Value) -> tuple[_Value, _Value]:
        """Both of one kind, a text that stands for a date made one."""
        if one.kind == MOMENT and two.kind == TEXT:
            two = self._moment(node, two)
        elif one.kind == TEXT and two.kind == MOMENT:
            one = self._moment(node, one)
        if NONE in (one.kind, two.kind):
            if one.kind == two.kind:
                raise self._refused(node, "compares nothing with nothing")
            return one, two
        if one.kind != two.kind or one.kind in (TEXTS, MANY, OTHER):
            raise self._refused(node, f"compares a {one.kind} with a {two.kind}")
        return one, two

    def _moment(self, node: ast.expr, value: _Value) -> _Value:
        try:
            moment = datetime.fromisoformat(str(value.constant).removesuffix("Z"))
        except ValueError as error:
            raise self._refused(
                node, "compares a date with a text that is none: write '2022-11-30'"
            ) from error
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        try:
            zoned = zoned.astimezone(timezone.utc)
        except OverflowError as error:
            raise self._refused(node, "holds a date that no calendar has") from error
        return _Value(MOMENT, pl.lit(zoned, pl.Datetime("us", "UTC")), zoned)

    def _within(self, node: ast.expr, one: _Value, right: ast.expr) -> pl.Expr:
        """Whether a value is one of several, or a text a part of another or of a list."""
        if isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            equal = [self._equals(node, one, item) for item in right.elts]
            return pl.any_horizontal([pl.lit(value=False), *equal])
        two = self._value(right)
        if one.kind != TEXT or two.kind not in (TEXT, TEXTS):
            raise self._refused(node, f"looks for a {one.kind} in a {two.kind}")
        if two.kind == TEXT:
            found = two.expr.str.contains(one.expr, literal=True)
        else:
            found = two.expr.list.contains(one.expr)
        return found.fill_null(value=False)

    def _equals(self, node: ast.expr, one: _Value, item: ast.expr) -> pl.Expr:
        left, right = self._alike(node, one, self._value(item))
        return left.expr.eq_missing(right.expr)

    def _call(self, node: ast.Call) -> _Value:
        match node:
            case ast.Call(func=ast.Name(id="len"), args=[inside], keywords=[]):
                value = self._value(inside)
                if value.kind not in (TEXTS, MANY):
                    raise self._refused(
                        node, f"asks for the length of a {value.kind}: lists have one"
                    )
                return _Value(NUMBER, value.expr.list.len().cast(pl.Int64))
            case ast.Call(
                func=ast.Attribute(value=inside, attr="startswith" | "endswith" as name),
                args=[ast.Constant(value=str()) as part],
                keywords=[],
            ):
                whole, edge = self._value(inside), self._value(part)
                if whole.kind != TEXT:
                    raise self._refused(node, f"asks how a {whole.kind} begins or ends: texts do")
                ask = whole.expr.str.starts_with if name == "startswith" else None
                found = (ask or whole.expr.str.ends_with)(edge.expr)
                return _Value(TRUTH, found.fill_null(value=False))
        raise self._refused(node, "calls what is not startswith, endswith (with a text) or len")

    def _refused(self, node: ast.expr, why: str) -> UsageError:
        part = harmless(ast.unparse(node), 60)
        return UsageError(f"the expression {self.quoted}: {part} {why}")


def _check_depth(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [inner for node in level for inner in ast.iter_child_nodes(node)]
        if not level:
            return
    raise RecursionError


def _kind(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.List):
        return TEXTS if dtype.inner == pl.String else MANY
    if dtype.is_numeric():
        return NUMBER
    if isinstance(dtype, pl.Datetime):
        return MOMENT
    return {pl.String(): TEXT, pl.Boolean(): TRUTH}.get(dtype, OTHER)
