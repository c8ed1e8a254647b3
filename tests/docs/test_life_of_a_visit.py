"""docs/life-of-a-visit.md leads through the real files: none that is gone, no step and no module left out."""

from __future__ import annotations

import re
from pathlib import Path

from troth.collect.pipeline import STEPS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "troth"
PAGE = (ROOT / "docs" / "life-of-a-visit.md").read_text("utf-8")
NAMED = re.findall(r"`(\w[\w/-]*/[\w-]+\.(?:py|js|css|html))`", PAGE)
STATIONS = re.findall(r"^(\d+)\. ", PAGE, flags=re.MULTILINE)


def test_every_file_it_names_exists() -> None:
    assert "collect/pipeline.py" in NAMED
    assert [name for name in NAMED if not (SOURCE / name).is_file()] == []


def test_every_step_of_the_pipeline_is_there_in_its_order() -> None:
    names = [step.__name__ for step in STEPS]
    assert re.findall(r"^    - `(\w+)`:", PAGE, flags=re.MULTILINE) == names


def test_every_module_of_the_collection_room_is_named() -> None:
    modules = {f"collect/{path.name}" for path in (SOURCE / "collect").glob("*.py") if path.name != "__init__.py"}
    assert len(modules) > 10
    assert modules - set(NAMED) == set()


def test_its_stations_are_numbered_without_a_gap() -> None:
    assert [str(number) for number in range(1, len(STATIONS) + 1)] == STATIONS
    assert len(STATIONS) > 30
