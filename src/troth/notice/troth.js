// The one script a site loads: it asks, remembers the answer, opens the gate, sends the declared facts (clauses 2, 4, 8).
// Before a choice and after a refusal it reads nothing but its own cookie (and the GPC signal, where the policy honours
// it), sends nothing but the refusal, stores nothing but the one cookie that says "no".
// script.py puts values from the policy in the place of $config.name and the markup in the place of $html.name;
// shrink.py makes it short and says which JavaScript it knows. Run it in tests/browser.
(() => {
  const purposes = $config.purposes; // purpose: what it needs, what it may send, what is cleared when it ends
  const gates = $config.gates; // purpose or SDK: its purpose, the hosts it may load from, its names in the page
  const standing = $config.standing;
  const asked = $config.asked;
  const ids = Object.keys(purposes);
  const ran = new Set(); // purposes whose code or frames have run in this page
  const listeners = [];
  let granted = []; // purposes agreed to, as this page knows it
  let before = []; // purposes agreed to in the last answer, even if it no longer stands
  let untold = ""; // "~" while the edge has not heard of a withdrawal

  const within = (list, given) => list.filter((id) => given.includes(id));
  const without = (list, taken) => list.filter((id) => !taken.includes(id));
  const on = (name, listener) => addEventListener(name, listener, true);
  const post = (path, said, more) =>
    fetch($config.edge + path, { method: "POST", keepalive: true, body: JSON.stringify(said), ...more });

  // ---- The answer, and the one cookie that remembers it: letter, policy, day, purposes ----
  // y = yes, g = a yes given while GPC was on, n = no. A ~ before the purposes: the edge is to be told again.

  const cookie = (name) => (document.cookie.match("(?:^|; )" + name + "=([^;]*)") || [])[1];
  const keep = (name, value, lasting, rung = "; Path=/") => {
    document.cookie = name + "=" + value + "; Max-Age=" + lasting * 86400 + "; SameSite=Lax; Secure" + rung;
  };
  const today = () => new Date().toISOString().slice(0, 10).replace(/-/g, "");
  const opposed = () => $config.signal; // how GPC is read, or just false where the policy does not honour it
  const recall = () => {
    const [letter, policy, since, ...rest] = (cookie("troth") || "").split(".");
    const list = rest.join(".");
    const stands = since && standing.includes(policy) && !(letter === $config.outvoted && opposed()); // it ends with its cookie
    before = within(ids, list.split("~"));
    granted = stands ? before : [];
    untold = list[0] === "~" ? "~" : "";
    return stands;
  };

  // A "no" holds at once, whatever becomes of the message. A "yes" holds only once it is on record.
  // One after the other: a second click finds the token that the first was given.
  let queue = Promise.resolve();
  const decide = (wanted, how = dialog.open ? "details" : "banner") => {
    const shown = host.isConnected;
    queue = queue.then(() => record(wanted, how, shown));
  };
  const record = async (wanted, how, shown) => {
    const had = before;
    granted = within(granted, wanted);
    const ended = without(had, wanted);
    // The banner's yes is about what the banner asked; its no is about everything.
    const answered = ids.filter((id) => how !== "banner" || !wanted[0] || !purposes[id].separate);
    if (ended[0]) untold = "~";
    wallIn(ended);
    keep("troth", "", 0);
    try {
      const said = {
        ...asked,
        how,
        layer: how === "details" ? 2 : 1,
        purposes: Object.fromEntries(answered.concat($config.others).map((id) => [id, wanted.includes(id)])),
        token: cookie("troth_id"),
        gpc: opposed(),
      };
      const reply = await post("/consent", said, { signal: AbortSignal.timeout(5000) });
      if (reply.ok) {
        const answer = await reply.json();
        granted = within(answer.granted, wanted);
        untold = "";
        if (cookie("troth_id") != answer.token) keep("troth_id", answer.token, answer.token ? $config.days : 0);
      }
    } catch {}
    const saved = !without(wanted, granted)[0];
    if ((saved || untold || granted[0]) && !cookie("troth")) {
      // No header set it: the edge is down, or on another host.
      const letter = granted[0] ? (opposed() ? "g" : "y") : "n";
      keep("troth", [letter, standing[0], today(), untold + granted.join("~")].join("."), $config.days);
    }
    before = granted;
    if (saved && shown) close();
    apply(without(had, granted));
    failure.hidden = saved;
    if (!saved) {
      if (!host.isConnected) choose();
      (dialog.open ? dialog : banner).prepend(failure);
    }
  };
  // Code that has run cannot be taken back. From the "no" on its page reaches no host but the site and the edge, whatever
  // it still tries, up to its last beacon; then the page starts afresh, with the gate closed.
  const wallIn = (lost) => {
    if (!lost.some((id) => ran.has(id))) return;
    const wall = document.createElement("meta");
    wall.httpEquiv = "Content-Security-Policy";
    wall.content = "default-src 'self' 'unsafe-inline' " + address($config.edge).origin;
    document.head.append(wall);
    return wall;
  };
  const apply = (lost) => {
    const forget = () => clear(lost.flatMap((id) => purposes[id].clears));
    if (lost[0]) forget();
    if (wallIn(lost)) {
      on("pagehide", forget); // what it still writes before the page is gone
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
  // Every node stays where it is: a framework that put it there will want to move or remove it.

  const same = (text) => text;
  const trusted = (window.trustedTypes || { createPolicy: (_, rules) => rules }).createPolicy("troth", {
    createHTML: same,
    createScript: same,
    createScriptURL: same,
  });
  const address = (source) => Object.assign(document.createElement("a"), { href: source || "" });
  const sourceOf = (node) => node.dataset.src || node.getAttribute("src");
  const covers = new Map(); // frame: what stands before it
  const gate = () => {
    if (!banner.hidden) show();
    for (const [frame, shell] of covers) {
      if (!frame.isConnected) uncover(frame);
      else if (shell.nextSibling !== frame) frame.before(shell);
    }
    for (const node of document.querySelectorAll("[data-troth]")) {
      const [purpose, hosts, names] = gates[node.dataset.troth] || [];
      const inner = node.content ? [...node.content.querySelectorAll("[src]")] : [node];
      const declares = (part) => {
        const url = address(sourceOf(part));
        return url.origin === location.origin || hosts.includes(url.hostname);
      };
      if (!purpose || !inner.every(declares)) {
        console.warn("troth: not declared:", node.dataset.troth);
        node.removeAttribute("data-troth");
      } else if (granted.includes(purpose)) admit(node, purpose, names);
      else if (node.tagName === "IFRAME" && !covers.has(node)) cover(node, purpose);
    }
  };
  const admit = (node, purpose, names) => {
    const source = sourceOf(node);
    ran.add(purpose);
    node.removeAttribute("data-troth");
    if (node.tagName === "IFRAME") {
      uncover(node);
      node.hidden = false;
      node.src = source;
      return;
    }
    for (const name of names) if (window[name] === hush) window[name] = undefined;
    if (node.content) return node.after(node.content);
    // Not a clone: what came with innerHTML may never run, and neither may its clones.
    const script = document.createElement("script");
    for (const old of node.attributes) {
      if (!/^(on|src|type)/.test(old.name)) script.setAttribute(old.name, old.value);
    }
    script.type = node.dataset.type || "";
    script.nonce = node.nonce;
    script.async = node.hasAttribute("async");
    if (source) script.src = trusted.createScriptURL(source);
    else script.text = trusted.createScript(node.textContent);
    node.after(script);
  };
  const cover = (frame, purpose) => {
    const [shell, root] = shade($html.frame);
    const [once, always] = root.querySelectorAll("button");
    const title = box(purpose).parentNode.textContent;
    root.querySelector("p").append(address(sourceOf(frame)).hostname + " (" + title + ")");
    once.onclick = () => admit(frame, purpose);
    always.onclick = () => decide(granted.concat(purpose), "details");
    frame.before(shell);
    frame.hidden = true;
    covers.set(frame, shell);
  };
  const uncover = (frame) => {
    covers.get(frame)?.remove();
    covers.delete(frame);
  };

  // A vendor's name in the page, such as _hmt or gtag: while its script may not run, every call of it comes to nothing,
  // at once. Nothing waits in a queue: what was done before a yes is never told, not even later.
  const set = () => true;
  const done = new Proxy(Promise.resolve(), { get: (promise, name) => promise[name]?.bind?.(promise) || hush, set });
  const hush = new Proxy(() => done, {
    get: (_, name) => (name === "then" ? undefined : name === Symbol.toPrimitive ? String : hush),
    set,
  });

  // ---- The question, written by markup.py, in a shadow root: the site's styles cannot make one button the weaker ----

  const sheet = new CSSStyleSheet();
  sheet.replaceSync($config.styles);
  const shade = (html) => {
    const shell = document.createElement("div");
    const root = shell.attachShadow({ mode: "open" });
    shell.lang = asked.lang;
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = trusted.createHTML(html);
    return [shell, root];
  };
  const [host, root] = shade($html.question);
  const [banner, dialog, failure] = root.children;
  const box = (purpose) => root.getElementById(purpose);

  const show = () => {
    if (!host.isConnected) document.body?.prepend(host);
  };
  const close = () => {
    dialog.close();
    banner.hidden = true;
    host.remove();
  };
  const choose = () => {
    show();
    for (const id of ids) box(id).checked = granted.includes(id);
    if (!dialog.open) dialog.showModal();
  };
  dialog.onclose = () => banner.hidden && host.remove();
  root.addEventListener("click", (event) => {
    const act = event.target.value;
    const ticked = ids.filter((id) => box(id).checked);
    if (act === "none") decide([]);
    if (act === "all") decide(ids.filter((id) => !purposes[id].separate || granted.includes(id)));
    if (act === "ticked") decide(ticked.filter((id) => !without(purposes[id].needs, ticked)[0]));
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

  const declared = () => granted.flatMap((id) => purposes[id].facts);
  const read = (table) => {
    const names = declared().filter((name) => table[name]);
    return Object.fromEntries(names.map((name) => [name, table[name](views > 1)]));
  };
  const send = () => {
    const token = cookie("troth_id");
    if (!view || !token || !declared()[0] || sent === engaged) return;
    const said = { token, view, seq, engaged_ms: Math.round(engaged), ...page, facts: seq ? undefined : read(facts) };
    sent = engaged;
    seq += 1;
    // Not sendBeacon: it would carry the site's cookies along.
    post("/collect", said, { credentials: "omit" }).then((reply) => {
      if (reply.status === 403) view = ""; // withdrawn elsewhere: this page is silent until a new yes
    }, same);
  };
  const settle = (input) => {
    const now = performance.now();
    // A page without input for 30 s is no longer being read.
    if (view && since && declared().includes("stay")) engaged += Math.max(0, Math.min(now, active + 3e4) - since);
    if (input) active = now;
    since = !document.hidden && now;
  };
  const leave = () => {
    settle();
    since = 0; // leaving is told twice: the page is left, and it is hidden
    send();
  };
  const begin = () => {
    if (!views++) watch();
    view = crypto.randomUUID().slice(19).replace("-", ""); // 16 digits, 62 bits of them random
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
    for (const name of ["pointerdown", "pointermove", "keydown", "scroll"]) on(name, () => settle(true));
    on("pagehide", leave);
    if (window.navigation) return navigation.addEventListener("navigatesuccess", move);
    on("popstate", move);
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
    new MutationObserver(gate).observe(document, { childList: true, subtree: true });
    on("click", (event) => {
      if (!event.target.closest("[data-troth-open]")) return;
      event.preventDefault();
      choose();
    });
    on("visibilitychange", () => {
      if (document.hidden) return leave();
      refresh();
      settle(true);
    });
    on("pageshow", (event) => {
      if (!event.persisted) return;
      refresh();
      if (view) begin();
    });
    if (granted[0]) apply([]);
    else gate();
    if (stands) untold && decide(granted, "details");
    else if (opposed()) decide([], "gpc");
    else if (ids[0]) banner.hidden = show();
  };
  const ready = () => (document.readyState === "loading" ? on("DOMContentLoaded", start) : start());
  window.troth = {
    open: choose,
    granted: (purpose) => granted.includes(purpose),
    onChange: (listener) => listeners.push(listener),
  };
  recall();
  for (const [purpose, hosts, names] of Object.values(gates)) {
    for (const name of names) if (!window[name] || !granted.includes(purpose)) window[name] = hush;
  }
  document.prerendering ? on("prerenderingchange", ready) : ready();
})();
