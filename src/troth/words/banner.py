"""What the banner and its choices say (clauses 4 and 8). {names} are filled in from the policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "banner.title": {
        "zh-CN": "您的隐私，由您选择",
        "en": "Your privacy, your choice",
    },
    "banner.intro": {
        "zh-CN": "{controller}征求您的同意：{purposes}。同意之前，我们不为此读取、存储或发送任何信息；"
        "拒绝后，只存一个不含标识符的 Cookie。您可随时更改。",
        "en": "{controller} asks for your consent to: {purposes}. Until you agree, nothing is read, stored or sent for "
        "this. A refusal is remembered by one cookie without an identifier. You can change your mind at any time.",
    },
    "banner.intro_separate": {
        "zh-CN": "{controller}征求您的单独同意：{purposes}。同意之前，我们不为此读取、存储或发送任何信息；"
        "拒绝后，只存一个不含标识符的 Cookie。您可随时更改。",
        "en": "{controller} asks for your separate consent to: {purposes}. Until you agree, nothing is read, stored or "
        "sent for this. A refusal is remembered by one cookie without an identifier. You can change your mind at any "
        "time.",
    },
    "banner.also_separate": {
        "zh-CN": "须单独同意的事项见“选择”：{purposes}。",
        "en": "Asked separately, under “Choose”: {purposes}.",
    },
    "banner.link": {"zh-CN": "隐私政策", "en": "Privacy policy"},
    "banner.refuse": {"zh-CN": "全部拒绝", "en": "Refuse all"},
    "banner.accept": {"zh-CN": "全部同意", "en": "Accept all"},
    "banner.choose": {"zh-CN": "选择", "en": "Choose"},
    "banner.choices": {"zh-CN": "您的选择", "en": "Your choices"},
    "banner.explain": {
        "zh-CN": "可分项选择、随时撤回；撤回后，据此收集的信息会被删除。",
        "en": "Allow or refuse each purpose, and withdraw at any time; what rests on a withdrawn consent is deleted.",
    },
    "banner.receipts": {"zh-CN": "您的回执", "en": "Your receipts"},
    "banner.separate": {
        "zh-CN": "须单独同意，“全部同意”不包含此项。",
        "en": "Asked separately: “Accept all” does not include it.",
    },
    "banner.needs": {"zh-CN": "仅与以下项一并生效：{purposes}。", "en": "Works only together with: {purposes}."},
    "banner.hosts": {"zh-CN": "接收方：{hosts}", "en": "Data goes to: {hosts}"},
    "banner.save": {"zh-CN": "保存", "en": "Save"},
    "banner.close": {"zh-CN": "关闭", "en": "Close"},
    "banner.failed": {
        "zh-CN": "未能保存，也未启用，请重试。",
        "en": "Your consent was not saved and nothing was switched on. Please try again later.",
    },
    "banner.frame": {
        "zh-CN": "加载会发送信息至：",
        "en": "Loading this content sends data to: ",
    },
    "banner.once": {"zh-CN": "仅加载一次", "en": "Load once"},
    "banner.always": {"zh-CN": "始终允许", "en": "Always allow"},
    "banner.comma": {"zh-CN": "、", "en": ", "},
}
