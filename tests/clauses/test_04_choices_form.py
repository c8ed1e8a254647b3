"""C4-01 to C4-04, C8.3-01: the plain form says yes, says no and takes back, without a script and on real stores."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from asking import Reply, ask
from consents import Room, demo_policy, with_purpose

from troth.clock import SetClock
from troth.consent import Choice, Decided
from troth.errors import StoreError
from troth.policy import Policy
from troth.web.choices import choices_app

ADDRESS = "/troth/choices"
ORIGIN = "http://www.acme.localhost"
FOREIGN = "https://evil.example"


class Form:
    """The form over a real consent desk, and what it counted."""

    def __init__(self, room: Room, desk: Any = None) -> None:
        self.room = room
        self.counted: list[str] = []
        self.app = choices_app(
            desk or room.desk,
            room.versions,
            room.clock,
            policy_url="http://privacy.acme.localhost/privacy/policy",
            count=self.counted.append,
        )

    def get(self, **headers: str) -> Reply:
        return ask(self.app, f"{ADDRESS}?lang=en", **headers)

    def post(self, fields: Mapping[str, str], client: str = "192.0.2.7", **headers: str) -> Reply:
        version = self.room.versions.at(self.room.clock.now())
        sent = {"policy": version.hash[:16], "lang": "en", **fields}
        return ask(self.app, ADDRESS, method="POST", fields=sent, client=client, **headers)

    def send(self, fields: Mapping[str, str], **headers: str) -> Reply:
        return self.post(fields, **({"origin": ORIGIN} | headers))


def with_others() -> Policy:
    """The demo's policy with a purpose that is asked separately and one for guardians."""
    separate = with_purpose(demo_policy(), "faces", consent="separate")
    return with_purpose(separate, "children", consent="guardian")


@pytest.fixture
def form(tmp_path: Path, clock: SetClock) -> Iterator[Form]:
    room = Room(tmp_path, clock)
    yield Form(room)
    room.close()


@pytest.fixture
def wide_form(tmp_path: Path, clock: SetClock) -> Iterator[Form]:
    room = Room(tmp_path, clock, with_others())
    yield Form(room)
    room.close()


def set_by(reply: Reply) -> dict[str, str]:
    """The cookies an answer sets, by name; an empty value means cleared."""
    pairs = [cookie.split(";")[0].partition("=") for cookie in reply.cookies]
    return {name: value for name, _, value in pairs}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def checked(page: str) -> list[str]:
    return re.findall(r'<input type="radio" name="purpose\.([a-z]+)" value="([a-z]+)" checked>', page)  # type: ignore[return-value]


def test_nothing_is_ticked_before_a_choice(form: Form) -> None:
    page = form.get().text
    assert 'name="purpose.statistics" value="yes"' in page
    assert 'name="purpose.statistics" value="no"' in page
    assert checked(page) == []
    assert "We look at totals only." in page


def test_the_form_works_without_a_script_and_its_buttons_are_made_alike(form: Form) -> None:
    reply = form.get()
    buttons = re.findall(r"<button([^>]*)>([^<]+)</button>", reply.text)
    assert [label for _, label in buttons] == ["Refuse all", "Accept all", "Save my choices"]
    assert len({re.sub(r'value="\w+"', "", attributes) for attributes, _ in buttons}) == 1
    assert "<script" not in reply.text
    assert 'method="post" action="/troth/choices"' in reply.text
    style = re.search(r'href="(/troth/static/troth\.[0-9a-f]{12}\.css)"', reply.text)
    assert style
    assert ask(form.app, style[1]).headers["content-type"].startswith("text/css")


def test_a_yes_is_stored_and_gives_a_token(form: Form) -> None:
    reply = form.send({"do": "save", "purpose.statistics": "yes"})
    assert reply.status == 200
    assert "You agreed to: Visit statistics." in reply.text
    token = set_by(reply)["troth_id"]
    standing = form.room.desk.standing(token)
    assert standing is not None
    assert standing.granted == {"statistics"}
    assert set_by(reply)["troth"] == "y.aaaaaaaa.20260915.statistics"


def test_both_cookies_last_as_declared_and_travel_only_with_the_site(form: Form) -> None:
    cookies = form.send({"do": "accept"}).cookies
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.endswith("; Path=/; Max-Age=15552000; SameSite=Lax; Secure")
        assert "HttpOnly" not in cookie
        assert "Domain" not in cookie


def test_a_no_from_an_unknown_browser_keeps_no_trace_but_one_cookie_without_an_identifier(form: Form) -> None:
    before = form.room.entries()
    reply = form.send({"do": "refuse"})
    cookies = set_by(reply)
    assert cookies["troth"] == "n.aaaaaaaa.20260915."
    assert all(value == "" for name, value in cookies.items() if name != "troth")
    assert form.room.entries() == before
    assert sum(form.room.counts().values()) == 1
    assert "You agreed to nothing" in reply.text
    assert form.send({"do": "refuse"}, user_agent="another").cookies == reply.cookies


def test_what_was_chosen_is_shown_again(form: Form) -> None:
    yes = set_by(form.send({"do": "accept"}))
    page = form.get(cookie=f"troth={yes['troth']}; troth_id={yes['troth_id']}").text
    assert checked(page) == [("statistics", "yes")]
    assert hidden(page, "token") == yes["troth_id"]
    no = set_by(form.send({"do": "refuse"}))
    assert checked(form.get(cookie=f"troth={no['troth']}").text) == [("statistics", "no")]


def test_a_choice_made_about_another_version_is_not_shown_as_made_about_this_one(form: Form) -> None:
    assert checked(form.get(cookie="troth=y.aaaaaaaa.20260915.statistics").text) != []
    assert checked(form.get(cookie="troth=y.bbbbbbbb.20260915.statistics").text) == []


def test_withdrawing_by_form_ends_the_consent_and_clears_what_was_declared(form: Form) -> None:
    yes = set_by(form.send({"do": "accept"}))
    page = form.get(cookie=f"troth_id={yes['troth_id']}").text
    assert form.room.desk.standing(yes["troth_id"]) is not None
    reply = form.send({"do": "refuse", "token": hidden(page, "token")})
    assert form.room.desk.standing(yes["troth_id"]) is None
    assert "Withdrawn: Visit statistics." in reply.text
    cookies = set_by(reply)
    assert cookies["troth"].startswith("n.")
    assert cookies["troth_id"] == ""
    assert cookies["_va"] == ""
    with form.room.register.reading() as reading:
        assert [duty.kind for duty in reading.duties.due(form.room.clock.now())] == ["erase_withdrawn"]


def test_saying_yes_again_keeps_the_same_token(form: Form) -> None:
    token = set_by(form.send({"do": "accept"}))["troth_id"]
    assert set_by(form.send({"do": "accept", "token": token}))["troth_id"] == token


@pytest.mark.parametrize("cookie", ["", "troth_id=" + "f" * 32, "session=abc; troth=y.aaaaaaaa.20260101.statistics"])
def test_a_post_gives_the_same_answer_with_any_cookie(form: Form, cookie: str) -> None:
    token = set_by(form.send({"do": "accept"}))["troth_id"]
    reply = form.send({"do": "refuse", "token": token}, cookie=cookie)
    assert "Withdrawn: Visit statistics." in reply.text
    assert form.room.desk.standing(token) is None


def test_a_cookie_alone_withdraws_nothing(form: Form) -> None:
    token = set_by(form.send({"do": "accept"}))["troth_id"]
    form.send({"do": "refuse"}, cookie=f"troth_id={token}")
    assert form.room.desk.standing(token) is not None


def test_of_two_tokens_we_use_neither(form: Form) -> None:
    one, two = "a" * 32, "b" * 32
    assert hidden(form.get(cookie=f"troth_id={one}").text, "token") == one
    assert hidden(form.get(cookie=f"troth_id={one}; troth_id={two}").text, "token") == ""


def test_a_page_that_shows_no_token_says_what_a_no_cannot_do(form: Form) -> None:
    assert "showed us no earlier consent" in form.get().text
    assert "showed us no earlier consent" not in form.get(cookie="troth_id=" + "a" * 32).text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": ORIGIN}, 200),
        ({"origin": ORIGIN, "sec_fetch_site": "same-origin"}, 200),
        ({"origin": "null", "sec_fetch_site": "same-origin"}, 200),
        ({"sec_fetch_site": "same-origin"}, 200),
        ({"origin": FOREIGN}, 403),
        ({"origin": f"{ORIGIN}.evil.example"}, 403),
        ({"origin": "https://www.acme.localhost"}, 403),
        ({"origin": f"{ORIGIN}:8443"}, 403),
        ({"origin": "http://WWW.acme.localhost"}, 403),
        ({"origin": FOREIGN, "sec_fetch_site": "same-origin"}, 403),
        ({"origin": ORIGIN, "sec_fetch_site": "cross-site"}, 403),
        ({"origin": "null", "sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "none"}, 403),
    ],
)
def test_only_our_own_page_may_send_the_form(form: Form, headers: dict[str, str], status: int) -> None:
    reply = form.post({"do": "accept"}, **headers)
    assert reply.status == status
    assert ("troth_id" in set_by(reply)) is (status == 200)
    assert form.counted == ([] if status == 200 else ["foreign_origin"])
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("origin", ["", "null"])
def test_a_browser_that_does_not_say_where_the_form_came_from_is_asked_to_confirm(form: Form, origin: str) -> None:
    headers = {"origin": origin} if origin else {}
    asked = form.post({"do": "accept"}, **headers)
    assert asked.status == 200
    assert asked.cookies == []
    assert form.room.entries() == []
    assert form.counted == ["missing_origin"]
    slip = {
        "do": "save",
        "purpose.statistics": hidden(asked.text, "purpose.statistics"),
        "slip": hidden(asked.text, "slip"),
    }
    confirmed = form.post(slip, **headers)
    assert set_by(confirmed)["troth"].startswith("y.")
    assert len(form.room.entries()) == 1


def test_a_slip_is_good_only_for_this_choice_this_browser_and_ten_minutes(form: Form) -> None:
    asked = form.post({"do": "refuse"})
    slip = hidden(asked.text, "slip")
    no, yes = {"purpose.statistics": "no", "slip": slip}, {"purpose.statistics": "yes", "slip": slip}
    assert form.post(yes).cookies == []
    assert form.post(no, client="198.51.100.9").cookies == []
    assert form.post(no, user_agent="another").cookies == []
    assert form.post({**no, "token": "a" * 32}).cookies == []
    assert form.post({**no, "slip": "9" * 15 + ".é"}).cookies == []
    form.room.clock.move_to(form.room.clock.now().replace(minute=10, second=1))
    assert form.post(no).cookies == []
    form.room.clock.move_to(form.room.clock.now().replace(minute=9))
    assert form.post(no).cookies != []


def test_a_choice_about_a_version_that_was_replaced_is_asked_again(form: Form) -> None:
    stale = form.send({"do": "accept", "policy": "b" * 16})
    assert stale.status == 409
    assert stale.cookies == []
    assert "The policy has just changed" in stale.text
    assert form.room.entries() == []


def test_an_unanswered_purpose_is_asked_again(form: Form) -> None:
    reply = form.send({"do": "save"})
    assert reply.status == 422
    assert reply.cookies == []
    assert form.send({"do": "save", "purpose.statistics": "perhaps"}).status == 422


def test_a_form_shown_again_keeps_the_token_and_what_was_answered(wide_form: Form) -> None:
    token = set_by(wide_form.send({"do": "accept"}))["troth_id"]
    again = wide_form.send({"do": "save", "purpose.statistics": "no", "token": token}).text
    assert checked(again) == [("statistics", "no")]
    said = {"do": "save", "purpose.statistics": "no", "purpose.faces": "no", "token": hidden(again, "token")}
    assert "Withdrawn: Visit statistics." in wide_form.send(said).text


def test_a_purpose_that_needs_another_is_refused_without_it(tmp_path: Path, clock: SetClock) -> None:
    room = Room(tmp_path, clock, with_purpose(demo_policy(), "depth", needs=("statistics",)))
    form = Form(room)
    assert "Works only together with: Visit statistics" in form.get().text
    reply = form.send({"do": "save", "purpose.statistics": "no", "purpose.depth": "yes"})
    assert (reply.status, reply.cookies) == (422, [])
    assert "These answers do not go together" in reply.text
    assert form.send({"do": "save", "purpose.statistics": "yes", "purpose.depth": "yes"}).status == 200
    room.close()


def test_accept_all_does_not_cover_what_is_asked_separately(wide_form: Form) -> None:
    assert set_by(wide_form.send({"do": "accept"}))["troth"] == "y.aaaaaaaa.20260915.statistics"
    both = set_by(wide_form.send({"do": "accept", "purpose.faces": "yes"}))
    assert both["troth"] == "y.aaaaaaaa.20260915.faces~statistics"


def test_a_guardians_consent_cannot_be_given_here(wide_form: Form) -> None:
    assert 'name="purpose.children"' not in wide_form.get().text
    said = {"do": "save", "purpose.statistics": "yes", "purpose.faces": "no", "purpose.children": "yes"}
    assert set_by(wide_form.send(said))["troth"] == "y.aaaaaaaa.20260915.statistics"


class Recorder:
    """The real desk, and the choices it was given."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.seen: list[Choice] = []

    def decide(self, choice: Choice, token: str | None) -> Decided:
        self.seen.append(choice)
        return self.room.desk.decide(choice, token)


class BrokenDesk:
    """A desk whose disk is full."""

    def decide(self, choice: Choice, token: str | None) -> Decided:
        raise StoreError("the disk is full", "make room")


def test_a_store_in_trouble_is_a_truthful_503_and_sets_nothing(form: Form) -> None:
    broken = Form(form.room, BrokenDesk())
    reply = broken.send({"do": "accept"})
    assert reply.status == 503
    assert reply.headers["retry-after"] == "30"
    assert reply.cookies == []
    assert "Nothing was recorded" in reply.text
    assert "disk" not in reply.text


@pytest.mark.parametrize(
    "fields",
    [
        {"token": "<script>canary</script>"}, {"token": "z" * 32}, {"lang": "<canary>"}, {"do": "canary"},
        {"purpose.<canary>": "yes"}, {"slip": "canary"}, {"x" * 900: "1"},
    ],
)  # fmt: skip
def test_odd_fields_are_never_an_error_of_ours_and_never_come_back(form: Form, fields: dict[str, str]) -> None:
    reply = form.send({"do": "refuse", **fields})
    assert reply.status < 500
    assert "canary" not in reply.text


def test_a_form_larger_than_its_limit_is_refused_unread(form: Form) -> None:
    assert form.send({"do": "refuse", "filler": "x" * 100}).status == 200
    assert form.send({"do": "refuse", "filler": "x" * 17_000}).status == 413
    assert form.counted == ["too_large"]


def test_too_many_forms_from_one_place_are_refused(form: Form) -> None:
    room = form.room
    app = choices_app(room.desk, room.versions, room.clock, allows=lambda scope: scope["client"][0] != "192.0.2.9")
    sent = {"policy": "a" * 16, "do": "accept"}
    assert ask(app, ADDRESS, method="POST", fields=sent, origin=ORIGIN).status == 200
    reply = ask(app, ADDRESS, method="POST", fields=sent, origin=ORIGIN, client="192.0.2.9")
    assert (reply.status, reply.headers["retry-after"], reply.cookies) == (429, "10", [])


def test_other_methods_are_named_as_not_allowed(form: Form) -> None:
    reply = ask(form.app, ADDRESS, method="DELETE", origin=ORIGIN)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, POST")


def test_the_words_the_decision_rests_on_are_kept_as_a_hash_that_changes_with_them(form: Form) -> None:
    recorder = Recorder(form.room)
    recording = Form(form.room, recorder)
    recording.send({"do": "refuse"})
    recording.send({"do": "refuse", "lang": "zh-CN"})
    assert [choice.how for choice in recorder.seen] == ["form", "form"]
    assert all(re.fullmatch("[0-9a-f]{64}", choice.text_hash) for choice in recorder.seen)
    assert recorder.seen[0].text_hash != recorder.seen[1].text_hash


def test_a_browser_that_objects_by_signal_and_says_yes_has_both_on_record(form: Form) -> None:
    recorder = Recorder(form.room)
    recording = Form(form.room, recorder)
    recording.send({"do": "accept"}, sec_gpc="1")
    recording.send({"do": "accept"})
    assert [choice.gpc for choice in recorder.seen] == [True, False]


def test_no_policy_in_force_means_no_form(form: Form) -> None:
    form.room.clock.move_to(form.room.clock.now().replace(year=2020))
    assert form.get().status == 503
