// A beam as a tree: one column a step, in it the candidates best first; over the line those the beam keeps, under it those it drops.
// Greedy's path is drawn over it. A node opens its path: probabilities multiplied, their logarithms added, the length taken out.

const PITCH = 40;
const NODE = 32;
const BETWEEN = 30;
const TOP = 28;

function createTree(host) {
  const self = { host, data: null, step: 0, node: 0 };
  host.classList.add("tree");
  keepDrawn(self, drawTree);
  return {
    update(data) {
      const fresh = self.data === null;
      self.data = data;
      if (fresh) buildTree(self);
      self.transport.stop();
      self.nodes = nodesOf(self.data);
      self.step = Math.max(...self.nodes.map((node) => node.step));
      self.node = bestOf(self)?.index ?? 0;
      drawTree(self);
    },
    close() { self.transport?.stop(); },
  };
}

function buildTree(self) {
  const { words } = self.data.header;
  self.transport = createTransport(words, words.steps, (step) => { self.step = step; self.node = bestAt(self, step); drawTree(self); });
  self.key = html("p", { class: "key-line" });
  self.picture = svg("svg", { "aria-hidden": "true" });
  self.sheet = html("div", { class: "frame branches", tabindex: 0, role: "group", "aria-label": words.tree, onkeydown: (event) => walk(self, event) }, self.picture);
  self.path = html("div", { class: "path", "aria-live": "polite" });
  self.ranking = html("div", { class: "table still" });
  self.tabled = createTableButton(words, () => tableOfTree(self));
  self.host.append(html("div", { class: "bar" }, self.transport.node), self.key, self.sheet, self.path, self.ranking, self.tabled.node);
}

function nodesOf({ header, arrays }) {
  const of = (name, index) => arrays[name].values[index];
  const places = new Map();
  return header.tokens.map((token, index) => {
    const step = of("steps", index);
    const place = places.get(step) || 0;
    places.set(step, place + 1);
    return { index, token, step, place, parent: of("parents", index), log: of("log_probabilities", index), total: of("totals", index), score: of("scores", index), fate: header.fates[of("fates", index)], greedy: of("greedy", index) === 1 };
  });
}

const isOver = (node) => node.fate === "finished" || node.fate === "cut";
const pathTo = (self, index) => { const found = []; for (let at = index; at > 0; at = self.nodes[at].parent) found.unshift(self.nodes[at]); return found; };
const overBy = (self, step) => self.nodes.filter((node) => isOver(node) && node.step <= step).sort((a, b) => (a.fate === "cut") - (b.fate === "cut") || b.score - a.score);
const bestOf = (self) => overBy(self, Infinity)[0];

/** The best live prefix of a step, or the best that is over where none lives on. */
function bestAt(self, step) {
  const most = Math.max(...self.nodes.map((node) => node.step));
  if (step >= most) return bestOf(self)?.index ?? 0;
  return self.nodes.find((node) => node.step === step)?.index ?? 0;
}

function drawTree(self) {
  self.measured = self.host.clientWidth;
  if (!self.measured) return;
  const { header } = self.data;
  self.palette = paletteFor(self.host, header.palettes);
  const most = Math.max(...self.nodes.map((node) => node.step));
  self.transport.set(clamp(self.step, 1, Math.max(1, most)), most);
  const family = getComputedStyle(self.host).fontFamily;
  const columns = columnsOf(self, family);
  const lit = new Set(pathTo(self, self.node).map((node) => node.index));
  const rows = Math.max(...self.nodes.map((node) => node.place)) + 1;
  const last = columns[columns.length - 1];
  const [width, height] = [last.x + last.width + 70, TOP + rows * PITCH + 4];
  self.columns = columns;
  self.picture.setAttribute("width", width);
  self.picture.setAttribute("height", height);
  const greedy = greedyPath(self);
  self.picture.replaceChildren(beamLine(self, columns), ...wires(self, lit), ...greedy.shapes, ...self.nodes.filter((node) => node.step <= self.step).flatMap((node) => nodeShape(self, node, lit)), greedy.text);
  keyLine(self);
  follow(self);
  tellPath(self);
  rank(self);
  self.tabled.draw();
}

/** Where each step's column stands: as wide as its widest token. */
function columnsOf(self, family) {
  const columns = [];
  for (const node of self.nodes) {
    const width = Math.max(52, Math.min(130, textWidth(node.token.text, 13, family) + 20));
    columns[node.step] = { width: Math.max(width, columns[node.step]?.width || 0) };
  }
  let x = 2;
  for (const column of columns) { column.x = x; x += column.width + BETWEEN; }
  return columns;
}

function placeOfNode(self, node) {
  const column = self.columns[node.step];
  return { x: column.x, y: TOP + node.place * PITCH, width: column.width, middle: TOP + node.place * PITCH + NODE / 2 };
}

/** The edge of the beam in every step, and the number of the step. */
function beamLine(self, columns) {
  const { palette } = self;
  const { words } = self.data.header;
  const nodes = columns.slice(1).map((column, index) => svg("text", { x: column.x + column.width / 2, y: 14, "text-anchor": "middle", "font-size": 11, class: "figures", fill: index + 1 === self.step ? palette.text : palette.muted, "font-weight": index + 1 === self.step ? 700 : 400 }, String(index + 1)));
  for (let step = 1; step <= Math.min(self.step, columns.length - 1); step += 1) {
    const kept = self.nodes.filter((node) => node.step === step && node.fate !== "dropped").length;
    const y = TOP + kept * PITCH - (PITCH - NODE) / 2;
    nodes.push(svg("path", { d: `M${columns[step].x - 8} ${y}h${columns[step].width + 16}`, stroke: palette.floor, "stroke-width": 1.5, "stroke-dasharray": "2 3" }));
  }
  return svg("g", {}, nodes, svg("text", { x: 2, y: 14, "font-size": 11, fill: palette.muted }, words.step));
}

function wireTo(self, node, shift = 0) {
  const [from, to] = [placeOfNode(self, self.nodes[node.parent]), placeOfNode(self, node)];
  const [x1, x2] = [from.x + from.width, to.x];
  const half = (x1 + x2) / 2;
  return `M${x1} ${from.middle + shift}C${half} ${from.middle + shift} ${half} ${to.middle + shift} ${x2} ${to.middle + shift}`;
}

function wires(self, lit) {
  const { palette } = self;
  return self.nodes.filter((node) => node.parent >= 0 && node.step <= self.step).map((node) => {
    const on = lit.has(node.index);
    const colour = node.fate === "dropped" ? palette.floor : node.fate === "finished" ? palette.value : palette.query;
    return svg("path", { d: wireTo(self, node), fill: "none", stroke: on ? palette.text : colour, "stroke-width": (on ? 2 : 1) + 5 * Math.exp(node.log), "stroke-dasharray": node.fate === "dropped" ? "3 3" : null, opacity: on ? 0.85 : node.fate === "dropped" ? 0.45 : 0.4, "stroke-linecap": "round" });
  });
}

/** Greedy's way through the same tree, and where it leaves it. */
function greedyPath(self) {
  const { palette } = self;
  const { words } = self.data.header;
  const way = self.nodes.filter((node) => node.greedy && node.step <= self.step && node.step > 0);
  if (!way.length) return { shapes: [], text: "" };
  const shapes = way.map((node) => { const place = placeOfNode(self, node); return svg("path", { d: `${wireTo(self, node, 10)}h${place.width}`, fill: "none", stroke: palette.key, "stroke-width": 2.5, "stroke-linecap": "round" }); });
  const end = way[way.length - 1];
  const place = placeOfNode(self, end);
  const lost = end.fate === "dropped" || end.fate === "beaten";
  const text = svg("text", { x: place.x + place.width + 7, y: place.middle + 14, stroke: palette.background, "stroke-width": 4, "paint-order": "stroke", "font-size": 11, "font-weight": 700, fill: palette.key }, lost ? words.greedy_left : words.greedy);
  return { shapes, text };
}

function nodeShape(self, node, lit) {
  const { palette } = self;
  const { words } = self.data.header;
  const { x, y, width } = placeOfNode(self, node);
  const on = lit.has(node.index) || node.index === 0;
  const [dropped, over] = [node.fate === "dropped" || node.fate === "beaten", isOver(node)];
  const stroke = dropped ? palette.floor : over ? palette.value : palette.query;
  const chosen = node.index === self.node;
  const [fill, ink] = chosen ? [palette.text, palette.background] : over ? [palette.background, palette.value] : [palette.background, dropped ? palette.muted : palette.text];
  const title = node.step ? plain(words.node_title, { token: node.token.text, fate: words[`fate_${node.fate}`], share: percentText(Math.exp(node.log)), total: logText(node.total), score: logText(node.score) }) : "<s>";
  const shapes = [svg("title", {}, title), svg("rect", { x, y, width, height: NODE, rx: 7, fill, stroke, "stroke-width": on ? 2 : 1, "stroke-dasharray": dropped ? "3 3" : null }),
    svg("text", { x: x + width / 2, y: y + (node.step ? 14 : 20), "text-anchor": "middle", "font-size": 13, "font-weight": on ? 700 : 500, "font-style": node.token.special ? "italic" : null, fill: ink }, shortened(node.token.text))];
  if (node.step) shapes.push(svg("text", { x: x + width / 2, y: y + 27, "text-anchor": "middle", "font-size": 10.5, class: "figures", fill: ink, opacity: chosen ? 0.85 : 0.8 }, logText(node.total)));
  if (over) shapes.push(svg("rect", { x: x + width - 5, y: y + 5, width: 3, height: NODE - 10, fill: chosen ? palette.background : palette.value }));
  return [svg("g", { class: "node", onclick: () => choose(self, node.index) }, shapes)];
}

const shortened = (text) => (text.length > 14 ? text.slice(0, 13) + "\u2026" : text);

function choose(self, index) {
  self.node = index;
  drawTree(self);
}

/** Left: where it came from. Right: the best that follows. Up and down: its neighbours of the same step. */
function walk(self, event) {
  const node = self.nodes[self.node];
  const seen = self.nodes.filter((one) => one.step <= self.step);
  const to = {
    ArrowLeft: () => node.parent, ArrowRight: () => seen.find((one) => one.parent === node.index)?.index,
    ArrowUp: () => seen.find((one) => one.step === node.step && one.place === node.place - 1)?.index,
    ArrowDown: () => seen.find((one) => one.step === node.step && one.place === node.place + 1)?.index,
    Home: () => 0, End: () => (overBy(self, self.step)[0] || {}).index,
  }[event.key];
  if (!to) return;
  event.preventDefault();
  const next = to();
  if (next !== undefined && next >= 0) choose(self, next);
}

/** Keep the step that is looked at, or the chosen node, within the frame. */
function follow(self) {
  const { x, width } = placeOfNode(self, self.nodes[self.node]);
  const frame = self.sheet;
  if (x < frame.scrollLeft + 8 || x + width > frame.scrollLeft + frame.clientWidth - 8) frame.scrollLeft = Math.max(0, x + width - frame.clientWidth * 0.75);
}

function keyLine(self) {
  const { words } = self.data.header;
  const { palette } = self;
  const mark = (name, attributes) => html("span", { class: "mark-of" }, svg("svg", { width: 26, height: 14, "aria-hidden": "true" }, attributes), words[name]);
  const box = (stroke, dash) => svg("rect", { x: 1, y: 1, width: 24, height: 12, rx: 4, fill: "none", stroke, "stroke-width": 1.5, "stroke-dasharray": dash });
  self.key.replaceChildren(mark("fate_kept", box(palette.query, null)), mark("fate_dropped", box(palette.floor, "3 3")), mark("fate_finished", [box(palette.value, null), svg("rect", { x: 19, y: 3, width: 3, height: 8, fill: palette.value })]),
    mark("greedys_path", svg("path", { d: "M1 7h24", stroke: palette.key, "stroke-width": 2.5 })), html("span", { class: "muted" }, words.key_numbers));
}

/** The chosen path: the product of its probabilities, the sum of their logarithms, and the score. */
function tellPath(self) {
  const { words, settings } = self.data.header;
  const node = self.nodes[self.node];
  const path = pathTo(self, self.node);
  if (!path.length) { self.path.replaceChildren(html("p", {}, words.told_root)); return; }
  const bold = (text, role) => html("b", { class: role || "" }, text);
  const joined = (parts, sign) => parts.flatMap((part, index) => (index ? [sign, part] : [part]));
  const mean = -node.total / path.length;
  const penalty = node.score ? node.total / node.score : 1;
  const values = { count: String(path.length), fate: words[`fate_${node.fate}`], text: bold(written(path.map((one) => one.token)), "target"), total: bold(logText(node.total)), tokens: bold(String(thousands(Math.ceil(103.28 / Math.max(mean, 1e-9))))), mean: logText(-mean) };
  const formula = settings.kind === "power" ? `${path.length}` : `((5 + ${path.length}) / 6)`;
  self.path.replaceChildren(
    html("p", { class: "sentence" }, sentence(words.told_path, values)),
    html("p", { class: "figures spelled" }, html("span", { class: "muted" }, words.multiplied, " "), joined(path.map((one) => html("span", { class: "part", title: one.token.text }, number(Math.exp(one.log)))), " \u00D7 "), " = ", bold(smallShare(Math.exp(node.total)))),
    html("p", { class: "figures spelled" }, html("span", { class: "muted" }, words.added, " "), joined(path.map((one, index) => html("span", { class: "part", title: one.token.text }, index ? logText(one.log).replace("\u2212", "") : logText(one.log))), " \u2212 "), " = ", bold(logText(node.total))),
    html("p", { class: "figures spelled" }, html("span", { class: "muted" }, words.normalized, " "), `${logText(node.total)} / ${formula}`, html("sup", {}, String(settings.alpha)), ` = ${logText(node.total)} / ${penalty.toFixed(3)} = `, bold(logText(node.score))),
    html("p", { class: "muted" }, sentence(words.why_logs, values)));
}

/** What is over by now, best score first; the best by the plain sum is named where it is another one. */
function rank(self) {
  const { words } = self.data.header;
  const over = overBy(self, self.step);
  if (!over.length) { self.ranking.replaceChildren(html("p", { class: "muted" }, words.none_over)); return; }
  const bySum = over.reduce((best, node) => (node.total > best.total ? node : best), over[0]);
  const rows = over.slice(0, 8).map((node, index) => {
    const path = pathTo(self, node.index);
    const marks = [index === 0 ? words.best_score : "", node === bySum ? words.best_sum : "", node.greedy ? words.greedys : "", node.fate === "cut" ? words.fate_cut : ""].filter(Boolean);
    return [written(path.map((one) => one.token).filter((token) => !token.special)) || words.empty, String(path.length), logText(node.total), logText(node.score), marks.join(", ")];
  });
  self.ranking.replaceChildren(plainTable({ head: [words.translation, words.tokens, words.sum, words.score, ""], rows, caption: plain(words.over_by, { step: self.step, count: over.length }), marked: [0] }));
}

function tableOfTree(self) {
  const { words } = self.data.header;
  const rows = self.nodes.filter((node) => node.step > 0 && node.step <= self.step).map((node) => [String(node.step), written(pathTo(self, node.index).map((one) => one.token)), percentText(Math.exp(node.log)), logText(node.total), logText(node.score), words[`fate_${node.fate}`] + (node.greedy ? `, ${words.greedys}` : "")]);
  return { head: [words.step, words.prefix, words.probability, words.sum, words.score, words.fate], rows, caption: words.tree };
}
