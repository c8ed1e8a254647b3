"""The words by which policies name the visit facts, most special first: each match is taken out of the text (C2.1-01).

An empty key is something the catalogue does not have; it is named so that it is not taken for what it resembles.
"""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

_WORDS: tuple[tuple[str, str], ...] = (
    ("", r"(?:worked out|derived|determined|inferred|estimated|calculated|obtained) from (?:your |the )?(?:IP|internet protocol) address(?:es)?|(?:based on|by means of|using) (?:your |the )?IP address(?:es)?"
         r"|(?:由|根据|通过|依据)IP地址(?:推算|判断|得出|确定|解析|识别)?(?:得?出?的)?"),
    ("stay", r"how long you (?:stay|spend|remain|are|look|read)(?: \w+)? (?:on|at) (?:each|a|the|every) pages?|time (?:you )?spent on (?:each|a|the|every) page"),
    ("", r"precise (?:geographic(?:al)? )?location|exact location|GPS\w*|精确位置(?:信息)?|精准定位|卫星定位"),
    ("geo", r"(?:country|region|city|province|location|geograph\w+|area)(?: \w+)? (?:of|from|behind|for) (?:your |the )?(?:IP|internet protocol)(?: address)?"
            r"|IP(?:地址)?(?:所|的)?(?:对应的?|归属)?(?:省级行政区|省份|城市|国家|地区|归属地|所在地|地理位置)|IP (?:address )?(?:geography|geolocation|location|region)"
            r"|(?:approximate|rough|general|coarse) location|geographic\w* (?:location|region)|geolocation|所在(?:的)?(?:省份|地区|城市|国家|位置)"
            r"|大致(?:的)?(?:地理)?位置|地理位置|归属地|省级行政区|省份"),
    ("plugins", r"types? and versions? of (?:\w+ )?(?:browser )?plug-?ins?|(?:browser )?plug-?ins?(?: types?)?(?: and versions?)?|浏览器插件(?:的)?(?:类型|版本|信息|及|和)*|插件(?:类型|版本|信息)*"),
    ("cookie_ok", r"whether (?:to )?(?:support )?cookies?(?: are)?(?: supported| enabled| on)?|cookies? (?:support|enabled)|是否(?:支持|启用|接受)\s*cookies?|cookies?支持(?:情况)?"),
    ("java_ok", r"whether (?:to )?(?:support )?java(?!script)(?: is)?(?: supported| enabled| on)?|java(?!script)(?: support| enabled)|是否(?:支持|启用)\s*java(?!script)|java\s*支持(?:情况)?"),
    ("flash", r"flash(?: player)? versions?|flash\s*版本|\bflash\b"),
    ("is_first", r"type of visit|visit type|whether you have (?:been here|visited)(?: \w+){0,3} before|whether (?:it|this) (?:is|was) (?:your|the) first(?: visit)?|first(?:-time)? (?:or|and) return\w*(?: visit\w*)?|new or return\w*(?: visit\w*)?"
                 r"|首次访问(?:标识)?|是否(?:为|是)?(?:首次|第一次)(?:访问|来访)?|新老访客|访问类型"),
    ("visit_id", r"visit(?:or)?(?: identification| identifier)?(?: code| id| number)|visit identifier|session id(?:entifier)?|访问(?:标识|识别)(?:码|符)?|访客标识|会话标识"),
    ("prev_visit", r"(?:time|date)(?: and time)? of (?:your |the )?(?:last|previous) visit|(?:last|previous) visit(?: time| date)?|上次(?:访问|来访)(?:的)?(?:时间|日期)?|最近(?:一次)?访问时间"),
    ("freq", r"(?:frequency|number) of (?:your )?visits|visit(?:ing)? frequency|how often you (?:visit|come|return)|访问(?:频率|频次|次数)|来访(?:频率|次数)"),
    ("duration", r"(?:length|duration) of (?:the|your|each|a) visit|visit (?:duration|length)|session (?:duration|length)|how long (?:you|a visit|your visit)(?: \w+)? (?:stay|last)\w*|访问(?:持续)?(?:时长|持续时间)|会话时长"),
    ("entry_path", r"(?:entry|landing|first) pages?|(?:the )?page (?:through|on|by) which you (?:came in|arrive\w*|enter\w*)|入口页面?|着陆页|进入(?:的)?页面"),
    ("exit_path", r"(?:exit|last) pages?(?: \w*viewed)?|(?:the )?(?:one|page) (?:you left (?:from|by|through)|from which you left|you leave from)|退出页面?|离开(?:的)?页面|最后(?:访问的?)?页面"),
    ("pages", r"numbers? of (?:\w+ )?pages?(?: (?:viewed|visited|you \w+))?|page (?:count|views)|how many pages(?: you \w+)?|(?:浏览|访问|查看)(?:的|过的)?页面(?:数量?|总数)|页面(?:浏览)?数量?|浏览页数|浏览量"),
    ("stay", r"stay(?:ing)? time|time (?:spent )?on (?:each |the |a )?pages?|dwell time|for how long|how long you (?:stay|spend|read)(?: \w+){0,3}|(?:页面)?停留(?:时间|时长)|(?:页面)?阅读时长"),
    ("opened_at", r"opening time|time of opening|打开(?:页面的)?时间"),
    ("ts", r"(?:date and )?time of (?:access|(?:the|your) (?:visit|request))|access times?|visit times?|dates? and times?(?: of (?:access|(?:your|the|each) (?:visit|request)))?|(?:访问|浏览|请求)(?:的)?(?:日期(?:和|及|与))?时间|访问日期|时间戳"),
    ("referrer", r"(?:the )?(?:web)?(?:site|page|link)s? (?:that (?:sent|referred|brought) you|you came (?:here )?from|from which you (?:came|come))|link (?:origin|source)|referr(?:er|ing)(?: (?:web)?(?:site|page|URL|address))?|source link"
                 r"|(?:来源|引荐|上一|前一)(?:个)?(?:页面|网页)?(?:的)?(?:链接|网址|页面|网站|地址)?(?:链接|网址)?"),
    ("page", r"(?:stay )?page address(?:es)?|address(?:es)? of (?:the|each|every) pages?|(?:which |the )?pages? (?:that )?you (?:open|visit|view|look at|read|access|request)\w*|pages? (?:visited|viewed|opened|requested)|URLs?(?: (?:visited|requested))?"
             r"|(?:访问|浏览|停留|请求|查看)(?:过)?(?:的)?(?:页面|网页|网址)(?:地址|链接|URL)?|页面地址"),
    ("search_terms", r"search (?:terms?|words?|keywords?|queries)|搜索(?:词|关键词|内容|记录)|检索词"),
    ("isp", r"(?:network|internet)(?: access)?(?: service)? providers?|\bISP\b|网络(?:接入)?(?:运营商|服务提供?商)|(?:电信)?运营商"),
    ("color_bits", r"(?:screen )?colou?r(?: depth| bits)?|(?:屏幕)?(?:颜色|色彩)(?:位数|深度)|色深"),
    ("screen", r"(?:screen|display)(?: (?:resolution|size|dimensions?)|(?: width| height){1,2})|(?:屏幕|显示器?)(?:分辨率|尺寸|大小)|分辨率"),
    ("os", r"operating systems?(?: and platforms?)?(?:,? types?| and versions?| versions?)*|操作系统(?:及|和|与|的|类型|版本|平台)*|系统版本"),
    ("ua_browser", r"(?:web )?browsers?(?: software| types?| versions?| models?| and(?= types?| versions?))*|user.?agent|浏览器(?:的)?(?:类型|型号|版本|名称|标识|及|和|与)*|用户代理"),
    ("tz", r"time.?zones?(?: settings?)?|时区(?:设置)?"),
    ("locale", r"\blocales?\b|(?:preferred |browser )?languages?(?: settings?| preferences?)?|语言(?:设置|偏好|环境)?|区域设置"),
    ("ip", r"(?:internet protocol|IP)(?: \(IP\))?(?: address(?:es)?)?|(?:网络|互联网)协议(?:[（(]IP[）)])?地址|IP\s*地址"),
    ("geo", r"\blocation\b|\bcountry\b|\bregion\b|位置信息"),
)  # fmt: skip
FACT_WORDS = tuple((key, re.compile(rf"(?<![A-Za-z-])(?:{words})(?![A-Za-z])", re.IGNORECASE)) for key, words in _WORDS)

OPEN_END = re.compile(
    r"(?:and |or )?(?:any )?other (?:technolog\w+|information|data|details|personal (?:information|data))\b[^,;.]*|其他(?:技术|信息|数据|资料|个人信息)"
    r"|(?<=[\u3400-\u9fff])等(?:个人)?(?:信息|数据|资料)?(?=$|[。，；])|\betc\b\.?|and so on",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[（(](?!\s*(?:including|包括|如下))[^（）()]*[）)]")
_PIECES = re.compile(r"[、,，;；]|(?<=[\u3400-\u9fff])[和及与]|以及|\band\b|\bor\b")
_JOINERS = re.compile(
    r"^(?:technical|suchas|namely|your|the|its|an?|of|on|type|version|settings?|information|data|with|from|是|的|您|等|或|型号|版本|类型|信息|为)+$",
    re.IGNORECASE,
)


def facts_in(words: str) -> tuple[list[str], list[str]]:
    """Return the facts that an enumeration names, in its order with repetitions, and the pieces left over."""
    rest = " ".join(_BRACKETS.sub(" ", words).split())
    found: list[tuple[int, str]] = []
    for key, pattern in FACT_WORDS:
        hits = list(pattern.finditer(rest))
        found += [(hit.start(), key) for hit in hits if key]
        for hit in hits:
            rest = rest[: hit.start()] + ("\x00" if key else "?") * len(hit[0]) + rest[hit.end() :]
    left = [piece.replace("\x00", " ").strip(" .。") for piece in _PIECES.split(rest)]
    pieces = [piece for piece in left if piece and not _JOINERS.match(piece.replace(" ", ""))]
    return [key for _, key in sorted(found)], pieces
