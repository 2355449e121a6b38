// Likeness of two positions against how far apart they stand. Falling stretches in one colour, rising ones in another: the bumps.

function createOffsets(host) {
  const self = { host, at: 6, width: null, table: false };
  self.section = html("section", { class: "positions" });
  host.append(self.section);
  keepDrawn(self, drawOffsets, null);
  return {
    update(data) {
      self.data = data;
      const { words, widths, own } = data.header;
      self.width = widths.includes(self.width) ? self.width : own;
      self.widths = segments(words.width, widths.map((width) => [String(width), width === own ? plain(words.own_width, { width }) : String(width)]), String(self.width), (value) => { self.width = Number(value); press(self.widths, value); self.at = data.header.rises[value] || 6; drawOffsets(self); });
      const place = html("div", { class: "host" });
      self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
      self.pairs = html("p", { class: "arithmetic figures muted" });
      self.tableButton = html("button", { type: "button", class: "small", onclick: () => { self.table = !self.table; drawOffsets(self); } }, words.table);
      self.tableHost = html("div", { class: "table" });
      self.section.replaceChildren(html("div", { class: "bar" }, html("span", { class: "muted" }, words.width), self.widths), place, self.told, self.pairs, self.tableButton, self.tableHost);
      self.chart = createChart(place, { point: (k) => { self.at = k; drawOffsets(self); } });
      drawOffsets(self);
    },
  };
}

function drawOffsets(self) {
  const { header, arrays } = self.data;
  const { words } = header;
  const curve = arrays[`curve.${self.width}`].values;
  const palette = paletteFor(self.host, header.palettes);
  const last = curve.length - 1;
  const points = Array.from({ length: 2 * last + 1 }, (_, index) => [index - last, curve[Math.abs(index - last)]]);
  const own = curve[Math.abs(self.at)];
  self.chart.update({
    x: [-last, last], y: [Math.min(0, Math.floor(Math.min(...curve))), self.width / 2], ticksX: [-60, -40, -20, 0, 20, 40, 60], ticksY: [0, self.width / 4, self.width / 2],
    titleX: words.offset, titleY: words.likeness, at: self.at, twins: [[-self.at, own, "key"]], label: words.offset_label,
    told: plain(words.offset_told, { k: signed(self.at), value: number(own) }),
    curves: [{ name: "", colour: "query", values: points, parts: stretches(points) }],
  }, palette);
  const before = curve[Math.max(0, Math.abs(self.at) - 1)];
  const bump = self.at !== 0 && own > before;
  const verdict = self.at === 0 ? plain(words.at_zero, { half: self.width / 2 }) : plain(bump ? words.higher : words.lower, { before: number2(before), step: Math.abs(self.at) - 1 });
  self.told.replaceChildren("PE(p) \u00B7 PE(p ", k(`${self.at < 0 ? "\u2212" : "+"} ${Math.abs(self.at)}`), ") = ", html("b", {}, number2(own)), ", ", ...sentence(words.same_back, { back: k(`${self.at > 0 ? "\u2212" : "+"} ${Math.abs(self.at)}`) }), " ", html("span", { class: bump ? "key" : "muted" }, verdict));
  self.pairs.textContent = wordsApart(self);
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  self.tableHost.replaceChildren(...(self.table ? [tableOf(matrixOf(curve, 1, curve.length, "activations"), [{ text: words.likeness }], Array.from(curve, (_, index) => ({ text: `\u00B1${index}` })), words.offset_label, words)] : []));
}

const signed = (value) => (value < 0 ? `\u2212${-value}` : `+${value}`);
/** Two decimals, for values whose small difference is the point. */
const number2 = (value) => (value < 0 ? "\u2212" : "") + Math.abs(value).toFixed(2);

/** Pieces of the curve that fall, and pieces that rise, as one walks away from the middle. */
function stretches(points) {
  const parts = [];
  for (let index = 1; index < points.length; index += 1) {
    const [a, b] = [points[index - 1], points[index]];
    const [near, far] = Math.abs(a[0]) < Math.abs(b[0]) ? [a, b] : [b, a];
    const rises = far[1] > near[1];
    const lastPart = parts[parts.length - 1];
    if (lastPart && lastPart.rises === rises) lastPart.values.push(b);
    else parts.push({ rises, colour: rises ? "key" : "query", width: rises ? 3.5 : 2, values: [a, b] });
  }
  return parts;
}

/** Which words of the sentence stand that far apart. */
function wordsApart(self) {
  const { tokens, words } = self.data.header;
  const apart = Math.abs(self.at);
  if (apart === 0 || apart >= tokens.length) return plain(apart ? words.too_far : words.itself, { count: tokens.length });
  const first = named(tokens, 0).text;
  return plain(words.apart, { first, second: named(tokens, apart).text, count: tokens.length - apart });
}
