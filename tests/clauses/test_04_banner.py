"""Clause 4: the banner and the script are computed from the policy, so they cannot say or do anything else."""

from __future__ import annotations

import asyncio
import gzip
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs
from typer.testing import CliRunner

from troth.cli import app as command_line
from troth.clock import SetClock
from troth.notice.banner import Gate, asked_purposes, banner_config, text_hash
from troth.notice.markup import Row, question_html
from troth.notice.script import BUDGET_BYTES, build_script, compress_script, script_etag
from troth.notice.shrink import shrink_script, shrink_styles
from troth.notice.weight import check_script
from troth.policy import Loaded, Policy, load_policy
from troth.policy.versions import Version, VersionList
from troth.web.script import script_app, standing_versions
from troth.words.banner import WORDS

LANGUAGES = ("zh-CN", "en")
URL = "https://privacy.www.example.com/privacy/policy?lang="


@pytest.fixture(scope="module")
def demo() -> Loaded:
    with resources.as_file(resources.files("troth.demo") / "policy.yaml") as path:
        return load_policy(path)


@pytest.fixture(scope="module")
def small() -> Loaded:
    return load_policy(Path(__file__).parent.parent / "browser" / "policy.yaml")


def script(loaded: Loaded, language: str = "en") -> str:
    return build_script(loaded.policy, loaded.hash, language, "/troth", URL + language).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demo_script_keeps_within_its_budget(demo: Loaded, language: str) -> None:
    size = len(gzip.compress(script(demo, language).encode(), 9, mtime=0))
    assert 2_000 < size <= BUDGET_BYTES


def test_a_policy_whose_script_is_too_heavy_is_told_so(demo: Loaded, tmp_path: Path) -> None:
    assert check_script(demo) == []
    values = msgspec.json.decode(demo.canonical)
    rng = random.Random(7)
    values["purposes"]["statistics"]["text"]["en"] = " ".join(f"{rng.getrandbits(64):x}" for _ in range(90))
    path = tmp_path / "policy.yaml"
    path.write_bytes(msgspec.json.encode(values))
    [found] = check_script(load_policy(path))
    assert (found.rule, found.level) == ("T4-13", "note")
    assert "in en" in found.what
    said = CliRunner().invoke(command_line, ["check", str(path)])
    assert "[T4-13]" in said.output
    assert said.exit_code == 0, "a note never stops a policy"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_policy_with_two_purposes_more_weighs(
    demo: Loaded, language: str, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """No budget of its own: it is written down, so that whoever adds to the script sees what is left."""
    statistics = demo.policy.purposes["statistics"]
    more = {
        key: structs.replace(statistics, title=type(statistics.title)(title), text=type(statistics.text)(text))
        for key, title, text in (
            (
                "maps",
                {"zh-CN": "显示外部地图", "en": "Show maps of another company"},
                {
                    "zh-CN": "地图由另一家公司提供，加载时该公司可获知您的网络地址。",
                    "en": "Maps come from another company, which learns your network address when one is loaded.",
                },
            ),
            (
                "videos",
                {"zh-CN": "播放外部视频", "en": "Play videos of another company"},
                {
                    "zh-CN": "视频由视频网站提供，播放时该网站可获知您观看的内容。",
                    "en": "Videos come from a video site, which learns what you watch when one is played.",
                },
            ),
        )
    }
    sdk = demo.policy.sdks["visitor_analytics"]
    sdks = {key: structs.replace(sdk, purpose=key, hosts=(f"{key}.example.com",), cookies=()) for key in more}
    policy = structs.replace(demo.policy, purposes={**demo.policy.purposes, **more}, sdks={**demo.policy.sdks, **sdks})
    size = len(compress_script(build_script(policy, demo.hash, language, "/troth", URL + language)))
    record_property("script_bytes", size)
    with capsys.disabled():
        print(f" [{language}, two purposes more: {size:,} bytes] ", end="")
    assert 0 < size - len(compress_script(script(demo, language).encode())) < 600


def test_the_same_policy_gives_the_same_bytes_and_another_gives_others(demo: Loaded) -> None:
    assert script(demo) == script(demo)
    assert compress_script(script(demo).encode()) == compress_script(script(demo).encode())
    renamed = structs.replace(demo.policy.consent, reask_after_days=90)
    other = build_script(structs.replace(demo.policy, consent=renamed), demo.hash, "en")
    assert script_etag(other) != script_etag(script(demo).encode())


def test_no_place_is_left_unfilled_and_nothing_names_a_comment(demo: Loaded) -> None:
    text = script(demo)
    assert "$config" not in text
    assert "$html" not in text
    assert "//" not in text.replace("https://", "")


def test_every_text_of_the_banner_is_there_in_both_languages() -> None:
    for key, texts in WORDS.items():
        assert set(texts) == set(LANGUAGES), key
        names = {language: set(re.findall(r"\{(\w+)\}", text)) for language, text in texts.items()}
        assert names["zh-CN"] == names["en"], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_banner_names_the_controller_and_the_purposes(small: Loaded, language: str) -> None:
    config = banner_config(small.policy, small.hash, language)
    assert small.policy.controller.name.in_(language) in config.words["intro"]
    for purpose in ("statistics", "maps"):
        assert small.policy.purposes[purpose].title.in_(language) in config.words["intro"]


def test_only_purposes_on_consent_that_touch_the_browser_are_asked_for(small: Loaded) -> None:
    assert asked_purposes(small.policy) == ["statistics", "maps"]
    alone = structs.replace(small.policy, sdks={})
    assert asked_purposes(alone) == ["statistics"]


def test_a_guardian_is_not_asked_on_the_childs_screen(small: Loaded) -> None:
    purposes = dict(small.policy.purposes)
    purposes["maps"] = structs.replace(purposes["maps"], consent="guardian")
    policy = structs.replace(small.policy, purposes=purposes)
    assert asked_purposes(policy) == ["statistics"]
    config = banner_config(policy, small.hash, "en")
    assert config.others == [], "a click on the child's screen ends nothing that a guardian granted"
    assert "office_map" not in config.gates


def test_a_separate_purpose_says_that_accept_all_leaves_it_out(small: Loaded) -> None:
    statistics, maps = banner_config(small.policy, small.hash, "en").purposes
    assert (statistics.separate, maps.separate) == (False, True)
    assert "does not include it" in maps.text
    assert "does not include it" not in statistics.text


def test_the_beacon_may_send_what_is_declared_and_nothing_that_is_off(small: Loaded) -> None:
    statistics, maps = banner_config(small.policy, small.hash, "en").purposes
    assert set(statistics.facts) == {"path", "referrer", "stay", "tz", "screen", "opened_at"}
    assert maps.facts == []
    text = script(small)
    assert "screen.width" in text
    assert "colorDepth" not in text, "color_bits is off: the code that reads it is not in the script"
    assert "cookieEnabled" not in text


def test_a_withdrawal_clears_what_the_policy_declares_but_not_the_answer_itself(small: Loaded) -> None:
    statistics = banner_config(small.policy, small.hash, "en").purposes[0]
    assert statistics.clears == ["_va", "va_seen="]


def test_the_gate_knows_only_declared_hosts_and_inherits_nothing(small: Loaded) -> None:
    gates = banner_config(small.policy, small.hash, "en").gates
    assert gates["visitor_analytics"] == Gate("statistics", ["sdk.vendor.localhost"], [])
    assert gates["office_map"] == Gate("maps", ["sdk.vendor.localhost"], [])
    assert "{__proto__:null," in script(small)


def test_a_vendors_names_in_the_page_are_known_under_its_own_and_its_purposes_gate(small: Loaded) -> None:
    sdks = {**small.policy.sdks}
    sdks["visitor_analytics"] = structs.replace(sdks["visitor_analytics"], globals=("_va", "vaq"))
    gates = banner_config(structs.replace(small.policy, sdks=sdks), small.hash, "en").gates
    assert gates["visitor_analytics"].globals == gates["statistics"].globals == ["_va", "vaq"]
    assert gates["office_map"].globals == []


@pytest.mark.parametrize("honour", [True, False])
def test_the_signal_is_not_even_read_where_the_policy_does_not_honour_it(small: Loaded, honour: bool) -> None:
    rules = structs.replace(small.policy.consent, honour_gpc=honour)
    text = script(structs.replace(small, policy=structs.replace(small.policy, consent=rules)))
    assert ("globalPrivacyControl" in text) is honour


def test_the_hash_of_the_words_changes_with_every_word_and_with_the_language(small: Loaded) -> None:
    first = text_hash(small.policy, "en")
    assert first == banner_config(small.policy, small.hash, "en").asked.text
    assert first in script(small)
    assert first != text_hash(small.policy, "zh-CN")
    purposes = dict(small.policy.purposes)
    text = type(purposes["maps"].text)({"en": "Other words.", "zh-CN": "别的话。"})
    purposes["maps"] = structs.replace(purposes["maps"], text=text)
    assert first != text_hash(structs.replace(small.policy, purposes=purposes), "en")


def test_refusing_and_accepting_are_the_same_element_side_by_side(small: Loaded) -> None:
    words = banner_config(small.policy, small.hash, "en").words
    html = question_html(words, [], "/privacy", "/troth/choices")
    pair = "<button value=none>Refuse all</button><button value=all>Accept all</button>"
    assert html.count(pair) == 2
    assert "checked" not in html


@pytest.mark.parametrize(
    "nasty", ["<img src=x onerror=alert(1)>", "'><script>alert(1)</script>", '"&lt;', "`${1}`", "</script>"]
)
def test_what_the_policy_says_is_text_and_never_markup(small: Loaded, nasty: str) -> None:
    words = {**banner_config(small.policy, small.hash, "en").words, "title": nasty, "intro": nasty}
    html = question_html(words, [Row("x", nasty, nasty)], nasty, nasty)
    assert html.count("<script") == html.count("<img") == 0
    assert "'><" not in html.replace("'></", "").split("</a>")[0].split("href=")[1]
    controller = structs.replace(small.policy.controller, name=type(small.policy.title)({"en": nasty, "zh-CN": nasty}))
    text = build_script(structs.replace(small.policy, controller=controller), small.hash, "en").decode()
    assert "</script" not in text


def test_shortening_keeps_strings_patterns_and_what_the_script_does() -> None:
    source = """
    (() => {
      // a comment with "quotes" and a // in it
      const first = "keep  // this /* and */ that";
      const second = (text) => text.replace(/a \\/ b/g, "x");  /* gone */
      const third = { first, second: first, fourth: [first, ] };
      let fifth = 1;
      fifth = fifth + +fifth;
      return third.first;
    })();
    """
    short = shrink_script(source)
    assert '"keep  // this /* and */ that"' in short
    assert "/a \\/ b/g" in short
    assert "comment" not in short
    assert "gone" not in short
    key = re.search(r"\{first:(\w+),second:(\w+),fourth:\[(\w+)\]\}", short)
    assert key is not None, "a name in braces is a key as well, and the key keeps its name"
    assert len(set(key.groups())) == 1
    assert "+ +" in short
    assert "fifth" not in short


@pytest.mark.parametrize(
    "source", ["const a = `b`;", "const a = 'b';", "(() => { return [1); })();", "const a = [/on/, 1];", "a = /on/;"]
)
def test_shortening_refuses_what_it_does_not_know(source: str) -> None:
    with pytest.raises(ValueError, match=r"quotes|brackets|regular expression"):
        shrink_script(source)


def test_shortened_styles_say_the_same() -> None:
    assert shrink_styles("/* c */ a > b { color : red; margin: 0 auto; }\n") == "a>b{color :red;margin:0 auto}"


def version(loaded: Loaded, hash_: str, day: int, policy: Policy | None = None) -> Version:
    return Version(hash=hash_ * 64, policy=policy or loaded.policy, published_at=datetime(2026, 9, day, tzinfo=UTC))


def test_answers_to_an_earlier_version_stand_unless_the_new_one_goes_further(small: Loaded) -> None:
    narrow = structs.replace(small.policy, sdks={})
    wide, narrower = version(small, "a", 2), version(small, "b", 3, narrow)
    assert standing_versions(VersionList([wide, narrower]), narrower) == ["a" * 64]
    widened = version(small, "c", 4)
    assert standing_versions(VersionList([wide, narrower, widened]), widened) == ["a" * 64]
    text = build_script(small.policy, "c" * 64, "en", standing=["a" * 64]).decode()
    assert '["cccccccc","aaaaaaaa"]' in text


def ask(app: Any, query: str = "", method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[dict[str, Any]] = []
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": "/troth/troth.js",
        "query_string": query.encode(),
        "headers": raw,
    }

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    asyncio.run(app(scope, receive, send))
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], head, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def app(small: Loaded) -> Any:
    versions = VersionList([version(small, "d", 2)])
    clock = SetClock(datetime(2026, 9, 15, tzinfo=UTC))
    return script_app(versions, clock, edge_path="/troth", privacy_url="https://privacy.www.example.com/privacy/policy")


def test_the_edge_serves_the_script_in_the_language_asked_for_or_preferred(app: Any) -> None:
    status, head, body = ask(app, "lang=zh-CN")
    assert status == 200
    assert "全部拒绝" in body.decode()
    assert "lang=zh-CN'>" in body.decode()
    assert head["content-type"] == "text/javascript; charset=utf-8"
    assert head["cache-control"] == "public, max-age=300"
    assert "Accept-Language" in head["vary"]
    assert "Refuse all" in ask(app, accept_language="en-GB,en;q=0.9,zh;q=0.1")[2].decode()
    assert "全部拒绝" in ask(app, accept_language="zh")[2].decode()
    assert "set-cookie" not in head


def test_the_edge_answers_304_to_who_has_the_script_and_405_to_other_methods(app: Any) -> None:
    _, head, _ = ask(app, "lang=en")
    assert ask(app, "lang=en", if_none_match=head["etag"])[::2] == (304, b"")
    assert ask(app, "lang=zh-CN", if_none_match=head["etag"])[0] == 200
    assert ask(app, "lang=en", method="POST")[0] == 405
    status, _, body = ask(app, "lang=en", method="HEAD")
    assert (status, body) == (200, b"")


def test_the_edge_compresses_once_and_for_good(app: Any) -> None:
    _, plain, body = ask(app, "lang=en")
    _, head, zipped = ask(app, "lang=en", accept_encoding="gzip, br")
    assert head["content-encoding"] == "gzip"
    assert gzip.decompress(zipped) == body
    assert head["etag"] != plain["etag"]
    assert ask(app, "lang=en", accept_encoding="gzip", if_none_match=head["etag"])[0] == 304


def test_without_a_version_in_force_there_is_no_script(small: Loaded) -> None:
    early = SetClock(datetime(2020, 1, 1, tzinfo=UTC))
    app = script_app(
        VersionList([version(small, "d", 2)]), early, edge_path="/troth", privacy_url="https://x.example/p"
    )
    assert ask(app)[0] == 503


def test_the_configuration_in_the_script_is_readable_as_data(small: Loaded) -> None:
    stamp = re.search(r'\{policy:"(\w+)",lang:"(\w+)",text:"(\w+)"\}', script(small))
    assert stamp is not None
    assert stamp.groups() == (small.hash[:16], "en", text_hash(small.policy, "en"))
