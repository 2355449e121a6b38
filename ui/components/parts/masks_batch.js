// A batch of three sentences of unlike length, and the mask of each: what comes later and what is only padding, hatched in two ways.

function createBatch(self) {
  const { say } = self.data.header;
  self.which = self.which || "both";
  self.masks = segments(say.which, ["both", "causal", "padding"].map((name) => [name, say[name]]), self.which, (name) => { self.which = name; drawBatch(self); });
  self.legend = html("div", { class: "legend" });
  self.sheets = html("div", { class: "batch" });
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawBatch(self); } }, say.table);
  self.tables = html("div", { class: "table" });
  self.section.replaceChildren(html("div", { class: "bar" }, self.masks, self.legend), self.sheets, self.told, self.button, self.tables);
  self.cell = [0, 0, 0];
  new ResizeObserver(() => { if (self.data && Math.abs(self.sheets.clientWidth - (self.sheetWidth || 0)) > 1) drawBatch(self); }).observe(self.sheets);
}

/** "open", "later" or "padding": later wins, since a later padding token is hidden twice. */
function stateOf(self, sentence, i, j) {
  if (self.which !== "padding" && j > i) return "later";
  if (self.which !== "causal" && j >= self.data.header.lengths[sentence]) return "padding";
  return "open";
}

function drawBatch(self) {
  const { header } = self.data;
  if (!self.sheets.clientWidth) return;
  self.sheetWidth = self.sheets.clientWidth;
  const palette = (self.palette = paletteFor(self.host, header.palettes));
  press(self.masks, self.which);
  const n = header.sentences[0].length;
  const room = self.sheetWidth >= 660 ? (self.sheetWidth - 48) / 3 : Math.min(420, self.sheetWidth);
  const g = gridGeometry(header.sentences.flat(), header.sentences.map((tokens) => tokens[n - 1]), n, room, getComputedStyle(self.host).fontFamily, 24);
  self.legend.replaceChildren(...["open", "later", "padding"].map((state) => html("span", {}, sampleOf(state, palette), header.say[`is_${state}`])));
  self.sheets.replaceChildren(...header.sentences.map((tokens, number) => sheetOf(self, tokens, number, g, palette)));
  self.button.setAttribute("aria-pressed", String(self.table));
  self.tables.replaceChildren(...(self.table ? header.sentences.map((tokens, number) => tableOfMask(self, tokens, number)) : []));
  tellBatch(self, self.cell);
}

const fillOf = (state, names, palette) => (state === "open" ? palette.query : `url(#${names[state]})`);

function sampleOf(state, palette) {
  const names = patternNames();
  return svg("svg", { width: 16, height: 16, "aria-hidden": "true" }, hiddenPatterns(names, palette),
    svg("rect", { x: 0.5, y: 0.5, width: 15, height: 15, rx: 3, fill: fillOf(state, names, palette), "fill-opacity": state === "open" ? 0.8 : 1, stroke: palette.line }));
}

function sheetOf(self, tokens, number, g, palette) {
  const { header } = self.data;
  const names = patternNames();
  const ghost = (at) => at >= header.lengths[number];
  const fill = (i, j) => {
    const state = stateOf(self, number, i, j);
    return { fill: fillOf(state, names, palette), "fill-opacity": state === "open" ? (ghost(i) ? 0.3 : 0.8) : 1 };
  };
  const point = (i, j) => { self.cell = [number, i, j]; tellBatch(self, self.cell); };
  const grid = gridOf({ rows: tokens, columns: tokens, fill, defs: hiddenPatterns(names, palette), label: plain(header.say.grid, { number: number + 1 }), g, palette, point, choose: point,
    faint: (_, at) => ghost(at), value: (i, j) => header.say[`is_${stateOf(self, number, i, j)}`] });
  const states = tokens.flatMap((_, i) => tokens.map((__, j) => stateOf(self, number, i, j)));
  const count = (state) => html("b", {}, states.filter((one) => one === state).length);
  return html("div", { class: "sheet3" }, html("h4", {}, plain(number ? header.say.other : header.say.yours, { number: number + 1, count: header.lengths[number] })),
    html("div", { class: "frame" }, grid.node), html("p", { class: "figures" }, filled(header.say.counts, { open: count("open"), later: count("later"), padding: count("padding") })));
}

function tellBatch(self, [sentence, i, j]) {
  const { header } = self.data;
  const tokens = header.sentences[sentence];
  const values = { row: html("b", { class: "query" }, named(tokens, i).text), column: html("b", { class: "key" }, named(tokens, j).text), number: sentence + 1 };
  const state = stateOf(self, sentence, i, j);
  const ghost = i >= header.lengths[sentence] ? [" ", header.say.ghost] : [];
  self.told.replaceChildren(...filled(header.say[`told_${state}`], values), ...ghost);
}

function tableOfMask(self, tokens, sentence) {
  const { say } = self.data.header;
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": plain(say.grid, { number: sentence + 1 }) },
    html("table", {}, html("caption", {}, plain(say.grid, { number: sentence + 1 })),
      html("thead", {}, html("tr", {}, html("td", {}), tokens.map((token) => html("th", { scope: "col", class: "key" }, token.text)))),
      html("tbody", {}, tokens.map((token, i) => html("tr", {}, html("th", { scope: "row", class: "query" }, token.text), tokens.map((_, j) => html("td", {}, say[`is_${stateOf(self, sentence, i, j)}`])))))));
}
