"""`troth adopt` reads six invented policies as a careful person reads them: nothing invented, little missed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

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
    reading = read(path)
    places = {".".join(key) for key in reading.values} | {
        f"fields.{key[2]}" for key in reading.values if key[0] == "forms"
    }
    wrong = {"storage.abroad": "declared", "changes.continued_use": True}
    assert "controller.name" in places
    for absent in notes["absent"]:
        if absent in wrong:
            assert reading.get(*absent.split(".")) != wrong[absent]
        else:
            assert absent not in places
