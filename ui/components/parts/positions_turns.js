// From PE(pos) to PE(pos + k): every pair turns by the same angle wherever it starts. Beside it, maps that were fitted instead.

const FACES = [0, 2, 4, 6, 8, 10, 13, 16]; // the pairs whose clocks are drawn

function createTurns(host) {
  const self = { host, position: 3, k: 3, pair: 4, known: 48, at: 60, table: false };
  self.section = html("section", { class: "positions" });
  host.append(self.section);
  keepDrawn(self, drawTurns, self.section);
  return { update(data) { self.data = data; buildTurns(self); drawTurns(self); } };
}

function buildTurns(self) {
  const { header } = self.data;
  const { words } = header;
  const slider = (name, low, high, label) => {
    const range = html("input", { type: "range", min: low, max: high, value: self[name], "aria-label": label, oninput: (event) => { self[name] = Number(event.target.value); drawTurns(self); } });
    const value = html("b", { class: "figures" });
    self[`${name}Value`] = value;
    return html("label", { class: "slider" }, html("span", {}, label, " ", value), range);
  };
  self.known = header.known.includes(self.known) ? self.known : header.known[0];
  self.faces = FACES.filter((pair) => pair < header.d_model / 2);
  if (!self.faces.includes(self.pair)) self.pair = self.faces[self.faces.length - 1];
  self.clocks = html("div", { class: "faces" }, self.faces.map((pair) => html("button", { type: "button", class: "face", "aria-pressed": "false", "data-pair": pair, onclick: () => { self.pair = pair; drawTurns(self); } }, html("canvas", { "aria-hidden": "true" }), html("span", { class: "figures" }))));
  self.matrix = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.verdict = html("p", { class: "arithmetic figures" });
  self.knownButtons = segments(words.known, header.known.map((known) => [String(known), String(known)]), String(self.known), (value) => { self.known = Number(value); press(self.knownButtons, value); drawTurns(self); });
  const place = html("div", { class: "host" });
  self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.tableButton = html("button", { type: "button", class: "small", onclick: () => { self.table = !self.table; drawTurns(self); } }, words.table);
  self.tableHost = html("div", { class: "table" });
  self.section.replaceChildren(html("div", { class: "bar" }, slider("position", 0, 60, words.from), slider("k", 1, header.turns, words.steps_on)), self.clocks, self.matrix,
    html("h3", { class: "spaced" }, words.test), html("div", { class: "bar" }, html("span", { class: "muted" }, words.known), self.knownButtons), place, self.told, self.verdict, self.tableButton, self.tableHost);
  self.chart = createChart(place, { point: (at) => { self.at = at; drawTurns(self); } });
}

function drawTurns(self) {
  const { header } = self.data;
  const { words, d_model: width } = header;
  self.measured = self.section.clientWidth;
  const palette = paletteFor(self.host, header.palettes);
  self.positionValue.textContent = String(self.position);
  self.kValue.textContent = `+${self.k}`;
  self.clocks.querySelectorAll("button").forEach((button) => {
    const pair = Number(button.dataset.pair);
    const [canvas, name] = button.children;
    const step = turnOf(pair, width);
    const radius = self.measured < 560 ? 34 : 44;
    drawClock(freshCanvas(canvas, 2 * radius + 8, 2 * radius + 8), radius + 4, radius + 4, radius, (self.position + self.k) * step, palette, { from: self.position * step, lit: pair === self.pair });
    name.textContent = `${words.pair} ${pair}: ${angleText(self.k * step)}`;
    button.setAttribute("aria-pressed", String(pair === self.pair));
  });
  tellTurn(self, width);
  drawErrors(self, palette);
}

/** The two by two matrix of the chosen pair, carried out. */
function tellTurn(self, width) {
  const step = turnOf(self.pair, width);
  const [angle, from, to] = [self.k * step, self.position * step, (self.position + self.k) * step];
  const [cosine, sine] = [number(Math.cos(angle)), number(Math.sin(angle))];
  const minus = number(-Math.sin(angle));
  const column = (...values) => html("span", { class: "matrix" }, values.map((value) => html("span", {}, value)));
  const square = html("span", { class: "matrix square" }, [cosine, sine, minus, cosine].map((value) => html("span", {}, value)));
  self.matrix.replaceChildren(square, " \u00B7 ", column(number(Math.sin(from)), number(Math.cos(from))), " = ", column(number(Math.sin(to)), number(Math.cos(to))),
    html("span", { class: "muted" }, "  ", plain(self.data.header.words.turn_is, { pair: self.pair, from: self.position, to: self.position + self.k, angle: angleText(angle) })));
}

function errorsOf(self, name) {
  const { values, shape } = self.data.arrays[name];
  return Array.from(values.subarray((self.k - 1) * shape[1], self.k * shape[1]));
}

function drawErrors(self, palette) {
  const { header } = self.data;
  const { words, length } = header;
  const rows = [
    { name: words.closed, colour: "value", values: errorsOf(self, "closed") },
    { name: words.fitted_sinusoids, colour: "query", dash: "6 3", values: errorsOf(self, `sinusoids.${self.known}`) },
    { name: words.fitted_random, colour: "negative", dash: "2 3", values: errorsOf(self, `random.${self.known}`) },
  ];
  const curves = rows.map((row) => ({ ...row, values: row.values.map((value, x) => [x, value]) }));
  const values = rows.map((row) => row.values[self.at]);
  self.chart.update({
    x: [0, length - 1], y: [0, 2.5], ticksX: [0, 20, 40, 60, 80, 100], ticksY: [0, 1, 2], titleX: words.position, titleY: words.error,
    shade: { from: 0, to: self.known - 1, name: words.used }, curves, at: self.at, label: words.test,
    told: plain(words.error_told, { position: self.at, closed: tiny(values[0]), sinusoids: tiny(values[1]), random: tiny(values[2]) }),
  }, palette);
  self.told.replaceChildren(...sentence(self.at < self.known ? words.error_used : words.error_unused, {
    position: html("b", {}, self.at), next: html("b", {}, self.at + self.k), closed: html("b", { class: "value" }, tiny(values[0])), sinusoids: html("b", { class: "query" }, tiny(values[1])), random: html("b", { class: "minus" }, tiny(values[2])) }));
  const unseen = rows.map((row) => row.values.slice(self.known).reduce((a, b) => Math.max(a, b), 0));
  self.verdict.replaceChildren(...sentence(words.error_verdict, { known: html("b", {}, self.known), closed: html("b", { class: "value" }, tiny(unseen[0])), sinusoids: html("b", { class: "query" }, tiny(unseen[1])), random: html("b", { class: "minus" }, tiny(unseen[2])) }));
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  self.tableHost.replaceChildren(...(self.table ? [tableOf(matrixOf(rows.flatMap((row) => row.values), 3, length, "activations"), rows.map((row) => ({ text: row.name })), Array.from({ length }, (_, at) => ({ text: String(at) })), words.test, words)] : []));
}

/** A share that may be as small as rounding: 0.43, or 3.1 times ten to the minus seven. */
const tiny = (value) => (value === 0 ? "0" : value < 0.0005 ? big(value) : number(value));
