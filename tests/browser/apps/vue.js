// A site of three pages in Vue. It puts a gated script and a gated frame into its pages as any other element, moves
// them, draws around them and takes them away again, and knows nothing of the gate.
const { createApp, h } = Vue;
const sdk = { type: "text/plain", "data-troth": "visitor_analytics", "data-src": vendor + "/sdk.js" };

const Start = { render: () => [h("h1", "Start"), h("script", sdk), h("p", "Welcome.")] };

const Range = {
  mounted() {
    this.late = Object.assign(document.createElement("script"), { type: "text/plain" });
    Object.assign(this.late.dataset, { troth: "visitor_analytics", src: vendor + "/sdk.js" });
    this.$refs.here.appendChild(this.late);
  },
  beforeUnmount() {
    this.$refs.here.removeChild(this.late);
  },
  render: () => [h("h1", "Range"), h("div", { ref: "here" })],
};

const Contact = {
  data: () => ({ notes: ["a"], last: false, hidden: false }),
  render() {
    const map = h("iframe", { key: "map", "data-troth": "office_map", "data-src": vendor + "/map", title: "Office map" });
    const notes = this.notes.map((note) => h("p", { key: note, class: "note" }, note));
    return [
      h("h1", "Contact"),
      h("button", { onClick: () => this.notes.push("n" + this.notes.length) }, "Note"),
      h("button", { onClick: () => (this.last = !this.last) }, "Move"),
      h("button", { onClick: () => (this.hidden = !this.hidden) }, "Hide"),
      h("div", { id: "room" }, this.hidden ? notes : this.last ? [...notes, map] : [map, ...notes]),
    ];
  },
};

const pages = { "/": Start, "/range": Range, "/contact": Contact };
createApp({
  data: () => ({ path: location.pathname }),
  created() {
    addEventListener("popstate", () => (this.path = location.pathname));
  },
  methods: {
    go(event) {
      event.preventDefault();
      history.pushState({}, "", event.target.pathname);
      this.path = location.pathname;
    },
  },
  render() {
    const links = Object.keys(pages).map((path) => h("a", { href: path, onClick: this.go }, "to " + path));
    return [h("nav", links), h(pages[this.path], { key: this.path })];
  },
}).mount("#app");
