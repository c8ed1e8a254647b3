// After an answer on the plain form, where scripts run: takes what no header can name, names by pattern and browser
// storage, of purposes that were refused. Their beginnings ("name=" or "prefix") stand in data-clears, from the policy.
(() => {
  const beginnings = JSON.parse(document.currentScript.dataset.clears);
  const isCovered = (name) => beginnings.some((beginning) => (name + "=").startsWith(beginning));
  const labels = location.hostname.split(".");
  const levels = ["", ...labels.slice(1).map((_, at) => "; Domain=" + labels.slice(at).join("."))];
  for (const name of document.cookie.split("; ").map((pair) => pair.split("=")[0]).filter(isCovered)) {
    for (const level of levels) document.cookie = name + "=; Path=/; Max-Age=0; SameSite=Lax; Secure" + level;
  }
  try {
    for (const store of [localStorage, sessionStorage]) {
      Object.keys(store).filter(isCovered).forEach((key) => store.removeItem(key));
    }
  } catch {} // storage is blocked: then nothing is in it
})();
