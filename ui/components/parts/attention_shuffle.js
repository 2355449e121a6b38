// Words dragged into another order: the head computed anew from X and its matrices, here in the browser, and every word's output
// laid beside the one it had. Words may carry their positions along, or leave them where they stand.

function createShuffle(host) {
  const self = { host, data: null, order: null, stays: false };
  self.section = html("section", { class: "shuffle" });
  host.append(self.section);
  keepDrawn(self, drawShuffle);
  return {
    update(data) {
      self.data = data;
      self.first = outputsFor(self, null);
      self.order = self.data.header.tokens.map((_, i) => i);
      buildShuffle(self);
      drawShuffle(self);
    },
  };
}
createShuffle.room = [556, 980];

/** The head's weights and outputs for an order of the words; null is the order of the sentence. */
function outputsFor(self, order) {
  const { header, arrays } = self.data;
  const [n, d] = arrays.embedding.shape;
  const places = order || header.tokens.map((_, i) => i);
  const x = { shape: [n, d], values: new Float32Array(n * d) };
  places.forEach((word, place) => {
    const [embedding, position] = [rowOf(arrays.embedding, word), rowOf(arrays.position, self.stays ? place : word)];
    for (let c = 0; c < d; c += 1) x.values[place * d + c] = embedding[c] + position[c];
  });
  const read = arrays.norm_weight ? normalized(x, arrays) : x;
  const project = (part) => {
    const [matrix, bias] = [arrays[`${part}_matrix`], arrays[`${part}_bias`]];
    const width = matrix.shape[0];
    return { shape: [n, width], values: Float32Array.from({ length: n * width }, (_, at) => dot(rowOf(read, Math.floor(at / width)), rowOf(matrix, at % width)) + (bias ? bias.values[at % width] : 0)) };
  };
  return completed({ scale: header.scale, query: project("query"), key: project("key"), value: project("value") });
}

/** What a pre-norm model's attention reads. */
function normalized(x, { norm_weight: weight, norm_bias: bias }) {
  const [n, d] = x.shape;
  const values = new Float32Array(n * d);
  for (let i = 0; i < n; i += 1) {
    const row = rowOf(x, i);
    const mean = sum(Array.from(row)) / d;
    const spread = Math.sqrt(sum(Array.from(row, (v) => (v - mean) ** 2)) / d + 1e-5);
    row.forEach((v, c) => { values[i * d + c] = ((v - mean) / spread) * weight.values[c] + bias.values[c]; });
  }
  return { shape: [n, d], values };
}

function buildShuffle(self) {
  const { words } = self.data.header;
  self.modes = segments(words.positions, [["travel", words.travel], ["stay", words.stay]], self.stays ? "stay" : "travel", (mode) => { self.stays = mode === "stay"; drawShuffle(self); });
  const shuffleButton = html("button", { type: "button", class: "small go", onclick: () => { self.order = shuffled(self.order); drawShuffle(self); } }, words.shuffle);
  self.reset = html("button", { type: "button", class: "small", onclick: () => { self.order.sort((a, b) => a - b); drawShuffle(self); } }, words.reset);
  self.before = html("ol", { class: "rowsof" });
  self.after = html("ol", { class: "rowsof moved" });
  self.wires = svg("svg", { class: "crossing", "aria-hidden": "true" });
  self.mapsOf = html("div", { class: "shufflemaps" });
  self.verdict = html("p", { class: "verdict", "aria-live": "polite" });
  self.tableButton = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawShuffle(self); } }, words.table);
  self.tableHost = html("div", { class: "table" });
  self.section.replaceChildren(html("div", { class: "bar" }, self.modes, html("div", { class: "buttons" }, shuffleButton, self.reset)),
    html("div", { class: "frame" }, html("div", { class: "sides" },
      html("div", {}, html("h4", {}, words.before), self.before), self.wires, html("div", {}, html("h4", {}, words.after), self.after), self.mapsOf)),
    self.verdict, html("div", { class: "buttons" }, self.tableButton), self.tableHost);
}

function shuffled(order) {
  const next = [...order];
  for (let i = next.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [next[i], next[j]] = [next[j], next[i]];
  }
  return next.every((word, at) => word === order[at]) && next.length > 1 ? shuffled(order) : next;
}

const rowTall = (n) => clamp(Math.floor(360 / n), 22, 32);

function drawShuffle(self) {
  const { header } = self.data;
  const { tokens, words } = header;
  const palette = (self.palette = paletteFor(self.host, header.palettes));
  const now = (self.now = outputsFor(self, self.order));
  const limitOf = (word) => Math.max(largest(rowOf(self.first.output, word)), largest(rowOf(now.output, self.order.indexOf(word)))); // a word's own scale, on both sides
  const tall = rowTall(tokens.length);
  const narrow = self.host.clientWidth < 640;
  const difference = self.order.map((word, place) => Math.max(...Array.from(rowOf(now.output, place), (v, c) => Math.abs(v - rowOf(self.first.output, word)[c]))));
  press(self.modes, self.stays ? "stay" : "travel");
  const stripOf = (output, row, word) => stripCanvas(rowOf(output, row), limitOf(word), palette, tall - 10, narrow);
  self.before.replaceChildren(...tokens.map((_, i) => html("li", { style: `height:${tall}px` }, html("span", { class: "token" }, named(tokens, i).text), stripOf(self.first.output, i, i))));
  const focused = self.host.getRootNode().activeElement?.dataset?.word;
  self.after.replaceChildren(...self.order.map((word, place) => movable(self, word, place, tall, stripOf(now.output, place, word), difference[place])));
  if (focused !== undefined) self.after.querySelector(`[data-word="${focused}"]`)?.focus();
  crossWires(self, tall, difference, palette, narrow ? 56 : 90);
  drawShuffleMaps(self, now, palette);
  const most = Math.max(...difference);
  const moved = self.order.some((word, place) => word !== place);
  const same = most < 1e-4;
  const value = html("b", { class: "bignumber figures" }, same ? "0" : number(most));
  self.verdict.replaceChildren(value, html("span", {}, !moved ? words.unmoved : same ? words.equal : words.changed));
  self.verdict.dataset.difference = String(most);
  self.reset.disabled = !moved;
  self.tableButton.setAttribute("aria-pressed", String(Boolean(self.table)));
  self.tableHost.replaceChildren(...(self.table ? [shuffleTable(self, now, difference)] : []));
}

/** The outputs in the new order, and how far each is from the one its word had. */
function shuffleTable(self, now, difference) {
  const { tokens, words } = self.data.header;
  const width = now.output.shape[1];
  const head = html("tr", {}, html("td", {}), Array.from({ length: width }, (_, c) => html("th", { scope: "col" }, String(c + 1))), html("th", { scope: "col" }, words.difference));
  const rows = self.order.map((word, place) => html("tr", {}, html("th", { scope: "row", class: "query" }, named(tokens, word).text), Array.from(rowOf(now.output, place), (v) => html("td", {}, number(v))), html("td", {}, difference[place] < 1e-4 ? "0" : number(difference[place]))));
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.after }, html("table", { class: "figures" }, html("caption", {}, words.after), html("thead", {}, head), html("tbody", {}, rows)));
}

function stripCanvas(values, limit, palette, tall, narrow) {
  const step = clamp((narrow ? 80 : 150) / values.length, 1, 11);
  const canvas = html("canvas", { "aria-hidden": "true" });
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [values.length * step * ratio, tall * ratio];
  canvas.style.cssText = `width:${values.length * step}px;height:${tall}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  values.forEach((v, c) => { context.fillStyle = cellColour(palette, "activations", v, limit); context.fillRect(c * step, 0, step + 0.3, tall); });
  return canvas;
}

/** A word one can drag, or move with the arrow keys. */
function movable(self, word, place, tall, canvas, difference) {
  const { tokens, words } = self.data.header;
  const text = named(tokens, word).text;
  const button = html("button", {
    type: "button", class: "movable", style: `height:${tall - 2}px`, "data-word": word, "aria-label": plain(words.move_label, { word: text, place: place + 1, count: tokens.length }),
    onkeydown: (event) => {
      const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      moveWord(self, word, place + by);
    },
    onpointerdown: (event) => drag(self, event, word, tall),
  }, html("span", { class: "grip", "aria-hidden": "true" }, "\u2807"), html("span", { class: "token" }, text));
  return html("li", { style: `height:${tall}px`, class: difference > 1e-4 ? "differs" : null }, button, canvas);
}

function moveWord(self, word, to) {
  const from = self.order.indexOf(word);
  const place = clamp(to, 0, self.order.length - 1);
  if (from === place) return;
  self.order.splice(from, 1);
  self.order.splice(place, 0, word);
  drawShuffle(self);
}

function drag(self, event, word, tall) {
  event.preventDefault();
  self.after.querySelector(`[data-word="${word}"]`).focus();
  self.section.classList.add("dragging");
  const follow = (moved) => moveWord(self, word, Math.floor((moved.clientY - self.after.getBoundingClientRect().top) / tall));
  const done = () => {
    self.section.classList.remove("dragging");
    window.removeEventListener("pointermove", follow);
    window.removeEventListener("pointerup", done);
    window.removeEventListener("pointercancel", done);
  };
  window.addEventListener("pointermove", follow);
  window.addEventListener("pointerup", done);
  window.addEventListener("pointercancel", done);
}

/** From where every word was to where it is. */
function crossWires(self, tall, difference, palette, width) {
  const [n, head] = [self.order.length, 32];
  self.wires.setAttribute("width", width);
  self.wires.setAttribute("height", head + n * tall);
  self.wires.replaceChildren(...self.order.map((word, place) => svg("path", {
    d: lying(2, head + (word + 0.5) * tall, width - 2, head + (place + 0.5) * tall), fill: "none", stroke: difference[place] > 1e-4 ? palette.negative : palette.value, "stroke-width": 3, "stroke-opacity": word === place ? 0.25 : 0.7, "stroke-linecap": "round",
  })));
}

function drawShuffleMaps(self, now, palette) {
  const { words, tokens } = self.data.header;
  const cell = clamp(Math.floor(132 / tokens.length), 2, 20);
  self.mapsOf.replaceChildren(...[[self.first, words.weights_before], [now, words.weights_after]].map(([head, name]) => {
    const canvas = html("canvas", { "aria-hidden": "true" });
    paintCells(canvas, matrixOf(head.weights, head.n, head.n, "weights", null, 1), cell, palette);
    return html("figure", {}, canvas, html("figcaption", { class: "muted" }, name));
  }));
}
