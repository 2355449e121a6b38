// From ids to rows: the matrix of the vocabulary, the sentence's rows picked out of it, times √d_model, plus positions.

const ROW = 24; // px a token takes
/** Where things stand: on a phone everything is narrower, so that the whole way from token to row is seen. */
const PLACES = { wide: { id: 136, matrix: 176, across: 128, left: 384, after: 62, name: 92 }, phone: { id: 88, matrix: 104, across: 44, left: 176, after: 40, name: 56 } };

function createRows(host) {
  const self = { host, data: null, stage: "scaled", row: 0, column: 0 };
  keepDrawn(self, drawRows);
  return { update(data) {
    self.data = data;
    const { tokens, start } = self.data.header;
    [self.row, self.column] = [Math.min(start, tokens.length - 1), 0];
    buildRows(self);
  } };
}
createRows.room = [484, 560];

function buildRows(self) {
  const { header } = self.data;
  const t = header.texts;
  const stages = segments(t.stage, [["row", t.stage_row], ["scaled", t.stage_scaled], ["sum", t.stage_sum]], self.stage, (stage) => { self.stage = stage; press(stages, stage); drawRows(self); });
  self.sheet = html("div", { class: "sheet" });
  self.frame = html("div", { class: "frame rows", tabindex: 0, role: "region", "aria-label": t.label, onkeydown: (event) => {
    const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] || [0, 0];
    if (!down && !right) return;
    event.preventDefault();
    pointRow(self, clamp(self.row + down, 0, header.tokens.length - 1), clamp(self.column + right, 0, header.width - 1));
  } }, self.sheet);
  self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.table = tableButton(t, () => ({ caption: t.label, head: [t.token, t.id, t.size_row, t.size_scaled, t.size_position, t.numbers], rows: header.tokens.map((token, i) => [token.text, String(token.id), number(sizeOf(rowOf(self.data.arrays.rows, i))), number(sizeOf(valuesOf(self, "scaled", i))), number(sizeOf(rowOf(self.data.arrays.positions, i))), Array.from(rowOf(self.data.arrays.rows, i).subarray(0, 6), number).join(", ") + " \u2026"]) }));
  self.host.replaceChildren(html("div", { class: "cutbar" }, stages), self.frame, self.told, self.table.button, self.table.place);
  drawRows(self);
}

/** Root of the mean square: the size of a typical number. */
const sizeOf = (values) => Math.sqrt(values.reduce((total, x) => total + x * x, 0) / values.length);

function valuesOf(self, stage, i) {
  const { header, arrays } = self.data;
  const position = rowOf(arrays.positions, i);
  return Array.from(rowOf(arrays.rows, i), (x, k) => x * (stage === "row" ? 1 : header.factor) + (stage === "sum" ? position[k] : 0));
}

function drawRows(self) {
  const { header, arrays } = self.data;
  const t = header.texts;
  const palette = paletteFor(self.host, header.palettes);
  const width = Math.max(self.host.clientWidth || 900, 320);
  const { id, matrix, across, left, after, name } = width < 600 ? PLACES.phone : PLACES.wide;
  const n = header.tokens.length;
  const cell = (width - left - after) / header.width;
  const [top, height] = [30, Math.max(n * ROW, 216)];
  const rowY = (i) => top + (height - n * ROW) / 2 + (i + 0.5) * ROW;
  const matrixY = (id) => top + ((id + 0.5) / header.vocabulary) * height;
  self.place = { left, cell, rowY, width };
  const limit = limitOf(self);
  const picture = matrixCanvas(arrays.picture, palette);
  Object.assign(picture.style, { left: `${matrix}px`, top: `${top}px`, width: `${across}px`, height: `${height}px` });
  const strips = html("canvas", { class: "strips" });
  const lines = header.tokens.flatMap((token, i) => {
    const [y, at, lit] = [rowY(i), matrixY(token.id), i === self.row];
    const attributes = { class: lit ? "wire lit" : "wire", stroke: lit ? palette.query : palette.source, "stroke-width": lit ? 3 : 2 };
    return [
      svg("text", { x: 0, y: y + 5, "font-size": 14, "font-weight": lit ? 700 : 500, fill: lit ? palette.query : palette.source, class: "cursor", onclick: () => pointRow(self, i, self.column) }, shortened(token.text, name)),
      svg("text", { x: id, y: y + 5, "font-size": 12, "text-anchor": "end", fill: palette.muted, class: "figures" }, token.id),
      svg("path", { d: wirePath(id + 6, y, matrix, at), ...attributes }),
      svg("path", { d: wirePath(matrix + across, at, left - 4, y), ...attributes }),
      svg("rect", { x: matrix, y: at - 1.2, width: across, height: 2.4, fill: lit ? palette.query : palette.text }),
      svg("text", { x: width, y: y + 5, "font-size": 12, "text-anchor": "end", fill: lit ? palette.query : palette.muted, "font-weight": lit ? 700 : 400, class: "figures" }, number(sizeOf(valuesOf(self, self.stage, i)))),
    ];
  });
  const head = (x, text, anchor = "start") => svg("text", { x, y: 14, "font-size": 12, "font-weight": 600, "text-anchor": anchor, fill: palette.muted }, text);
  const shape = plain(t.matrix, { rows: grouped(header.vocabulary), width: header.width });
  const stage = { row: t.stage_row, scaled: t.stage_scaled, sum: t.stage_sum }[self.stage];
  self.sheet.style.cssText = `width:${width}px;height:${top + height + 34}px`;
  self.sheet.replaceChildren(picture, strips,
    svg("svg", { width, height: top + height + 34, role: "img", "aria-label": plain(t.picture, { rows: header.vocabulary, tokens: n }) },
      head(0, t.token), head(id, t.id, "end"), head(matrix + across / 2, shape, "middle"), head(left, stage), head(width, t.size, "end"), lines,
      cappedBar(palette, limit, left, top + height + 10)));
  paintStrips(self, strips, limit, palette);
  strips.onpointermove = strips.onclick = (event) => {
    const box = strips.getBoundingClientRect();
    const i = header.tokens.findIndex((_, row) => Math.abs(event.clientY - box.top + top - rowY(row)) <= ROW / 2);
    if (i >= 0) pointRow(self, i, clamp(Math.floor((event.clientX - box.left) / cell), 0, header.width - 1));
  };
  tellRow(self);
  self.table.update();
}

/** The same for all three stages: 99 of 100 numbers lie within; the colour bar says that the few beyond share its ends. */
function limitOf(self) {
  const all = self.data.header.tokens.flatMap((_, i) => valuesOf(self, "sum", i).map(Math.abs)).sort((a, b) => a - b);
  return Math.max(1e-6, Math.ceil(10 * all[Math.floor(0.99 * (all.length - 1))]) / 10);
}

function cappedBar(palette, limit, x, y) {
  const bar = colourBar(palette, "activations", limit, x, y, 120);
  const [low, , high] = bar.querySelectorAll("text");
  low.textContent = `\u2264 ${low.textContent}`;
  high.textContent = `\u2265 ${high.textContent}`;
  return bar;
}

/** The whole matrix, a pixel a number: 0 to 255 with 128 for zero. */
function matrixCanvas(picture, palette) {
  const [rows, columns] = picture.shape;
  const canvas = html("canvas", { width: columns, height: rows, class: "matrix" });
  const image = canvas.getContext("2d").createImageData(columns, rows);
  const colours = Array.from({ length: 256 }, (_, level) => channels(cellColour(palette, "activations", level - 128, 110)));
  picture.values.forEach((level, at) => image.data.set([...colours[level], 255], at * 4));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function paintStrips(self, canvas, limit, palette) {
  const { header } = self.data;
  const { left, cell, rowY } = self.place;
  const ratio = window.devicePixelRatio || 1;
  const [width, top, bottom] = [cell * header.width, rowY(0) - ROW / 2, rowY(header.tokens.length - 1) + ROW / 2];
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round((bottom - top) * ratio) });
  Object.assign(canvas.style, { left: `${left}px`, top: `${30 + top - 30}px`, width: `${width}px`, height: `${bottom - top}px` });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  header.tokens.forEach((_, i) => {
    const values = valuesOf(self, self.stage, i);
    values.forEach((x, k) => { context.fillStyle = cellColour(palette, "activations", x, limit); context.fillRect(k * cell, i * ROW + 3, Math.max(1, cell - (cell > 5 ? 1 : 0)), ROW - 6); });
    context.strokeStyle = i === self.row ? palette.query : palette.line;
    context.lineWidth = i === self.row ? 2 : 1;
    context.strokeRect(0.5, i * ROW + 2.5, width - 1, ROW - 5);
  });
  context.strokeStyle = palette.text;
  context.lineWidth = 2;
  context.strokeRect(self.column * cell, self.row * ROW + 2, Math.max(3, cell), ROW - 4);
}

function pointRow(self, row, column) {
  if (row === self.row && column === self.column) return;
  const same = row === self.row;
  [self.row, self.column] = [row, column];
  if (!same) { drawRows(self); return; }
  paintStrips(self, self.sheet.querySelector(".strips"), limitOf(self), paletteFor(self.host, self.data.header.palettes));
  tellRow(self);
}

/** A factor with one place more than its product, so that a pencil comes to the same. */
const precise = (x) => (Math.abs(x) < 0.0005 ? number(x) : x.toFixed(3).replace("-", "\u2212"));

/** One number of one row, spelt out. */
function tellRow(self) {
  const { header, arrays } = self.data;
  const t = header.texts;
  const token = header.tokens[self.row];
  const [x, position] = [rowOf(arrays.rows, self.row)[self.column], rowOf(arrays.positions, self.row)[self.column]];
  const factor = divisor(header.factor);
  const parts = [html("b", { class: "source" }, token.text), ": E[", html("b", {}, token.id), `, ${self.column + 1}] = `, html("b", {}, precise(x))];
  if (self.stage !== "row") parts.push(` \u2192 ${precise(x)} \u00D7 \u221A${header.width} = ${precise(x)} \u00D7 ${factor} = `, html("b", {}, number(x * header.factor)));
  if (self.stage === "sum") parts.push(` \u2192 ${number(x * header.factor)} ${position < 0 ? "\u2212" : "+"} ${number(Math.abs(position))} = `, html("b", {}, number(x * header.factor + position)));
  self.told.replaceChildren(...parts, html("span", { class: "muted" }, `  ${{ row: t.says_row, scaled: t.says_scaled, sum: t.says_sum }[self.stage]}`));
}
