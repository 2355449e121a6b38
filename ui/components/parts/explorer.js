// The explorer: all heads at a glance, one large as matrix or lines, its computation, and the numbers of a cell.
// Nothing here speaks to the server: what is looked at stands in the address (ui/address.js), the rest in this object.

function createExplorer(host) {
  const view = sharedView();
  const self = { host, view, data: null, names: "produced", table: false, over: null, cells: {} };
  self.section = html("section", { class: "explorer" });
  host.append(self.section);
  host.addEventListener("pointerdown", (event) => {
    const menu = self.section.querySelector(".more[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  const stop = keepDrawn(self, draw, null);
  return {
    update(data) {
      self.data = data;
      self.cells = {};
      const { attentions, models, words } = self.data.header;
      const shape = JSON.stringify([attentions, models, words]);
      if (shape !== self.shape) build(self); // another sentence keeps the controls, and with them the focus
      self.shape = shape;
      const tokens = JSON.stringify(self.data.header.tokens);
      const another = self.tokens !== undefined && self.tokens !== tokens;
      self.tokens = tokens;
      if (another) view.set({ row: null, column: null }); // a cell pinned on another sentence means nothing here; this draws
      else draw(self);
    },
    close() { stop(); },
  };
}

/** What is looked at, from the address, within what the data has. */
function looking(self) {
  const { header } = self.data;
  const kinds = Object.keys(header.attentions);
  const kind = kinds.includes(self.view.get("attention")) ? self.view.get("attention") : kinds[0];
  const { layers, heads } = header.attentions[kind];
  const asked = self.view.get("step");
  const start = startOf(self, kind) || { layer: 0, head: 0 };
  return {
    kind, layers, heads, layer: self.view.number("layer", 1, layers, start.layer + 1) - 1, head: self.view.number("head", 1, heads, start.head + 1) - 1,
    step: STEPS.includes(asked) ? asked : "weights", view: asked === LINES ? LINES : "matrix",
  };
}

/** The place worth looking at first, while the address names no head: of the encoder alone. */
function startOf(self, kind) {
  const named = self.view.get("layer") || self.view.get("head");
  return kind === "encoder" && !named ? self.data.header.start : null;
}

function axesOf(self, kind) {
  const { source, fed, produced } = self.data.header.tokens;
  if (kind === "encoder") return { rows: source, columns: source, second: null };
  const rows = self.names === "fed" ? fed : produced;
  return { rows, columns: kind === "cross" ? source : fed, second: self.names === "both" ? fed : null };
}

function build(self) {
  const { header } = self.data;
  const { words } = header;
  const set = (name) => (value) => self.view.set({ [name]: value });
  self.kinds = segments(words.attention, Object.keys(header.attentions).map((kind) => [kind, words[kind]]), null, (kind) => self.view.set({ attention: kind, row: null, column: null }));
  self.thumbnails = html("div", { class: "thumbnails" });
  self.steps = segments(words.step, STEPS.filter((step) => step !== "all" || header.models.length === 1).map((step) => [step, words[`step_${step}`]]), null, set("step"));
  self.views = segments(words.view, ["matrix", LINES].map((name) => [name, words[name]]), null, (name) => self.view.set({ step: name === LINES ? LINES : self.lastStep || null }));
  self.names_ = segments(words.row_names, ["produced", "fed", "both"].map((name) => [name, words[`rows_${name}`]]), self.names, (name) => { self.names = name; draw(self); });
  self.naming = html("div", { class: "naming" }, html("span", { class: "muted" }, words.row_names), self.names_);
  self.title = html("h3", {});
  self.matrixHost = html("div", { class: "host" });
  self.note = html("p", { class: "note muted", "aria-live": "polite" });
  self.linesHost = html("div", { class: "host pair" });
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.arithmetic = html("p", { class: "arithmetic figures" });
  self.numbersTitle = html("h3", {}, words.numbers);
  self.numbers = html("div", { class: "numbers" });
  self.tableHost = html("div", { class: "table" });
  self.card = html("div", { class: "card" },
    html("div", { class: "head" }, html("div", { class: "turn" }, turn(self, -1), self.title, turn(self, 1)), self.steps), self.matrixHost, self.note, self.linesHost);
  self.section.replaceChildren(
    html("div", { class: "bar" }, self.kinds, self.views, moreOf(self)),
    html("div", { class: "rail" }, self.thumbnails),
    html("div", { class: "main" }, self.card, self.arithmetic, self.tableHost),
    self.told,
    html("div", { class: "below" }, self.numbersTitle, self.numbers));
  self.figure = createFigure(self.matrixHost, { point: (cell) => pointed(self, cell), choose: (cell) => chosen(self, cell) });
  self.lines = header.models.map((model) => {
    const place = html("div", { class: "host" });
    self.linesHost.append(header.models.length > 1 ? html("div", {}, html("h4", {}, model.label), place) : place);
    return createLines(place, { point: (here) => pointedToken(self, here) });
  });
  self.numbersPanel = createNumbers(self.numbers);
  self.known = null;
}

function turn(self, by) {
  const { words } = self.data.header;
  return html("button", { type: "button", class: "turner", "aria-label": by < 0 ? words.previous : words.next, onclick: () => {
    const at = looking(self);
    const next = (at.layer * at.heads + at.head + by + at.layers * at.heads) % (at.layers * at.heads);
    self.view.set({ layer: Math.floor(next / at.heads) + 1, head: (next % at.heads) + 1 });
  } }, by < 0 ? "\u2039" : "\u203A");
}

function moreOf(self) {
  const { words } = self.data.header;
  const table = html("button", { type: "button", "aria-pressed": "false", onclick: () => { self.table = !self.table; table.setAttribute("aria-pressed", String(self.table)); draw(self); done(); } }, words.table);
  const done = () => { details.open = false; details.querySelector("summary").focus(); };
  const button = (label, action) => html("button", { type: "button", onclick: () => { action(); done(); } }, label);
  const picture = () => { const now = downloadable(self); return pictureOf(now, self.data.header.about, self.data.header.palettes.light); };
  const menu = html("div", { class: "menu" }, self.naming, html("div", { class: "buttons" }, table),
    html("div", { class: "buttons", role: "group", "aria-label": words.download }, html("span", { class: "muted" }, words.download),
      button("PNG", () => savePng(fileName(self), picture())), button("SVG", () => saveSvg(fileName(self), picture())),
      button("CSV", () => { const now = downloadable(self); saveCsv(fileName(self), now.matrix, now.rows, now.columns); })));
  const details = html("details", { class: "more", onkeydown: (event) => { if (event.key === "Escape") event.currentTarget.open = false; } }, html("summary", {}, words.more), menu);
  return details;
}

const fileName = (self) => { const at = looking(self); return `${at.kind}-layer${at.layer + 1}-head${at.head + 1}-${at.step === "all" ? "weights" : at.step}`; };

function downloadable(self) {
  const at = looking(self);
  const { rows, columns } = axesOf(self, at.kind);
  const step = at.step === "all" || at.view === LINES ? "weights" : at.step;
  return { matrix: matrixOfStep(headOf(self.data, 0, at.kind, at.layer, at.head), step), rows, columns, title: titleOf(self, at) + `, ${self.data.header.words["step_" + step]}` };
}

const titleOf = (self, at) => plain(self.data.header.words.title, { attention: self.data.header.words[at.kind + "_long"], layer: at.layer + 1, head: at.head + 1 });

function draw(self) {
  const { header } = self.data;
  const { words } = header;
  const at = looking(self);
  const palette = (self.palette = paletteFor(self.host, header.palettes));
  const { rows, columns, second } = axesOf(self, at.kind);
  self.heads = header.models.map((_, model) => headOf(self.data, model, at.kind, at.layer, at.head));
  const head = self.heads[0];
  if (at.view !== LINES) self.lastStep = at.step;
  press(self.kinds, at.kind);
  press(self.steps, at.step === "all" && header.models.length > 1 ? "weights" : at.step);
  press(self.views, at.view);
  press(self.names_, self.names);
  self.naming.hidden = at.kind === "encoder";
  self.title.textContent = plain(words.map_label, { layer: at.layer + 1, head: at.head + 1 });
  self.section.classList.toggle("wide", at.step === "all" && at.view === "matrix" && header.models.length === 1);
  self.card.classList.toggle("alone", at.heads * at.layers === 1);
  const stepsHidden = at.view === LINES;
  self.steps.hidden = stepsHidden;
  self.matrixHost.hidden = stepsHidden;
  self.linesHost.hidden = !stepsHidden;
  drawThumbnails(self, at, palette);
  self.cell = cellOf(self, at, head, rows, columns);
  const marked = needsMark(rows) || needsMark(columns);
  const notes = [at.step === "mask" && !stepsHidden && !head.allowed ? words.nothing_masked : null, marked ? words.word_start : null].filter(Boolean);
  self.note.textContent = notes.join(" ");
  self.note.hidden = notes.length === 0;
  if (stepsHidden) self.lines.forEach((lines, model) => lines.update({ rows, columns, second, weights: self.heads[model].weights, marked, words }, palette));
  else self.figure.update(figureOf(self, at, { rows, columns, second, marked }), palette);
  self.tableHost.replaceChildren(...(self.table ? tablesOf(self, at, rows, columns) : []));
  tell(self, self.cell);
}

function figureOf(self, at, { rows, columns, second, marked }) {
  const { header } = self.data;
  const { words } = header;
  const head = self.heads[0];
  const shared = { rows, columns, second, marked, words, chosen: self.cell };
  if (header.models.length > 1) {
    const step = at.step === "all" ? "weights" : at.step;
    const limit = Math.max(...self.heads.map((one) => matrixOfStep(one, step).limit));
    const panels = self.heads.map((one, model) => ({ id: `${model}`, title: header.models[model].label, matrix: matrixOfStep(one, step, limit) }));
    return { ...shared, panels, vectors: null, connectors: false };
  }
  const panel = (step, title, arrow) => ({ id: step, title, arrow, matrix: matrixOfStep(head, step) });
  const divided = head.scale === 1 ? words.not_scaled : `\u00F7 \u221A${head.width}`;
  const panels = at.step === "all"
    ? [panel("products", words.panel_products), panel("mask", head.allowed ? words.panel_masked : words.panel_scaled, divided), panel("weights", words.panel_softmax, "softmax")]
    : [panel(at.step, words[`step_${at.step}`])];
  return { ...shared, panels, vectors: vectorsOf(head), connectors: true, weightsOfRow: (i) => head.weights.subarray(i * head.columns, (i + 1) * head.columns) };
}

/** The pinned cell of the address; else the telling one, kept while layer and head change. */
function cellOf(self, at, head, rows, columns) {
  const place = (name) => Number.parseInt(self.view.get(name) ?? "-1", 10);
  const [row, column] = [place("row"), place("column")];
  if (row >= 0 && column >= 0 && row < head.rows && column < head.columns) return [row, column];
  const start = startOf(self, at.kind);
  if (start && !self.cells[at.kind]) self.cells[at.kind] = [start.row, start.column];
  self.cells[at.kind] = self.cells[at.kind] || tellingCell(head, rows, columns, at.kind !== "cross");
  return self.cells[at.kind];
}

function pointed(self, cell) { tell(self, cell || self.cell); }

function chosen(self, cell) {
  self.cell = cell;
  self.view.set({ row: cell[0], column: cell[1] });
}

/** In the lines a token stands for the cell of its largest weight. */
function pointedToken(self, here) {
  if (!here) { tell(self, self.cell); return; }
  const head = self.heads[0];
  const along = here.side === "left" ? head.columns : head.rows;
  const weight = (k) => (here.side === "left" ? head.weights[here.index * head.columns + k] : head.weights[k * head.columns + here.index]);
  let best = 0;
  for (let k = 1; k < along; k += 1) if (weight(k) > weight(best)) best = k;
  tell(self, here.side === "left" ? [here.index, best] : [best, here.index]);
}
