// The encoding of the learner's words: a clock over every pair of columns, the heatmap under them, and one pair large.
// What is looked at (row: the position, column: the dimension) stands in the browser's half of the address.

const TURNING = 260; // milliseconds from one position to the next when a hand is moved

function createEncoding(host) {
  const view = sharedView();
  const self = { host, view, long: false, playing: null, shown: null, table: false, here: {}, writing: null };
  const bar = html("div", { class: "bar" });
  const stageOf = html("div", { class: "host" });
  self.section = html("section", { class: "positions encoding" }, bar, stageOf);
  host.append(self.section);
  Object.assign(self, { bar, stageOf });
  const stop = keepDrawn(self, drawEncoding, stageOf, () => {
    if (self.writing === null) self.here = {};
    drawEncoding(self);
  });
  return {
    update(data) {
      self.data = data;
      stopPlaying(self);
      buildEncoding(self);
      drawEncoding(self);
    },
    close() { stop(); stopPlaying(self); clearTimeout(self.writing); },
  };
}

const lookingAt = (self) => {
  const { header, arrays } = self.data;
  const [, width] = arrays.table.shape;
  const rows = rowsShown(self);
  const asked = (name, count, usual) => (self.here[name] === undefined ? self.view.number(name, 0, count - 1, clamp(usual, 0, count - 1)) : clamp(self.here[name], 0, count - 1));
  return { rows, width, row: asked("row", rows, 1), column: asked("column", width, 6), count: header.tokens.length };
};

/** Look somewhere else at once; the address follows when the pointer has come to rest, since browsers count its changes. */
function lookAt(self, to) {
  self.here = { ...self.here, ...to };
  clearTimeout(self.writing);
  self.writing = setTimeout(() => { const { row, column } = lookingAt(self); self.writing = null; self.view.set({ row, column }); }, 400);
  drawEncoding(self);
}
const rowsShown = (self) => (self.long ? self.data.arrays.table.shape[0] : self.data.header.tokens.length);

function buildEncoding(self) {
  const { header } = self.data;
  const { words } = header;
  const formula = header.kind === "sinusoidal";
  self.range = html("input", { type: "range", min: 0, step: 1, "aria-label": words.position, oninput: (event) => { stopPlaying(self); lookAt(self, { row: Number(event.target.value) }); } });
  self.playButton = html("button", { type: "button", class: "small play", onclick: () => (self.playing ? stopPlaying(self) : play(self)) }, words.play);
  self.place = html("span", { class: "place figures" });
  self.length = segments(words.rows, [["words", words.your_words], ["long", words.long]], self.long ? "long" : "words", (value) => { stopPlaying(self); self.long = value === "long"; press(self.length, value); drawEncoding(self); });
  self.bar.replaceChildren(html("div", { class: "scrub" }, self.playButton, self.range, self.place), formula ? self.length : "");
  self.heat = html("canvas", { class: "heat", "aria-hidden": "true" });
  self.clocks = html("canvas", { class: "clocks", "aria-hidden": "true" });
  self.back = svg("svg", { class: "back", "aria-hidden": "true" });
  self.grid = encodingGrid(self);
  self.sheet = html("div", { class: "sheet" }, self.clocks, self.heat, self.back, self.grid);
  self.frame = html("div", { class: "frame" }, self.sheet);
  self.large = html("canvas", { "aria-hidden": "true" });
  self.about = html("p", { class: "about figures" });
  self.panel = html("div", { class: "panel" }, formula ? self.large : "", self.about);
  self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.tableHost = html("div", { class: "table" });
  self.tableButton = html("button", { type: "button", class: "small", "aria-pressed": String(self.table), onclick: () => { self.table = !self.table; drawEncoding(self); } }, words.table);
  self.stageOf.replaceChildren(html("div", { class: "beside" }, self.frame, self.panel), self.told, self.tableButton, self.tableHost);
}

function drawEncoding(self) {
  const { header } = self.data;
  const at = lookingAt(self);
  self.width = self.stageOf.clientWidth;
  if (!self.width) return;
  const palette = (self.palette = paletteFor(self.host, header.palettes));
  self.family = getComputedStyle(self.host).fontFamily;
  const g = (self.g = encodingPlaces(self, at));
  [self.sheet.style.width, self.sheet.style.height] = [`${g.total}px`, `${g.height}px`];
  const paintKey = JSON.stringify([g, self.long, palette.background, header.kind]);
  if (self.painted !== paintKey || self.paintedData !== self.data) {
    paintHeat(self, g, at, palette);
    [self.painted, self.paintedData] = [paintKey, self.data];
  }
  Object.assign(self.range, { max: at.rows - 1, value: at.row });
  self.back.setAttribute("width", g.total);
  self.back.setAttribute("height", g.height);
  self.back.replaceChildren(...encodingLabels(self, g, at, palette), ...encodingMarks(g, at, palette));
  self.grid.style.cssText = `left:${g.left}px;top:${g.top}px;width:${g.across}px;height:${g.down}px`;
  turnTo(self, at);
  tellEncoding(self, at);
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  self.tableHost.replaceChildren(...(self.table ? [encodingTable(self, at)] : []));
}

function encodingPlaces(self, at) {
  const tokens = self.data.header.tokens;
  const narrow = self.width < 640;
  const left = Math.max(...tokens.map((token) => Math.min(104, textWidth(token.text, 13, self.family)))) + 34;
  const panel = narrow || self.data.header.kind !== "sinusoidal" ? 0 : 216;
  const cell = clamp(Math.floor(((self.width - panel - left - 8) / at.width) * 2) / 2, narrow ? 7 : 5, 18);
  const row = self.long ? 3 : clamp(Math.floor(264 / at.rows), at.rows > 24 ? 9 : 16, 30);
  const clock = self.data.header.kind === "sinusoidal" ? Math.min(cell - 1, 17) : 0; // radius: a clock is as wide as its pair
  const top = clock ? 2 * clock + 26 : 22;
  return { left, cell, row, clock, top, across: cell * at.width, down: row * at.rows, total: left + cell * at.width + 4, height: top + row * at.rows + 26, narrow };
}

function paintHeat(self, g, at, palette) {
  const { values } = self.data.arrays.table;
  const context = freshCanvas(self.heat, g.across, g.down);
  self.heat.style.left = `${g.left}px`;
  self.heat.style.top = `${g.top}px`;
  const limit = heatLimit(self);
  for (let i = 0; i < at.rows; i += 1) {
    for (let j = 0; j < at.width; j += 1) {
      context.fillStyle = cellColour(palette, "activations", values[i * at.width + j], limit);
      context.fillRect(j * g.cell, i * g.row, g.cell + 0.4, g.row + 0.4);
    }
  }
  context.strokeStyle = palette.background; // rows and pairs stand apart where there is room
  context.lineWidth = 1;
  context.beginPath();
  if (g.row >= 9) for (let i = 1; i < at.rows; i += 1) { context.moveTo(0, i * g.row); context.lineTo(g.across, i * g.row); }
  for (let j = 2; j < at.width; j += 2) { context.moveTo(j * g.cell, 0); context.lineTo(j * g.cell, g.down); }
  context.stroke();
}

const heatLimit = (self) => (self.data.header.kind === "sinusoidal" ? 1 : largest(self.data.arrays.table.values) || 1);

function encodingLabels(self, g, at, palette) {
  const { tokens, words, kind } = self.data.header;
  const nodes = [];
  const label = (x, y, text, more) => svg("text", { x, y, "font-size": 12, fill: palette.muted, class: "figures", ...more }, text);
  const every = self.long ? 10 : Math.ceil(at.rows / 24);
  for (let i = 0; i < at.rows; i += 1) {
    const y = g.top + (i + 0.5) * g.row + 4;
    const lit = i === at.row;
    if (!lit && (i % every || (self.long && Math.abs(i - at.row) < 5) || (every > 1 && !self.long && Math.abs(i - at.row) < every))) continue;
    const colour = lit ? palette.query : i < at.count ? palette.text : palette.muted;
    nodes.push(label(g.left - 8, y, String(i), { "text-anchor": "end", fill: lit ? palette.query : palette.muted, "font-weight": lit ? 700 : 400 }));
    if (i < at.count && (!self.long || lit)) nodes.push(tokenLabel(tokens[i], false, palette, self.family, { x: g.left - 30, y, "text-anchor": "end", "font-weight": lit ? 700 : 500 }, 96, colour));
  }
  if (self.long) nodes.push(svg("path", { d: `M${g.left - 26} ${g.top}h-4v${at.count * g.row}h4`, fill: "none", stroke: palette.query, "stroke-width": 1.5 }),
    at.row < at.count ? "" : label(g.left - 34, g.top + (at.count * g.row) / 2 + 4, words.your_words, { "text-anchor": "end", fill: palette.query, "font-size": 11 }));
  const bottom = g.top + g.down + 17;
  const name = kind === "sinusoidal" ? words.fast : words.first_dimension;
  nodes.push(label(g.left, bottom, name), label(g.left + g.across, bottom, plain(kind === "sinusoidal" ? words.slow : words.last_dimension, { number: at.width - 1 }), { "text-anchor": "end" }));
  if (kind === "sinusoidal" && at.width * g.cell > 420) nodes.push(colourBar(palette, "activations", heatLimit(self), g.left + g.across / 2 - 48, bottom - 11, 96));
  return nodes.filter(Boolean);
}

function encodingMarks(g, at, palette) {
  const pair = at.column - (at.column % 2);
  const [x, y] = [g.left + pair * g.cell, g.top + at.row * g.row];
  const line = (attributes, colour, width) => svg("rect", { fill: "none", stroke: colour, "stroke-width": width, rx: 2, ...attributes });
  return [
    line({ x: g.left - 1, y: y - 1, width: g.across + 2, height: g.row + 2 }, palette.query, 1.5),
    line({ x: x - 1, y: g.top - 1, width: 2 * g.cell + 2, height: g.down + 2 }, palette.text, 1.2),
    line({ x: g.left + at.column * g.cell - 1, y: y - 1.5, width: g.cell + 2, height: g.row + 3 }, palette.text, 2.5),
  ];
}

/** The hands turn from where they are to the position looked at; at once for whoever wants no motion. */
function turnTo(self, at) {
  if (self.data.header.kind !== "sinusoidal") { self.clocks.hidden = true; return; }
  self.clocks.hidden = false;
  cancelAnimationFrame(self.frameAsked);
  const from = self.shown === null || self.shown === undefined ? at.row : self.shown;
  const length = self.playing ? self.playing.beat : TURNING;
  if (from === at.row || calm()) { drawHands(self, at, at.row); return; }
  const begin = performance.now();
  const step = (now) => {
    const share = clamp((now - begin) / length, 0, 1);
    drawHands(self, at, from + (at.row - from) * (self.playing ? share : share * (2 - share)));
    if (share < 1) self.frameAsked = requestAnimationFrame(step);
  };
  step(begin);
}

function drawHands(self, at, position) {
  self.shown = position;
  const { g, palette } = self;
  const pairs = at.width / 2;
  const context = freshCanvas(self.clocks, g.across + 4, g.top);
  self.clocks.style.left = `${g.left - 2}px`;
  for (let pair = 0; pair < pairs; pair += 1) {
    const chosen = pair === Math.floor(at.column / 2);
    drawClock(context, 2 + (2 * pair + 1) * g.cell, g.clock + 4, g.clock - 0.5, position * turnOf(pair, at.width), palette, { lit: chosen });
    if (chosen) {
      context.fillStyle = palette.text;
      context.font = `600 11px ${self.family}`;
      context.textAlign = pair === 0 ? "left" : pair === pairs - 1 ? "right" : "center";
      context.fillText(`i = ${pair}`, 2 + (2 * pair + (pair === 0 ? 0 : pair === pairs - 1 ? 2 : 1)) * g.cell, 2 * g.clock + 19);
    }
  }
  const pair = Math.floor(at.column / 2);
  drawLargeClock(self.large, g.narrow ? 180 : 208, position * turnOf(pair, at.width), at.width, pair, at.count, at.row < at.count ? at.row : -1, palette, self.family);
}

/** The line that does the sum, and what the chosen pair's clock does. */
function tellEncoding(self, at) {
  const { header, arrays } = self.data;
  const { words, tokens, kind } = header;
  const value = arrays.table.values[at.row * at.width + at.column];
  const word = at.row < at.count ? named(tokens, at.row).text : null;
  const who = word ? plain(words.word_at, { word, position: at.row }) : plain(words.nobody_at, { position: at.row });
  self.place.replaceChildren(...sentence(word ? words.word_at : words.nobody_at, { word: word ? html("b", { class: "query" }, word) : "", position: html("b", {}, at.row) }));
  self.range.setAttribute("aria-valuetext", who);
  const pair = Math.floor(at.column / 2);
  if (kind !== "sinusoidal") {
    self.told.replaceChildren(...sentence(kind === "learned" ? words.learned_cell : words.none_cell, { row: at.row, column: at.column, value: html("b", {}, number(value)) }));
    self.about.textContent = kind === "learned" ? words.learned_about : words.none_about;
  } else {
    const wave = at.column % 2 ? "cos" : "sin";
    const divided = 10000 ** ((2 * pair) / at.width);
    self.told.replaceChildren(html("b", {}, `PE(${at.row}, ${at.column})`), ` = ${wave}(`, q(at.row), " / 10000", html("sup", {}, `${2 * pair}/${at.width}`), `) = ${wave}(`, q(at.row), ` / ${number(divided)}) = ${wave}(${number(at.row / divided)}) = `, html("b", {}, number(value)),
      html("span", { class: "muted" }, "  ", at.column % 2 ? words.cosine_is : words.sine_is));
    const [step, round] = [1 / divided, 2 * Math.PI * divided];
    self.about.replaceChildren(...sentence(words.clock_about, { pair: html("b", {}, pair), angle: html("b", {}, angleText(step)), round: html("b", {}, roundText(round)) }));
  }
  describeCell(self, at, who, value);
}

const angleText = (radians) => { const degrees = (radians * 180) / Math.PI; return `${number(degrees)}\u00B0`; };
const roundText = (positions) => (positions >= 1000 ? String(Math.round(positions)).replace(/\B(?=(\d{3})+$)/g, ",") : number(positions));

/** One row of the grid is in the document: the cell under the focus. */
function describeCell(self, at, who, value) {
  const name = identity("cell");
  self.grid.replaceChildren(html("div", { role: "row", class: "unseen", "aria-rowindex": at.row + 1 },
    html("div", { role: "rowheader" }, who), html("div", { role: "gridcell", id: name, "aria-colindex": at.column + 1 }, `${self.data.header.words.dimension} ${at.column}: ${number(value)}`)));
  for (const [key, content] of Object.entries({ "aria-activedescendant": name, "aria-rowcount": at.rows, "aria-colcount": at.width, "aria-label": self.data.header.words.heatmap })) self.grid.setAttribute(key, content);
}

function encodingGrid(self) {
  const grid = html("div", { class: "grid", role: "grid", tabindex: 0 });
  const go = (row, column) => {
    const at = lookingAt(self);
    const to = { row: clamp(row, 0, at.rows - 1), column: clamp(column, 0, at.width - 1) };
    if (to.row !== at.row || to.column !== at.column) lookAt(self, to);
  };
  const follow = (event) => {
    if (self.playing) return;
    const box = grid.getBoundingClientRect();
    go(Math.floor((event.clientY - box.top) / self.g.row), Math.floor((event.clientX - box.left) / self.g.cell));
  };
  grid.addEventListener("pointermove", follow);
  grid.addEventListener("pointerdown", (event) => { stopPlaying(self); follow(event); });
  grid.addEventListener("keydown", (event) => {
    const { row, column, rows, width } = lookingAt(self);
    const to = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], Home: [row, 0], End: [row, width - 1], PageUp: [0, column], PageDown: [rows - 1, column] }[event.key];
    if (!to) return;
    event.preventDefault();
    stopPlaying(self);
    go(...to);
  });
  return grid;
}

// Playing: one position after the other, to the last row.

function play(self) {
  const { rows, row } = lookingAt(self);
  const beat = calm() ? 900 : self.long ? 160 : 700;
  if (row >= rows - 1) { self.shown = 0; lookAt(self, { row: 0 }); }
  self.playing = { beat, timer: setInterval(() => {
    const at = lookingAt(self);
    if (at.row >= at.rows - 1) stopPlaying(self);
    else lookAt(self, { row: at.row + 1 });
  }, beat) };
  const at = lookingAt(self);
  if (at.row < at.rows - 1) lookAt(self, { row: at.row + 1 });
  self.playButton.textContent = self.data.header.words.pause;
}

function stopPlaying(self) {
  if (!self.playing) return;
  clearInterval(self.playing.timer);
  self.playing = null;
  self.playButton.textContent = self.data.header.words.play;
}

function encodingTable(self, at) {
  const { tokens, words } = self.data.header;
  const { values } = self.data.arrays.table;
  const rows = Array.from({ length: Math.min(at.rows, Math.max(at.count, 24)) }, (_, i) => ({ text: i < at.count ? `${i} ${tokens[i].text}` : String(i) }));
  const columns = Array.from({ length: at.width }, (_, j) => ({ text: String(j) }));
  return tableOf(matrixOf(values, rows.length, at.width, "activations"), rows, columns, words.heatmap, words);
}
