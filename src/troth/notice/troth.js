// The one script a site loads: it asks, remembers the answer, opens the gate, sends the declared facts (clauses 2, 4, 8).
// Before a choice and after a refusal it reads nothing but its own cookie (and the GPC signal, where the policy honours
// it), sends nothing but the refusal, stores nothing but the one cookie that says "no".
// script.py puts values from the policy in the place of $config.name and the markup in the place of $html.name;
// shrink.py makes it short and says which JavaScript it knows. Run it in tests/browser.
(() => {
  const purposes = $config.purposes;
  const gates = $config.gates;
  const standing = $config.standing;
  const days = $config.days;
  const asked = $config.asked;
  const edge = $config.edge;
  const idsOf = (list) => list.map((purpose) => purpose.id);
  const ids = idsOf(purposes);
  const ran = new Set(); // purposes whose code or frames have run in this page
  const listeners = [];
  let granted = []; // purposes agreed to, as this page knows it
  let before = []; // purposes agreed to in an answer that no longer stands

  // ---- The answer, and the one cookie that remembers it: y or n, policy, day, purposes ----

  const cookie = (name) => (document.cookie.match("(?:^|; )" + name + "=([^;]*)") || [])[1];
  const keep = (name, value, lasting, rung = "; Path=/") => {
    document.cookie = name + "=" + value + "; Max-Age=" + lasting * 86400 + "; SameSite=Lax; Secure" + rung;
  };
  const day = (back) => new Date(Date.now() - back * 864e5).toISOString().slice(0, 10).replace(/-/g, "");
  const recall = () => {
    const list = (cookie("troth") || "").split(".");
    const stands = standing.includes(list[1]) && list[2] > day(days);
    before = within(list.slice(3).join(".").split("~"), ids);
    granted = stands ? before : [];
    return stands;
  };
  const opposed = () => $config.gpc && navigator.globalPrivacyControl === true;
  const without = (list, taken) => list.filter((id) => !taken.includes(id));
  const within = (list, given) => list.filter((id) => given.includes(id));

  // A "no" holds at once, whatever becomes of the message. A "yes" holds only once it is on record.
  // One after the other: a second click finds the token that the first was given.
  let queue = Promise.resolve();
  const decide = (wanted, how = dialog.open ? "details" : "banner") => {
    queue = queue.then(() => record(wanted, how));
  };
  const record = async (wanted, how) => {
    const had = before;
    granted = within(granted, wanted);
    keep("troth", "", 0);
    try {
      const reply = await fetch(edge + "/consent", {
        method: "POST",
        keepalive: true,
        signal: AbortSignal.timeout(5000),
        body: JSON.stringify({
          ...asked,
          how,
          layer: how === "details" ? 2 : 1,
          purposes: Object.fromEntries(ids.concat($config.others).map((id) => [id, wanted.includes(id)])),
          token: cookie("troth_id"),
          gpc: opposed(),
        }),
      });
      if (reply.ok) {
        const answer = await reply.json();
        granted = within(answer.granted, wanted);
        if (cookie("troth_id") != answer.token) keep("troth_id", answer.token, answer.token ? days : 0);
      }
    } catch {}
    const saved = !without(wanted, granted)[0];
    if ((saved || had[0]) && !cookie("troth")) {
      // No header set it: the edge is down, or on another host.
      keep("troth", [granted[0] ? "y" : "n", standing[0], day(0), granted.join("~")].join("."), days);
    }
    before = granted;
    if (saved) close();
    apply(without(had, granted));
    failure.hidden = saved;
    if (!saved) {
      if (!host.isConnected) choose();
      (dialog.open ? dialog : banner).prepend(failure);
    }
  };
  // Code that has run cannot be taken back: a page that lost its leave starts afresh, with the gate closed.
  const apply = (lost) => {
    const beginnings = purposes.filter((purpose) => lost.includes(purpose.id)).flatMap((purpose) => purpose.clears);
    const forget = () => clear(beginnings);
    forget();
    if (lost.some((id) => ran.has(id))) {
      addEventListener("pagehide", forget); // what it still writes before the page is gone
      return location.reload();
    }
    gate();
    if (!declared()[0]) view = "";
    else if (!view) begin();
    listeners.forEach((listener) => listener(granted));
  };
  // Another tab withdrew, or the cookie was deleted.
  const refresh = () => {
    const had = granted;
    if (had[0]) recall();
    const lost = without(had, granted);
    if (lost[0]) apply(lost);
  };

  // ---- Withdrawal: all that the policy declares for a purpose goes, on every rung of path and domain ----

  const clear = (beginnings) => {
    const covered = (pair) => beginnings.some((beginning) => (pair + "=").startsWith(beginning)); // "name=" or "prefix"
    const path = location.pathname.split("/");
    const host = location.hostname.split(".");
    for (const pair of document.cookie.split("; ").filter(covered)) {
      path.forEach((_, to) => host.concat("").forEach((_, from) => {
        const rung = "; Path=" + (path.slice(0, to + 1).join("/") || "/") + "; Domain=" + host.slice(from).join(".");
        keep(pair.split("=")[0], "", 0, rung);
      }));
    }
    try {
      for (const store of [localStorage, sessionStorage]) {
        Object.keys(store).filter(covered).forEach((key) => store.removeItem(key));
      }
    } catch {} // storage is blocked: then nothing is in it
  };

  // ---- The gate: what carries data-troth="a purpose or an SDK" stays inert until its purpose is agreed to ----

  const same = (text) => text;
  const trusted = (window.trustedTypes || { createPolicy: (_, rules) => rules }).createPolicy("troth", {
    createHTML: same,
    createScript: same,
    createScriptURL: same,
  });
  const address = (source) => new URL(source || "", document.baseURI);
  const sourceOf = (node) => node.dataset.src || node.getAttribute("src");
  const gate = () => {
    for (const node of document.querySelectorAll("[data-troth]")) {
      const entry = gates[node.dataset.troth] || [];
      const inner = node.content ? [...node.content.querySelectorAll("[src]")] : [node];
      const declares = (part) => {
        const url = address(sourceOf(part));
        return url.origin === location.origin || entry.includes(url.hostname, 1);
      };
      if (!entry[0] || !inner.every(declares)) {
        console.warn("troth: undeclared, not loaded:", node.dataset.troth);
        node.removeAttribute("data-troth");
      } else if (granted.includes(entry[0])) admit(node, entry[0]);
      else if (node.tagName === "IFRAME" && !node.stand) stand(node, entry[0]);
    }
  };
  const admit = (node, purpose) => {
    const source = sourceOf(node);
    ran.add(purpose);
    node.removeAttribute("data-troth");
    if (node.content) node.replaceWith(node.content);
    else if (node.tagName === "SCRIPT") {
      const script = document.createElement("script");
      for (const old of node.attributes) {
        if (!/^(on|src|type)/.test(old.name)) script.setAttribute(old.name, old.value);
      }
      script.type = node.dataset.type || "";
      script.nonce = node.nonce;
      script.async = node.hasAttribute("async");
      if (source) script.src = trusted.createScriptURL(source);
      else script.text = trusted.createScript(node.textContent);
      node.replaceWith(script);
    } else {
      if (node.stand) node.stand.remove();
      node.hidden = false;
      node.src = source;
    }
  };
  const stand = (frame, purpose) => {
    const [shell, root] = shade($html.frame);
    const [once, always] = root.querySelectorAll("button");
    const title = labels[ids.indexOf(purpose)].textContent;
    const text = root.querySelector("p");
    text.textContent = text.textContent.replace("{host}", address(sourceOf(frame)).hostname).replace("{purpose}", title);
    once.onclick = () => admit(frame, purpose);
    always.onclick = () => decide(granted.concat(purpose), "details");
    frame.before(shell);
    frame.hidden = true;
    frame.stand = shell;
  };

  // ---- The question, written by markup.py, in a shadow root: the site's styles cannot make one button the weaker ----

  const sheet = new CSSStyleSheet();
  sheet.replaceSync($config.styles);
  const shade = (html) => {
    const shell = document.createElement("div");
    const root = shell.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = trusted.createHTML(html);
    shell.lang = asked.lang;
    return [shell, root];
  };
  const [host, root] = shade($html.question);
  const [banner, dialog, failure] = root.children;
  const boxes = [...root.querySelectorAll("input")];
  const labels = root.querySelectorAll("label");

  const show = () => {
    if (!host.isConnected) document.body.prepend(host);
  };
  const close = () => {
    dialog.close();
    host.remove();
    banner.hidden = true;
  };
  const choose = () => {
    show();
    boxes.forEach((box, at) => { box.checked = granted.includes(ids[at]); });
    if (!dialog.open) dialog.showModal();
  };
  dialog.onclose = () => banner.hidden && host.remove();
  root.addEventListener("click", (event) => {
    const act = event.target.value;
    const ticked = purposes.filter((_, at) => boxes[at].checked);
    if (act === "none") decide([]);
    if (act === "all") decide(idsOf(purposes.filter((purpose) => !purpose.separate || granted.includes(purpose.id))));
    if (act === "ticked") decide(idsOf(ticked.filter((purpose) => !without(purpose.needs, idsOf(ticked))[0])));
    if (act === "choose") choose();
    if (act === "close") dialog.close();
  });

  // ---- The beacon: after consent, only the facts the policy declares. Engaged time is cumulative, so a lost, doubled or
  // late message does no harm. No unload listeners: they would keep the page out of the back-forward cache ----

  const facts = $config.readers; // fact: how to read it; only those that the policy declares are in the script at all
  const place = {
    path: () => location.pathname,
    query: () => {
      const given = [...new URLSearchParams(location.search)].filter((pair) => $config.search.includes(pair[0]));
      return given[0] ? "?" + new URLSearchParams(given) : "";
    },
    referrer: (later) => (later || !document.referrer ? "" : address(document.referrer).origin),
  };
  let view = ""; // the id of the page view under way, if any
  let views = 0;
  let here, page, seq, engaged, sent, since, active;

  const declared = () => purposes.filter((purpose) => granted.includes(purpose.id)).flatMap((purpose) => purpose.facts);
  const read = (table) => {
    const names = declared().filter((name) => table[name]);
    return Object.fromEntries(names.map((name) => [name, table[name](views > 1)]));
  };
  const send = () => {
    const token = cookie("troth_id");
    if (!view || !token || !declared()[0] || sent === engaged) return;
    const first = seq ? undefined : read(facts);
    const body = JSON.stringify({ token, view, seq, engaged_ms: Math.round(engaged), ...page, facts: first });
    const url = edge + "/collect";
    sent = engaged;
    seq += 1;
    // Not sendBeacon: it would carry the site's cookies along.
    fetch(url, { method: "POST", keepalive: true, credentials: "omit", body }).then((reply) => {
      if (reply.status === 403) view = ""; // withdrawn elsewhere: this page is silent until a new yes
    }, same);
  };
  const timed = () => declared().includes("stay");
  const idle = 3e4; // ms without input after which a visible page is no longer being read
  const settle = (input) => {
    const now = performance.now();
    if (view && since && timed()) engaged += Math.max(0, Math.min(now, active + idle) - since);
    if (input) active = now;
    since = !document.hidden && now;
  };
  const leave = () => {
    settle();
    since = 0;
    send();
  };
  const begin = () => {
    if (!views) watch();
    views += 1;
    view = crypto.getRandomValues(new BigUint64Array(1))[0].toString(16).padStart(16, "0");
    here = place.path() + place.query();
    page = read(place);
    seq = engaged = 0;
    sent = -1;
    settle(true);
    send();
  };
  const move = () => {
    if (!view || here === place.path() + place.query()) return;
    leave();
    begin();
  };
  const watch = () => {
    for (const name of ["pointerdown", "pointermove", "keydown", "scroll"]) {
      if (timed()) addEventListener(name, () => settle(true), true);
    }
    addEventListener("pagehide", leave);
    if (window.navigation) return navigation.addEventListener("navigatesuccess", move);
    addEventListener("popstate", move);
    for (const name of ["pushState", "replaceState"]) {
      const original = history[name];
      history[name] = (...given) => {
        original.apply(history, given);
        move();
      };
    }
  };

  // ---- Start ----

  const start = () => {
    const stands = recall();
    gate();
    new MutationObserver(gate).observe(document, { childList: true, subtree: true });
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-troth-open]")) return;
      event.preventDefault();
      choose();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return leave();
      refresh();
      settle(true);
    });
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      refresh();
      if (view) begin();
    });
    if (granted[0]) apply([]);
    else if (stands) cookie("troth_id") && decide([], "details"); // a withdrawal that did not arrive
    else if (opposed()) decide([], "gpc");
    else if (ids[0]) banner.hidden = show();
  };
  window.troth = {
    open: choose,
    granted: (purpose) => granted.includes(purpose),
    onChange: (listener) => listeners.push(listener),
  };
  const ready = () => (document.body ? start() : addEventListener("DOMContentLoaded", start));
  if (document.prerendering) addEventListener("prerenderingchange", ready, true);
  else ready();
})();
