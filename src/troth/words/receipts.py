"""The words of receipts and consent records, and what the choices page says about a browser's signal (clause 8.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    # the record, for other programs and for whoever reads the file
    "record.processing": {
        "zh-CN": "收集、保存、汇总统计、到期删除",
        "en": "collecting, storing, counting, deleting when the time is over",
    },
    "record.collected_visit": {
        "zh-CN": "您浏览网站时由浏览器发送，由我们的服务器接收",
        "en": "sent by your browser while you read the site, and taken in by our server",
    },
    "record.abroad_none": {"zh-CN": "不出境", "en": "nothing leaves the country"},
    "record.abroad_declared": {"zh-CN": "部分信息出境，见政策", "en": "some of it goes abroad, as the policy says"},
    "record.kept_sealed": {"zh-CN": "加密保存", "en": "kept sealed"},
    "record.kept_coarse": {"zh-CN": "粗略形式", "en": "kept in a rough form"},
    "record.withdraw": {
        "zh-CN": "随时在隐私选择页面改为“不同意”，与同意一样方便；撤回之前的处理不受影响。",
        "en": "Change the answer to no on the choices page, at any time and as easily as it was given; "
        "what was done before stays lawful.",
    },
    "record.law_cn-pipl": {
        "zh-CN": "中华人民共和国个人信息保护法",
        "en": "Personal Information Protection Law of the People's Republic of China",
    },
    "record.law_eu-gdpr": {"zh-CN": "欧盟通用数据保护条例", "en": "General Data Protection Regulation (EU) 2016/679"},
    "record.law_us-ca-ccpa": {"zh-CN": "加利福尼亚州消费者隐私法", "en": "California Consumer Privacy Act"},
    # the receipt as people read it
    "receipt.title": {"zh-CN": "您的回执", "en": "Your receipt"},
    "receipt.lede": {
        "zh-CN": "它写明您决定了什么、何时决定、依据哪一版政策。它只作证明，不授予任何人任何权限。",
        "en": "It says what you decided, when, and on which version of the policy. It states that, "
        "and gives nobody leave to do anything.",
    },
    "receipt.what": {"zh-CN": "决定", "en": "What happened"},
    "receipt.named": {"zh-CN": "{what}，{when}", "en": "{what}, {when}"},
    "receipt.event_given": {"zh-CN": "给予同意", "en": "You gave consent"},
    "receipt.event_changed": {"zh-CN": "变更同意的范围", "en": "You changed what you agree to"},
    "receipt.event_refused": {"zh-CN": "拒绝", "en": "You said no"},
    "receipt.event_withdrawn": {"zh-CN": "撤回同意", "en": "You took your consent back"},
    "receipt.event_renewed": {"zh-CN": "再次确认同意", "en": "You confirmed your consent"},
    "receipt.answers": {"zh-CN": "逐项回答", "en": "Your answers"},
    "receipt.purpose": {"zh-CN": "目的", "en": "Purpose"},
    "receipt.kind": {"zh-CN": "同意的类型", "en": "Kind of consent"},
    "receipt.answer": {"zh-CN": "回答", "en": "Answer"},
    "receipt.kind_general": {"zh-CN": "一般同意", "en": "general"},
    "receipt.kind_separate": {"zh-CN": "单独同意", "en": "separate"},
    "receipt.kind_guardian": {"zh-CN": "监护人同意", "en": "a guardian's"},
    "receipt.yes": {"zh-CN": "同意", "en": "yes"},
    "receipt.no": {"zh-CN": "不同意", "en": "no"},
    "receipt.taken_back": {"zh-CN": "不同意（已撤回）", "en": "no (taken back)"},
    "receipt.kept": {"zh-CN": "同意（此前给予，继续有效）", "en": "yes (given before, goes on)"},
    "receipt.when": {"zh-CN": "时间", "en": "When"},
    "receipt.until": {"zh-CN": "有效至", "en": "Until"},
    "receipt.moment": {"zh-CN": "{day} {time}（{zone}）", "en": "{day}, {time} ({zone})"},
    "receipt.version": {"zh-CN": "政策版本", "en": "Version of the policy"},
    "receipt.version_named": {"zh-CN": "第 {version} 版", "en": "version {version}"},
    "receipt.language": {"zh-CN": "显示的语言", "en": "Language shown"},
    "receipt.language_none": {"zh-CN": "没有显示文字", "en": "no text was shown"},
    "receipt.how": {"zh-CN": "方式", "en": "How"},
    "receipt.how_banner": {"zh-CN": "页面上的询问条", "en": "in the banner"},
    "receipt.how_details": {"zh-CN": "逐项选择的窗口", "en": "in the details, item by item"},
    "receipt.how_form": {"zh-CN": "隐私选择页面", "en": "on the choices page"},
    "receipt.how_gpc": {"zh-CN": "浏览器发送的信号", "en": "by your browser's signal"},
    "receipt.how_guardian": {
        "zh-CN": "监护人通过自己的联系方式",
        "en": "by a guardian, through a channel of their own",
    },
    "receipt.how_withdrawal": {"zh-CN": "直接撤回", "en": "by taking it back"},
    "receipt.signal": {"zh-CN": "浏览器信号 (GPC)", "en": "Browser signal (GPC)"},
    "receipt.signal_on": {"zh-CN": "当时已开启", "en": "was on at the time"},
    "receipt.signal_off": {"zh-CN": "当时未开启", "en": "was not on"},
    "receipt.guardian": {"zh-CN": "监护人", "en": "Guardian"},
    "receipt.guardian_second_confirmation": {
        "zh-CN": "通过自己的联系方式确认，并在 {hours} 小时之后再次确认",
        "en": "confirmed through a channel of their own, and again after more than {hours} hours",
    },
    "receipt.guardian_staff_call": {"zh-CN": "由工作人员电话核实", "en": "was called by a member of staff"},
    "receipt.number": {"zh-CN": "回执编号", "en": "Number"},
    "receipt.number_why": {
        "zh-CN": "单凭编号打不开任何内容。请自行保存：您的信息删除之后，只有凭它才能找到这条证明。",
        "en": "The number alone opens nothing. Keep it: once your data is erased, this proof can be found by it only.",
    },
    "receipt.download": {"zh-CN": "下载回执 (JSON)", "en": "Download the receipt (JSON)"},
    "receipt.download_why": {
        "zh-CN": "文件带有我们的签名，无需联系我们即可核验。",
        "en": "The file is signed by us and can be checked without asking us.",
    },
    "receipt.show": {"zh-CN": "查看回执", "en": "Show the receipt"},
    "receipt.restricted": {"zh-CN": "目前不能查看", "en": "It cannot be shown just now"},
    "receipt.restricted_why": {
        "zh-CN": "您要求停止处理，我们正在照办，因此这份加密的副本暂不打开。您已下载的回执仍然有效。",
        "en": "You asked us to stop, and we did, so your sealed copy stays closed. "
        "A receipt you downloaded stays valid.",
    },
    "receipt.gone": {"zh-CN": "没有这份回执", "en": "There is no such receipt"},
    "receipt.gone_why": {
        "zh-CN": "这个浏览器没有这份回执，或者其中的内容已经删除。",
        "en": "This browser has no such receipt, or what it was about has been erased.",
    },
    # the choices page
    "choices.receipts": {"zh-CN": "这个浏览器的回执", "en": "This browser's receipts"},
    "choices.receipts_why": {
        "zh-CN": "每一次决定都有一份带签名的回执，您可以查看和保存。",
        "en": "There is a signed receipt for every decision, for you to read and keep.",
    },
    "choices.signal_recorded": {
        "zh-CN": "您在这里明确同意的，以您的选择为准，并会一并记录该信号。",
        "en": "What you say yes to here stands, and the signal is recorded with it.",
    },
}
