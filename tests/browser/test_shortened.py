"""Clause 4: the script that runs is the shortened one, so shortening must not change what a script does."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from troth.notice.shrink import shrink_script

pytestmark = pytest.mark.browser

# Every turn of our source that has names in it: shadowing, defaults, destructuring, loops, brief keys, patterns.
TRICKY = """
(() => {
  const list = [3, 1, 2];
  const on = (name, value = list[0], ...rest) => ({ name, value, rest, on: 1 });
  const e = 1; // a name that is short already
  let count = 0, last, { length } = list;
  const twice = (list) => list.map((on) => on * 2).filter((e) => e > length - e);
  const outer = (list) => {
    const sum = list.reduce((sum, one) => sum + one, 0);
    for (const one of list) {
      const sum = one * 10;
      count += sum;
    }
    for (const [at, one] of list.entries()) count += at * one;
    return sum;
  };
  const choose = (yes) => (yes ? (one) => one + e : (one) => one - e);
  const pattern = (text) => !/^(on|list|src)/.test(text) && text.replace(/on/g, "off");
  const late = async () => { try { return await Promise.resolve(outer(list)); } catch {} };
  const table = { on: (later) => later, list: on("a").name, "count": undefined };
  const deep = table.on?.(list)?.length ?? 9;
  last = [twice(list), outer(list), count, choose(true)(1), choose(false)(1), pattern("on it"), pattern("not on")];
  let more = last.length - -1, none = null;
  return late().then((sum) => JSON.stringify([on("b", undefined, 1), table, deep, last, more, none, sum, 1 !== true]));
})()
"""


def test_a_shortened_script_does_what_the_script_does(page: Page) -> None:
    short = shrink_script(TRICKY)
    assert len(short) < len(TRICKY) * 0.7
    said = page.evaluate(TRICKY)
    assert said.startswith('[{"name":"b","value":3,"rest":[1],"on":1},')
    assert page.evaluate(short) == said
