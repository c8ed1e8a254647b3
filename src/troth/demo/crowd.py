"""The invented readers of the demo: what they read, where they come from, what they browse with. Nobody is meant.

The networks are large public ones, so that the geography file has something to say about them.
"""

from __future__ import annotations

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit"
_LINUX = "Mozilla/5.0 (X11; Linux x86_64"
_ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"

AGENTS = (
    (f"{_WINDOWS} Chrome/142.0.0.0 Safari/537.36", "desktop", 30),
    (f"{_WINDOWS} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "desktop", 18),
    (f"{_MAC}/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "desktop", 10),
    (f"{_MAC}/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "desktop", 6),
    (f"{_LINUX}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "desktop", 12),
    (f"{_LINUX}; rv:144.0) Gecko/20100101 Firefox/144.0", "desktop", 8),
    (f"{_ANDROID} Chrome/142.0.0.0 Mobile Safari/537.36", "phone", 14),
    (f"{_ANDROID} Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50", "phone", 12),
    (f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "phone", 10),
)
SCREENS = {
    "desktop": ("1920x1080", "2560x1440", "1536x864", "1440x900", "3840x2160", "1366x768"),
    "phone": ("390x844", "393x873", "412x915", "360x800"),
}
_SHANGHAI, _ZH = "Asia/Shanghai", "zh-CN,zh;q=0.9,en;q=0.7"
NETWORKS = (
    ("202.96.209", _SHANGHAI, _ZH, 16),
    ("219.141.136", _SHANGHAI, _ZH, 18),
    ("183.232.231", _SHANGHAI, _ZH, 14),
    ("218.75.123", _SHANGHAI, _ZH, 18),
    ("221.226.10", _SHANGHAI, _ZH, 10),
    ("123.125.81", _SHANGHAI, _ZH, 8),
    ("119.6.6", _SHANGHAI, _ZH, 7),
    ("61.187.98", _SHANGHAI, _ZH, 4),
    ("140.112.8", "Asia/Taipei", "zh-TW,zh;q=0.9", 2),
    ("193.99.144", "Europe/Berlin", "de-DE,de;q=0.9,en;q=0.6", 3),
    ("18.9.22", "America/New_York", "en-US,en;q=0.9", 4),
    ("133.11.0", "Asia/Tokyo", "ja,en;q=0.8", 2),
)
REFERRERS = {
    "": 30,
    "https://www.baidu.com/": 26,
    "https://www.bing.com/": 12,
    "https://www.google.com/": 7,
    "https://www.sogou.com/": 5,
    "https://github.com/": 8,
    "https://riscv.org/": 6,
    "https://forum.example.net/thread/1": 3,
}
ENTRIES = {
    "/": 40,
    "/products": 13,
    "/products/k1": 16,
    "/products/cairn": 8,
    "/products/ridge": 6,
    "/products/t2": 5,
    "/news": 4,
    "/news/upstream": 5,
    "/news/k1-sampling": 5,
    "/news/quiet-website": 3,
    "/jobs": 5,
    "/jobs/verification-engineer": 3,
    "/jobs/kernel-developer": 4,
    "/contact": 2,
}
_ARTICLES = ("/news/upstream", "/news/k1-sampling", "/news/quiet-website", "/news/ridge-proofs")
_POSITIONS = ("/jobs/verification-engineer", "/jobs/kernel-developer", "/jobs/analog-engineer")
NEXT_PAGES = {
    "/": ("/products", "/products", "/products/k1", "/products/cairn", "/news", "/about", "/jobs", "/contact"),
    "/products": ("/products/k1", "/products/k1", "/products/cairn", "/products/ridge", "/products/t2", "/contact"),
    "/products/k1": ("/products/cairn", "/products/ridge", "/products", "/contact", "/news/k1-sampling"),
    "/products/t2": ("/products", "/contact", "/products/k1"),
    "/products/ridge": ("/products/k1", "/news/ridge-proofs", "/contact"),
    "/products/cairn": ("/products/k1", "/products/k1", "/contact", "/news"),
    "/news": ("/", "/products", *_ARTICLES),
    "/jobs": ("/about", *_POSITIONS, *_POSITIONS, "/contact"),
    "/contact": ("/", "/about", "/products"),
    "/about": ("/jobs", "/contact", "/news", "/"),
    **dict.fromkeys(_ARTICLES, ("/news", "/products/k1", "/products/cairn", "/")),
    **dict.fromkeys(_POSITIONS, ("/jobs", "/about", "/jobs")),
}
