// One map of the board shown large, and beside it what its sister heads read for the same word (heads_board.js).

function largeOf(self) {
  const { words } = self.data.header;
  self.title = html("h3", {});
  self.figureHost = html("div", { class: "host" });
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.tableHost = html("div", { class: "table" });
  self.tableButton = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; showLarge(self); } }, words.table);
  self.figure = createFigure(self.figureHost, { point: (cell) => tellLarge(self, cell || self.cell), choose: (cell) => { self.cell = cell; tellLarge(self, cell); } });
  self.sisters = html("div", { class: "sisters" });
  return html("div", { class: "largemap" }, html("div", { class: "head" }, self.title, self.tableButton), self.told,
    html("div", { class: "largebody" }, self.figureHost, self.sisters), self.tableHost);
}

/** The same word in all heads of the layer: what each of them reads, as a bar that adds up to one. */
function tellSisters(self, row) {
  const { words, attentions } = self.data.header;
  const { kind, layer } = self.at;
  const [rows, columns] = axesAt(self, kind);
  const line = (head) => {
    const matrix = weightsAt(self.data, kind, layer, head);
    const weights = Array.from(matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns));
    const order = weights.map((_, at) => at).sort((a, b) => weights[b] - weights[a]);
    const top = order.slice(0, 3).filter((at, place) => place === 0 || weights[at] >= 0.05);
    return html("button", { type: "button", class: "sister", "aria-pressed": String(head === self.at.head), onclick: () => self.view.set({ attention: kind, layer: layer + 1, head: head + 1, row: null, column: null }) },
      html("span", {}, plain(words.head, { head: head + 1 })),
      html("span", { class: "stack", "aria-hidden": "true" }, order.filter((at) => weights[at] > 0.004).map((at, place) => html("i", { style: `flex:${weights[at].toFixed(4)} 0 0;opacity:${[1, 0.62, 0.4][place] || 0.22}` }))),
      html("span", { class: "mostly figures" }, top.map((at, place) => [place ? ", " : "", html("b", { class: "key" }, named(columns, at).text), ` ${percentOf(weights[at])}`])));
  };
  const template = kind === "encoder" ? words.sisters : words.sisters_written;
  self.sisters.replaceChildren(html("h4", {}, sentence(template, { row: html("span", { class: "query" }, named(rows, row).text), count: attentions[kind].heads })),
    ...Array.from({ length: attentions[kind].heads }, (_, head) => line(head)));
}

/** The head the address names, or the one worth seeing first. */
function headShown(self) {
  const { attentions, state } = self.data.header;
  const kinds = Object.keys(attentions);
  const named = self.view.get("attention") || self.view.get("layer") || self.view.get("head");
  if (!named && state.start) return state.start;
  const kind = kinds.includes(self.view.get("attention")) ? self.view.get("attention") : kinds[0];
  return { kind, layer: self.view.number("layer", 1, attentions[kind].layers, 1) - 1, head: self.view.number("head", 1, attentions[kind].heads, 1) - 1 };
}

function axesAt(self, kind) {
  const { source, fed, produced } = self.data.header.tokens;
  return kind === "encoder" ? [source, source] : [produced, kind === "cross" ? source : fed];
}

function showLarge(self) {
  if (!self.large || !self.palette) return;
  const { header } = self.data;
  const at = (self.at = headShown(self));
  const name = `${at.kind}.${at.layer}`;
  for (const tile of self.tiles.values()) {
    const here = tile.kind === at.kind && tile.layer === at.layer && tile.head === at.head;
    tile.look.classList.toggle("here", here);
    tile.look.setAttribute("aria-pressed", String(here));
  }
  const [rows, columns] = axesAt(self, at.kind);
  self.matrix = boardMatrix(self.data, at.kind, at.layer, at.head);
  const key = JSON.stringify([self.identity, at]);
  if (self.known !== key && self.layer !== null && self.layer !== at.layer) { // the small maps turn to the layer of the large one
    self.layer = at.layer;
    buildBoard(self);
    paintBoard(self);
    showSilent(self);
    return;
  }
  if (self.known !== key) self.cell = at.row === undefined ? tellingCell(self.matrix) : [at.row, at.column];
  self.known = key;
  self.title.textContent = nameOfHead(header.words, name, at.head);
  self.figure.update({ rows, columns, marked: needsMark([...rows, ...columns]), second: null, panels: [{ id: "one", title: self.title.textContent, matrix: self.matrix }], vectors: null, connectors: false, words: header.words, chosen: self.cell }, self.palette);
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  self.tableHost.replaceChildren(...(self.table ? [tableOf(self.matrix, rows, columns, self.title.textContent, header.words)] : []));
  tellLarge(self, self.cell);
}

/** The heaviest cell of the map that is no lonely first row. */
function tellingCell(matrix) {
  let best = [0, 0];
  let most = -1;
  for (let i = 0; i < matrix.rows; i += 1) for (let j = 0; j < matrix.columns; j += 1) {
    const value = matrix.values[i * matrix.columns + j];
    if (!isMasked(matrix, i, j) && i > 0 && value > most) { most = value; best = [i, j]; }
  }
  return best;
}

function tellLarge(self, [i, j]) {
  const { words } = self.data.header;
  const [rows, columns] = axesAt(self, self.at.kind);
  if (!rows[i] || !columns[j]) return;
  const share = `${Math.round(100 * self.matrix.values[i * self.matrix.columns + j])}\u202F%`;
  const template = self.at.kind === "encoder" ? words.told_encoder : words.told_produced;
  self.told.replaceChildren(...sentence(template, { row: html("b", { class: "query" }, named(rows, i).text), column: html("b", { class: "key" }, named(columns, j).text), share: html("b", {}, share) }));
  const key = JSON.stringify([self.identity, self.at.kind, self.at.layer, self.at.head, i]);
  if (self.sisterKey !== key) tellSisters(self, i);
  self.sisterKey = key;
}
