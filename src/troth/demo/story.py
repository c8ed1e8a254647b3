"""What the demo company makes, says and looks for. Everything here is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from msgspec import Struct


class Both(Struct, frozen=True):
    """A text in both languages of the site."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the text in the language of the page."""
        return self.zh if language == "zh-CN" else self.en


class Product(Struct, frozen=True):
    """A product with its page: a sentence, a paragraph, and the numbers engineers look for."""

    slug: str
    name: str
    kind: Both
    line: Both
    text: Both
    art: str
    numbers: Sequence[tuple[Both, Both]]


class News(Struct, frozen=True):
    """A piece of news, newest first in the list."""

    slug: str
    on: date
    title: Both
    lead: Both
    text: Sequence[Both]


class Job(Struct, frozen=True):
    """An open position."""

    title: Both
    place: Both
    text: Both


PRODUCTS: Final[Sequence[Product]] = (
    Product(
        "k1",
        "K1",
        Both("八核应用处理器", "Eight-core application processor"),
        Both("把桌面、边缘与本地推理放进 5 瓦。", "A desktop, an edge box and local inference in five watts."),
        Both(
            "K1 有八个 64 位 RISC-V 内核、256 位向量和一个 2 TOPS 的推理单元，全部共享同一片一致的内存。"
            "驱动、引导程序和工具链都以开源形式提供，并已进入上游。",
            "K1 joins eight 64-bit RISC-V cores, 256-bit vectors and a 2 TOPS inference unit on one coherent memory. "
            "Drivers, boot code and toolchain are open source, and they are upstream.",
        ),
        "die-k1.svg",
        (
            (Both("内核", "Cores"), Both("8 × RV64GCV，1.6 GHz", "8 × RV64GCV at 1.6 GHz")),
            (Both("向量", "Vectors"), Both("RVV 1.0，256 位", "RVV 1.0, 256 bit")),
            (Both("推理", "Inference"), Both("2 TOPS INT8", "2 TOPS INT8")),
            (Both("内存", "Memory"), Both("LPDDR4X，最大 16 GB", "LPDDR4X, up to 16 GB")),
            (
                Both("接口", "Interfaces"),
                Both("PCIe 2.1 × 5，USB 3.0，千兆以太网 × 2", "PCIe 2.1 × 5, USB 3.0, 2 × Gigabit Ethernet"),
            ),
            (Both("功耗", "Power"), Both("典型 3–5 W", "3–5 W typical")),
        ),
    ),
    Product(
        "x60",
        "X60",
        Both("可授权的 RISC-V 内核", "RISC-V core for licensing"),
        Both("一个能读懂的内核，附完整验证。", "A core you can read, with its verification."),
        Both(
            "X60 是 K1 里面的双发射顺序内核，也单独授权。交付内容包括可综合的源码、约束、验证环境和覆盖率报告，"
            "您的团队可以从第一天起自己复现每一个数字。",
            "X60 is the dual-issue in-order core inside K1, licensed on its own. You receive synthesisable source, "
            "constraints, the verification environment and its coverage, so you can reproduce every number on day one.",
        ),
        "die-x60.svg",
        (
            (Both("流水线", "Pipeline"), Both("双发射，8 级，顺序", "dual issue, 8 stages, in order")),
            (Both("指令集", "Instruction set"), Both("RV64GCV，RVA22", "RV64GCV, RVA22")),
            (Both("缓存", "Caches"), Both("L1 32 + 32 KB，L2 共享 512 KB", "L1 32 + 32 KB, shared L2 512 KB")),
            (Both("CoreMark/MHz", "CoreMark/MHz"), Both("5.2", "5.2")),
            (Both("工艺", "Process"), Both("已在 22 nm 与 12 nm 流片", "proven at 22 nm and 12 nm")),
            (Both("交付", "Delivery"), Both("SystemVerilog、UVM、形式验证", "SystemVerilog, UVM, formal proofs")),
        ),
    ),
)

NEWS: Final[Sequence[News]] = (
    News(
        "k1-sampling",
        date(2026, 10, 21),
        Both("K1 开始提供样片", "K1 samples are shipping"),
        Both("首批 400 片已寄给 60 个团队，评估板随后。", "The first 400 parts went to 60 teams; boards follow."),
        (
            Both(
                "过去九个月，我们把 K1 从流片做到了可以寄出。"
                "首批样片的良率超过预期，全部八个内核在 1.6 GHz 下稳定运行。",
                "In nine months K1 went from tape-out to the post office. Yield of the first lot is above plan, "
                "and all eight cores hold 1.6 GHz.",
            ),
            Both(
                "勘误表同时公布：目前有七条，其中两条需要在引导程序里绕过。我们认为，知道问题在哪里比看不到问题更有用。",
                "The errata are public too: seven so far, two of which the boot code works around. We think knowing "
                "where the trouble is beats not seeing it.",
            ),
        ),
    ),
    News(
        "upstream",
        date(2026, 9, 3),
        Both("最后一个驱动进入上游", "The last driver is upstream"),
        Both("从这个内核版本起，K1 不再需要我们的补丁。", "From this kernel on, K1 needs no patch of ours."),
        (
            Both(
                "显示、以太网、推理单元：十四个月里合入了 212 个提交。"
                "感谢每一位评审，尤其是要求我们重写三次时钟驱动的那一位。",
                "Display, Ethernet, inference: 212 commits in fourteen months. Thanks to every reviewer, above all the "
                "one who made us write the clock driver three times.",
            ),
            Both(
                "我们会继续维护这些驱动，至少到 2036 年。",
                "We go on maintaining them until 2036 at the least.",
            ),
        ),
    ),
    News(
        "quiet-website",
        date(2026, 8, 1),
        Both("一个安静的网站", "A quiet website"),
        Both("说“不”和说“是”一样容易，而且都算数。", "No is as easy as yes here, and both are kept."),
        (
            Both(
                "我们重做了网站。在您作出选择之前，它不读取、不保存、也不发送任何关于您的内容；"
                "拒绝之后，只留下一个不含编号的 Cookie。",
                "We rebuilt this site. Until you choose, it reads, keeps and sends nothing about you; after a no, one "
                "cookie without a number remains.",
            ),
            Both(
                "隐私政策不再是一份文件，而是网站运行所依据的那一份。页脚里的“隐私选择”随时可以改变主意。",
                "The privacy policy is no longer a document beside the site, it is what the site runs on. Change your "
                "mind at any time under Privacy choices, at the foot of every page.",
            ),
        ),
    ),
)

JOBS: Final[Sequence[Job]] = (
    Job(
        Both("验证工程师", "Verification engineer"),
        Both("杭州", "Hangzhou"),
        Both(
            "您喜欢找到别人没想到的情况，并把它写成断言。",
            "You like the case nobody thought of, and you write it down as an assertion.",
        ),
    ),
    Job(
        Both("内核开发工程师（Linux）", "Kernel developer (Linux)"),
        Both("杭州或远程", "Hangzhou or remote"),
        Both(
            "您在上游有自己的名字，也知道怎样好好地收下一个“不”。",
            "Your name is known upstream, and you can take a no well.",
        ),
    ),
    Job(
        Both("应用工程师", "Field application engineer"),
        Both("深圳", "Shenzhen"),
        Both(
            "您能在客户的板子上找到问题，也能把它讲清楚。",
            "You find the fault on the customer's board, and you can explain it.",
        ),
    ),
)

PRODUCTS_BY_SLUG: Final[Mapping[str, Product]] = {product.slug: product for product in PRODUCTS}
NEWS_BY_SLUG: Final[Mapping[str, News]] = {item.slug: item for item in NEWS}


def find_products(words: str, language: str) -> Sequence[Product]:
    """Return the products whose text holds every word searched for; all of them for an empty search."""
    wanted = words.casefold().split()
    return [product for product in PRODUCTS if all(word in _text_of(product, language) for word in wanted)]


def _text_of(product: Product, language: str) -> str:
    said = [product.kind, product.line, product.text, *(text for pair in product.numbers for text in pair)]
    return " ".join([product.name, *(text.in_(language) for text in said)]).casefold()
