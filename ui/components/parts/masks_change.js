// One word of the decoder's input changed: how far every row moves, with the mask and with the mask removed; and all words in turn.

/** A difference as it is: 0 only where it is exactly 0. */
const moved = (value) => (value === 0 ? "0" : value < 0.0001 ? "<0.0001" : number(value));

function createChange(self) {
  const { header } = self.data;
  const { say } = header;
  self.change = header.first;
  self.pick = html("div", { class: "pick", role: "group", "aria-label": say.pick });
  self.instead = html("span", { class: "choice" });
  self.rowsHost = html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": say.rows });
  self.verdicts = html("div", { class: "verdicts", "aria-live": "polite" });
  self.title = html("h3", {}, say.all);
  self.figureHost = html("div", { class: "host" });
  self.arithmetic = html("p", { class: "arithmetic figures" });
  self.button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawChange(self); } }, say.table);
  self.tables = html("div", { class: "table" });
  self.section.replaceChildren(html("p", { class: "muted given" }, say.ask), self.pick, self.instead, self.verdicts, self.rowsHost, self.title, self.figureHost, self.arithmetic, self.button, self.tables);
  self.figure = createFigure(self.figureHost, { point: (cell) => tellMoved(self, cell || self.cell), choose: (cell) => { self.cell = cell; takeWord(self, cell[1] + 1); tellMoved(self, cell); } });
}

const changesAt = (self, place) => self.data.header.positions.map((position, at) => (position === place ? at : -1)).filter((at) => at >= 0);
const movedRow = (self, name) => rowOf(self.data.arrays[name], self.change);

function takeWord(self, place) {
  const choices = changesAt(self, place);
  if (!choices.length || choices.includes(self.change)) return;
  self.change = choices[0];
  drawChange(self);
}

function drawChange(self) {
  const { header } = self.data;
  const { say } = header;
  self.palette = paletteFor(self.host, header.palettes);
  const place = header.positions[self.change];
  drawPick(self, place);
  const choices = changesAt(self, place);
  self.choices = segments(say.instead, choices.map((at) => [at, header.others[at].text]), self.change, (at) => { self.change = at; drawChange(self); });
  const focused = self.instead.contains(self.host.getRootNode().activeElement);
  self.instead.replaceChildren(html("span", { class: "muted" }, say.instead), self.choices);
  if (focused) self.choices.querySelector(`[data-value="${self.change}"]`).focus();
  self.rowsHost.replaceChildren(rowsOfChange(self, place));
  drawVerdicts(self, place);
  drawAllWords(self, place);
}

function drawPick(self, place) {
  const { header } = self.data;
  const focused = self.pick.contains(self.host.getRootNode().activeElement);
  self.pick.replaceChildren(...header.fed.map((token, at) => {
    if (!changesAt(self, at).length) return html("span", { class: "fixed" }, token.text);
    const here = at === place;
    const text = here ? [html("span", { class: "struck" }, token.text), header.others[self.change].text] : token.text;
    return html("button", { type: "button", "aria-pressed": String(here), "data-value": at, onclick: () => takeWord(self, at) }, text);
  }));
  if (focused) self.pick.querySelector('[aria-pressed="true"]').focus();
}

function rowsOfChange(self, place) {
  const { header } = self.data;
  const { say } = header;
  const limit = Math.max(largest(movedRow(self, "masked")), largest(movedRow(self, "unmasked")));
  const cells = (name) => Array.from(movedRow(self, name), (value, i) => {
    const ground = mix(self.palette.background, self.palette.negative, value === 0 ? 0 : 0.1 + (0.75 * value) / limit);
    return html("td", { class: value === 0 ? "zero" : "", style: value === 0 ? null : `background:${ground};color:${inkOn(ground, self.palette)}` }, moved(value));
  });
  const fed = header.fed.map((token, at) => html("th", { scope: "col", class: at === place ? "here" : "" }, at === place ? header.others[self.change].text : token.text));
  return html("table", { class: "rows figures" },
    html("thead", {}, html("tr", {}, html("th", { scope: "row", class: "muted" }, say.fed), fed), html("tr", {}, html("th", { scope: "row", class: "query" }, say.row), header.labels.map((token) => html("th", { scope: "col" }, token.text)))),
    html("tbody", {}, ["masked", "unmasked"].map((name) => html("tr", {}, html("th", { scope: "row" }, say[name]), cells(name)))));
}

/** Set large: the most any row before the change has moved. */
function drawVerdicts(self, place) {
  const { say } = self.data.header;
  const verdict = (name) => {
    const row = movedRow(self, name);
    const [before, after] = [Math.max(0, ...row.subarray(0, place)), Math.max(...row.subarray(place))];
    return html("div", { class: "verdict" }, html("p", {}, plain(say.verdict, { which: say[name], rows: place })), html("b", { style: before === 0 ? "color:var(--lab-value)" : "color:var(--lab-negative)" }, moved(before)), html("p", {}, plain(say.verdict_after, { after: moved(after) })));
  };
  self.verdicts.replaceChildren(verdict("masked"), verdict("unmasked"));
}

/** Rows that compute, columns that were changed; of several changes of a word the largest difference. */
function allWords(self, name) {
  const { header, arrays } = self.data;
  const n = header.fed.length;
  const values = new Float32Array(n * (n - 1));
  header.positions.forEach((place, change) => { for (let i = 0; i < n; i += 1) { const at = i * (n - 1) + place - 1; values[at] = Math.max(values[at], arrays[name].values[change * n + i]); } });
  return values;
}

function drawAllWords(self, place) {
  const { header } = self.data;
  const { say } = header;
  const [rows, columns] = [header.labels, header.fed.slice(1)];
  const [masked, unmasked] = [allWords(self, "masked"), allWords(self, "unmasked")];
  const limit = Math.max(largest(masked), largest(unmasked));
  const panel = (id, values) => ({ id, title: say[id], matrix: matrixOf(values, rows.length, columns.length, "scores", null, limit) });
  self.matrices = { masked, unmasked };
  self.cell = [self.cell ? self.cell[0] : Math.max(0, place - 1), place - 1];
  self.figure.update({ rows, columns, marked: needsMark([...rows, ...columns]), second: null, panels: [panel("masked", masked), panel("unmasked", unmasked)], vectors: null, connectors: false, words: { masked: "" }, chosen: self.cell }, self.palette);
  self.button.setAttribute("aria-pressed", String(self.table));
  self.tables.replaceChildren(...(self.table ? ["masked", "unmasked"].map((name) => tableOfMoved(self, name, rows, columns)) : []));
  tellMoved(self, self.cell);
}

function tellMoved(self, [i, j]) {
  const { header } = self.data;
  const at = i * (header.fed.length - 1) + j;
  const values = { row: q(named(header.labels, i).text), column: k(named(header.fed, j + 1).text), masked: html("b", {}, moved(self.matrices.masked[at])), unmasked: html("b", {}, moved(self.matrices.unmasked[at])) };
  self.arithmetic.replaceChildren(...sentence(j + 1 > i ? header.say.told_later : header.say.told_earlier, values));
}

function tableOfMoved(self, name, rows, columns) {
  const values = self.matrices[name];
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": self.data.header.say[name] },
    html("table", { class: "figures" }, html("caption", {}, self.data.header.say[name]),
      html("thead", {}, html("tr", {}, html("td", {}), columns.map((token) => html("th", { scope: "col", class: "key" }, token.text)))),
      html("tbody", {}, rows.map((token, i) => html("tr", {}, html("th", { scope: "row", class: "query" }, token.text), columns.map((_, j) => html("td", {}, moved(values[i * columns.length + j]))))))));
}
