"""`troth adopt` reads six invented policies as a careful person reads them: nothing invented, little missed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from troth.policy.adopt.reading import Reading

ADOPT = Path(__file__).resolve().parents[1] / "adopt"
sys.path.insert(0, str(ADOPT))

from atoms import Score, expected_of, read, score  # noqa: E402

TEXTS = sorted((ADOPT / "texts").iterdir())
LEAST_RECALL = 0.9


def scored(path: Path) -> Score:
    return score(read(path), expected_of(path.name.split(".")[0]))


def test_there_are_texts_in_both_languages_and_three_forms() -> None:
    assert {path.suffix for path in TEXTS} == {".txt", ".md", ".html"}
    assert {path.name.split(".")[1] for path in TEXTS} == {"en", "zh"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name.split(".")[0])
def test_nothing_is_invented_and_little_is_missed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = scored(path)
    with capsys.disabled():
        name = path.name.split(".")[0]
        print(
            f"\n{name:<14} precision {found.precision:.3f}  recall {found.recall:.3f}  right {len(found.right)}  "
            f"invented {len(found.invented)}  missed {len(found.missed)}  without a key {len(found.unjudged)}"
        )
    assert len(found.right) > 40
    assert found.invented == set()
    assert found.recall >= LEAST_RECALL


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name.split(".")[0])
def test_what_the_text_denies_or_says_of_others_is_not_read_as_a_promise(path: Path) -> None:
    notes = expected_of(path.name.split(".")[0])
    assert len(notes["absent"]) > 3
    _assert_absent(read(path), notes["absent"])


def _assert_absent(reading: Reading, names: list[str]) -> None:
    """Assert that none of these was read; of two of them only one value would be wrong."""
    places = {".".join(key) for key in reading.values} | {
        f"fields.{key[2]}" for key in reading.values if key[0] == "forms"
    }
    wrong = {"storage.abroad": "declared", "changes.continued_use": True}
    assert "controller.name" in places
    for absent in names:
        if absent in wrong:
            assert reading.get(*absent.split(".")) != wrong[absent]
        else:
            assert absent not in places


HELD_OUT = sorted((ADOPT / "heldout" / "texts").iterdir())


@pytest.mark.parametrize("path", HELD_OUT, ids=lambda path: path.name.split(".")[0])
def test_texts_that_were_held_out_stay_read(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """See heldout/README.md for the figures of their first run; from then on they guard against falling back."""
    name = path.name.split(".")[0]
    found = score(read(path), expected_of(name, ADOPT / "heldout" / "expected"))
    with capsys.disabled():
        print(f"\n{name:<14} precision {found.precision:.3f}  recall {found.recall:.3f}  (held out at first)")
    assert len(found.right) > 35
    assert found.invented == set()
    assert found.recall >= LEAST_RECALL


@pytest.mark.parametrize("path", HELD_OUT, ids=lambda path: path.name.split(".")[0])
def test_what_they_deny_is_not_read_as_a_promise(path: Path) -> None:
    notes = expected_of(path.name.split(".")[0], ADOPT / "heldout" / "expected")
    _assert_absent(read(path), notes["absent"])
