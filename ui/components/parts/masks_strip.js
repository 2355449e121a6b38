// The strip: input, mask and label of every row of the decoder, one row chosen; under it scores, the mask and the weights of a head.

const AS_IT_IS = "shifted";

function createStrip(self) {
  const { header } = self.data;
  const { say } = header;
  const numbers = (count) => Array.from({ length: count }, (_, index) => [index, String(index + 1)]);
  const set = (name) => (value) => self.view.set({ [name]: value + 1 });
  self.mode = self.mode || AS_IT_IS;
  self.modes = segments(say.modes, ["shifted", "unshifted", "strict"].map((mode) => [mode, say[mode]]), self.mode, (mode) => { self.mode = mode; drawStrip(self); });
  self.place = html("output", { class: "figures" });
  const turn = (by, label, text) => html("button", { type: "button", class: "turner", "aria-label": label, onclick: () => chooseRow(self, self.row + by) }, text);
  self.layers = segments(say.layer, numbers(header.layers), 0, set("layer"));
  self.heads = segments(say.head, numbers(header.heads), 0, set("head"));
  const labelled = (text, group) => html("span", { class: "choice" }, html("span", { class: "muted", "aria-hidden": "true" }, text), group);
  self.headChoice = html("div", { class: "bar" }, html("h3", {}, say.panels), labelled(say.layer, self.layers), labelled(say.head, self.heads));
  self.strip = html("div", { class: "strip", tabindex: 0, role: "slider", "aria-valuemin": 1, "aria-label": say.strip });
  self.stripFrame = html("div", { class: "frame" }, self.strip);
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.panel = self.panel || "weights";
  self.onePanel = segments(say.panels, ["scores", "masked", "weights"].map((name) => [name, say[`panel_${name}`]]), self.panel, (name) => { self.panel = name; drawStrip(self); });
  self.figureHost = html("div", { class: "host" });
  new ResizeObserver(() => { if (self.data && self.narrow !== isNarrow(self)) drawStrip(self); }).observe(self.figureHost);
  self.arithmetic = html("p", { class: "arithmetic figures" });
  self.button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawStrip(self); } }, say.table);
  self.tables = html("div", { class: "table" });
  self.section.replaceChildren(
    html("div", { class: "bar" }, self.modes, html("span", { class: "stepper" }, turn(-1, say.previous, "\u2039"), self.place, turn(1, say.next, "\u203A"))),
    self.stripFrame, self.told, self.headChoice, self.onePanel, self.figureHost, self.arithmetic, self.button, self.tables);
  self.figure = createFigure(self.figureHost, { point: (cell) => sumOfRow(self, cell || [self.row, self.column]), choose: (cell) => { self.column = cell[1]; chooseRow(self, cell[0]); } });
  listenToStrip(self);
  new ResizeObserver(() => { if (self.data && Math.abs(self.stripFrame.clientWidth - (self.stripWidth || 0)) > 1) paintStrip(self); }).observe(self.stripFrame);
}

function listenToStrip(self) {
  self.strip.addEventListener("keydown", (event) => {
    const last = self.data.header.fed.length - 1;
    const to = { ArrowLeft: self.row - 1, ArrowDown: self.row - 1, ArrowRight: self.row + 1, ArrowUp: self.row + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    chooseRow(self, to);
  });
  const at = (event) => Math.floor((event.clientX - self.strip.getBoundingClientRect().left - self.geometry.left) / self.geometry.cell);
  self.strip.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse" && at(event) >= 0) chooseRow(self, at(event)); });
  self.strip.addEventListener("click", (event) => { if (at(event) >= 0) chooseRow(self, at(event)); });
}

function chooseRow(self, row) {
  const next = clamp(row, 0, self.data.header.fed.length - 1);
  if (next === self.row && self.painted) { if (self.drawnColumn !== self.column) sumOfRow(self, [self.row, self.column]); return; }
  self.row = next;
  paintStrip(self);
  tellStrip(self);
  if (self.shownFigure) { self.shownFigure.chosen = [self.row, self.column]; self.figure.light(self.shownFigure.chosen); }
  sumOfRow(self, [self.row, self.column]);
}

/** May row i read input j, in the way of feeding that is looked at? */
const openTo = (self, i, j) => (self.mode === "strict" ? j < i : j <= i);
const inputsOf = (self) => (self.mode === AS_IT_IS ? self.data.header.fed : self.data.header.labels);

function headOfStrip(self) {
  const { header, arrays } = self.data;
  const layer = self.view.number("layer", 1, header.layers, header.layer + 1) - 1;
  const head = self.view.number("head", 1, header.heads, header.head + 1) - 1;
  const n = header.fed.length;
  const at = (layer * header.heads + head) * n * n;
  return { layer, head, n, scores: arrays.scores.values.subarray(at, at + n * n), weights: arrays.weights.values.subarray(at, at + n * n) };
}

function drawStrip(self) {
  const { header } = self.data;
  const n = header.fed.length;
  self.row = clamp(self.row === undefined ? header.row : self.row, 0, n - 1);
  self.column = clamp(self.column === undefined ? Math.max(0, self.row - 1) : self.column, 0, n - 1);
  self.palette = paletteFor(self.host, header.palettes);
  const now = headOfStrip(self);
  press(self.modes, self.mode);
  press(self.layers, now.layer);
  press(self.heads, now.head);
  paintStrip(self);
  tellStrip(self);
  const asItIs = self.mode === AS_IT_IS;
  for (const node of [self.headChoice, self.onePanel, self.figureHost, self.arithmetic, self.button, self.tables]) node.hidden = !asItIs;
  if (asItIs) drawPanels(self, now);
}

/** No room for three matrices side by side: one at a time. */
const isNarrow = (self) => self.figureHost.clientWidth > 0 && self.figureHost.clientWidth < Math.max(620, 260 + 33 * self.data.header.fed.length);

function drawPanels(self, now) {
  const { header } = self.data;
  const { say } = header;
  const hidden = Uint8Array.from({ length: now.n * now.n }, (_, at) => (at % now.n > Math.floor(at / now.n) ? 1 : 0));
  const limit = largest(now.scores);
  const panels = [
    { id: "scores", title: say.panel_scores, matrix: matrixOf(now.scores, now.n, now.n, "scores", null, limit) },
    { id: "masked", title: say.panel_masked, matrix: matrixOf(now.scores, now.n, now.n, "scores", hidden, limit) },
    { id: "weights", title: say.panel_weights, matrix: matrixOf(now.weights, now.n, now.n, "weights", hidden, 1) },
  ];
  self.narrow = isNarrow(self);
  self.onePanel.hidden = !self.narrow;
  press(self.onePanel, self.panel);
  const [rows, columns] = [header.labels, header.fed];
  self.shownFigure = { rows, columns, marked: needsMark([...rows, ...columns]), second: null, panels: self.narrow ? panels.filter((panel) => panel.id === self.panel) : panels, vectors: null, connectors: false, words: { masked: say.masked }, chosen: [self.row, self.column] };
  self.figure.update(self.shownFigure, self.palette);
  self.button.setAttribute("aria-pressed", String(self.table === true));
  self.tables.replaceChildren(...(self.table ? panels.map((panel) => tableOf(panel.matrix, rows, columns, panel.title, { masked: panel.matrix.kind === "weights" ? "0" : "\u2212\u221E" })) : []));
  sumOfRow(self, [self.row, self.column]);
}

/** The weights of the row added up: what is hidden adds nothing, and the sum is one. */
function sumOfRow(self, [i, j]) {
  if (!self.shownFigure) return;
  const { header } = self.data;
  const now = headOfStrip(self);
  const row = rowOf({ shape: [now.n, now.n], values: now.weights }, i);
  const open = Array.from(row.subarray(0, i + 1));
  const many = open.length > 7;
  const parts = (many ? [...open.slice(0, 3), null, ...open.slice(-3)] : open).map((x) => (x === null ? "\u2026" : number(x)));
  const hidden = now.n - i - 1;
  const cell = j > i
    ? filled(header.say.cell_hidden, { row: q(header.labels[i].text), column: k(header.fed[j].text) })
    : filled(header.say.cell_open, { row: q(header.labels[i].text), column: k(header.fed[j].text), score: number(now.scores[i * now.n + j]), weight: html("b", {}, number(row[j])) });
  self.drawnColumn = j;
  self.arithmetic.replaceChildren(html("span", { class: "spelt" }, cell),
    html("span", { class: "spelt" }, q(header.labels[i].text), ": ", parts.join(" + "), hidden ? ` + ${hidden} \u00D7 0` : "", " = ", html("b", {}, number(open.reduce((a, b) => a + b, 0)))));
}

function tellStrip(self) {
  const { header } = self.data;
  const { say } = header;
  const [i, n] = [self.row, header.fed.length];
  const label = named(header.labels, i).text;
  const [open, hidden] = [self.mode === "strict" ? i : i + 1, self.mode === "strict" ? n - i : n - i - 1];
  const values = { row: i + 1, next: i + 2, open: html("b", {}, open), hidden: html("b", {}, hidden), label: html("b", { class: "target" }, label), fed: html("b", { class: "key" }, named(header.fed, i).text) };
  const template = { shifted: i === n - 1 ? say.told_last : i ? say.told_shifted : say.told_first, unshifted: say.told_unshifted, strict: i === 0 ? say.told_empty : say.told_strict }[self.mode];
  self.told.replaceChildren(...filled(template, values));
  self.place.textContent = plain(say.place, { row: i + 1, rows: n });
  self.strip.setAttribute("aria-valuemax", n);
  self.strip.setAttribute("aria-valuenow", i + 1);
  self.strip.setAttribute("aria-valuetext", self.told.textContent);
}
