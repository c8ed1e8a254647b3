"""A denied, supposed, asked or foreign sentence never becomes a promise, in any subject (never invents)."""

from __future__ import annotations

import pytest

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.read import read_blocks
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.subjects import recognise

# What is read out of any text, whatever it says.
_ALWAYS = {"language"}


def read(heading: str, said: str) -> Reading:
    return recognise(Prose(read_blocks(f"Title\n\n1. {heading}\n\n{said}\n".encode(), "t")))


def values(heading: str, said: str) -> set[str]:
    return {".".join(path) for path in read(heading, said).values if path[0] not in _ALWAYS}


@pytest.mark.parametrize(
    ("heading", "said", "allowed"),
    [
        ("What we collect", "Do we collect your IP address and browser type?", set()),
        ("What we collect", "If we ever collected your IP address, we would tell you.", set()),
        ("What we collect", "We refuse to collect your IP address or operating system.", set()),
        ("What we collect", "We avoid collecting your IP address and screen resolution.", set()),
        ("What we collect", "In the future we may collect your IP address.", set()),
        ("What we collect", "Some websites record your IP address and your operating system.", set()),
        ("收集的信息", "我们避免收集您的IP地址和操作系统。", set()),
        ("收集的信息", "我们尚未收集您的IP地址、浏览器类型。", set()),
        ("收集的信息", "如果我们将来需要收集您的IP地址，会另行告知。", set()),
        ("收集的信息", "我们会收集您的IP地址吗？", set()),
        ("收集的信息", "我们不要求您在留言表单中填写姓名、电话和邮箱。", set()),
        ("What we collect", "Our contact form does not ask for your name, phone number or e-mail address.", set()),
        ("Cookies", "We do not set _ga, which would last two years.", set()),
        ("Cookie", "我们不使用_ga，该Cookie保存两年。", set()),
        ("Retention", "We do not keep visit statistics for 90 days.", set()),
        ("保存期限", "我们不会将咨询信息保存三年。", set()),
        ("Storage", "Personal data is not stored in the United States.", set()),
        ("存储", "我们不会将您的个人信息存储在美国。", set()),
        ("Your rights", "You have no right to data portability.", set()),
        ("您的权利", "您无权复制、删除他人的个人信息。", set()),
        ("Your rights", "We are not able to answer within 15 working days.", set()),
        ("Sharing", "We never share personal data with our group or with authorities.", set()),
        ("共享", "我们不会与关联公司、司法机关共享您的个人信息。", set()),
        ("Contact", "Acme Widgets Ltd is not the operator of this website.", set()),
        ("Scope", "This policy does not apply to https://shop.example.", set()),
        ("Changes", "Your continued use is not deemed consent.", {"changes.continued_use"}),
    ],
)
def test_nothing_is_taken(heading: str, said: str, allowed: set[str]) -> None:
    assert values(heading, said) - allowed == set()


@pytest.mark.parametrize(
    ("heading", "said", "expected"),
    [
        ("What we collect", "We record your IP address and operating system.", {"facts.ip", "facts.os"}),
        ("收集的信息", "我们会收集您的IP地址和操作系统。", {"facts.ip", "facts.os"}),
        ("Retention", "We keep visit statistics for 90 days.", {"retention.terms.visits"}),
        ("存储", "我们将您的个人信息存储在美国。", {"storage.location"}),
        ("Your rights", "You have the right to data portability.", {"rights.port"}),
        ("您的权利", "您有权复制、删除您的个人信息。", {"rights.copy", "rights.delete"}),
        ("Scope", "This policy applies to https://shop.example.", {"scope.shop.example"}),
        ("Contact", "Acme Widgets Ltd is the operator of this website.", {"controller.name"}),
        ("Cookies", "We set _ga, which lasts two years.", {"cookies._ga.lifetime_days", "cookies._ga.essential"}),
    ],
)
def test_the_same_said_plainly_is_taken(heading: str, said: str, expected: set[str]) -> None:
    assert expected <= values(heading, said)
