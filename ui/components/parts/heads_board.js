// Every head of a model at a glance, each with a switch that silences it; under them what is then written; one map large.
// Only a switch speaks to the server (send); which map is large stands in the address (ui/address.js).

const BOARD_GAP = 6;

function createBoard(host, send) {
  const view = sharedView();
  const self = { host, view, send, data: null, silent: new Set(), kind: "zero", waiting: false, layer: null, cell: null, table: false };
  self.section = html("section", { class: "board" });
  host.append(self.section);
  const stop = keepDrawn(self, paintBoard, host, showLarge);
  return {
    update(data) {
      self.data = data;
      const { identity, state } = self.data.header;
      const answered = keyOf(state.silent, state.kind) === keyOf(listOf(self), self.kind);
      if (identity !== self.identity) {
        self.silent = new Set(state.silent.map(([name, head]) => `${name}:${head}`));
        self.kind = state.kind;
        self.identity = identity;
        buildBoard(self);
        paintBoard(self);
      }
      if (answered || !self.waiting) self.waiting = false;
      showSilent(self);
    },
    close() { stop(); },
  };
}
createBoard.room = (header) => (header.state.mode === "fuses" ? [325, 560] : null);

const listOf = (self) => [...self.silent].map((name) => [name.slice(0, name.lastIndexOf(":")), Number(name.slice(name.lastIndexOf(":") + 1))]);
const keyOf = (heads, kind) => [kind, ...heads.map(([name, head]) => `${name}:${head}`).sort()].join(" ");
const isGame = (self) => self.data.header.state.mode === "fuses";

/** Weights 0 to 1 of one map, whether they came as bytes or as floats. */
function weightsAt(data, kind, layer, head) {
  const array = data.arrays[kind];
  const [, heads, rows, columns] = array.shape;
  const size = rows * columns;
  const at = (layer * heads + head) * size;
  const part = array.values.subarray(at, at + size);
  return { rows, columns, values: part instanceof Uint8Array ? Float32Array.from(part, (x) => x / 255) : part };
}

function boardMatrix(data, kind, layer, head) {
  const { rows, columns, values } = weightsAt(data, kind, layer, head);
  const masked = kind === "decoder" && data.header.state.causal !== false ? Uint8Array.from(values, (_, at) => (at % columns > Math.floor(at / columns) ? 1 : 0)) : null;
  return matrixOf(values, rows, columns, "weights", masked, 1);
}

/** Layers shown at once: all while they are few, else the chosen one. */
function layersShown(self) {
  const { layers, heads } = Object.values(self.data.header.attentions)[0];
  if (layers * Math.ceil(heads / 4) <= 2) return Array.from({ length: layers }, (_, layer) => layer);
  if (self.layer === null || self.layer >= layers) self.layer = self.view.number("layer", 1, layers, (self.data.header.state.start?.layer ?? 0) + 1) - 1;
  return [self.layer];
}

function buildBoard(self) {
  const { header } = self.data;
  const { words, attentions } = header;
  const { layers } = Object.values(attentions)[0];
  const shownLayers = layersShown(self);
  self.tiles = new Map();
  self.kinds = header.state.kinds.length > 1 ? segments(words.writes, header.state.kinds.map((kind) => [kind, words[kind]]), self.kind, (kind) => { self.kind = kind; press(self.kinds, kind); asked(self); }) : null;
  self.cost = html("button", { type: "button", class: "small", onclick: () => asked(self, true) }, words.cost);
  self.restore = html("button", { type: "button", class: "small", onclick: () => { self.silent.clear(); asked(self); } }, words.restore);
  const turner = shownLayers.length < layers
    ? segments(words.layers, Array.from({ length: layers }, (_, layer) => [layer, plain(words.layer, { layer: layer + 1 })]), self.layer, (layer) => { self.layer = layer; buildBoard(self); paintBoard(self); showSilent(self); })
    : null;
  const blocks = Object.keys(attentions).map((kind) => html("div", { class: "block", role: "group", "aria-label": words[`${kind}_long`] },
    html("h3", {}, words[`${kind}_long`]),
    shownLayers.map((layer) => html("div", { class: "row" },
      layers > 1 ? html("span", { class: "muted layername" }, plain(words.layer, { layer: layer + 1 })) : null,
      html("div", { class: "tiles" }, Array.from({ length: attentions[kind].heads }, (_, head) => tileOf(self, kind, layer, head)))))));
  self.blocks = html("div", { class: "blocks" }, blocks);
  self.chips = html("div", { class: "chips" });
  self.result = html("div", { class: "result", "aria-live": "polite" });
  self.large = isGame(self) ? null : largeOf(self);
  self.section.classList.toggle("game", isGame(self));
  self.section.replaceChildren(
    html("div", { class: "boardbar" }, html("p", { class: "muted hint" }, header.state.hint), turner,
      self.kinds ? html("div", { class: "writes" }, html("span", { class: "muted" }, words.writes), self.kinds) : null),
    self.blocks,
    html("div", { class: "outcome" }, self.result, html("div", { class: "buttons" }, self.chips, isGame(self) ? null : self.cost, self.restore)),
    ...(self.large ? [self.large] : [copiesOf(self)]));
}

/** Links for somebody else: with these fuses out, or the level alone. The server keeps the address up to date. */
function copiesOf(self) {
  const { words } = self.data.header;
  const shownAddress = html("input", { type: "text", readonly: true, hidden: true, "aria-label": words.link });
  const copy = (button, address, text) => {
    const done = () => { button.textContent = words.copied; setTimeout(() => { button.textContent = text; }, 1800); };
    const byHand = () => { shownAddress.hidden = false; shownAddress.value = address; shownAddress.select(); };
    if (navigator.clipboard) navigator.clipboard.writeText(address).then(done, byHand);
    else byHand();
  };
  const button = (text, address) => {
    const node = html("button", { type: "button", class: "small", onclick: () => copy(node, address(), text) }, text);
    return node;
  };
  const levelAlone = () => {
    const url = new URL(window.location.href);
    const level = (url.searchParams.get("fuses") || "1").split(".")[0];
    url.searchParams.set("fuses", level);
    return url.href;
  };
  return html("div", { class: "copies" }, button(words.copy, () => window.location.href), button(words.copy_level, levelAlone), shownAddress);
}

/** In the lesson a map shows itself large and a switch silences; in the game the whole tile is the switch. */
function tileOf(self, kind, layer, head) {
  const { words } = self.data.header;
  const name = `${kind}.${layer}`;
  const canvas = html("canvas", { "aria-hidden": "true" });
  const flip = () => {
    const key = `${name}:${head}`;
    if (!self.silent.delete(key)) self.silent.add(key);
    asked(self);
  };
  const label = plain(words.silence, { head: nameOfHead(words, name, head) });
  const tile = { kind, layer, head, canvas };
  if (isGame(self)) {
    tile.flip = html("button", { type: "button", class: "map fusetile", "aria-label": label, "aria-pressed": "false", onclick: flip, onkeydown: (event) => walkTiles(self, event, tile, "flip") }, canvas, html("span", { class: "fuse", "aria-hidden": "true" }, html("b", {}, head + 1), html("i", { class: "pill" })));
    tile.node = html("div", { class: "tile" }, tile.flip);
  } else {
    tile.look = html("button", { type: "button", class: "map", "aria-label": plain(words.look, { head: nameOfHead(words, name, head) }), onclick: () => self.view.set({ attention: kind, layer: layer + 1, head: head + 1, row: null, column: null }), onkeydown: (event) => walkTiles(self, event, tile, "look") }, canvas);
    tile.flip = html("button", { type: "button", class: "fuse", "aria-label": label, "aria-pressed": "false", onclick: flip, onkeydown: (event) => walkTiles(self, event, tile, "flip") }, html("b", { "aria-hidden": "true" }, head + 1), html("i", { class: "pill", "aria-hidden": "true" }));
    tile.node = html("div", { class: "tile" }, tile.look, tile.flip);
  }
  self.tiles.set(`${name}:${head}`, tile);
  return tile.node;
}

/** Arrows walk among the maps, or among the switches. */
function walkTiles(self, event, tile, part) {
  const all = [...self.tiles.values()];
  const at = all.indexOf(tile);
  const below = all.findIndex((other, place) => (event.key === "ArrowDown" ? place > at : place < at) && other.head === tile.head && (other.layer !== tile.layer || other.kind !== tile.kind));
  const above = all.findLastIndex((other, place) => place < at && other.head === tile.head);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: below, ArrowUp: above }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  if (all[to]) all[to][part].focus();
}

function asked(self, cost = false) {
  self.waiting = true;
  showSilent(self);
  self.send({ heads: listOf(self), kind: self.kind, of: self.identity, cost });
}

function paintBoard(self) {
  const palette = (self.palette = paletteFor(self.section, self.data.header.palettes));
  self.measured = self.host.clientWidth;
  if (!self.measured) return;
  const { heads } = Object.values(self.data.header.attentions)[0];
  const across = Math.min(heads, 4);
  const wide = self.measured >= 820;
  const room = (wide ? (self.measured - 48) / 3 : self.measured) - BOARD_GAP * (across - 1);
  const side = clamp(Math.floor(room / across) - 6, 34, isGame(self) ? 56 : 72);
  for (const { kind, layer, head, canvas } of self.tiles.values()) {
    const matrix = boardMatrix(self.data, kind, layer, head);
    paintCells(canvas, matrix, side / Math.max(matrix.rows, matrix.columns), palette);
    canvas.parentElement.style.width = `${side + 6}px`;
    if (!isGame(self)) canvas.parentElement.style.height = `${side + 6}px`;
  }
  self.blocks.style.setProperty("--across", across);
  self.blocks.style.setProperty("--tile", `${side + 6}px`);
  showLarge(self);
}

/** Which switches are off, and what the model writes with them off. */
function showSilent(self) {
  const { header } = self.data;
  const { words, state } = header;
  for (const [key, tile] of self.tiles) {
    const silent = self.silent.has(key);
    tile.node.classList.toggle("silent", silent);
    tile.flip.setAttribute("aria-pressed", String(silent));
  }
  self.restore.hidden = !self.silent.size;
  self.cost.hidden = !self.silent.size || (!self.waiting && Boolean(state.cost));
  self.section.classList.toggle("waiting", self.waiting);
  self.chips.replaceChildren(...listOf(self).map(([name, head]) => html("button", { type: "button", class: "chip", "aria-label": plain(words.restore_one, { head: nameOfHead(words, name, head) }), onclick: () => { self.silent.delete(`${name}:${head}`); asked(self); } },
    plain(words.chip, { attention: words[`${name.split(".")[0]}_short`], layer: Number(name.split(".")[1]) + 1, head: head + 1 }), html("span", { "aria-hidden": "true" }, " \u00D7"))));
  const current = !self.waiting;
  const after = self.silent.size && current ? state.after : null;
  const marked = after === null ? null : changedWords(state.before.split(" "), after.split(" "));
  const line = (name, text, changed) => html("p", { class: "line" }, html("span", { class: "muted who" }, name), html("span", { class: "french", lang: "fr" },
    text.split(" ").map((word, at) => [at ? " " : "", changed && changed[at] ? html("mark", {}, word) : word])));
  self.result.replaceChildren(
    line(words.whole, state.before, null),
    self.silent.size
      ? (self.waiting ? html("p", { class: "line" }, html("span", { class: "muted who" }, plain(words.silenced, { count: self.silent.size })), html("span", { class: "muted" }, words.working))
        : line(plain(words.silenced, { count: self.silent.size }), after || "", marked))
      : html("p", { class: "line muted" }, html("span", { class: "who" }, ""), state.nothing),
    ...(current && state.verdict ? [html("p", { class: `verdict ${state.won ? "won" : ""}` }, state.verdict)] : []),
    ...(current && state.cost ? [html("p", { class: "verdict figures" }, state.cost)] : []));
}

/** For each word of the second sentence: is it not in the first, read in order (longest common subsequence)? */
function changedWords(before, after) {
  const [n, m] = [before.length, after.length];
  const best = Array.from({ length: n + 1 }, () => new Array(m + 1).fill(0));
  for (let i = n - 1; i >= 0; i -= 1) for (let j = m - 1; j >= 0; j -= 1) best[i][j] = before[i] === after[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
  const changed = new Array(m).fill(true);
  for (let i = 0, j = 0; i < n && j < m;) {
    if (before[i] === after[j]) { changed[j] = false; i += 1; j += 1; } else if (best[i + 1][j] >= best[i][j + 1]) i += 1;
    else j += 1;
  }
  return changed;
}

// The large map
