"""The policy file itself: what may stand in it, where an error is, and what names this very policy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.errors import PolicyError, UnusableInput
from troth.policy import PolicyErrors, check_policy, load_policy, load_policy_text, policy_schema
from troth.policy.yaml12 import MAX_BYTES, MAX_DEPTH, Unreadable, read_yaml

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src/troth/demo/policy.yaml"


def refused(text: str | bytes) -> list[tuple[str, int]]:
    """Return rule and line of everything that keeps a text from being loaded."""
    with pytest.raises(PolicyErrors) as caught:
        load_policy_text(text)
    return [(found.rule, found.line) for found in caught.value.findings]


def value_of(text: str) -> object:
    return read_yaml(f"key: {text}\n".encode()).values["key"]


def changed_demo(old: str, new: str) -> str:
    """Return the demo's policy with one thing written differently, which must be there to begin with."""
    text = DEMO.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def line_in_demo(start: str) -> int:
    lines = DEMO.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(start))


# Types of YAML 1.2


@pytest.mark.parametrize(
    "word", ["no", "No", "NO", "yes", "on", "off", "y", "n", "12:30", "1:2:3", "1_000", "0b11", "<<"]
)
def test_a_word_that_older_yaml_turned_into_something_else_stays_text(word: str) -> None:
    assert value_of(word) == word


@pytest.mark.parametrize(
    ("text", "value"),
    [("0o7", 7), ("010", 10), ("0x1F", 31), ("-12", -12), ("+3", 3), ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5)],
)
def test_numbers_are_what_yaml_1_2_says(text: str, value: float) -> None:
    read = value_of(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("null", None), ("~", None), ("", None)])
def test_true_false_and_nothing_are_what_yaml_1_2_says(text: str, value: bool | None) -> None:
    assert value_of(text) is value


@pytest.mark.parametrize("text", ['"true"', "'12'", '"null"', '"2026-08-31"'])
def test_what_is_in_quotes_is_text(text: str) -> None:
    assert value_of(text) == text[1:-1]


def test_a_day_is_a_day_only_where_the_model_wants_one() -> None:
    assert value_of("2026-08-31") == "2026-08-31"
    assert load_policy(DEMO).policy.issued.isoformat() == "2026-07-01"


def test_norway_is_a_country_in_a_list() -> None:
    assert value_of("[se, no, dk]") == ["se", "no", "dk"]


words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp")), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_what_is_written_as_json_is_read_as_it_was(value: object) -> None:
    written = json.dumps(value, ensure_ascii=False)
    document = read_yaml(written.encode())
    if has_equal_keys(value):
        assert {found.rule for found in document.findings} == {"T0-04"}
        return
    expected = json.loads(normalised(written))
    assert document.findings == []
    assert document.values == expected


def normalised(text: str) -> str:
    from unicodedata import normalize

    return normalize("NFC", text)


def has_equal_keys(value: object) -> bool:
    """Return whether two keys of one mapping are the same text after NFC: a duplicate, refused on purpose."""
    if isinstance(value, dict):
        return len({normalised(key) for key in value}) < len(value) or any(map(has_equal_keys, value.values()))
    return isinstance(value, list) and any(map(has_equal_keys, value))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_a_policy_or_an_error_with_a_line_and_nothing_else(source: bytes) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy_text(source)
    assert isinstance(caught.value, PolicyErrors)
    assert all(found.line >= 1 and found.what and found.fix for found in caught.value.findings)


# What must not be in a file (security rule 46)


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    found = refused("\n".join(lines))
    assert ("T0-05", 1) in found
    assert ("T0-05", 2) in found


def test_a_tag_is_refused_with_its_line() -> None:
    assert ("T0-05", 2) in refused('troth: 1\npolicy: !!python/object/apply:os.system ["true"]\n')


def test_a_directive_is_refused() -> None:
    assert "T0-05" in {rule for rule, _ in refused("%YAML 1.1\n---\ntroth: 1\n")}


def test_a_key_that_stands_twice_is_named_with_both_lines() -> None:
    text = changed_demo(
        "storage: {location: CN, abroad: none}", "storage: {location: CN, abroad: none}\nlaw: [cn-pipl]"
    )
    with pytest.raises(PolicyErrors) as caught:
        load_policy_text(text)
    (found,) = caught.value.findings
    first = line_in_demo("law:")
    assert (found.rule, found.line, found.path) == ("T0-04", first + 2, ("law",))
    assert f"line {first}" in found.what


def test_depth_is_refused_at_the_first_level_too_many() -> None:
    fits = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert read_yaml(fits.encode()).findings == []
    with pytest.raises(Unreadable) as caught:
        read_yaml(b"a:\n  " + f"[{fits}]".encode())
    assert (caught.value.finding.rule, caught.value.finding.line) == ("T0-09", 2)


def test_half_a_megabyte_of_open_brackets_is_refused_at_once() -> None:
    assert refused("[" * 500_000) == [("T0-09", 1)]


def test_a_file_may_have_one_mebibyte_and_not_a_byte_more() -> None:
    comment = "#" * (MAX_BYTES - 9)
    assert read_yaml(f"a: true\n{comment}\n".encode()[:MAX_BYTES]).values == {"a": True}
    assert refused("#" * (MAX_BYTES + 1)) == [("T0-01", 1)]


def test_a_long_file_on_disk_is_not_read_whole(tmp_path: Path) -> None:
    long = tmp_path / "long.yaml"
    long.write_bytes(b"#" * (3 * MAX_BYTES))
    with pytest.raises(PolicyErrors, match="bytes"):
        load_policy(long)


def test_a_byte_that_is_not_utf_8_is_found_in_its_line() -> None:
    assert refused(b"troth: 1\n# caf\xe9\n") == [("T0-02", 2)]


def test_utf_16_is_named_as_such() -> None:
    assert refused("troth: 1\n".encode("utf-16")) == [("T0-02", 1)]


def test_broken_yaml_is_found_in_its_line() -> None:
    assert refused("troth: 1\nlaw: [cn-pipl\npolicy: {}\n") == [("T0-03", 3)]


def test_a_key_that_is_no_text_is_refused() -> None:
    assert ("T0-06", 2) in refused("troth: 1\n12: x\n")
    assert ("T0-06", 2) in refused("troth: 1\n{a: b}: x\n")


@pytest.mark.parametrize("number", [".inf", "-.Inf", ".nan", "1e999", "1" * 30])
def test_a_number_without_an_end_is_refused(number: str) -> None:
    assert ("T0-07", 2) in refused(f"troth: 1\nlaw: {number}\n")


@pytest.mark.parametrize("sign", ["\u0085", "\u2028", "\u2029"])
def test_a_line_break_that_is_one_only_in_older_yaml_is_refused(sign: str) -> None:
    assert refused(f'troth: 1\nlaw: "a{sign}b"\n') == [("T0-03", 2)]
    assert value_of(f'"a\\u{ord(sign):04x}b"') == f"a{sign}b"


def test_a_second_document_is_refused() -> None:
    assert refused("troth: 1\n---\ntroth: 1\n") == [("T0-08", 2)]


# The shape of the model


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_one() -> None:
    with pytest.raises(PolicyErrors) as caught:
        load_policy_text(changed_demo("\nretention:", "\nretentoin:"), "policy.yaml")
    found = next(found for found in caught.value.findings if found.rule == "T0-10")
    assert found.line == line_in_demo("retention:")
    assert 'did you mean "retention"?' in found.fix
    assert f'error: policy.yaml:{found.line}: unknown key "retentoin"\nfix:   did you mean' in str(caught.value)


def test_every_error_of_a_file_is_reported_at_once() -> None:
    text = changed_demo('phone: "+86 571 0000 0100"', "phone: 0571").replace("cookies:\n", "cokies:\n", 1)
    text = text.replace("reply_working_days: 15", "reply_working_days: soon").replace(
        "audience: adult", "audience: adults"
    )
    text = text.replace("issued: 2026-07-01", "issued: 2026-02-30").replace("  notice_days: 30", "  notice_days: -1")
    assert {rule for rule, _ in refused(text)} == {"T0-10", "T0-12", "T0-13", "T0-14", "T12-01"}


def test_a_missing_key_is_reported_where_it_should_stand() -> None:
    assert refused(changed_demo("  email: hello@acme.example\n", "")) == [("T0-11", line_in_demo("controller:"))]


def test_a_number_where_text_is_wanted_is_told_to_be_quoted() -> None:
    with pytest.raises(PolicyErrors) as caught:
        load_policy_text(changed_demo('version: "2026.1"', "version: 2026.1"))
    assert caught.value.findings[0].fix == "put it in quotes"


def test_another_format_version_is_refused_with_that_reason_alone() -> None:
    assert refused(changed_demo("troth: 1", "troth: 2").replace("law:", "lawz:")) == [("T0-15", line_in_demo("troth:"))]


@pytest.mark.parametrize("text", ["", "troth", "[]", "42", "# nothing\n"])
def test_a_file_without_a_policy_is_an_error_of_one_finding(text: str) -> None:
    assert refused(text) == [("T0-12", 1)]


def test_a_file_that_is_not_there_is_unusable_input(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="cannot open"):
        load_policy(tmp_path / "none.yaml")


# Lines and hash


def test_every_path_has_its_line_or_that_of_what_is_around_it() -> None:
    lines = load_policy(DEMO).lines
    text = DEMO.read_text(encoding="utf-8").splitlines()
    assert text[lines.line_of(("facts", "ip")) - 1] == "  ip:"
    assert text[lines.line_of(("facts", "ip", "retention")) - 1].strip() == "retention: visits"
    assert lines.line_of(("facts", "ip", "nothing", 3)) == lines.line_of(("facts", "ip"))
    assert lines.line_of(("nothing",)) == 1


def test_comments_order_quotes_and_line_ends_leave_the_hash_and_a_value_changes_it() -> None:
    loaded, text = load_policy(DEMO), DEMO.read_text(encoding="utf-8")
    law = "law: [cn-pipl]\nstorage: {location: CN, abroad: none}\n"
    assert law in text
    other = text.replace(law, "# moved\nstorage: {abroad: 'none', location: \"CN\"}\nlaw:\n  - cn-pipl\n")
    assert load_policy_text(other).hash == loaded.hash
    assert load_policy_text(text.replace("\n", "\r\n")).hash == loaded.hash
    assert load_policy_text(b"\xef\xbb\xbf" + text.encode()).hash == loaded.hash
    assert load_policy_text(text.replace("notice_days: 30", "notice_days: 31")).hash != loaded.hash


def test_a_letter_written_in_two_ways_is_one_letter() -> None:
    one, two = changed_demo("en: Contact us", "en: Caf\u00e9"), changed_demo("en: Contact us", "en: Cafe\u0301")
    assert one != two
    assert load_policy_text(one).hash == load_policy_text(two).hash


def test_the_hash_is_the_one_published_for_this_file() -> None:
    vector = json.loads((ROOT / "tests/golden/policy-hash.json").read_text())
    loaded = load_policy_text((ROOT / "tests/golden/policy-small.yaml").read_bytes())
    assert loaded.canonical.decode() == vector["canonical"]
    assert loaded.hash == vector["sha256"]


def test_other_origins_leave_the_hash_alone() -> None:
    loaded = load_policy(DEMO)
    moved = loaded.with_origins(["http://www.acme.localhost:8400"])
    assert moved.policy.scope.origins == ("http://www.acme.localhost:8400",)
    assert loaded.policy.scope.origins == ("http://www.acme.localhost",)
    assert moved.hash == loaded.hash
    assert check_policy(moved) == []


def test_a_text_cannot_be_changed_and_falls_back_to_its_family() -> None:
    title = load_policy(DEMO).policy.title
    assert (title.in_("en-GB"), title.in_("zh"), title.in_("fr")) == (title["en"], title["zh-CN"], title["zh-CN"])
    with pytest.raises(TypeError):
        title["en"] = "other"


# The published schema and the command


def test_the_published_schema_is_current() -> None:
    published = (ROOT / "docs/reference/policy.schema.json").read_bytes()
    assert published == policy_schema()
    assert set(json.loads(published)["properties"] if "properties" in json.loads(published) else top(published)) >= {
        "troth",
        "facts",
        "purposes",
    }


def top(schema: bytes) -> dict[str, object]:
    whole = json.loads(schema)
    return dict(whole["$defs"][whole["$ref"].rsplit("/", 1)[-1]]["properties"])


def run_check(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "troth", "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_check_says_in_one_line_that_the_demo_can_go_live() -> None:
    done = run_check(str(DEMO))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"{DEMO}: no errors, no warnings, no notes"
    assert not any(line.startswith(("error", "warning", "note")) for line in done.stdout.splitlines())


def test_check_exits_1_for_findings_and_counts_warnings_only_if_strict(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(changed_demo("effective: 2026-08-01", "effective: 2026-07-01"))
    assert "T12-03" in run_check(str(file)).stdout
    assert (run_check(str(file)).returncode, run_check(str(file), "--strict").returncode) == (0, 1)
    file.write_text(changed_demo("effective: 2026-08-01", "effective: 2026-06-01"))
    done = run_check(str(file), "--format", "json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["findings"][0]["rule"]) == (1, "T12-02")
    assert answer["hash"] == load_policy(file).hash


def test_check_exits_2_for_a_file_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("troth: 1\nlaw: [")
    done = run_check(str(file))
    assert done.returncode == 2
    assert f"{file}:2:" in done.stdout or f"{file}:3:" in done.stdout
    assert run_check(str(tmp_path / "none.yaml")).returncode == 2


def test_check_opens_no_database_and_no_web_framework() -> None:
    code = (
        "import sys; from pathlib import Path; from troth.policy import load_policy, check_policy; "
        f"import troth.cli.check; assert check_policy(load_policy(Path({str(DEMO)!r}))) == []; "
        "print(sorted({'litestar', 'sqlalchemy', 'duckdb', 'uvicorn', 'holidays', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_first_policy_loads_and_names_what_its_owner_must_fill_in() -> None:
    from troth.cli.init_policy import starter_policy

    text = starter_policy("Example Works", "https://www.works.example", ("zh-CN", "en"))
    found = check_policy(load_policy_text(text))
    assert {one.level for one in found} == {"error"}
    assert {one.rule for one in found} == {"T0-16", "T12-02"}
    places = {".".join(map(str, one.path[:2])) for one in found}
    assert places >= {"policy.effective", "controller.address", "controller.email", "contact.email", "contact.address"}
    assert "controller.name" not in places


@pytest.mark.parametrize("languages", [("zh-CN",), ("en",), ("en", "zh-CN")])
def test_a_first_policy_can_go_live_once_it_is_filled_in(languages: tuple[str, ...]) -> None:
    from troth.cli.init_policy import starter_policy

    text = starter_policy('A "quoted" # name', "https://www.works.example", languages)
    text = text.replace("effective: 2000-01-01", "effective: 2000-02-01")
    for line in [line for line in text.splitlines() if "<fill in" in line]:
        key = line.partition(":")[0]
        filled = f"{key}: a@works.example" if key.strip() == "email" else f"{key}: filled in"
        text = text.replace(line, filled)
    loaded = load_policy_text(text)
    assert check_policy(loaded) == []
    assert loaded.policy.languages == languages
    assert loaded.policy.controller.name.in_(languages[0]) == 'A "quoted" # name'
