// The two small components: one matrix with its arithmetic line and table; one head as lines. A matrix may ask for one of its cells.

function createMatrix(host, send) {
  const told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  const tableHost = html("div", { class: "table" });
  const figureHost = html("div", { class: "host" });
  const button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; button.setAttribute("aria-pressed", String(self.table)); drawMatrix(self); } });
  const hint = html("p", { class: "hint" });
  const answer = html("button", { type: "button", class: "small answer", onclick: () => send(self.cell) });
  const self = { host, told, tableHost, button, hint, answer, table: false, cell: null, data: null };
  host.append(hint, figureHost, told, html("div", { class: "buttons" }, answer, button), tableHost);
  answerFrom(figureHost, () => self.data.header.ask && send(self.cell));
  self.figure = createFigure(figureHost, { point: (cell) => tellMatrix(self, cell || self.cell), choose: (cell) => { self.cell = cell; tellMatrix(self, cell); } });
  keepDrawn(self, drawMatrix, null);
  return { update(data) { self.data = data; drawMatrix(self); } };
}

/** A click or Enter in the grid is an answer. A finger chooses first and answers with the button: cells are small. */
function answerFrom(figureHost, answer) {
  const inGrid = (event) => event.target.closest(".grid");
  figureHost.addEventListener("click", (event) => { if (inGrid(event) && event.pointerType !== "touch") answer(); });
  figureHost.addEventListener("keydown", (event) => {
    if (!inGrid(event) || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    answer();
  });
}

function drawMatrix(self) {
  const { header, arrays } = self.data;
  const { rows, columns, kind, words, ask } = header;
  const masked = arrays.allowed ? arrays.allowed.values.map((x) => 1 - x) : null;
  self.matrix = matrixOf(arrays.values.values, rows.length, columns.length, kind, masked, kind === "weights" ? 1 : null);
  self.cell = self.cell && self.cell[0] < rows.length && self.cell[1] < columns.length ? self.cell : [0, 0];
  const panels = [{ id: "one", title: header.name, matrix: self.matrix }];
  self.figure.update({ rows, columns, marked: needsMark([...rows, ...columns]), second: null, panels, vectors: null, connectors: false, words, chosen: self.cell, answers: answersOf(ask) }, paletteFor(self.host, header.palettes));
  self.button.textContent = words.table;
  self.hint.textContent = ask ? ask.hint : "";
  self.hint.hidden = self.answer.hidden = !ask;
  self.tableHost.replaceChildren(...(self.table ? [tableOf(self.matrix, rows, columns, header.name, words)] : []));
  tellMatrix(self, self.cell);
}

/** What is marked once there is an answer: [row, column, is it right, does it carry a sign]. One tick is enough for several right cells. */
function answersOf(ask) {
  if (!ask || !ask.chosen) return [];
  const isChosen = ([i, j]) => i === ask.chosen[0] && j === ask.chosen[1];
  const known = ask.right.some(isChosen);
  const right = ask.right.map((cell, at) => [...cell, true, known ? isChosen(cell) : at === 0]);
  right.sort((a, b) => a[3] - b[3]); // the sign lies on top
  return known ? right : [...right, [...ask.chosen, false, true]];
}

function tellMatrix(self, [i, j]) {
  const { header, arrays } = self.data;
  const [row, column] = [named(header.rows, i), named(header.columns, j)];
  if (header.ask) self.answer.textContent = plain(header.ask.button, { row: named(header.rows, self.cell[0]).text, column: named(header.columns, self.cell[1]).text });
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
  keepDrawn(self, redrawLines, null);
  return { update(data) { self.data = data; redrawLines(); } };
}
