// One head, step by step: three words with whole numbers first, then the learner's sentence. Nothing here speaks to the server;
// layer, head, step, row and column stand in the address (ui/address.js).

function createAttention(host) {
  const view = sharedView();
  const self = { host, view, data: null, book: null, unfolded: false, opened: true, table: false, dimension: 0, cell: null };
  self.section = html("section", { class: "attention" });
  host.append(self.section);
  const stop = keepDrawn(self, drawAttention, null);
  return {
    update(data) {
      self.data = data;
      self.heads = new Map();
      const { begin, books } = self.data.header;
      const tokens = JSON.stringify(books.sentence.tokens);
      const another = self.tokens !== undefined && self.tokens !== tokens;
      self.tokens = tokens;
      self.cell = null;
      if (!self.flow) buildAttention(self);
      if (self.begin !== begin) self.book = pinned(self) ? "sentence" : begin;
      self.begin = begin;
      drawBooks(self);
      if (another) view.set({ row: null, column: null });
      else drawAttention(self);
    },
    close() { stop(); },
  };
}

/** A copied address that names a place is about the sentence. */
const pinned = (self) => ["layer", "head", "row", "column"].some((name) => self.view.get(name) !== null);

function buildAttention(self) {
  const { words } = self.data.header;
  self.books = segments(words.book, [["pencil", words.book_pencil], ["sentence", words.book_sentence]], null, (book) => turnTo(self, book));
  self.maps = html("div", { class: "maps", role: "group", "aria-label": words.heads });
  self.path = html("div", { class: "path", role: "group", "aria-label": words.path, onkeydown: (event) => stepByKey(self, event) });
  self.back = html("button", { type: "button", class: "small", "aria-label": words.step_back, onclick: () => move(self, -1) }, "\u2190");
  self.next = html("button", { type: "button", class: "small go", onclick: () => move(self, 1) }, words.step_next + " \u2192");
  self.fold = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.unfolded = !self.unfolded; drawAttention(self); } }, words.unfold);
  self.figureHost = html("div", { class: "host" });
  self.lookupHost = html("div", { class: "lookuphost" });
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.arithmetic = html("p", { class: "arithmetic figures" });
  self.openHost = html("div", { class: "numbers" });
  self.followHost = html("div", {});
  self.tableHost = html("div", { class: "table" });
  self.tableButton = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawAttention(self); } }, words.table);
  self.title = html("h3", {}, words.numbers);
  self.below = html("div", { class: "below" }, html("div", { class: "pairof" }, html("div", { class: "opened" }, self.title, self.openHost), self.followHost), html("div", { class: "buttons" }, self.tableButton), self.tableHost);
  self.saying = html("div", { class: "saying" }, self.told, self.maps);
  self.section.append(html("div", { class: "bar" }, self.books, self.path, html("div", { class: "buttons" }, self.fold, self.back, self.next)), self.saying, self.lookupHost, self.figureHost, self.arithmetic, self.below);
  self.flow = createFlow(self.figureHost, { point: (cell) => tellCell(self, cell || self.cell), choose: (cell) => chooseCell(self, cell) });
  self.lookup = createLookup(self.lookupHost, { choose: (row) => { self.row = row; drawAttention(self); } });
  let width = 0;
  new ResizeObserver(() => { if (Math.abs(self.openHost.clientWidth - width) > 1) { width = self.openHost.clientWidth; if (self.cell) tellCell(self, self.cell); } }).observe(self.openHost);
}

const drawBooks = (self) => press(self.books, self.book);

function turnTo(self, book) {
  if (self.book === book) return;
  self.book = book;
  self.cell = null;
  drawBooks(self);
  drawAttention(self);
}

const stepsOf = (self) => (self.book === "pencil" ? [LOOKUP, ...PATH] : PATH);

/** The step of the address; the pencil begins with the look-up, the sentence with what the head reads. */
function currentStep(self) {
  const asked = self.view.get("step");
  const known = { mask: "scores", all: "weights", lines: "weights" }[asked] || asked;
  if (stepsOf(self).includes(known)) return known;
  return self.book === "pencil" ? LOOKUP : "x";
}

function move(self, by) {
  const steps = stepsOf(self);
  const to = steps[clamp(steps.indexOf(currentStep(self)) + by, 0, steps.length - 1)];
  goTo(self, to);
}

function goTo(self, step) {
  self.cell = null;
  self.view.set({ step });
  self.flow.reveal();
}

function stepByKey(self, event) {
  const steps = stepsOf(self);
  const at = steps.indexOf(currentStep(self));
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: steps.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  goTo(self, steps[clamp(to, 0, steps.length - 1)]);
  self.path.querySelector("[aria-pressed=true]")?.focus();
}

/** Where one looks: layer, head, the followed query and the key, within what the data has. */
function placeOf(self) {
  const { books, start } = self.data.header;
  const { layers, heads, tokens, row, column } = books[self.book];
  if (self.book === "pencil") return { layer: 0, head: 0, row: self.row ?? row, column: self.column ?? column };
  const chosenHead = self.view.get("layer") || self.view.get("head");
  const from = chosenHead ? { layer: 0, head: 0 } : start;
  const index = (name, fallback) => { const value = Number.parseInt(self.view.get(name) ?? "", 10); return value >= 0 && value < tokens.length ? value : fallback; };
  return { layer: self.view.number("layer", 1, layers, from.layer + 1) - 1, head: self.view.number("head", 1, heads, from.head + 1) - 1, row: index("row", start.row), column: index("column", null) };
}

function headHere(self, { layer, head }) {
  const key = `${self.book}.${layer}.${head}`;
  if (!self.heads.has(key)) self.heads.set(key, attentionHead(self.data, self.book, layer, head));
  return self.heads.get(key);
}

function drawAttention(self) {
  const { header } = self.data;
  const { words } = header;
  const palette = (self.palette = paletteFor(self.host, header.palettes));
  const place = placeOf(self);
  const head = (self.head = headHere(self, place));
  const step = (self.step = currentStep(self));
  const weights = head.weights.subarray(place.row * head.n, (place.row + 1) * head.n);
  const column = (self.seen = place.column ?? weights.indexOf(Math.max(...weights)));
  self.followed = place.row;
  const lookup = step === LOOKUP;
  drawPath(self, step);
  drawMaps(self, place, palette);
  self.fold.setAttribute("aria-pressed", String(self.unfolded));
  self.fold.hidden = lookup;
  for (const node of [self.figureHost, self.saying, self.arithmetic, self.below]) node.hidden = lookup;
  self.lookupHost.hidden = !lookup;
  if (lookup) { self.lookup.update(head, place.row, words, palette); return; }
  const panels = self.unfolded ? MATRICES : [MATRICES.includes(step) ? step : PATH.indexOf(step) < 2 ? "products" : "weights"];
  const own = { x: "x", qkv: "query", output: "output" }[step] || step;
  if (!self.cell || (MATRICES.includes(self.cell.plate) && !panels.includes(self.cell.plate)) || LEVEL[self.cell.plate] > PATH.indexOf(step)) self.cell = null;
  if (!self.cell) self.cell = MATRICES.includes(own) ? { plate: own, i: place.row, j: column } : { plate: own, i: place.row, j: Math.min(self.dimension, head[own].shape[1] - 1) };
  else if (MATRICES.includes(self.cell.plate)) self.cell = { ...self.cell, i: place.row, j: column };
  const divided = head.scale === 1 ? words.not_scaled : `\u00F7 \u221A${head.width}`;
  const sisters = self.book === "pencil" ? 0 : header.books.sentence.heads - 1;
  self.flow.update({ head, panels, step, cell: self.cell, row: place.row, column, words, names: header.names, divided, sisters, title: self.book === "pencil" ? null : plain(words.map_label, { layer: place.layer + 1, head: place.head + 1 }) }, palette);
  tellCell(self, self.cell);
}

function drawPath(self, step) {
  const { words } = self.data.header;
  const steps = stepsOf(self);
  const at = steps.indexOf(step);
  const known = self.path.dataset.steps === steps.join();
  if (!known) {
    self.path.dataset.steps = steps.join();
    self.path.replaceChildren(...steps.map((name, place) => html("button", { type: "button", "data-value": name, onclick: () => goTo(self, name) }, place ? html("i", { "aria-hidden": "true" }) : null, words[`path_${name}`])));
  }
  self.path.querySelectorAll("button").forEach((button, place) => {
    button.setAttribute("aria-pressed", String(place === at));
    button.classList.toggle("done", place < at);
    button.tabIndex = place === at ? 0 : -1;
  });
  self.back.disabled = at === 0;
  self.next.disabled = at === steps.length - 1;
}

/** Every head of every layer as a small map: one stop for the tab key, arrows walk. */
function drawMaps(self, place, palette) {
  const { header } = self.data;
  self.maps.hidden = self.book === "pencil";
  if (self.maps.hidden) return;
  const { layers, heads } = header.books.sentence;
  const known = JSON.stringify([palette.background, layers, heads]);
  if (self.known !== known || self.knownData !== self.data) {
    [self.known, self.knownData] = [known, self.data];
    const buttons = [];
    const side = layers * heads > 16 ? 22 : 32;
    self.maps.replaceChildren(...Array.from({ length: layers }, (_, layer) => html("span", { class: "layerof" }, html("span", { class: "muted" }, plain(header.words.layer, { layer: layer + 1 })),
      Array.from({ length: heads }, (_h, index) => {
        const head = headHere(self, { layer, head: index });
        const canvas = html("canvas", { "aria-hidden": "true" });
        paintCells(canvas, matrixOf(head.weights, head.n, head.n, "weights", null, 1), side / head.n, palette);
        const button = html("button", { type: "button", class: "map", "data-layer": layer, "data-head": index, "aria-label": plain(header.words.map_label, { layer: layer + 1, head: index + 1 }),
          onclick: () => self.view.set({ layer: layer + 1, head: index + 1, column: null }), onkeydown: (event) => walkMaps(event, buttons, heads) }, canvas);
        buttons.push(button);
        return button;
      }))));
  }
  pressMaps(self.maps, place);
}

/** A chosen cell: rows and columns of words go to the address, the number of a dimension stays here. */
function chooseCell(self, cell) {
  self.cell = cell;
  const row = cell.plate === "key" || cell.plate === "value" ? self.followed : cell.i;
  const column = MATRICES.includes(cell.plate) ? cell.j : cell.plate === "key" || cell.plate === "value" ? cell.i : self.seen;
  if (!MATRICES.includes(cell.plate)) self.dimension = cell.j;
  if (self.book === "pencil") { [self.row, self.column] = [row, MATRICES.includes(cell.plate) ? column : null]; drawAttention(self); }
  else self.view.set({ row, column: MATRICES.includes(cell.plate) || cell.plate === "key" || cell.plate === "value" ? column : null });
}

function tellCell(self, cell) {
  const { words } = self.data.header;
  const { head, palette, step } = self;
  const follows = PATH.indexOf(step) >= 2;
  self.below.classList.toggle("follows", follows && Math.max(head.width, head.n) <= 36 && !PARTS.includes(cell?.plate));
  if (!cell || step === LOOKUP || cell.i >= head.n) return;
  self.told.replaceChildren(...toldStep(head, step, { ...cell, i: cell.plate === "key" || cell.plate === "value" ? self.followed : cell.i }, words));
  self.arithmetic.replaceChildren(...arithmeticOf(head, cell, words).flat(4));
  const width = self.openHost.clientWidth;
  self.openHost.replaceChildren(...openedCell(head, cell, words, palette, width, getComputedStyle(self.host).fontFamily));
  self.title.hidden = !self.openHost.children.length;
  const row = MATRICES.includes(cell.plate) || cell.plate === "output" || cell.plate === "query" ? cell.i : self.followed;
  self.followHost.replaceChildren(...(follows ? [followTable(head, row, MATRICES.includes(cell.plate) ? cell.j : self.seen, step, words, (k) => chooseCell(self, { plate: self.unfolded ? "weights" : MATRICES.includes(step) ? step : "weights", i: row, j: k }))] : []));
  drawTable(self);
}

function drawTable(self) {
  const { words, names } = self.data.header;
  const { head, cell } = self;
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  if (!self.table || !cell) { self.tableHost.replaceChildren(); return; }
  const matrix = plateMatrix(head, cell.plate);
  const numbered = Array.from({ length: matrix.columns }, (_, c) => ({ text: String(c + 1) }));
  const tokens = head.tokens.map((_, i) => named(head.tokens, i));
  self.tableHost.replaceChildren(tableOf(matrix, tokens, MATRICES.includes(cell.plate) ? tokens : numbered, names[cell.plate], words));
}
