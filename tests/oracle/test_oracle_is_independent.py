"""The oracle is a witness of its own: the law, the record and the histories import nothing but the standard library.

import-linter looks at the package only, and the oracle is no part of it; so the imports are read here.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ORACLE = ("said", "consent_law", "record", "versions", "histories")


def imported_by(source: str) -> set[str]:
    """Return the top names that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." if node.level else (node.module or "").partition(".")[0])
        elif isinstance(node, ast.Name) and node.id in {"__import__", "eval", "exec", "importlib"}:
            names.add(node.id)
    return names


@pytest.mark.parametrize("name", ORACLE)
def test_the_oracle_imports_nothing_but_the_standard_library(name: str) -> None:
    imported = imported_by((HERE / f"{name}.py").read_text("utf-8"))
    assert imported, "what is looked for is found"
    assert imported <= sys.stdlib_module_names | set(ORACLE)
    assert "importlib" not in imported


def test_the_law_itself_knows_only_the_words_it_is_written_in() -> None:
    imported = imported_by((HERE / "consent_law.py").read_text("utf-8"))
    assert imported <= sys.stdlib_module_names | {"said"}


def test_an_import_of_the_product_would_be_seen() -> None:
    assert "troth" in imported_by((HERE / "product.py").read_text("utf-8"))
    assert imported_by("def f():\n    from troth.consent import asking\n    __import__('troth')") == {
        "troth",
        "__import__",
    }
    assert imported_by("from .product import Product") == {"."}


def test_the_law_is_short_enough_to_be_read() -> None:
    lines = (HERE / "consent_law.py").read_text("utf-8").splitlines()
    assert len(lines) <= 400
