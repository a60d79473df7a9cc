"""Which documents a selection keeps; expressions mean what Python's own words for them mean."""

from __future__ import annotations

import ast
import contextlib
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detector import cluster
from detector.errors import OutputError, UsageError
from detector.pipeline.expression import condition
from detector.pipeline.selection import select
from detector.records import Label
from detector.write.frames import DOCUMENTS
from detector.write.labels import open_labels
from tests.pipeline.made_scans import Page, edited, words, write_scan

# -- expressions ----------------------------------------------------------------------------------

SCHEMA = {
    "label": pl.String(),
    "url": pl.String(),
    "words": pl.Int32(),
    "score": pl.Float32(),
    "truncated": pl.Boolean(),
    "captured": pl.Datetime("us", "UTC"),
    "reasons": pl.List(pl.String),
}
TEXTS = ["", "en", "no-evidence", "http://a.example/en", 'q"uote', "ü\n"]
NUMBERS = [-1, 0, 2, 40, 2.5, 10**12]
DATES = ["2022-11-30", "2024-01-01T10:00:00Z"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)


ROW = st.fixed_dictionaries(
    {
        "label": st.sampled_from([*TEXTS, None]),
        "url": st.sampled_from([*TEXTS, None]),
        "words": st.sampled_from([0, 2, 40, None]),
        "score": st.sampled_from([-1.0, 0.0, 2.5, None]),
        "truncated": st.sampled_from([True, False, None]),
        "captured": st.sampled_from([*map(moment, DATES), None]),
        "reasons": st.lists(st.sampled_from(TEXTS), max_size=3),
    }
)


def compared(column: str, values: list[Any]) -> st.SearchStrategy[str]:
    value = st.sampled_from(values).map(repr)
    ordered = ["==", "!=", "<", "<=", ">", ">="]
    return st.one_of(
        st.builds(f"{column} {{}} {{}}".format, st.sampled_from(ordered), value),
        st.builds(f"{{}} {{}} {column}".format, value, st.sampled_from(ordered)),
        st.builds(f"{{}} < {column} <= {{}}".format, value, value),
        st.builds(
            f"{column} {{}} ({{}}, {{}})".format, st.sampled_from(["in", "not in"]), value, value
        ),
        st.sampled_from([f"{column} is None", f"{column} is not None", f"{column} == None"]),
    )


TEXT = st.sampled_from(TEXTS).map(repr)
LEAF = st.one_of(
    compared("label", TEXTS),
    compared("words", NUMBERS),
    compared("score", NUMBERS),
    compared("captured", DATES),
    st.sampled_from(["truncated", "True", "truncated == False", "label == url", "words < score"]),
    st.sampled_from(["len(reasons) > 1", "label in url", "label not in reasons", "label in []"]),
    st.builds("{} in reasons".format, TEXT),
    st.builds("{} not in url".format, TEXT),
    st.builds("url.startswith({})".format, TEXT),
    st.builds("url.endswith({})".format, TEXT),
)
EXPRESSION = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=6,
)


class Meaning(ast.NodeVisitor):
    """The expression's value for one row, by the words of docs/filter.md."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row

    def visit_Expression(self, node: ast.Expression) -> Any:
        return bool(self.visit(node.body))

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def visit_Name(self, node: ast.Name) -> Any:
        return self.row[node.id]

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.visit(node.operand)
        return -value if isinstance(node.op, ast.USub) else not value

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        join = all if isinstance(node.op, ast.And) else any
        return join([bool(self.visit(part)) for part in node.values])

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return [self.visit(part) for part in node.elts]

    visit_List = visit_Tuple  # type: ignore[assignment]  # noqa: N815

    def visit_Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Name):
            return len(self.visit(node.args[0]))
        assert isinstance(node.func, ast.Attribute)
        whole, part = self.visit(node.func.value), self.visit(node.args[0])
        return whole is not None and getattr(whole, node.func.attr)(part)

    def visit_Compare(self, node: ast.Compare) -> Any:
        values = [self.visit(part) for part in (node.left, *node.comparators)]
        if any(isinstance(value, datetime) for value in values):
            values = [self._dated(value) for value in values]
        found = zip(node.ops, values[:-1], values[1:], strict=True)
        return all(self._holds(how, one, two) for how, one, two in found)

    def _dated(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._dated(item) for item in value]
        return moment(value) if isinstance(value, str) else value

    def _holds(self, how: ast.cmpop, one: Any, two: Any) -> bool:
        if isinstance(how, ast.NotIn):
            return not self._holds(ast.In(), one, two)
        if isinstance(how, ast.In):
            inside = isinstance(two, list) or (one is not None and two is not None)
            return inside and one in two
        if isinstance(how, (ast.Eq, ast.Is)):
            return bool(one == two)
        if isinstance(how, (ast.NotEq, ast.IsNot)):
            return bool(one != two)
        if one is None or two is None:
            return False
        order = {ast.Lt: one < two, ast.LtE: one <= two, ast.Gt: one > two, ast.GtE: one >= two}
        return bool(order[type(how)])


@settings(max_examples=300, deadline=None)
@given(text=EXPRESSION, rows=st.lists(ROW, min_size=1, max_size=8))
def test_an_expression_means_what_it_says(text: str, rows: list[dict[str, Any]]) -> None:
    """Against a slow reading of it, row by row. `captured is None` compares no text with a date."""
    wanted, columns = condition(text, SCHEMA)
    table = pl.DataFrame(rows, schema=SCHEMA)
    found = table.select(wanted.alias("kept")).to_series()
    if len(found) == 1 < len(table):
        found = pl.concat([found] * len(table))  # a constant
    meant = [Meaning(row).visit(ast.parse(text, mode="eval")) for row in table.to_dicts()]
    assert found.to_list() == meant
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    assert columns == names - {"len"}


SCRAPS = """and or not in is None True lambda if else for await yield := ** 1 1e999 0x1 1j ...
__class__ startswith len == 'a' f'{label}' b'x' 999999999999999999999999999999 ü""".split()  # noqa: SIM905
WORDS = st.sampled_from([*SCHEMA, *SCRAPS, *"()[]{},.:=<>!+-*/%@'\"\\ \n\0", "\ud800"])


@settings(max_examples=500, deadline=None)
@given(text=st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join)))
@example("label == '\\ud800'")
@example("not " * 900 + "truncated")
@example("not " * 400 + "truncated")
@example("(" * 1000 + "truncated" + ")" * 1000)
@example("1<2" + " or 1<2" * 580)
@example("1" + "<2" * 2000)
@example(f"words in ({'1,' * 2000})")
@example("truncated and not (truncated or " * 24 + "truncated" + ")" * 24)
@example("captured > '9999-12-31T23:59:59-23:00'")
@example("label.__class__.__bases__")
def test_whatever_is_written_gives_a_condition_or_one_message(text: str) -> None:
    """No other error, and a condition can be asked of a table."""
    with contextlib.suppress(UsageError):
        ask(*condition(text, SCHEMA))


def ask(wanted: pl.Expr, columns: frozenset[str]) -> None:
    assert columns <= {*SCHEMA}
    found = pl.DataFrame(schema=SCHEMA).select(wanted).to_series()
    assert found.dtype == pl.Boolean


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("lable == 'x'", "lable is no column: did you mean label"),
        ("zzz == 1", "zzz is no column: there are label, url"),
        ("label", "label is a text, where a condition is wanted"),
        ("words > '2'", "compares a number with a text"),
        ("label == en", "en is no column.*Texts stand in quotes"),
        ("label is 'x'", "for None alone: write =="),
        ("captured > 'yesterday'", "write '2022-11-30'"),
        ("captured > 2022", "compares a date with a number"),
        ("reasons == 'x'", "compares a list of texts with a text"),
        ("len(label) > 2", "asks for the length of a text"),
        ("words in label", "looks for a number in a text"),
        ("label.upper() == 'X'", "calls what is not startswith"),
        ("__import__('os').system('x')", "calls what is not"),
        ("words + 1 > 2", "is not allowed here"),
        ("truncated < True", "puts in order what has none"),
        ("None == None", "compares nothing with nothing"),
        ("x" * 5000, "4,096 are the most"),
        ("label ==", "not an expression"),
    ],
)
def test_what_cannot_be_meant_is_said_so(text: str, match: str) -> None:
    with pytest.raises(UsageError, match=match):
        condition(text, SCHEMA)


# -- selections -----------------------------------------------------------------------------------


def scan_of(tmp_path: Path, name: str = "labels") -> Path:
    base = words(1)
    labels = [*Label, Label.LIKELY_AI]
    pages = [
        Page(" ".join(words(n)), host=f"h{n}.example", label=label)
        for n, label in enumerate(labels)
    ]
    copy = Page(" ".join(edited(base, 3)), host="copy.example", year=2020, label=Label.PRE_LLM)
    other = Page(" ".join(words(9)), file="b.warc.gz", label=Label.UNCERTAIN)
    return write_scan(tmp_path / name, [*pages, copy, other])


def chosen(path: Path, **options: Any) -> list[tuple[str, bool, str | None]]:
    tables = select(open_labels(path), columns=["label"], **options)
    return pl.concat(tables).select("label", "kept", "why").rows()


def test_labels_are_dropped_and_the_rest_is_kept(tmp_path: Path) -> None:
    found = chosen(scan_of(tmp_path), drop=["likely-ai", "uncertain"])
    for label, kept, why in found:
        assert kept == (label not in ("likely-ai", "uncertain"))
        assert why == (None if kept else label)
    assert len(found) == 8


def test_an_expression_keeps_what_it_states_and_the_label_comes_first(tmp_path: Path) -> None:
    found = chosen(scan_of(tmp_path), drop=["likely-ai"], keep='host.startswith("h") and words > 9')
    assert {(label, why) for label, _, why in found} == {
        ("likely-ai", "likely-ai"),
        ("uncertain", None),
        ("no-evidence", None),
        ("not-assessed", None),
        ("pre-llm", None),
        ("pre-llm", "not-kept"),
        ("uncertain", "not-kept"),
    }


def test_there_is_a_frame_for_each_part_with_all_columns_unless_told(tmp_path: Path) -> None:
    labels = open_labels(scan_of(tmp_path))
    tables = list(select(labels))
    assert len(tables) == len(labels.documents) == 2
    assert all(table.columns == [*DOCUMENTS, "kept", "why"] for table in tables)
    assert all(table.schema["why"] == pl.String for table in tables)
    assert pl.concat(tables)["kept"].all()


def test_mistakes_show_at_once(tmp_path: Path) -> None:
    """Before the first frame is asked for."""
    labels = open_labels(scan_of(tmp_path))
    with pytest.raises(UsageError, match="'human' is no label"):
        select(labels, drop=["human"])
    with pytest.raises(UsageError, match="is no column"):
        select(labels, keep="text == ''")
    with pytest.raises(UsageError, match="no column 'nothing'"):
        select(labels, columns=["nothing"])
    labels.documents[0].write_bytes(b"PAR1 no more")
    with pytest.raises(OutputError, match="cannot be used"):
        select(labels)


def test_with_clusters_all_copies_have_one_label(tmp_path: Path) -> None:
    """Page 1 is a copy of a page from before language models."""
    path = scan_of(tmp_path)
    cluster(path, tmp_path / "clusters")
    tables = select(
        open_labels(path),
        drop=["pre-llm"],
        keep="size == 1 or is_representative",
        clusters=tmp_path / "clusters",
        columns=["host", "label", "own_label", "size", "is_representative"],
    )
    rows = {row["host"]: row for row in pl.concat(tables).to_dicts() if row["size"] == 2}
    assert {*rows} == {"h1.example", "copy.example"}
    assert {row["label"] for row in rows.values()} == {"pre-llm"}
    assert {host: row["own_label"] for host, row in rows.items()} == {
        "h1.example": "uncertain",
        "copy.example": "pre-llm",
    }
    assert [host for host, row in rows.items() if row["is_representative"]] == ["copy.example"]
    assert {row["why"] for row in rows.values()} == {"pre-llm"}
    kept = pl.concat(
        select(open_labels(path), keep="is_representative", clusters=tmp_path / "clusters")
    )
    assert kept.filter(~pl.col("kept"))["host"].to_list() == ["h1.example"]


def test_a_clustering_of_several_scans_serves_each_of_them(tmp_path: Path) -> None:
    paths = [scan_of(tmp_path, name) for name in ("one", "two")]
    cluster(paths, tmp_path / "clusters")
    for path in paths:
        [*tables] = select(open_labels(path), clusters=tmp_path / "clusters")
        assert (pl.concat(tables)["size"] >= 2).all()
        assert sum(map(len, tables)) == 8


def test_a_clustering_that_lacks_documents_is_refused(tmp_path: Path) -> None:
    path = scan_of(tmp_path)
    cluster(path, tmp_path / "clusters")
    more = [Page(" ".join(words(n)), label=Label.UNCERTAIN) for n in range(60)]
    changed = write_scan(tmp_path / "new" / "labels", more)
    tables = select(open_labels(changed), clusters=tmp_path / "clusters")
    with pytest.raises(UsageError, match="knows other documents than"):
        list(tables)


def test_a_scan_that_moved_is_still_known_to_its_clustering(tmp_path: Path) -> None:
    path = scan_of(tmp_path)
    cluster(path, tmp_path / "clusters")
    path.rename(tmp_path / "moved")
    found = chosen(tmp_path / "moved", drop=["pre-llm"], clusters=tmp_path / "clusters")
    assert sum(not kept for _, kept, _ in found) == 3


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (('"format": 1', '"format": 7'), "written in format '7'"),
        (('"complete"', '"running"'), "no finished clustering"),
        (("{", ""), "damaged"),
        (('"parts": [', '"parts": [7, '), "damaged"),
    ],
)
def test_a_clustering_that_cannot_be_used_is_one_message(
    tmp_path: Path, change: tuple[str, str], match: str
) -> None:
    path = scan_of(tmp_path)
    cluster(path, tmp_path / "clusters")
    manifest = tmp_path / "clusters" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(*change, 1))
    with pytest.raises((UsageError, OutputError), match=match):
        select(open_labels(path), clusters=tmp_path / "clusters")
