"""Which clause of a policy a heading opens, by its words in English and Chinese (clauses 1 to 12)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

# The number of the clause that findings and reports speak of.
CLAUSES = {
    "scope": 1, "collect": 2, "sdk": 2, "exceptions": 3, "cookies": 4, "storage": 5, "retention": 5, "sharing": 6,
    "protect": 7, "rights": 8, "minors": 9, "changes": 10, "contact": 11, "effect": 12,
}  # fmt: skip

_TOPICS: tuple[tuple[str, str], ...] = (
    ("exceptions", r"exceptions?|no consent|without (your )?consent|例外|(无需|不需|免于?)(取得|征得|经)?.{0,4}(同意|授权)"),
    ("minors", r"minors?|child(ren)?|teen|young (?:people|persons?)|未成年|儿童|青少年"),
    ("cookies", r"cookies?\b|曲奇"),
    ("sdk", r"\bSDKs?|third.party (code|services?|tools)|第三方\s*(SDK|服务|代码|插件|组件)"),
    ("rights", r"your (rights|choices)|rights\b|what you can (ask|do)|(您|你|用户|个人)(的|享有的?)?权利|管理您的|^权利$"),
    ("changes", r"chang|amend|update|revis|修改|更新|变更|修订"),
    ("contact", r"contact us|write to us|get in touch|how to (contact|reach)|reach us|联系我们|联络|联系(我们)?|投诉|反馈"),
    ("effect", r"effect(iveness)?\b|in force|生效|施行"),
    ("sharing", r"shar(e|ing)|transfer|disclos|publication|who else|^who$|who (receives|gets|sees)|recipient|共享|转让|披露|对外提供|委托处理|公开"),
    ("retention", r"how long|retention|retain|how we (store|keep)|keep|kept for|期限|保存|保留|存储"),
    ("storage", r"where|stor(e|age)|location|place|存储|储存|保存|境外|出境|跨境"),
    ("protect", r"protect|secur|safe|保护(您|你|个人信息|信息)|安全"),
    ("scope", r"scope|covers|who this is for|applies|适用"),
    ("collect", r"collect|what we (hold|know)|information (from|you)|what we|收集|记录|处理的(个人)?信息|browse|browsing|浏览|获取"),
)  # fmt: skip
_COMPILED = tuple((topic, re.compile(pattern, re.IGNORECASE)) for topic, pattern in _TOPICS)
_MINORS_NOT_PROTECTION = {"minors": {"protect"}, "exceptions": {"collect"}, "cookies": {"collect"}}


def topics_of(heading: str) -> tuple[str, ...]:
    """Return the topics a heading names: `六、存储与期限` names storage and retention."""
    found = [topic for topic, pattern in _COMPILED if pattern.search(heading)]
    hidden = {other for topic in found for other in _MINORS_NOT_PROTECTION.get(topic, ())}
    return tuple(topic for topic in found if topic not in hidden)
