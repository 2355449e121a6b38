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
  new ResizeObserver(() => { if (self.data && Math.abs(self.figureHost.clientWidth - (self.figureWidth || 0)) > 1) drawAllWords(self, self.data.header.positions[self.change]); }).observe(self.figureHost);
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
  const [rows, columns] = [header.labels, header.fed.slice(1)];
  self.matrices = { masked: allWords(self, "masked"), unmasked: allWords(self, "unmasked") };
  self.limit = Math.max(largest(self.matrices.masked), largest(self.matrices.unmasked));
  self.cell = [self.cell ? self.cell[0] : Math.max(0, place - 1), place - 1];
  const width = self.figureHost.clientWidth;
  self.figureWidth = width;
  if (width) {
    const focused = self.grids && Object.keys(self.grids).find((name) => self.grids[name].node === self.host.getRootNode().activeElement);
    const g = gridGeometry([...rows, ...columns], columns.slice(-1), columns.length, width >= 660 ? (width - 32) / 2 : width, getComputedStyle(self.host).fontFamily, 24);
    self.grids = { masked: gridOfChange(self, "masked", rows, columns, g), unmasked: gridOfChange(self, "unmasked", rows, columns, g) };
    self.figureHost.replaceChildren(html("div", { class: "twins" }, ["masked", "unmasked"].map((name) => html("div", { class: "sheet3" }, html("h4", {}, header.say[name]), html("div", { class: "frame" }, self.grids[name].node)))), scaleOf(self));
    showCell(self, self.cell);
    if (focused) self.grids[focused].node.focus();
  }
  self.button.setAttribute("aria-pressed", String(self.table));
  self.tables.replaceChildren(...(self.table ? ["masked", "unmasked"].map((name) => tableOfMoved(self, name, rows, columns)) : []));
  tellMoved(self, self.cell);
}

/** The square root makes small differences visible beside large ones; 0 has a look of its own. */
const heat = (self, value) => mix(self.palette.background, self.palette.negative, 0.06 + 0.94 * Math.sqrt(value / (self.limit || 1)));

function gridOfChange(self, name, rows, columns, g) {
  const names = patternNames();
  const value = (i, j) => self.matrices[name][i * columns.length + j];
  return gridOf({ rows, columns, g, palette: self.palette, defs: hiddenPatterns(names, self.palette), label: self.data.header.say[name], value: (i, j) => moved(value(i, j)),
    fill: (i, j) => ({ fill: value(i, j) === 0 ? `url(#${names.zero})` : heat(self, value(i, j)) }),
    point: (i, j) => { showCell(self, [i, j]); tellMoved(self, [i, j]); },
    choose: (i, j) => { self.cell = [i, j]; takeWord(self, j + 1); tellMoved(self, [i, j]); } });
}

function showCell(self, cell) {
  self.grids.masked.show(...cell);
  self.grids.unmasked.show(...cell);
}

/** What the colours mean: exactly 0, and the scale up to the largest difference. */
function scaleOf(self) {
  const { palette, limit } = self;
  const names = patternNames();
  const [width, steps] = [150, 30];
  const text = (x, anchor, what) => svg("text", { x, y: 24, "font-size": 11, "text-anchor": anchor, fill: palette.muted, class: "figures" }, what);
  return html("div", { class: "legend" },
    html("span", {}, svg("svg", { width: 16, height: 16, "aria-hidden": "true" }, hiddenPatterns(names, palette), svg("rect", { x: 0.5, y: 0.5, width: 15, height: 15, rx: 3, fill: `url(#${names.zero})`, stroke: palette.line })), self.data.header.say.exactly),
    svg("svg", { width: width + 24, height: 28, "aria-hidden": "true" },
      Array.from({ length: steps }, (_, at) => svg("rect", { x: 12 + (at * width) / steps, y: 4, width: width / steps + 0.5, height: 7, fill: heat(self, limit * ((at + 0.5) / steps) ** 2) })),
      text(12, "start", "0"), text(12 + width / 2, "middle", number(limit / 4)), text(12 + width, "end", number(limit))));
}

function tellMoved(self, [i, j]) {
  const { header } = self.data;
  const at = i * (header.fed.length - 1) + j;
  const values = { row: q(named(header.labels, i).text), column: k(named(header.fed, j + 1).text), masked: html("b", {}, moved(self.matrices.masked[at])), unmasked: html("b", {}, moved(self.matrices.unmasked[at])) };
  self.arithmetic.replaceChildren(...filled(j + 1 > i ? header.say.told_later : header.say.told_earlier, values));
}

function tableOfMoved(self, name, rows, columns) {
  const values = self.matrices[name];
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": self.data.header.say[name] },
    html("table", { class: "figures" }, html("caption", {}, self.data.header.say[name]),
      html("thead", {}, html("tr", {}, html("td", {}), columns.map((token) => html("th", { scope: "col", class: "key" }, token.text)))),
      html("tbody", {}, rows.map((token, i) => html("tr", {}, html("th", { scope: "row", class: "query" }, token.text), columns.map((_, j) => html("td", {}, moved(values[i * columns.length + j]))))))));
}
