"""Countries and the words for them; Chinese provinces and large cities stand for China (clause 5)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

_NAMES = {
    "CN": "People's Republic of China|People’s Republic of China|mainland China|China|PRC|中华人民共和国|中国(?:大陆|境内)?|境内",
    "HK": "Hong Kong|香港", "TW": "Taiwan|台湾", "MO": "Macau|Macao|澳门", "SG": "Singapore|新加坡", "MY": "Malaysia|马来西亚",
    "JP": "Japan|日本", "KR": "(?:South )?Korea|韩国", "IN": "India|印度(?!尼)", "ID": "Indonesia|印度尼西亚|印尼", "TH": "Thailand|泰国",
    "VN": "Vietnam|Viet Nam|越南", "PH": "Philippines|菲律宾", "AU": "Australia|澳大利亚", "NZ": "New Zealand|新西兰",
    "US": "United States(?: of America)?|USA|U\\.S\\.|美国", "CA": "Canada|加拿大", "MX": "Mexico|墨西哥", "BR": "Brazil|巴西",
    "GB": "United Kingdom|Great Britain|England|UK|英国", "IE": "Ireland|爱尔兰", "FR": "France|法国", "DE": "Germany|德国",
    "NL": "Netherlands|荷兰", "BE": "Belgium|比利时", "LU": "Luxembourg|卢森堡", "CH": "Switzerland|瑞士", "AT": "Austria|奥地利",
    "IT": "Italy|意大利", "ES": "Spain|西班牙", "PT": "Portugal|葡萄牙", "SE": "Sweden|瑞典", "NO": "Norway|挪威", "FI": "Finland|芬兰",
    "DK": "Denmark|丹麦", "PL": "Poland|波兰", "CZ": "Czech Republic|Czechia|捷克", "IL": "Israel|以色列", "AE": "United Arab Emirates|阿联酋",
    "ZA": "South Africa|南非", "RU": "Russia|俄罗斯",
}  # fmt: skip
_CHINESE_PLACES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|内蒙古|广西|西藏|宁夏|新疆|深圳|广州|杭州|武汉|南京|苏州|成都"
)
_COMPILED = (
    *((code, re.compile(rf"(?<![A-Za-z])(?:{names})(?![A-Za-z])")) for code, names in _NAMES.items()),
    ("CN", re.compile(_CHINESE_PLACES)),
)


def countries_in(words: str) -> list[str]:
    """Return the codes of the countries that some words name, in their order."""
    hits = [(found.start(), code) for code, pattern in _COMPILED for found in pattern.finditer(words)]
    return list(dict.fromkeys(code for _, code in sorted(hits)))
