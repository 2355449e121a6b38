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

const filled = (template, values) => sentence(template, values); // where `sentence` is the number of one

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
  self.patterns = { later: identity("later"), padding: identity("padding") };
  self.legend.replaceChildren(...["open", "later", "padding"].map((state) => html("span", {}, sample(self, state, palette), header.say[`is_${state}`])));
  self.sheets.replaceChildren(...header.sentences.map((tokens, sentence) => sheetOf(self, tokens, sentence, palette)));
  self.button.setAttribute("aria-pressed", String(self.table));
  self.tables.replaceChildren(...(self.table ? header.sentences.map((tokens, sentence) => tableOfMask(self, tokens, sentence)) : []));
  tellBatch(self, self.cell);
}

function patternsOf(self, palette) {
  const pattern = (state, turn, colour, extra) => svg("pattern", { id: self.patterns[state], width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` },
    svg("rect", { width: 5, height: 5, fill: palette.surface }), svg("path", { d: extra, stroke: colour, "stroke-width": 1 }));
  return svg("defs", {}, pattern("later", 45, palette.floor, "M0 0V5"), pattern("padding", 0, palette.key, "M0 0V5M0 0H5"));
}

const fillOf = (self, state, palette) => (state === "open" ? palette.query : `url(#${self.patterns[state]})`);

const sample = (self, state, palette) => svg("svg", { width: 16, height: 16, "aria-hidden": "true" }, patternsOf(self, palette),
  svg("rect", { x: 0.5, y: 0.5, width: 15, height: 15, rx: 3, fill: fillOf(self, state, palette), "fill-opacity": state === "open" ? 0.8 : 1, stroke: palette.line }));

function sheetOf(self, tokens, sentence, palette) {
  const { header } = self.data;
  const n = tokens.length;
  const room = sheetRoom(self);
  const family = getComputedStyle(self.host).fontFamily;
  const every = n > 16 ? Math.ceil(n / 16) : 1;
  const left = Math.min(84, Math.max(...tokens.map((token) => textWidth(token.text, 12, family))) + 8);
  const cell = clamp(Math.floor((room - left - 2) / n), 5, 24);
  const top = left * 0.72 + 4;
  const [width, height] = [left + n * cell + 24, top + n * cell + 2];
  const label = (token, at) => ({ "font-size": 12, fill: at < header.lengths[sentence] ? palette.text : palette.muted, "font-style": token.special ? "italic" : null });
  const short = (token) => { let text = token.text; while (text.length > 1 && textWidth(text, 12, family) > 76) text = text.slice(0, -2) + "\u2026"; return text; };
  const states = tokens.map((_, i) => tokens.map((__, j) => stateOf(self, sentence, i, j)));
  const mark = svg("rect", { width: cell, height: cell, fill: "none", stroke: palette.text, "stroke-width": 2, rx: 2, visibility: "hidden" });
  const drawing = svg("svg", { width, height, "aria-hidden": "true" }, patternsOf(self, palette),
    tokens.map((token, j) => (j % every ? null : svg("text", { ...label(token, j), transform: `translate(${left + (j + 0.5) * cell + 4} ${top - 4}) rotate(-45)` }, short(token)))),
    tokens.map((token, i) => (i % every ? null : svg("text", { ...label(token, i), x: left - 5, y: top + (i + 0.5) * cell + 4, "text-anchor": "end" }, short(token)))),
    states.map((row, i) => row.map((state, j) => svg("rect", { x: left + j * cell + 0.5, y: top + i * cell + 0.5, width: cell - 1, height: cell - 1, rx: 2, fill: fillOf(self, state, palette), "fill-opacity": state === "open" ? (i < header.lengths[sentence] ? 0.8 : 0.3) : 1 }))), mark);
  const grid = html("div", { class: "grid3", tabindex: 0, role: "img", "aria-label": plain(header.say.grid, { number: sentence + 1 }) }, drawing);
  listenToGrid(self, grid, sentence, { left, top, cell, n, mark });
  const count = (state) => states.flat().filter((one) => one === state).length;
  return html("div", { class: "sheet3" }, html("h4", {}, plain(sentence ? header.say.other : header.say.yours, { number: sentence + 1, count: header.lengths[sentence] })),
    html("div", { class: "frame" }, grid), html("p", { class: "figures" }, ...filled(header.say.counts, { open: html("b", {}, count("open")), later: html("b", {}, count("later")), padding: html("b", {}, count("padding")) })));
}

const sheetRoom = (self) => (self.sheets.clientWidth >= 660 ? (self.sheets.clientWidth - 48) / 3 : Math.min(420, self.sheets.clientWidth));

function listenToGrid(self, grid, sentence, { left, top, cell, n, mark }) {
  const go = (i, j) => {
    self.cell = [sentence, clamp(i, 0, n - 1), clamp(j, 0, n - 1)];
    mark.setAttribute("visibility", "visible");
    mark.setAttribute("x", left + self.cell[2] * cell);
    mark.setAttribute("y", top + self.cell[1] * cell);
    tellBatch(self, self.cell);
  };
  grid.addEventListener("pointermove", (event) => {
    const frame = grid.getBoundingClientRect();
    const [i, j] = [Math.floor((event.clientY - frame.top - top) / cell), Math.floor((event.clientX - frame.left - left) / cell)];
    if (i >= 0 && j >= 0 && i < n && j < n) go(i, j);
  });
  grid.addEventListener("focus", () => go(...(self.cell[0] === sentence ? self.cell.slice(1) : [0, 0])));
  grid.addEventListener("keydown", (event) => {
    const [, i, j] = self.cell;
    const to = { ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1] }[event.key];
    if (!to) return;
    event.preventDefault();
    go(...to);
  });
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
