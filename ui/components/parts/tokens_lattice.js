// Unigram's lattice of one word: an arc for every piece that fits, the best path on top; and how pruning changes it.

function createLattice(host) {
  const self = { host, data: null, word: 0, size: 0, arc: null };
  keepDrawn(self, drawLattice);
  return { update(data) {
    self.data = data;
    const { header } = self.data;
    self.word = header.start;
    self.size = header.chosen;
    self.arc = null;
    buildLattice(self);
  } };
}

function buildLattice(self) {
  const { header } = self.data;
  const t = header.texts;
  const chooser = segments(t.word, header.terms.map((word, at) => [at, word.text]), self.word, (at) => { self.word = at; self.arc = null; press(chooser, at); drawLattice(self); });
  self.picture = html("div", { class: "frame lattice", tabindex: 0, role: "region", "aria-label": t.lattice_label, onkeydown: (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    const { arcs } = latticeNow(self);
    self.arc = ((self.arc === null ? (move > 0 ? -1 : 0) : self.arc) + move + arcs.length) % arcs.length;
    drawLattice(self);
  } });
  self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.ways = html("div", { class: "ways" });
  self.ladder = html("div", { class: "ladder", role: "group", "aria-label": t.ladder });
  self.table = tableButton(t, () => ({ caption: t.lattice_label, head: [t.piece_one, t.log_probability, t.share, t.on_best, t.price], rows: latticeNow(self).arcs.map((arc) => [arc.piece, number(arc.score), percentOf(arc.share), arc.best ? t.yes : t.no, arc.price === null ? "" : grouped(Math.round(arc.price))]) }));
  self.host.replaceChildren(
    html("div", { class: "scrolling" }, chooser), self.picture, self.told,
    html("div", { class: "twofold" }, html("div", {}, html("h4", { class: "left" }, t.ways_title), self.ways), html("div", {}, html("h4", { class: "left" }, t.ladder), self.ladder)), self.table.button, self.table.place);
  drawLattice(self);
}

const latticeNow = (self) => self.data.header.terms[self.word].sizes[self.size];
const percentOf = (share) => (share >= 0.995 && share < 1 ? ">99\u202F%" : share > 0 && share < 0.005 ? "<1\u202F%" : `${Math.round(share * 100)}\u202F%`);

function drawLattice(self) {
  const { header } = self.data;
  const t = header.texts;
  const now = latticeNow(self);
  const text = Array.from(header.terms[self.word].marked);
  const palette = paletteFor(self.host, header.palettes);
  const room = self.picture.clientWidth || 700;
  const step = clamp((room - 40) / text.length, 34, 92);
  const longest = Math.max(...now.arcs.map((arc) => arc.end - arc.start));
  const height = 30 + Math.min(150, longest * 24);
  const ground = height;
  const x = (place) => 20 + place * step;
  const arcs = now.arcs.map((arc, at) => ({ ...arc, at })).sort((a, b) => Number(a.best) - Number(b.best) || a.share - b.share);
  const top = (arc) => 20 + ((arc.end - arc.start - 1) / Math.max(1, longest - 1)) * (height - 64) + (arc.end - arc.start < longest ? (arc.start % 2) * 5 : 0);
  const drawing = arcs.flatMap((arc) => {
    const lit = self.arc === arc.at;
    const colour = lit ? palette.key : arc.best ? palette.query : arc.known ? palette.floor : palette.line;
    const [from, to, up] = [x(arc.start) + 3, x(arc.end) - 3, ground - top(arc)];
    const middle = (from + to) / 2;
    const bend = Math.min(26, (to - from) / 2);
    return svg("g", { class: "arc", onpointerenter: () => { self.arc = arc.at; tellArc(self); }, onclick: () => { self.arc = arc.at; drawLattice(self); } },
      svg("path", { d: `M${from} ${ground}C${from} ${up} ${from + bend / 2} ${up} ${from + bend} ${up}H${to - bend}C${to - bend / 2} ${up} ${to} ${up} ${to} ${ground}`, fill: "none", stroke: colour, "stroke-width": arc.best ? 5 : 1 + 4 * arc.share, "stroke-dasharray": arc.known ? null : "2 4", "stroke-linecap": "round", opacity: arc.best || lit ? 1 : 0.75 }),
      svg("text", { x: middle, y: up - 6, "text-anchor": "middle", "font-size": 13, "font-weight": arc.best ? 700 : 400, fill: lit ? palette.key : arc.best ? palette.query : palette.muted }, arc.piece, svg("title", {}, `${arc.piece}: ${number(arc.score)}`)));
  });
  const nodes = Array.from({ length: text.length + 1 }, (_, place) => svg("circle", { cx: x(place), cy: ground, r: 4, fill: palette.text }));
  const letters = text.map((letter, at) => svg("text", { x: x(at + 0.5), y: ground + 22, "text-anchor": "middle", "font-size": 17, "font-weight": 600, fill: letter === "\u2581" ? palette.muted : palette.text }, letter));
  self.picture.replaceChildren(svg("svg", { width: 40 + step * text.length, height: height + 32, role: "img", "aria-label": plain(t.lattice_picture, { count: now.arcs.length, word: header.terms[self.word].text, best: now.spellings[0].pieces.join(" + ") }) }, drawing, nodes, letters));
  tellArc(self);
  drawWays(self);
  drawLadder(self);
  self.table.update();
}

function tellArc(self) {
  const { header } = self.data;
  const t = header.texts;
  const now = latticeNow(self);
  const arc = self.arc === null ? null : now.arcs[self.arc];
  if (!arc) {
    self.told.replaceChildren(...sentence(t.told_lattice, { word: html("b", { class: "source" }, header.terms[self.word].text), arcs: html("b", {}, now.arcs.length), ways: html("b", {}, grouped(now.ways)), best: html("b", { class: "query" }, now.spellings[0].pieces.join(" + ")) }));
    return;
  }
  const template = !arc.known ? t.told_letter : arc.price === null ? t.told_arc : t.told_price;
  self.told.replaceChildren(...sentence(template, { piece: html("b", { class: arc.best ? "query" : "key" }, arc.piece), score: html("b", {}, number(arc.score)), share: html("b", {}, percentOf(arc.share)), price: html("b", {}, arc.price === null ? "" : grouped(Math.round(arc.price))), count: html("b", {}, grouped(arc.count || 0)) }));
}

/** The best few spellings with their sums: log-probabilities of pieces add up. */
function drawWays(self) {
  const now = latticeNow(self);
  self.ways.replaceChildren(html("table", { class: "figures" }, html("tbody", {}, now.spellings.map((spelling, at) => html("tr", { class: at ? "" : "best" },
    html("th", { scope: "row" }, spelling.pieces.join(" + ")), html("td", {}, spelling.scores.map((score) => number(score)).join(" + ").replaceAll("+ \u2212", "\u2212 "), " = ", html("b", {}, number(spelling.score))), html("td", {}, percentOf(spelling.share)))))));
}

/** The word's best spelling at every size: what pruning leaves of it. */
function drawLadder(self) {
  const { header } = self.data;
  const t = header.texts;
  self.ladder.replaceChildren(...header.sizes.map((size, at) => {
    const best = header.terms[self.word].sizes[at].spellings[0].pieces;
    return html("button", { type: "button", class: "rung", "aria-pressed": String(at === self.size), "aria-label": plain(t.rung, { size: grouped(size), pieces: best.join(" + ") }), onclick: () => { self.size = at; self.arc = null; drawLattice(self); self.ladder.children[at].focus(); } },
      html("span", { class: "figures muted" }, grouped(size)), html("span", {}, best.map((piece, place) => html("span", { class: `box tint${place % 3}` }, piece))));
  }));
}
