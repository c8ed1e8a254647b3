"""The columns of the tables policies print, by the words of their headers (clauses 2 and 4)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

# Tried in this order; the first pattern that fits a header names the column.
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("statement", r"privacy (statement|policy|notice)|隐私(声明|政策|权政策|条款)|official statement|(privacy )?link|链接"),
    ("company", r"(third.party )?company( name)?|provider|vendor|公司(名称|主体)?|(第三方|提供方|合作方)(主体|名称|公司名称)"),
    ("method", r"collection method|how it is collected|method|(收集|共享|处理|采集)方式|^方式$"),
    ("scene", r"scenes?( to be used)?|where it is used|usage scen\w+|(使用|业务|应用|共享)?场景"),
    ("kept", r"kept for|retention( period)?|how long|keep|lasts|lifetime|duration|expir\w+|(保存|存储|保留)?(期限|时间|时长)|有效期"),
    ("basis", r"legal basis|lawful basis|basis|(法律|合法性?|处理)(依据|基础)"),
    ("data", r"types? of personal information( collection)?|(personal )?(data|information) (types?|collected)"
             r"|(收集|共享|处理)?的?(个人)?信息(的)?(类型|种类|字段|范围)|信息类型"),
    ("purpose", r"(use )?purposes?( of use)?|why|what for|^for$|(使用|处理|收集|共享)?(目的|用途)"),
    ("product", r"product(/type| name)?|sdk( name)?|(产品|SDK|插件|服务)(/类型|名称|类型)?"),
    ("form", r"^forms?$|^表单(名称)?$"),
    ("cookie", r"^(cookie )?name$|^cookies?$|^(cookie)?名称$"),
    ("what", r"^what$|^fields?$|^(填写)?(字段|内容)$|^data$|^information$|(personal )?(data|information)( we (collect|hold))?|(收集的)?(个人)?(信息|数据)(项)?"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _COLUMNS)


def column_of(header: str) -> str:
    """Return the name of the column that a header cell heads, or ""."""
    words = header.strip()
    whole = next((name for name, pattern in _COMPILED if pattern.fullmatch(words)), "")
    return whole or next((name for name, pattern in _COMPILED if len(words) < 40 and pattern.search(words)), "")


def columns_of(headers: tuple[str, ...]) -> dict[str, int]:
    """Return the place of each column that is recognised in a header row."""
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = column_of(header)
        if name:
            places.setdefault(name, place)
    return places
