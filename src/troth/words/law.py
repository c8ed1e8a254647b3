"""What the fields of the law packs are called where people read what the law decided (X-09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "law.head": {"zh-CN": "法律要求与依据", "en": "what the law asks for, and which pack decided"},
    "law.unconfirmed": {"zh-CN": "未经核实", "en": "unconfirmed"},
    "law.requests.answer": {"zh-CN": "答复期限", "en": "answer a request within"},
    "law.requests.extension": {"zh-CN": "最多延长", "en": "extend it by at most"},
    "law.ages.child_under": {"zh-CN": "儿童", "en": "a child is somebody"},
    "law.ages.found_delete_within": {"zh-CN": "发现后删除儿童信息", "en": "delete a child's data within"},
    "law.consent.opt": {"zh-CN": "同意方式", "en": "consent: opt"},
    "law.consent.reask_after": {"zh-CN": "再次询问间隔", "en": "ask again after a refusal"},
    "law.consent.guardian_wait": {"zh-CN": "监护人再次确认间隔", "en": "guardian confirms again after"},
    "law.retention.network_log": {"zh-CN": "网络日志至少保存", "en": "keep network logs for"},
    "law.retention.evidence": {"zh-CN": "证明至少保存", "en": "keep evidence for"},
    "law.retention.long": {"zh-CN": "没有法律依据时最长", "en": "without a law keep at most"},
    "law.cross_border.location": {"zh-CN": "存储地", "en": "store in"},
    "law.incident.authority": {"zh-CN": "向主管部门报告", "en": "report an incident within"},
    "law.signals.gpc": {"zh-CN": "浏览器信号", "en": "the browser's signal means"},
}
