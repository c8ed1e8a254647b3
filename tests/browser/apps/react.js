// The same site in React. Under Trusted Types React cannot make a script element of its own (it would use innerHTML),
// so the pages put theirs in by hand, as they must for one that is to run at all; `written` shows what React makes.
const { createElement: h, useEffect, useRef, useState } = React;

function Late() {
  const here = useRef(null);
  useEffect(() => {
    const room = here.current;
    const late = Object.assign(document.createElement("script"), { type: "text/plain" });
    Object.assign(late.dataset, { troth: "visitor_analytics", src: vendor + "/sdk.js" });
    room.appendChild(late);
    return () => room.removeChild(late);
  }, []);
  return h("div", { ref: here });
}

function Written() {
  return h("script", { type: "text/plain", "data-troth": "visitor_analytics", "data-src": vendor + "/sdk.js" });
}

const Start = () => [h("h1", { key: 1 }, "Start"), h(written ? Written : Late, { key: 2 }), h("p", { key: 3 }, "Welcome.")];

const Range = () => [h("h1", { key: 1 }, "Range"), h(Late, { key: 2 })];

function Contact() {
  const [count, setCount] = useState(1);
  const [last, setLast] = useState(false);
  const [hidden, setHidden] = useState(false);
  const map = h("iframe", { key: "map", "data-troth": "office_map", "data-src": vendor + "/map", title: "Office map" });
  const notes = Array.from({ length: count }, (_, at) => h("p", { key: at, className: "note" }, "n" + at));
  return [
    h("h1", { key: 1 }, "Contact"),
    h("button", { key: 2, onClick: () => setCount(count + 1) }, "Note"),
    h("button", { key: 3, onClick: () => setLast(!last) }, "Move"),
    h("button", { key: 4, onClick: () => setHidden(!hidden) }, "Hide"),
    h("div", { key: 5, id: "room" }, hidden ? notes : last ? [...notes, map] : [map, ...notes]),
  ];
}

const pages = { "/": Start, "/range": Range, "/contact": Contact };

function App() {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => addEventListener("popstate", () => setPath(location.pathname)), []);
  const go = (event) => {
    event.preventDefault();
    history.pushState({}, "", event.target.pathname);
    setPath(location.pathname);
  };
  const links = Object.keys(pages).map((to) => h("a", { key: to, href: to, onClick: go }, "to " + to));
  return [h("nav", { key: 1 }, links), h(pages[path], { key: path })];
}

ReactDOM.createRoot(document.getElementById("app")).render(h(App));
