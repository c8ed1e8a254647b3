"""What the pages around the policy say: the centre's front, lists, cookies, third parties, versions (clauses 2, 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    # every room
    "page.pages": {"zh-CN": "隐私中心的页面", "en": "Pages of the privacy centre"},
    "page.elsewhere": {"zh-CN": "相关链接", "en": "Elsewhere"},
    "page.on_this": {"zh-CN": "本页内容", "en": "On this page"},
    "page.what_is_here": {"zh-CN": "您可能在找", "en": "Perhaps you are looking for"},
    "page.no_version": {"zh-CN": "没有发布过这一版本", "en": "That version was never published"},
    "page.no_version_why": {
        "zh-CN": "以下是发布过的全部版本，每一版都有固定地址。",
        "en": "These are all versions there have been, each under its permanent address.",
    },
    "page.no_policy": {"zh-CN": "还没有隐私政策", "en": "There is no policy yet"},
    "page.no_policy_why": {
        "zh-CN": "在政策发布并生效之前，我们不通过本网站收集信息。",
        "en": "Until one is published and in force, we collect nothing through this site.",
    },
    "page.not_shown": {"zh-CN": "暂时无法显示", "en": "We cannot show this just now"},
    "page.not_shown_why": {
        "zh-CN": "是我们这边的问题，您什么都不用做。请过一会儿再试。",
        "en": "The trouble is on our side and there is nothing you need to do. Please try again in a little while.",
    },
    "page.coming": {
        "zh-CN": "以下内容属于尚未生效的版本 {version}，自 {day} 起适用。在此之前我们不收集信息。",
        "en": "This belongs to version {version}, which takes effect on {day}. Until then nothing is collected.",
    },
    "link.leaves": {"zh-CN": "{host}，将离开本网站", "en": "{host}, leaves this site"},
    # front of the privacy centre
    "centre.facts": {"zh-CN": "现行政策", "en": "The policy in force"},
    "centre.in_force": {"zh-CN": "现行版本", "en": "Version in force"},
    "centre.not_yet": {"zh-CN": "尚未生效的版本", "en": "Version to come"},
    "centre.since": {"zh-CN": "生效日期", "en": "In effect from"},
    "centre.next": {"zh-CN": "下一版本", "en": "Next version"},
    "centre.next_from": {"zh-CN": "{version}，自 {day} 起", "en": "{version}, from {day}"},
    "centre.collected": {"zh-CN": "我们收集什么", "en": "What we collect"},
    "centre.collected_why": {
        "zh-CN": "逐项列出：从哪里来、为什么、保存多久、期限由什么决定。",
        "en": "Item by item: where it comes from, why, how long we keep it and what decides that.",
    },
    "centre.cookies": {"zh-CN": "Cookie", "en": "Cookies"},
    "centre.cookies_why": {
        "zh-CN": "每一个的名称和用途，怎样删除，删除后会怎样。",
        "en": "Each one by name and purpose, how to delete it, and what deleting costs you.",
    },
    "centre.sdks": {"zh-CN": "第三方", "en": "Third parties"},
    "centre.sdks_why": {
        "zh-CN": "页面上有谁的代码，谁会收到信息，收到哪些。",
        "en": "Whose code is on our pages, who receives information, and which.",
    },
    "centre.receipts": {"zh-CN": "您的回执", "en": "Your receipts"},
    "centre.receipts_why": {
        "zh-CN": "您同意或撤回时会得到一份带签名的回执。请用当时的浏览器打开，那里列出您的回执。",
        "en": "Agreeing or taking it back gives you a signed receipt. "
        "Open this in the browser you used then, and it lists yours.",
    },
    "centre.gpc_name": {"zh-CN": "全球隐私控制（GPC）", "en": "Global Privacy Control"},
    "centre.gpc_sent": {
        "zh-CN": "您的浏览器发出了全球隐私控制（GPC）信号。",
        "en": "Your browser sends the Global Privacy Control signal.",
    },
    "centre.gpc_unsent": {
        "zh-CN": "您的浏览器没有发出全球隐私控制（GPC）信号。",
        "en": "Your browser does not send the Global Privacy Control signal.",
    },
    "centre.gpc_refuses": {
        "zh-CN": "我们把它当作您拒绝以下各项，除非您在本网站明确表示同意：{purposes}。",
        "en": "We treat it as your no to the following, unless you expressly agree to it on this site: {purposes}.",
    },
    "centre.gpc_would": {
        "zh-CN": "如果您打开它，我们会把它当作您拒绝以下各项：{purposes}。不打开也可以随时拒绝。",
        "en": "If you switch it on, we treat it as your no to: {purposes}. You can say no without it, too.",
    },
    "centre.gpc_ends": {
        "zh-CN": "在没有这个信号时给出的同意，信号出现后即告终止。",
        "en": "A yes you gave without the signal ends when the signal appears.",
    },
    "centre.gpc_nothing": {
        "zh-CN": "本网站没有需要您同意的事项，因此没有可以拒绝的内容。",
        "en": "Nothing on this site rests on your consent, so there is nothing for it to refuse.",
    },
    "centre.gpc_ignored": {
        "zh-CN": "本网站不会自动把它当作拒绝，请在“隐私选择”中直接作答。",
        "en": "This site does not take it as an answer by itself; please answer under Privacy choices.",
    },
    "centre.contact": {"zh-CN": "联系与投诉", "en": "Contact and complaints"},
    "centre.again": {"zh-CN": "留存与核对", "en": "To keep and to check"},
    "centre.versions": {
        "zh-CN": "历次版本，以及每一版的适用时间",
        "en": "Earlier versions, and what was in force when",
    },
    "centre.keys": {"zh-CN": "核对回执所用的公钥", "en": "The public keys that check a receipt"},
    # versions
    "versions.title": {"zh-CN": "历次版本", "en": "All versions"},
    "versions.intro": {
        "zh-CN": "发布后的版本不会改动，地址长期有效。",
        "en": "A published version is never altered, and its address stays.",
    },
    "versions.version": {"zh-CN": "版本", "en": "Version"},
    "versions.in_force": {"zh-CN": "适用时间", "en": "In force"},
    "versions.issued": {"zh-CN": "制定日期", "en": "Issued"},
    "versions.hash": {"zh-CN": "内容指纹", "en": "Fingerprint"},
    "versions.data": {"zh-CN": "数据", "en": "Data"},
    "versions.from": {"zh-CN": "自 {first} 起", "en": "since {first}"},
    "versions.will": {"zh-CN": "将自 {first} 起", "en": "will be, from {first}"},
    "versions.between": {"zh-CN": "{first} 至 {last}", "en": "{first} to {last}"},
    "versions.never": {"zh-CN": "从未适用：生效前已被取代", "en": "never: replaced before its first day"},
    "versions.current": {"zh-CN": "现行", "en": "in force"},
    "versions.coming": {"zh-CN": "未生效", "en": "to come"},
    "versions.shown": {"zh-CN": "本页", "en": "this page"},
    # the policy page
    "policy.old_from": {
        "zh-CN": "它的适用时间是 {first} 至 {last}，保留在此供查阅。现行版本是 {version}。",
        "en": "It was in force from {first} to {last} and is kept for reference. Version {version} is in force now.",
    },
    "policy.old_never": {
        "zh-CN": "它在生效之前就被取代，从未适用。现行版本是 {version}。",
        "en": "It was replaced before its first day and never applied. Version {version} is in force now.",
    },
    "policy.reused": {"zh-CN": "这个版本号用过不止一次", "en": "This number was used more than once"},
    "policy.reused_why": {
        "zh-CN": "另有内容不同的版本用了同一个版本号。用指纹作地址就不会混淆：",
        "en": "Other texts were published under the same number. Their fingerprints tell them apart:",
    },
    "policy.lasting": {"zh-CN": "固定地址", "en": "Permanent address"},
    "policy.check": {"zh-CN": "核对内容", "en": "Check what you read"},
    "policy.check_why": {
        "zh-CN": "指纹是这份政策的数据文件的 SHA-256。下载后自己计算，结果必须与它完全相同：",
        "en": "The fingerprint is the SHA-256 of this policy's data file. Work it out yourself and you get the same:",
    },
    "policy.data": {"zh-CN": "这一版的数据文件 (JSON)", "en": "This version as data (JSON)"},
    # what is collected
    "collected.title": {"zh-CN": "我们收集的信息", "en": "What we collect"},
    "collected.lede": {
        "zh-CN": "已收集个人信息清单：逐项说明来源、形式、目的、依据和保存期限。系统就按它运行，清单以外的一律丢弃。",
        "en": "The list, item by item: source, form, purpose, basis and term. "
        "The system runs on this very list and drops everything that is not on it.",
    },
    "collected.browsing": {"zh-CN": "项，浏览网站时", "en": "items when you browse"},
    "collected.fields": {"zh-CN": "项，填写表单时", "en": "fields in our forms"},
    "collected.optional": {"zh-CN": "项表单内容可以不填", "en": "of those fields are up to you"},
    "collected.off": {"zh-CN": "项，列明但不收集", "en": "named and not collected"},
    "collected.facts_title": {"zh-CN": "浏览网站时", "en": "When you browse"},
    "collected.facts_intro": {
        "zh-CN": "依据是您的同意的，在您同意之前一律不收集，撤回之后立即停止。",
        "en": "Where the basis is your consent, nothing is collected before your yes or after you take it back.",
    },
    "collected.source": {"zh-CN": "来源", "en": "Source"},
    "collected.keep": {"zh-CN": "保存多久？", "en": "How long do we keep this?"},
    "collected.why_long": {"zh-CN": "理由：{reason}", "en": "decided by {reason}"},
    "collected.form": {"zh-CN": "您填写的表单：{form}", "en": "A form you fill in: {form}"},
    "collected.off_title": {"zh-CN": "列明但不收集", "en": "Named and not collected"},
    "collected.off_intro": {
        "zh-CN": "隐私政策里常见，您也许以为我们会收集。我们不收集。",
        "en": "Privacy policies often name these, so you may expect them here. We do not collect them.",
    },
    "collected.off_why": {"zh-CN": "说明", "en": "Why not"},
    "collected.gone": {"zh-CN": "自 {since} 起已不存在", "en": "gone since {since}"},
    "collected.constant": {"zh-CN": "自 {since} 起人人相同", "en": "the same for everyone since {since}"},
    "collected.chosen": {"zh-CN": "我们不需要", "en": "we do not need it"},
    "collected.kept_title": {"zh-CN": "期限怎样决定", "en": "How a term is decided"},
    "collected.kept_intro": {
        "zh-CN": "有几条理由时，以最长的一条为准，到期即按最后一栏处理。",
        "en": "Where there are several reasons, the longest counts; when it ends, the last column happens.",
    },
    "collected.weighed": {"zh-CN": "考虑过的理由", "en": "Reasons weighed"},
    "collected.reason": {"zh-CN": "{reason}：{days}", "en": "{reason}: {days}"},
    "collected.place_title": {"zh-CN": "保存在哪里", "en": "Where it is kept"},
    "collected.place_home": {
        "zh-CN": "我们的系统把这些信息保存在：{country}。不向其他国家或地区提供。",
        "en": "Our systems keep this information in: {country}. None of it is provided to other countries.",
    },
    "collected.place_abroad": {
        "zh-CN": "我们的系统把这些信息保存在：{country}。向境外提供的情况见政策全文。",
        "en": "Our systems keep this information in: {country}. The policy says what is provided abroad.",
    },
    "country.CN": {"zh-CN": "中国", "en": "China"},
    "source.browser": {"zh-CN": "您的浏览器告知", "en": "your browser tells us"},
    "source.server": {"zh-CN": "我们的服务器在连接中看到", "en": "our server sees it in the connection"},
    "source.derived": {"zh-CN": "由其他各项推算", "en": "worked out from other items"},
    # cookies
    "cookies.page": {"zh-CN": "Cookie 与浏览器存储", "en": "Cookies and browser storage"},
    "cookies.lede": {
        "zh-CN": "本网站放在您浏览器里的全部内容。没有列出的，不会有。",
        "en": "Everything this site stores in your browser. What is not listed is not stored.",
    },
    "cookies.always_title": {"zh-CN": "不经询问即设置", "en": "Set without asking"},
    "cookies.always_intro": {
        "zh-CN": "没有它们，网站无法做到您要求的事，例如记住您的回答。",
        "en": "Without these the site cannot do what you ask of it, such as remembering your answer.",
    },
    "cookies.asked_title": {"zh-CN": "您同意之后才设置", "en": "Set only after you agree"},
    "cookies.asked_intro": {
        "zh-CN": "您拒绝就不会设置；撤回同意时由我们清除。",
        "en": "If you refuse they are never set; if you take your consent back, we clear them.",
    },
    "cookies.none": {"zh-CN": "本网站不使用 Cookie。", "en": "This site uses no cookies."},
    "cookies.purpose": {"zh-CN": "目的与依据", "en": "Purpose and basis"},
    "cookies.on": {"zh-CN": "位于 {where}", "en": "on {where}"},
    "cookies.http_only": {"zh-CN": "脚本无法读取", "en": "no script can read it"},
    "cookies.change_title": {"zh-CN": "更改或撤回", "en": "Change or take back"},
    "cookies.change": {
        "zh-CN": "在“隐私选择”中回答“不同意”，效力最完整：收集立即停止，相应的 Cookie 被清除，"
        "据此收集的内容也安排删除。拒绝和同意一样容易。",
        "en": "The thorough way is to answer no under Privacy choices: collection stops at once, the cookies are "
        "cleared, and what was collected under your consent is put down for deletion. No is as easy as yes.",
    },
    "cookies.open_choices": {"zh-CN": "打开隐私选择", "en": "Open your privacy choices"},
    "cookies.delete_title": {"zh-CN": "在浏览器中删除", "en": "Delete them in your browser"},
    "cookies.delete": {
        "zh-CN": "打开浏览器设置，找到“隐私”下的“Cookie 和网站数据”，搜索 {hosts}，然后删除。"
        "手机上通常在“设置”的浏览器一项里。也可以在那里拦截 Cookie，网站照常可用。",
        "en": "Open your browser's settings, look under Privacy for Cookies and site data, search for {hosts} and "
        "delete. On a phone it is usually in the browser's entry under Settings. You can also block cookies there; "
        "the site goes on working.",
    },
    "cookies.delete_first": {
        "zh-CN": "如果您也想删除已经收集的内容，请先在“隐私选择”中撤回，再清除 Cookie。"
        "先清除的话，我们认不出这个浏览器，那些内容要到保存期限届满才会删除。",
        "en": "If you also want what was collected to be deleted, take your consent back first and clear afterwards. "
        "The other way round we no longer recognise this browser, and what was collected ends with its term.",
    },
    "cookies.cost_title": {"zh-CN": "删除之后会怎样", "en": "What deleting costs you"},
    "cookies.cost": {"zh-CN": "只有这些，没有别的：", "en": "This, and nothing else:"},
    "cookies.cost_choice": {
        "zh-CN": "我们忘了您的选择，会再问一次",
        "en": "we forget what you chose and ask you once more",
    },
    "cookies.cost_preference": {
        "zh-CN": "您的偏好设置需要重新设定",
        "en": "your preferences have to be set again",
    },
    "cookies.cost_session": {
        "zh-CN": "正在进行的操作可能需要重新开始",
        "en": "something you are in the middle of may have to be started again",
    },
    "cookies.cost_random_id": {
        "zh-CN": "在访问统计里，您会被当作新的访问者",
        "en": "you count as somebody new in the visit statistics",
    },
    # third parties
    "third.title": {"zh-CN": "第三方", "en": "Third parties"},
    "third.lede": {
        "zh-CN": "与第三方共享个人信息清单：页面上的第三方代码，以及会收到个人信息的公司。",
        "en": "The list of what is shared: code of others on our pages, and the companies that receive information.",
    },
    "third.sdks_title": {"zh-CN": "第三方代码（SDK）", "en": "Code of others on our pages (SDKs)"},
    "third.sdks_none": {
        "zh-CN": "本网站不加载任何第三方代码。",
        "en": "This site loads no code of others.",
    },
    "third.recipients_none": {
        "zh-CN": "我们不把个人信息提供给任何人。",
        "en": "We pass personal information on to nobody.",
    },
    "third.scene": {"zh-CN": "使用场景", "en": "When it is used"},
    "third.data": {"zh-CN": "收集的信息", "en": "What it collects"},
    "third.method": {"zh-CN": "收集方式", "en": "How it collects"},
    "third.statement": {"zh-CN": "隐私声明", "en": "Their statement"},
    "third.read": {"zh-CN": "查看对方的隐私声明", "en": "Read their statement"},
    "third.gated": {"zh-CN": "同意后才加载", "en": "only after you agree"},
    "third.hosts": {"zh-CN": "连接到 {hosts}", "en": "talks to {hosts}"},
    "third.nothing_sent": {
        "zh-CN": "声明不向该公司发送任何信息",
        "en": "declared to send nothing to the company",
    },
    "third.elsewhere": {
        "zh-CN": "打开这些链接会离开本网站，之后适用对方自己的政策。",
        "en": "These links leave this site; beyond them their own policies apply.",
    },
}
