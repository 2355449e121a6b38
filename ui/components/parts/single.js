// The two small components: one matrix with its arithmetic line and table; one head as lines.

function createMatrix(host) {
  const told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  const tableHost = html("div", { class: "table" });
  const figureHost = html("div", { class: "host" });
  const button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; button.setAttribute("aria-pressed", String(self.table)); drawMatrix(self); } });
  const self = { host, told, tableHost, button, table: false, cell: null, data: null };
  host.append(figureHost, told, button, tableHost);
  self.figure = createFigure(figureHost, { point: (cell) => tellMatrix(self, cell || self.cell), choose: (cell) => { self.cell = cell; tellMatrix(self, cell); } });
  watchGround(host, () => self.data && drawMatrix(self));
  return { update(bytes) { self.data = unpack(bytes); drawMatrix(self); } };
}

function drawMatrix(self) {
  const { header, arrays } = self.data;
  const { rows, columns, kind, words } = header;
  const masked = arrays.allowed ? arrays.allowed.values.map((x) => 1 - x) : null;
  self.matrix = matrixOf(arrays.values.values, rows.length, columns.length, kind, masked, kind === "weights" ? 1 : null);
  self.cell = self.cell && self.cell[0] < rows.length && self.cell[1] < columns.length ? self.cell : [0, 0];
  const panels = [{ id: "one", title: header.name, matrix: self.matrix }];
  self.figure.update({ rows, columns, marked: needsMark([...rows, ...columns]), second: null, panels, vectors: null, connectors: false, words, chosen: self.cell }, paletteFor(self.host, header.palettes));
  self.button.textContent = words.table;
  self.tableHost.replaceChildren(...(self.table ? [tableOf(self.matrix, rows, columns, header.name, words)] : []));
  tellMatrix(self, self.cell);
}

function tellMatrix(self, [i, j]) {
  const { header, arrays } = self.data;
  const [row, column] = [named(header.rows, i), named(header.columns, j)];
  const at = i * header.columns.length + j;
  if (!arrays.query || header.kind === "weights") {
    const value = isMasked(self.matrix, i, j) ? maskedText(self.matrix) : number(self.matrix.values[at]);
    self.told.replaceChildren(header.name, " (", q(row.text), ", ", k(column.text), ") = ", html("b", {}, value));
    return;
  }
  const products = header.kind === "products" ? arrays.values.values : arrays.values.values.map((x) => x / header.scale);
  const head = { products, weights: products, allowed: arrays.allowed ? arrays.allowed.values : null, scale: header.scale, width: arrays.query.shape[1], columns: header.columns.length };
  const step = header.kind === "products" ? "products" : head.allowed ? "mask" : "scores";
  self.told.replaceChildren(...spell(step, head, i, j, row, column, header.words).flat(4));
}

function createSingleLines(host) {
  const self = { host, data: null };
  self.lines = createLines(host, { point: () => {} });
  const redrawLines = () => {
    const { header, arrays } = self.data;
    self.lines.update({ rows: header.rows, columns: header.columns, second: null, weights: arrays.values.values, marked: needsMark([...header.rows, ...header.columns]), words: header.words }, paletteFor(host, header.palettes));
  };
  watchGround(host, () => self.data && redrawLines());
  return { update(bytes) { self.data = unpack(bytes); redrawLines(); } };
}
