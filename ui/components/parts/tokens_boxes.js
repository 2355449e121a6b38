// Boxes of pieces over the original characters, and the few controls the pictures of lesson 6 share.

/** A range with its label and what it says; `told(value)` words a value for eyes and screen readers. */
function slider(label, { min = 0, max, value, told, change }) {
  const said = html("output", { class: "figures said" }, told(value));
  const input = html("input", { type: "range", min, max, step: 1, value, "aria-label": label, "aria-valuetext": told(value), oninput: () => { show(Number(input.value)); change(Number(input.value)); } });
  function show(at) {
    input.value = String(at);
    input.setAttribute("aria-valuetext", told(at));
    said.textContent = told(at);
  }
  const node = html("label", { class: "slider" }, html("span", {}, label), input, said);
  return { node, show, range(most) { input.max = String(most); } };
}

/** Back, play, on: `go(step)` moves; playing stops by itself at the end. Playing is the visitor's wish, so it also runs where motion is reduced. */
function stepper(t, { count, at, go, pause = 700 }) {
  let timer = null;
  const button = (text, name, press) => html("button", { type: "button", class: "small", "aria-label": name, title: name, onclick: press }, text);
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "\u25B6"; play.setAttribute("aria-pressed", "false"); };
  const play = html("button", { type: "button", class: "small play", "aria-label": t.play, title: t.play, "aria-pressed": "false", onclick: () => {
    if (timer) { stop(); return; }
    if (at() >= count()) go(0);
    play.textContent = "\u275A\u275A";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => { go(at() + 1); if (at() >= count()) stop(); }, pause);
  } }, "\u25B6");
  const by = (distance) => () => { stop(); go(clamp(at() + distance, 0, count())); };
  const node = html("div", { class: "buttons", role: "group", "aria-label": t.steps }, button("\u00AB", t.first, by(-1e6)), button("\u2039", t.back, by(-1)), play, button("\u203A", t.on, by(1)), button("\u00BB", t.last, by(1e6)));
  return { node, stop };
}

/** What a piece looks like: its characters, a visible space, or the byte it is. */
const faceOf = (text, piece) => piece.face || text.slice(piece.start, piece.end) || "\u2423";

/** A word in one piece is pale; the pieces of a word that is cut take turns in two stronger tints. */
function tintsOf(pieces) {
  const starts = pieces.map((piece, at) => at === 0 || piece.start > pieces[at - 1].end || piece.face === "\u2423");
  return pieces.map((piece, at) => (starts[at] && (at + 1 === pieces.length || starts[at + 1]) ? 0 : 1 + (at % 2)));
}

/**
 * Pieces as boxes in their order, each over its own characters. One of them takes part in the order of tabs; the arrows
 * move on. `choose(index)` on a click, on focus and under the pointer.
 */
function boxes(text, pieces, { label, chosen = -1, lit = null, choose }) {
  const tints = tintsOf(pieces);
  const nodes = pieces.map((piece, index) => {
    const space = index + 1 < pieces.length && pieces[index + 1].start > piece.end;
    return html("button", {
      type: "button", tabindex: index === Math.max(0, chosen) ? 0 : -1, "aria-pressed": String(index === chosen),
      class: ["box", `tint${tints[index]}`, piece.kind || "", space ? "before-space" : "", lit && lit(piece) ? "lit" : ""].join(" "),
      "aria-label": piece.name || faceOf(text, piece),
      onclick: () => choose(index), onpointerenter: () => choose(index), onfocus: () => choose(index),
    }, faceOf(text, piece));
  });
  const row = html("div", { class: "boxes", role: "group", "aria-label": label, onkeydown: (event) => {
    const here = nodes.indexOf(event.target);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: nodes.length - 1 }[event.key];
    if (here < 0 || to === undefined || !nodes[to]) return;
    event.preventDefault();
    nodes[here].tabIndex = -1;
    nodes[to].tabIndex = 0;
    nodes[to].focus();
  } }, nodes);
  return { row, nodes };
}

/** A button that shows a plain table under a picture; `make()` gives head and rows as lists of texts. */
function tableButton(t, make) {
  const place = html("div", { class: "table" });
  let open = false;
  const draw = () => {
    const { caption, head, rows } = make();
    place.replaceChildren(html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": caption }, html("table", { class: "figures" }, html("caption", {}, caption),
      html("thead", {}, html("tr", {}, head.map((cell) => html("th", { scope: "col" }, cell)))),
      html("tbody", {}, rows.map((row) => html("tr", {}, row.map((cell, column) => html(column ? "td" : "th", column ? {} : { scope: "row" }, cell))))))));
  };
  const button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => {
    open = !open;
    button.setAttribute("aria-pressed", String(open));
    if (open) draw(); else place.replaceChildren();
  } }, t.table);
  return { button, place, update: () => open && draw() };
}

const grouped = thousands;
const strong = (text) => html("b", {}, text);
const shortened = (text, room) => (text.length * 8 > room ? text.slice(0, Math.max(1, Math.floor(room / 8) - 1)) + "\u2026" : text);
