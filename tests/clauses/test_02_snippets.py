"""Clause 2.3: `troth snippet` prints code that waits for a yes, and policy lines that claim nothing we cannot know."""

from __future__ import annotations

import hashlib
import re
import sys
from base64 import b64encode
from html.parser import HTMLParser
from typing import Any

import pytest
import yaml
from policies import changed, findings
from typer.testing import CliRunner

from troth.cli import app, main
from troth.notice.banner import banner_config
from troth.notice.snippets import VENDORS

IDS = {"baidu": "0123456789abcdef0123456789abcdef", "ga": "G-AB12CD34EF", "matomo": "7", "umami": "94db1cb1-74f4"}
HOSTS = {"baidu": "hm.baidu.com", "ga": "www.googletagmanager.com", "matomo": "stats.a.test", "umami": "stats.a.test"}


def said(*words: str) -> str:
    answer = CliRunner().invoke(app, ["snippet", *words])
    assert answer.exit_code == 0
    return answer.output


def printed(vendor: str, *words: str) -> str:
    own = () if HOSTS[vendor] != "stats.a.test" else ("--host", "stats.a.test")
    return said(vendor, "--id", IDS[vendor], *own, *words)


def declared(vendor: str) -> dict[str, Any]:
    return dict(yaml.safe_load(printed(vendor, "--policy")))


class Scripts(HTMLParser):
    """The script elements of a page and what is in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "script"
        self.found.append((dict(attrs), ""))
        self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] = (self.found[-1][0], self.found[-1][1] + data)


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_line_of_a_snippet_runs_or_loads_by_itself(vendor: str) -> None:
    scripts = Scripts(printed(vendor)).found
    assert scripts
    for attributes, _ in scripts:
        assert attributes["type"] == "text/plain"
        assert attributes["data-troth"] == vendor
        assert "src" not in attributes
    source = scripts[-1][0]["data-src"] or ""
    assert source.startswith(f"https://{HOSTS[vendor]}/")
    assert IDS[vendor] in "".join(str(script) for script in scripts)


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_hash_for_the_sites_content_security_policy_is_that_of_the_snippet(vendor: str) -> None:
    inline = [text for attributes, text in Scripts(printed(vendor)).found if text.strip()]
    hashes = re.findall(r"'sha256-([^']+)'", printed(vendor))
    assert hashes == [b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    assert len(inline) == (vendor != "umami")


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_policy_lines_fit_into_a_policy_and_leave_only_claims_to_fill_in(vendor: str) -> None:
    names = re.findall(r"^  (\S+):$", printed(vendor, "--policy"), re.MULTILINE)
    assert len(names) == len(set(names)), "no key stands there twice"
    lines = declared(vendor)
    new = [(f"sdks/{vendor}", lines["sdks"][vendor])]
    new += [(f"cookies/{name}", cookie) for name, cookie in lines.get("cookies", {}).items()]
    found = findings(*new)
    assert {finding.rule for finding in found} == {"T0-16"}
    told = {finding.path[2] for finding in found}
    assert told == {"scene", "company", "statement_url", "retention"}
    config = banner_config(changed(*new).policy, "0" * 64, "en")
    gate = config.gates[vendor]
    assert HOSTS[vendor] in gate.hosts
    assert list(gate.globals) == lines["sdks"][vendor]["globals"]
    assert (config.purposes[0].clears != banner_config(changed().policy, "0" * 64, "en").purposes[0].clears) is (
        "cookies" in lines
    )


def test_the_page_lines_come_with_the_policy_lines_and_those_alone_when_asked(capsys: Any) -> None:
    policy = said("baidu", "--policy")
    whole = said("baidu")
    assert policy.startswith("sdks:\n  baidu:\n")
    assert "".join(f"    {line}\n" for line in policy.splitlines()) in whole
    assert "YOUR-ID" in whole


def test_a_host_may_name_scheme_and_port_and_the_policy_names_the_host_alone() -> None:
    whole = said("umami", "--host", "http://stats.b.test:8080", "--purpose", "research")
    assert 'data-src="http://stats.b.test:8080/script.js"' in whole
    assert "hosts: [stats.b.test]" in whole
    assert "purpose: research" in whole


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["baido"], 'did you mean "baidu"?'),
        (["google-analytic"], 'did you mean "ga"?'),
        (["zzz"], "use one of: baidu, ga, matomo, umami"),
        (["ga", "--id", "'><script>"], "letters, digits, _ and -"),
        (["umami", "--host", "https://a.test/path"], "stats.example.com"),
        (["umami", "--host", "ftp://a.test"], "stats.example.com"),
        (["umami", "--purpose", "a: b"], "statistics"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_two_lines(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["troth", "snippet", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("error: ")
    assert second.startswith("fix: ")
    assert hint in second
