// Four ways to cut one sentence, side by side, at every size of the vocabulary: the slider is the browser's own.

function createCuts(host) {
  const self = { host, data: null, stop: null, chosen: null };
  keepDrawn(self, drawStrips);
  return { update(data) {
    const before = self.data && self.data.header;
    self.data = data;
    const { header } = self.data;
    if (self.stop === null || header.sizes.length !== before.sizes.length) self.stop = header.stop;
    self.chosen = null;
    buildCuts(self);
  } };
}

function buildCuts(self) {
  const { header } = self.data;
  const t = header.texts;
  const size = slider(t.vocabulary, { max: header.sizes.length - 1, value: self.stop, told: (at) => plain(t.pieces_asked, { count: grouped(header.sizes[at]) }), change: (at) => { self.stop = at; self.chosen = null; drawCuts(self); } });
  self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.rows = html("div", { class: "cutrows" });
  self.table = tableButton(t, () => cutsTable(self));
  const key = (name, text) => html("span", { class: "legend" }, html("i", { class: name, "aria-hidden": "true" }), text);
  self.host.replaceChildren(
    html("div", { class: "cutbar" }, header.sizes.length > 1 ? size.node : html("span", {}), html("div", { class: "legends" }, key("of-reserved", t.legend_reserved), key("of-used", t.legend_used), key("of-unused", t.legend_unused), key("of-here", t.legend_here))),
    self.rows, self.told, self.table.button, self.table.place);
  drawCuts(self);
}

/** Which of its sizes a kind is shown at: one that has a single size keeps it. */
const stopOf = (self, kind) => Math.min(self.stop, kind.stops.length - 1);

/** The pieces of a kind at the chosen size: start, end, id, count in the text, what it is. */
function piecesOf(self, kind) {
  const at = kind.stops[stopOf(self, kind)];
  return at.pieces.map(([start, end, id, count, face]) => ({ start, end, id, count, face, kind: id >= 4 && id < 260 ? "byte" : id < 4 ? "special" : "" }));
}

function drawCuts(self) {
  const { header } = self.data;
  const t = header.texts;
  self.lines = [];
  self.rows.replaceChildren(...header.kinds.map((kind, index) => cutRow(self, kind, index, t)));
  drawStrips(self);
  tellCut(self);
  self.table.update();
}

function cutRow(self, kind, index, t) {
  const { header } = self.data;
  const name = html("div", { class: "cutname" }, strong(kind.label), html("span", { class: "muted" }, kind.note));
  if (kind.veiled) return html("section", { class: "cutrow veiled", "aria-label": kind.label }, name, html("p", { class: "muted veil" }, kind.veiled));
  const at = kind.stops[stopOf(self, kind)];
  const pieces = piecesOf(self, kind);
  const line = boxes(header.text, pieces, { label: kind.label, choose: (piece) => { self.chosen = { kind: index, piece }; lightUp(self); tellCut(self); } });
  const canvas = html("canvas", { class: "rowstrip", "aria-hidden": "true" });
  self.lines.push({ kind, index, pieces, nodes: line.nodes, canvas, size: at.size, used: self.data.arrays[`${kind.name}.${stopOf(self, kind)}`].values });
  const cost = plain(t.cost, { rows: grouped(at.size), width: header.width, numbers: grouped(at.size * header.width) });
  return html("section", { class: "cutrow", "aria-label": kind.label }, name,
    html("div", { class: "cutmain" }, line.row, canvas),
    html("div", { class: "cutcount figures" }, html("b", {}, pieces.length), " ", pieces.length === 1 ? t.piece : t.pieces, html("span", { class: "muted" }, cost)));
}

/** What the chosen piece covers is outlined in every row. */
function lightUp(self) {
  const line = self.chosen && self.lines.find((candidate) => candidate.index === self.chosen.kind);
  const piece = line && line.pieces[self.chosen.piece];
  for (const row of self.lines) {
    row.nodes.forEach((node, at) => {
      const other = row.pieces[at];
      const own = row === line && at === self.chosen.piece;
      node.classList.toggle("lit", Boolean(piece) && (own || (other.start < piece.end && other.end > piece.start)));
      node.setAttribute("aria-pressed", String(own));
    });
  }
  drawStrips(self);
}

function tellCut(self) {
  const { header } = self.data;
  const t = header.texts;
  const line = self.chosen && self.lines.find((candidate) => candidate.index === self.chosen.kind);
  if (!line) { self.told.replaceChildren(html("span", { class: "muted" }, t.point)); return; }
  const piece = line.pieces[self.chosen.piece];
  const values = { piece: html("b", { class: "source" }, faceOf(header.text, piece)), kind: line.kind.label, id: html("b", {}, piece.id), rows: grouped(line.size), count: html("b", {}, grouped(piece.count)) };
  const template = piece.kind === "byte" ? t.told_byte : piece.count ? t.told_piece : t.told_unseen;
  self.told.replaceChildren(...sentence(template, values).flat());
}

/** Each vocabulary as a strip, one line a row of its matrix: reserved, learnt, never used; the sentence's own stand out. */
function drawStrips(self) {
  const { header } = self.data;
  const palette = paletteFor(self.host, header.palettes);
  const asked = header.sizes[self.stop];
  for (const line of self.lines || []) {
    const [width, height, ratio] = [line.canvas.parentElement.clientWidth, 13, window.devicePixelRatio || 1];
    if (!width) continue;
    line.canvas.width = width * ratio;
    line.canvas.height = height * ratio;
    Object.assign(line.canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = line.canvas.getContext("2d");
    context.scale(ratio, ratio);
    const step = width / Math.max(asked, line.size);
    const paint = (id, colour, top, bottom, least = 0) => { context.fillStyle = colour; context.fillRect(id * step, top, Math.max(step, least), bottom - top); };
    const used = mix(palette.background, palette.source, 0.62);
    for (let id = 0; id < line.size; id += 1) paint(id, line.used[id] ? used : palette.line, id < 260 ? 7.5 : 4, 11);
    for (const [at, piece] of line.pieces.entries()) paint(piece.id, line.nodes[at].getAttribute("aria-pressed") === "true" ? palette.query : palette.text, 0, 13, 1.5);
    if (line.size < asked) {
      context.strokeStyle = palette.line;
      for (let x = line.size * step + 4; x < width; x += 6) { context.beginPath(); context.moveTo(x, 11); context.lineTo(x + 4, 4); context.stroke(); }
    }
  }
}

function cutsTable(self) {
  const { header } = self.data;
  const t = header.texts;
  const rows = self.lines.map((line) => [line.kind.label, grouped(line.size), String(line.pieces.length), line.pieces.map((piece) => `${faceOf(header.text, piece)} ${piece.id}`).join(" \u00B7 ")]);
  return { caption: t.table_caption, head: [t.kind, t.rows, t.pieces, t.pieces_and_ids], rows };
}
