"""The words by which policies name forms and the fields people fill in (clauses 2.2 and 8.3)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

_FORMS: tuple[tuple[str, str], ...] = (
    ("application", r"\bappl(?:y|ying|ies|ication|icants?)\b(?= (?:for|to)|s?\b)|vacanc|\bjobs?\b|recruit|\bcareers?\b|应聘|求职|招聘|投递|职位|简历"),
    ("samples", r"\bsamples?\b|样品|样片|试用装"),
    ("newsletter", r"newsletter|mailing list|订阅|邮件列表"),
    ("account", r"\bregister (?:an account|with)|create an account|sign up|注册(?:账号|账户|会员)|创建账[号户]"),
    ("contact", r"contact (?:us|form)|enquir|inquir|write to us|get in touch|message us|\bask\b.*\bproduct|product information|support (?:form|request)|feedback|咨询|联系我们|联系(?:表单|方式)|技术支持|留言|反馈|询价|询盘|在线客服|提问"),
)  # fmt: skip
_FORM_WORDS = tuple((form, re.compile(words, re.IGNORECASE)) for form, words in _FORMS)

_FIELDS: tuple[tuple[str, str], ...] = (
    ("", r"IP address(?:es)?|IP\s*地址|page address|user ?name|file name|domain name|company name of|用户名|域名|网址"),
    ("company", r"(?:name of (?:your )?)?(?:company|organi[sz]ation|employer|firm)(?: name)?|(?:公司|单位|企业|机构)(?:名称)?"),
    ("identity_number", r"(?:identity|ID|identification) (?:card )?(?:number|document)|passport(?: number)?|身份证(?:件)?(?:号码?|信息)?|护照"),
    ("birth_date", r"dates? of birth|birth ?da(?:y|te)|出生(?:日期|年月)|生日"),
    ("gender", r"\bgender\b|\bsex\b|性别"),
    ("education", r"\beducation\w*\b|学历|教育(?:背景|经历)"),
    ("expected_salary", r"(?:expected |desired )?salary(?: expectations?)?|期望薪(?:资|酬|水)"),
    ("job_title", r"job title|\bposition held\b|职务|职称"),
    ("wechat", r"\bwechat\b|微信(?:号)?"),
    ("email", r"e-?mails?(?: addresses| address)?|(?:电子)?邮箱(?:地址)?|电子邮件(?:地址)?|邮件地址"),
    ("phone", r"(?:tele|mobile )?phone(?: numbers?)?|mobile(?: numbers?)?|(?:联系)?电话(?:号码)?|手机(?:号码?)?|联系方式"),
    ("address", r"(?:mailing|postal|delivery|shipping|street|home|business) address(?:es)?|(?<!mail )\baddress(?:es)?\b|(?:收货|通信|通讯|联系|邮寄|寄送)地址|(?<!件)(?<!箱)地址"),
    ("cv", r"\bCVs?\b|r[ée]sum[ée]s?|curricul\w+ vitae|简历(?:附件)?"),
    ("name", r"(?:full |first |last |your |family )?\bnames?\b|姓名|称呼"),
    ("message", r"\bmessages?\b|\byour (?:question|enquiry|inquiry|request)\b|(?:information|whatever|anything|what|content)(?: that)? you (?:proactively |choose to |otherwise )?(?:send|write|tell|provide)(?: to)?(?: us)?(?: of your own accord)?|(?:咨询|留言|反馈|需求|问题)(?:的)?(?:内容|描述|详情)?|留言"),
)  # fmt: skip
_FIELD_WORDS = tuple(
    (field, re.compile(rf"(?<![A-Za-z-])(?:{words})(?![A-Za-z])", re.IGNORECASE)) for field, words in _FIELDS
)

CATEGORIES = {
    "name": "user.name", "email": "user.contact.email", "phone": "user.contact.phone", "address": "user.contact.address",
    "company": "user.job.employer", "cv": "user.job.cv", "message": "user.message", "job_title": "user.job.title",
    "expected_salary": "user.job.salary", "education": "user.education", "gender": "user.gender", "birth_date": "user.birth_date",
    "identity_number": "user.government_id", "wechat": "user.contact.im",
}  # fmt: skip
LABELS = {
    "name": ("姓名", "Name"), "email": ("电子邮箱", "E-mail"), "phone": ("电话", "Phone"), "address": ("地址", "Address"),
    "company": ("公司", "Company"), "cv": ("简历", "CV"), "message": ("留言", "Message"), "job_title": ("职务", "Job title"),
    "expected_salary": ("期望薪资", "Expected salary"), "education": ("学历", "Education"), "gender": ("性别", "Gender"),
    "birth_date": ("出生日期", "Date of birth"), "identity_number": ("身份证号码", "Identity number"), "wechat": ("微信", "WeChat"),
}  # fmt: skip
KINDS = {"email": "email", "phone": "tel", "address": "textarea", "message": "textarea", "cv": "file"}


def forms_in(words: str) -> list[str]:
    """Return the forms that some words speak of."""
    return [form for form, pattern in _FORM_WORDS if pattern.search(words)]


def fields_in(words: str) -> list[str]:
    """Return the fields that an enumeration names, in its order."""
    found: list[tuple[int, str]] = []
    for field, pattern in _FIELD_WORDS:
        hits = list(pattern.finditer(words))
        found += [(hit.start(), field) for hit in hits if field]
        for hit in hits:
            words = words[: hit.start()] + " " * len(hit[0]) + words[hit.end() :]
    return list(dict.fromkeys(field for _, field in sorted(found)))
