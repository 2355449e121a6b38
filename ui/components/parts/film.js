// The film of a training: one range of moments, the weights of a head at each of them, of one model or of several side by side.
// Everything is here already: moments, layers and heads change without a word to the server.

const MOMENT_MILLISECONDS = 420;

function createFilm(host) {
  const self = { host, data: null, at: 0, kind: "cross", layer: -1, head: -1, cell: null, pinned: false, newest: true, table: false, timer: null };
  self.section = html("section", { class: "film" });
  host.append(self.section);
  keepDrawn(self, drawFilm, null);
  return {
    update(data) {
      const step = self.data && self.data.header.steps[self.at];
      self.data = data;
      const { films, words, tokens, kinds } = self.data.header;
      if (!kinds.includes(self.kind)) self.kind = kinds[0];
      const shape = JSON.stringify([films.map((film) => film.name), words, kinds, heads(self)]);
      if (shape !== self.shape) buildFilm(self);
      self.shape = shape;
      const sentence = JSON.stringify(tokens);
      if (sentence !== self.sentence) self.pinned = false;
      self.sentence = sentence;
      // whoever has turned back stays at their moment while others come before and after it
      self.at = self.newest ? last(self) : Math.max(0, self.data.header.steps.findLastIndex((one) => one <= step));
      drawFilm(self);
    },
    close() { clearInterval(self.timer); },
  };
}

const last = (self) => self.data.header.steps.length - 1;
const arrayOf = (self, film, kind = self.kind) => self.data.arrays[`${film}.${kind}`];
const heads = (self) => Math.max(...self.data.header.films.map((_, film) => arrayOf(self, film).shape[2]));
const layers = (self) => Math.max(...self.data.header.films.map((_, film) => arrayOf(self, film).shape[1]));

function buildFilm(self) {
  const { words, kinds } = self.data.header;
  const choose = (name) => (value) => { self[name] = value; if (name === "kind") self.pinned = false; drawFilm(self); };
  const numbers = (count) => Array.from({ length: count }, (_, index) => [index, String(index + 1)]);
  [self.layer, self.head] = [Math.min(self.layer < 0 ? layers(self) - 1 : self.layer, layers(self) - 1), self.head < heads(self) ? self.head : -1];
  self.play = html("button", { type: "button", class: "small play", onclick: () => (self.timer ? stopFilm(self) : playFilm(self)) }, words.play);
  self.range = html("input", { type: "range", min: 0, step: 1, "aria-label": words.moment, oninput: () => { const moment = Number(self.range.value); stopFilm(self); goTo(self, moment); } });
  self.moment = html("output", { class: "figures" });
  self.kinds = segments(words.attention, kinds.map((kind) => [kind, words[kind]]), self.kind, choose("kind"));
  self.layers = segments(words.layers, numbers(layers(self)), self.layer, choose("layer"));
  self.heads = segments(words.heads, [[-1, words.mean], ...numbers(heads(self))], self.head, choose("head"));
  const labelled = (text, group) => html("span", { class: "choice" }, html("span", { class: "muted", "aria-hidden": "true" }, text), group);
  self.frame = html("div", { class: "host" });
  self.told = html("p", { class: "told figures" });
  self.button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawFilm(self); } }, words.table);
  self.tables = html("div", { class: "table" });
  self.section.replaceChildren(
    html("div", { class: "reel" }, self.play, self.range, self.moment),
    html("div", { class: "choices" }, kinds.length > 1 ? self.kinds : null, layers(self) > 1 ? labelled(words.layers, self.layers) : null, heads(self) > 1 ? labelled(words.heads, self.heads) : null),
    self.frame, self.told, html("div", { class: "buttons" }, self.button), self.tables);
  self.figure = createFigure(self.frame, { point: (cell) => tellFilm(self, cell || self.cell), choose: (cell) => { self.cell = cell; self.pinned = true; tellFilm(self, cell); } });
}

function goTo(self, moment) {
  self.at = clamp(moment, 0, last(self));
  self.newest = self.at === last(self);
  drawFilm(self);
}

/** From the first moment on, or from here; with reduced motion one moment at a touch. */
function playFilm(self) {
  const from = self.at === last(self) ? 0 : self.at + 1;
  if (calm()) { goTo(self, from); return; }
  goTo(self, from);
  self.timer = setInterval(() => { if (self.at === last(self)) stopFilm(self); else goTo(self, self.at + 1); }, MOMENT_MILLISECONDS);
  self.play.textContent = self.data.header.words.pause;
}

function stopFilm(self) {
  clearInterval(self.timer);
  self.timer = null;
  self.play.textContent = self.data.header.words.play;
}

/** The weights of film number `film` at the moment: those of its newest frame up to it; of one head, or the mean of all. */
function weightsAt(self, film, moment) {
  const { films, steps } = self.data.header;
  const step = steps[moment];
  const own = films[film].steps;
  let frame = own.length - 1;
  while (frame > 0 && own[frame] > step) frame -= 1;
  const { shape, values } = arrayOf(self, film);
  const [, L, H, n, m] = shape;
  const layer = Math.min(self.layer, L - 1);
  const place = (head) => (((frame * L + layer) * H + head) * n) * m;
  const used = self.head < 0 ? Array.from({ length: H }, (_, head) => head) : [Math.min(self.head, H - 1)];
  const found = new Float32Array(n * m);
  for (const head of used) for (let k = 0; k < n * m; k += 1) found[k] += values[place(head) + k] / (255 * used.length);
  const masked = self.kind === "decoder" && films[film].masked ? found.map((_, k) => (k % m > Math.floor(k / m) ? 1 : 0)) : null;
  return matrixOf(found, n, m, "weights", masked, 1);
}

function axesOfFilm(self) {
  const { source, fed, produced } = self.data.header.tokens;
  return self.kind === "encoder" ? [source, source] : [produced, self.kind === "cross" ? source : fed];
}

function drawFilm(self) {
  const { films, steps, words, palettes, of } = self.data.header;
  const [rows, columns] = axesOfFilm(self);
  const step = steps[self.at];
  for (const name of ["kind", "layer", "head"]) press(self[`${name}s`], self[name]);
  self.range.max = last(self);
  self.range.value = self.at;
  self.range.disabled = self.play.disabled = last(self) < 1;
  const moment = plain(words.after, { step: step.toLocaleString("en"), steps: of.toLocaleString("en") }); // as the charts over it write them
  self.moment.textContent = moment;
  self.range.setAttribute("aria-valuetext", moment);
  self.matrices = films.map((_, film) => weightsAt(self, film, self.at));
  if (!self.pinned) self.cell = tellingOf(self, rows, columns);
  const title = (film) => (films.length === 1 ? moment : [film.name, film.note].filter(Boolean).join(", "));
  const panels = films.map((film, index) => ({ id: `${index}`, title: title(film), matrix: self.matrices[index] }));
  self.figure.update({ rows, columns, marked: needsMark([...rows, ...columns]), second: null, panels, vectors: null, connectors: false, tall: true, words, chosen: self.cell }, paletteFor(self.host, palettes));
  self.button.setAttribute("aria-pressed", String(self.table));
  self.tables.replaceChildren(...(self.table ? films.map((film, index) => tableOf(self.matrices[index], rows, columns, [film.name, moment].join(", "), words)) : []));
  tellFilm(self, self.cell);
}

/** The cell that has most weight in the first film's last frame: it is what there is to watch. */
function tellingOf(self, rows, columns) {
  const end = weightsAt(self, 0, last(self));
  return tellingCell({ rows: end.rows, columns: end.columns, weights: end.values }, rows, columns, self.kind !== "cross");
}

function tellFilm(self, cell) {
  const { films, words } = self.data.header;
  const [rows, columns] = axesOfFilm(self);
  const [i, j] = cell;
  const share = (matrix) => html("b", {}, isMasked(matrix, i, j) ? words.masked : `${Math.round(100 * matrix.values[i * columns.length + j])}\u202F%`);
  const shares = films.length === 1
    ? share(self.matrices[0])
    : self.matrices.flatMap((matrix, film) => [film ? "; " : "", `${films[film].name} `, share(matrix)]);
  const token = (tokens, index, role) => html("b", { class: role }, named(tokens, index).text);
  const template = self.kind === "encoder" ? words.told_encoder : words.told_decoder;
  self.told.replaceChildren(...sentence(template, { row: token(rows, i, "query"), column: token(columns, j, "key"), share: shares }).flat());
}
