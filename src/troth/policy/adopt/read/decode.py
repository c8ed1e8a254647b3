"""The bytes of a file as text, whatever Chinese or Western encoding saved it; what is no text is refused (rule 46)."""

from __future__ import annotations

import re

from troth.errors import UnusableInput

# A long policy has 100 kB; a page saved with everything in it has a few times that.
MAX_BYTES = 2_000_000

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHINESE = {"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_WORD = re.compile(r"[A-Za-z\u3400-\u9fff]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BREAKS = re.compile("\r\n?|[\x0b\x0c\u0085\u2028\u2029]")
_SPACES = re.compile("[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_MOST_STRANGE = 0.005


def decode(raw: bytes, file: str) -> str:
    """Return the text of a file with plain line ends. Raises UnusableInput for what is no readable text."""
    if len(raw) > MAX_BYTES:
        raise UnusableInput(f"the file has more than {MAX_BYTES:,} bytes", "save the policy's text by itself", file)
    if not raw.strip():
        raise UnusableInput("the file is empty", "name the file that holds the policy's text", file)
    text = _BREAKS.sub("\n", _UNSEEN.sub("", _decoded(raw, file)))
    if len(_CONTROL.findall(text)) > _MOST_STRANGE * len(text):
        raise UnusableInput("the file is not a text", _SAVE_AS_TEXT, file)
    text = _CONTROL.sub(" ", text)
    if not _WORD.search(text):
        raise UnusableInput("the file holds no words", "name the file that holds the policy's text", file)
    return text


_SAVE_AS_TEXT = "save the policy as plain text, Markdown or HTML in UTF-8"


def plain(words: str) -> str:
    """Return words with ordinary single spaces."""
    return " ".join(_SPACES.sub(" ", words).split())


def _decoded(raw: bytes, file: str) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _strict(raw, encoding, file)
    if b"\x00" in raw:
        raise UnusableInput("the file is not a text", _SAVE_AS_TEXT, file)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        declared = _DECLARED.search(raw[:4096])
        name = declared[1].decode("ascii").lower() if declared else "gb18030"
        return _strict(raw, "gb18030" if name in _CHINESE else name, file)


def _strict(raw: bytes, encoding: str, file: str) -> str:
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise UnusableInput("its encoding is neither UTF-8 nor GB 18030", "save the file as UTF-8", file) from None
    if encoding == "gb18030" and not _looks_chinese(text):
        raise UnusableInput("its encoding is neither UTF-8 nor GB 18030", "save the file as UTF-8", file)
    return text


def _looks_chinese(text: str) -> bool:
    """GB 18030 reads nearly any bytes; a Chinese text uses its everyday characters, noise does not."""
    return any(word in text for word in ("的", "我们", "信息", "您"))
