// W^O: the concatenated heads times one matrix is the sum of what each head writes. One row of one attention, every number of it.
// Nothing here speaks to the server.

function createHeadSum(host) {
  const view = sharedView();
  const self = { host, view, data: null, kind: null, layer: 0, row: null, dimension: 0, table: false };
  self.section = html("section", { class: "headsum" });
  host.append(self.section);
  const stop = keepDrawn(self, drawSum, host, () => { follow(self); drawSum(self); });
  return {
    update(data) {
      self.data = data;
      self.row = null;
      if (self.kind === null) [self.kind, self.layer] = [self.data.header.start.kind, self.data.header.start.layer];
      buildSum(self);
      follow(self);
      drawSum(self);
    },
    close() { stop(); },
  };
}
createHeadSum.room = [536, 1040];

/** The attention that the board shows is the one whose sum is drawn. */
function follow(self) {
  const [kind, layer] = [self.view.get("attention"), self.view.get("layer")];
  if (`${kind}.${Number(layer) - 1}` in self.data.header.attentions) {
    if (kind !== self.kind || Number(layer) - 1 !== self.layer) self.row = null;
    [self.kind, self.layer] = [kind, Number(layer) - 1];
  }
}

function buildSum(self) {
  const { header } = self.data;
  const { words } = header;
  const names = Object.keys(header.attentions);
  const kinds = [...new Set(names.map((name) => name.split(".")[0]))];
  const layers = [...new Set(names.map((name) => Number(name.split(".")[1])))];
  const go = (changes) => { Object.assign(self, changes, { row: null }); self.view.set({ attention: self.kind, layer: self.layer + 1, head: self.view.get("head") || 1, row: null, column: null }); };
  self.kindButtons = segments(words.attention, kinds.map((kind) => [kind, words[kind]]), self.kind, (kind) => go({ kind }));
  self.layerButtons = layers.length > 1 ? segments(words.layers, layers.map((layer) => [layer, plain(words.layer, { layer: layer + 1 })]), self.layer, (layer) => go({ layer })) : null;
  self.tokens = html("div", { class: "segments tokensrow", role: "group" });
  self.figureHost = html("div", { class: "frame strips", tabindex: 0, role: "group", onkeydown: (event) => walkDimensions(self, event) });
  self.line = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.chain = html("div", { class: "chain" });
  self.claim = html("p", { class: "claim" });
  self.tableHost = html("div", { class: "table" });
  self.tableButton = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawSum(self); } }, words.table);
  self.section.replaceChildren(html("div", { class: "controls" }, self.kindButtons, self.layerButtons, self.tableButton), self.tokens,
    html("div", { class: "sumfigure" }, self.figureHost, self.chain), self.line, self.claim, self.tableHost);
}

function rowTokens(self) {
  const { tokens } = self.data.header;
  return self.kind === "encoder" ? tokens.source : tokens.produced;
}

/** Everything about the chosen row: each head's own output and its part of the sum, the sum, the pass's output, the projections. */
function sumOf(self) {
  const name = `${self.kind}.${self.layer}`;
  const { arrays } = self.data;
  const [heads, parts, output] = [arrays[`${name}.heads`], arrays[`${name}.parts`], arrays[`${name}.output`]];
  const [count, rows, width] = parts.shape;
  const own = Array.from({ length: count }, (_, head) => rowOf(heads, head * rows + self.row));
  const part = Array.from({ length: count }, (_, head) => rowOf(parts, head * rows + self.row));
  const out = rowOf(output, self.row);
  const total = Float64Array.from({ length: width }, (_, d) => part.reduce((sum_, values) => sum_ + values[d], 0));
  const length = Math.sqrt(dot(out, out)) || 1;
  const projection = part.map((values) => dot(values, out) / length);
  return { name, count, width, own, part, out, total, length, projection, difference: largest(Array.from(total, (value, d) => value - out[d])) };
}

function drawSum(self) {
  const { header } = self.data;
  const { words } = header;
  self.measured = self.host.clientWidth;
  if (!self.measured) return;
  self.palette = paletteFor(self.section, header.palettes);
  const tokens = rowTokens(self);
  if (self.row === null || self.row >= tokens.length) self.row = startRow(self, tokens);
  press(self.kindButtons, self.kind);
  if (self.layerButtons) press(self.layerButtons, self.layer);
  self.tokens.setAttribute("aria-label", words.whose_row);
  self.tokens.replaceChildren(...tokens.map((token, row) => html("button", { type: "button", "aria-pressed": String(row === self.row), onclick: () => { self.row = row; drawSum(self); self.tokens.children[row].focus(); } }, named(tokens, row).text)));
  self.sum = sumOf(self);
  self.dimension = clamp(self.dimension, 0, self.sum.width - 1);
  drawStrips(self);
  drawChain(self);
  tellDimension(self);
  const { difference, numbers } = header.attentions[self.sum.name];
  self.claim.replaceChildren(...sentence(words.sum_claim, { difference: html("b", {}, scientific(difference)), numbers: html("b", {}, numbers) }));
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  self.tableHost.replaceChildren(...(self.table ? [sumTable(self)] : []));
}

function startRow(self, tokens) {
  const { start } = self.data.header;
  const wanted = self.kind === "encoder" ? start.source : start.target;
  return wanted !== null && wanted < tokens.length ? wanted : Math.min(1, tokens.length - 1);
}

const scientific = (value) => (value === 0 ? "0" : `${(value / 10 ** Math.floor(Math.log10(value))).toFixed(1)} \u00D7 10${String(Math.floor(Math.log10(value))).replace(/[-\d]/g, (c) => (c === "-" ? "\u207B" : "\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079"[c]))}`);
const HEAD_HUES = ["query", "key", "value", "target", "source"];
const hueOf = (palette, head) => palette[HEAD_HUES[head % HEAD_HUES.length]];

/** The concatenation, each head's part, their sum and the pass's output, as strips over the same dimensions. */
function drawStrips(self) {
  const { sum: s, palette, data } = self;
  const { words } = data.header;
  const small = self.measured < 620;
  const wide = self.measured >= 900;
  const available = wide ? self.measured - 300 : self.measured;
  const label = small ? 74 : 128;
  const after = small ? 54 : 72;
  const cell = clamp((available - label - after) / s.width, 2.2, 13);
  const across = cell * s.width;
  const limit = Math.max(largest(s.out), ...s.part.map(largest));
  const ownLimit = Math.max(...s.own.map(largest));
  const shapes = [];
  let y = 6;
  const text = (x, at, content, attributes = {}) => svg("text", { x, y: at, "font-size": 13, fill: palette.text, ...attributes }, content);
  const cells = (values, most, x, at, step, height) => Array.from(values, (value, d) => svg("rect", { x: x + d * step, y: at, width: Math.max(0.6, step - (step > 5 ? 0.8 : 0)), height, fill: cellColour(palette, "activations", value, most) }));
  const ownWidth = across / (s.count * s.own[0].length);
  shapes.push(text(label - 8, y + 15, words.concatenated, { "text-anchor": "end", "font-weight": 600 }));
  s.own.forEach((values, head) => {
    const x = label + head * ownWidth * values.length;
    shapes.push(...cells(values, ownLimit, x, y, ownWidth, 20), svg("rect", { x: x + 0.5, y: y - 0.5, width: ownWidth * values.length - 2, height: 21, fill: "none", stroke: hueOf(palette, head), "stroke-width": 1.6, rx: 2 }),
      text(x + (ownWidth * values.length) / 2, y + 36, plain(words.head, { head: head + 1 }), { "text-anchor": "middle", "font-size": 12, fill: hueOf(palette, head), "font-weight": 600 }));
  });
  y += 56;
  shapes.push(text(label + across + 8, y - 4, words.projection, { "font-size": 11, fill: palette.muted }));
  s.part.forEach((values, head) => {
    shapes.push(text(label - 8, y + 15, [plain(small ? "{head}" : words.part, { head: head + 1 })], { "text-anchor": "end", fill: hueOf(palette, head), "font-weight": 600 }), ...cells(values, limit, label, y, cell, 20),
      svg("rect", { x: label - 0.5, y: y - 0.5, width: across + 1, height: 21, fill: "none", stroke: hueOf(palette, head), "stroke-opacity": 0.5, rx: 2 }),
      text(label + across + 8, y + 15, number(s.projection[head]), { class: "figures", "font-weight": 600, fill: hueOf(palette, head) }));
    y += 27;
  });
  y += 5;
  for (const [name, values, value] of [[words.sum, s.total, sum(s.projection)], [words.output, s.out, s.length]]) {
    shapes.push(text(label - 8, y + 15, name, { "text-anchor": "end", "font-weight": 600 }), ...cells(values, limit, label, y, cell, 20),
      svg("rect", { x: label - 0.5, y: y - 0.5, width: across + 1, height: 21, fill: "none", stroke: palette.text, "stroke-width": 1.2, rx: 2 }), text(label + across + 8, y + 15, number(value), { class: "figures", "font-weight": 700 }));
    y += 27;
  }
  self.pointer = svg("rect", { y: 58, width: Math.max(3, cell + 1), height: y - 62, fill: "none", stroke: palette.text, "stroke-width": 1.8, rx: 2 });
  self.across = { label, cell };
  shapes.push(self.pointer, colourBar(palette, "activations", limit, label, y + 4), text(label + 112, y + 12, words.bar, { "font-size": 11, fill: palette.muted }));
  const drawing = svg("svg", { width: label + across + after, height: y + 26, role: "img", "aria-label": plain(words.strips_label, { count: s.count, width: s.width }) }, shapes);
  drawing.addEventListener("pointermove", (event) => {
    const d = Math.floor((event.clientX - drawing.getBoundingClientRect().left - label) / cell);
    if (d >= 0 && d < s.width) { self.dimension = d; tellDimension(self); }
  });
  self.figureHost.setAttribute("aria-label", words.strips);
  self.figureHost.replaceChildren(drawing);
}

function walkDimensions(self, event) {
  const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 8, PageUp: -8 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  self.dimension = clamp(self.dimension + by, 0, self.sum.width - 1);
  tellDimension(self);
}

/** The fewest decimals, three at least, at which the terms as written add up to the sum as written. */
function digitsThatAddUp(terms, total) {
  const units = (value, digits) => Math.round(Number(value.toFixed(digits)) * 10 ** digits);
  return [3, 4, 5, 6].find((digits) => terms.reduce((all, term) => all + units(term, digits), 0) === units(total, digits)) ?? 6;
}

function tellDimension(self) {
  const { sum: s, dimension: d, palette } = self;
  const { words } = self.data.header;
  self.pointer.setAttribute("x", self.across.label + d * self.across.cell - 0.5);
  const digits = digitsThatAddUp(s.part.map((values) => values[d]), s.total[d]);
  const told = (value) => value.toFixed(digits).replace("-", "\u2212");
  const terms = s.part.map((values, head) => [head ? (values[d] < 0 ? " \u2212 " : " + ") : values[d] < 0 ? "\u2212" : "", html("b", { style: `color:${hueOf(palette, head)}` }, told(Math.abs(values[d])))]);
  self.line.replaceChildren(`${plain(words.dimension, { dimension: d + 1 })}: `, ...terms.flat(), " = ", html("b", {}, told(s.total[d])), html("span", { class: "muted" }, `   ${plain(words.dimension_output, { value: told(s.out[d]), difference: scientific(Math.abs(s.total[d] - s.out[d])) })}`));
}

/** The parts as arrows, tip to tail, in the plane of the output and of the direction in which the parts differ most from it. */
function drawChain(self) {
  const { sum: s, palette } = self;
  const { words } = self.data.header;
  const unit = Array.from(s.out, (x) => x / s.length);
  const rest = s.part.map((values, head) => Array.from(values, (x, d) => x - s.projection[head] * unit[d]));
  const across = mainDirection(rest);
  const points = [[0, 0]];
  s.part.forEach((_, head) => { const [x, y] = points[points.length - 1]; points.push([x + s.projection[head], y + dot(rest[head], across)]); });
  const [width, height, margin] = [self.measured < 620 ? Math.min(self.measured, 330) : 276, 236, 26];
  const xs = points.map(([x]) => x).concat(s.length);
  const ys = points.map(([, y]) => y);
  const [low, high, bottom, top] = [Math.min(0, ...xs), Math.max(...xs), Math.min(...ys, -0.001), Math.max(...ys, 0.001)];
  const scale = Math.min((width - 2 * margin) / (high - low || 1), (height - 2 * margin - 20) / (top - bottom || 1));
  const at = ([x, y]) => [margin + (x - low) * scale, height - margin - 14 - (y - bottom) * scale];
  const arrow = (from, to, colour, thick) => {
    const [[x1, y1], [x2, y2]] = [at(from), at(to)];
    const angle = Math.atan2(y2 - y1, x2 - x1);
    const tip = [[-8, -4], [-8, 4]].map(([a, b]) => `${x2 + a * Math.cos(angle) - b * Math.sin(angle)},${y2 + a * Math.sin(angle) + b * Math.cos(angle)}`);
    return [svg("line", { x1, y1, x2, y2, stroke: colour, "stroke-width": thick, "stroke-linecap": "round" }), svg("polygon", { points: `${x2},${y2} ${tip.join(" ")}`, fill: colour })];
  };
  const label = (head) => {
    const [[x1, y1], [x2, y2]] = [at(points[head]), at(points[head + 1])];
    const long = Math.hypot(x2 - x1, y2 - y1) || 1;
    return svg("text", { x: (x1 + x2) / 2 - (11 * (y2 - y1)) / long, y: (y1 + y2) / 2 + (11 * (x2 - x1)) / long + 4, "font-size": 12, "font-weight": 700, "text-anchor": "middle", fill: hueOf(palette, head) }, head + 1);
  };
  const [ox, oy] = at([s.length, 0]);
  const told = s.part.map((_, head) => plain(words.chain_part, { head: head + 1, projection: number(s.projection[head]) })).join("; ");
  self.chain.replaceChildren(html("h4", {}, words.chain), svg("svg", { width, height, role: "img", "aria-label": plain(words.chain_label, { parts: told, length: number(s.length) }) },
    arrow([0, 0], [s.length, 0], palette.floor, 5), s.part.map((_, head) => arrow(points[head], points[head + 1], hueOf(palette, head), 2.4)), s.part.map((_, head) => label(head)),
    svg("text", { x: clamp(ox, 40, width - 4), y: bottom + top > 0 ? oy + 18 : oy - 9, "font-size": 12, "text-anchor": "end", fill: palette.muted }, words.output)), html("p", { class: "muted tiny" }, words.chain_note));
}

/** First direction of a few vectors, by power iteration from the longest of them. */
function mainDirection(vectors) {
  let direction = vectors.reduce((best, vector) => (dot(vector, vector) > dot(best, best) ? vector : best));
  for (let turn = 0; turn < 30; turn += 1) {
    const next = new Array(direction.length).fill(0);
    for (const vector of vectors) { const share = dot(vector, direction); vector.forEach((x, d) => { next[d] += share * x; }); }
    const length = Math.sqrt(dot(next, next)) || 1;
    direction = next.map((x) => x / length);
  }
  return direction;
}

function sumTable(self) {
  const { sum: s } = self;
  const { words } = self.data.header;
  const rows = [...s.part.map((values, head) => [plain(words.part, { head: head + 1 }), values]), [words.sum, s.total], [words.output, s.out]];
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.strips }, html("table", { class: "figures" },
    html("caption", {}, words.strips), html("thead", {}, html("tr", {}, html("td", {}), html("th", { scope: "col" }, words.projection), Array.from(s.out, (_, d) => html("th", { scope: "col" }, d + 1)))),
    html("tbody", {}, rows.map(([name, values], place) => html("tr", {}, html("th", { scope: "row" }, name), html("td", {}, number(place < s.count ? s.projection[place] : place === s.count ? sum(s.projection) : s.length)), Array.from(values, (value) => html("td", {}, number(value))))))));
}
