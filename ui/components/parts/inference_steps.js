// Encoder once, then token by token: the words read, the words written, the row of cross-attention between them, the candidates.
// The step stands in the address (`row`), so the picture of the draw below looks at the same one.

const SHOWN = 8;

function createSteps(host) {
  const view = sharedView();
  const self = { host, view, data: null };
  host.classList.add("steps");
  const stop = keepDrawn(self, drawSteps);
  return {
    update(data) {
      const fresh = self.data === null;
      self.data = data;
      if (fresh) buildSteps(self);
      self.transport.stop();
      drawSteps(self);
    },
    close() { stop(); self.transport?.stop(); },
  };
}

function buildSteps(self) {
  const { words } = self.data.header;
  self.transport = createTransport(words, words.steps, (step) => self.view.set({ row: step }));
  self.counts = html("p", { class: "counts figures" });
  self.heads = html("select", { "aria-label": words.cross_of, onchange: () => { const [layer, head] = self.heads.value.split("."); self.view.set({ layer, head: head || null }); } });
  self.flow = svg("svg", { "aria-hidden": "true" });
  self.candidates = html("div", { class: "candidates", role: "img" });
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.tabled = createTableButton(words, () => tableOfSteps(self));
  self.host.append(html("div", { class: "bar" }, self.transport.node, self.counts),
    html("div", { class: "frame flow", tabindex: 0, role: "region", "aria-label": words.flow }, self.flow),
    html("div", { class: "below-flow" }, html("div", { class: "left" }, html("h3", {}, words.candidates), self.candidates), html("div", { class: "right" }, self.told, html("label", { class: "choose muted" }, words.cross_of, " ", self.heads), self.tabled.node)));
}

/** What is looked at: the step and the head whose row is drawn. */
function placeOf(self) {
  const { header, arrays } = self.data;
  const [layers, heads, n, m] = arrays.cross.shape;
  const layer = self.view.number("layer", 1, layers, layers) - 1;
  const head = self.view.get("head") ? self.view.number("head", 1, heads, 1) - 1 : -1;
  return { step: self.view.number("row", 1, n, header.start) - 1, layer, head, layers, heads, n, m };
}

/** The row of cross-attention: of one head, or the mean of a layer's heads. */
function crossRow({ arrays }, { layer, head, heads, step, n, m }) {
  const of = (one) => arrays.cross.values.subarray(((layer * heads + one) * n + step) * m, ((layer * heads + one) * n + step + 1) * m);
  if (head >= 0) return Array.from(of(head));
  return Array.from({ length: m }, (_, column) => Array.from({ length: heads }, (__, one) => of(one)[column]).reduce((a, b) => a + b, 0) / heads);
}

function candidatesAt({ header, arrays }, step) {
  const [logs, ids] = [rowOf(arrays.logs, step), rowOf(arrays.ids, step)];
  return { logs, tokens: Array.from(ids, (id) => header.vocabulary[id]), ids, chosen: header.produced[step] };
}

function drawSteps(self) {
  self.measured = self.host.clientWidth;
  if (!self.measured) return;
  const { header } = self.data;
  const { words } = header;
  const at = placeOf(self);
  self.at = at;
  self.palette = paletteFor(self.host, header.palettes);
  self.transport.set(at.step + 1, at.n);
  fillHeads(self, at);
  self.counts.replaceChildren(...sentence(words.counted, { encoder: html("b", {}, "1"), decoder: html("b", {}, String(at.step + 1)) }));
  drawFlow(self, at);
  drawCandidates(self, at);
  tellStep(self, at);
  self.tabled.draw();
}

function fillHeads(self, at) {
  const { words } = self.data.header;
  const shape = `${at.layers}.${at.heads}`;
  if (self.shape !== shape) {
    self.shape = shape;
    const option = (value, text) => html("option", { value }, text);
    self.heads.replaceChildren(...Array.from({ length: at.layers }, (_, layer) => [option(`${layer + 1}`, plain(words.layer_mean, { layer: layer + 1, heads: at.heads })),
      ...Array.from({ length: at.heads }, (__, head) => option(`${layer + 1}.${head + 1}`, plain(words.layer_head, { layer: layer + 1, head: head + 1 })))]).flat());
  }
  self.heads.value = at.head < 0 ? `${at.layer + 1}` : `${at.layer + 1}.${at.head + 1}`;
}

/** Chips side by side: where each stands. */
function chipsOf(tokens, family, from, least) {
  let x = from;
  return tokens.map((token) => {
    const width = Math.max(least, textWidth(token.text, 15, family) + 20);
    const chip = { token, x, width, middle: x + width / 2 };
    x += width + 6;
    return chip;
  });
}

function drawFlow(self, at) {
  const { header } = self.data;
  const { words } = header;
  const { palette } = self;
  const family = getComputedStyle(self.host).fontFamily;
  const produced = header.produced.map((id) => header.vocabulary[id]);
  const source = chipsOf(header.source, family, 0, 34);
  const target = chipsOf(produced, family, 0, 34);
  const end = (chips) => (chips.length ? chips[chips.length - 1].x + chips[chips.length - 1].width : 0);
  const width = Math.max(self.measured, end(source) + 8, end(target) + 8);
  for (const chips of [source, target]) { const shift = Math.max(4, (width - end(chips)) / 2); chips.forEach((chip) => { chip.x += shift; chip.middle += shift; }); }
  const [top, high, low] = [24, 30, 142];
  const weights = crossRow(self.data, at);
  const nodes = [label(words.read_once, source[0]?.x || 4, 12, palette.source), label(words.written_now, target[0]?.x || 4, low + high + 18, palette.target)];
  const here = target[at.step];
  weights.forEach((weight, column) => nodes.push(wireOf(source[column], here, weight, top + high + 19, low, palette)));
  source.forEach((chip, column) => nodes.push(...sourceChip(chip, weights[column], top, high, palette)));
  target.forEach((chip, step) => nodes.push(...targetChip(chip, step, at.step, low, high, palette)));
  self.flow.setAttribute("width", width);
  self.flow.setAttribute("height", low + high + 24);
  self.flow.replaceChildren(...nodes.flat());
  const frame = self.flow.parentElement;
  if (here && frame.scrollWidth > frame.clientWidth) frame.scrollLeft = clamp(here.middle - frame.clientWidth / 2, 0, width);
}

const label = (text, x, y, colour) => svg("text", { x, y, "font-size": 12, "font-weight": 600, fill: colour }, text);

function wireOf(from, to, weight, y1, y2, palette) {
  if (!from || !to || weight < 0.004) return [];
  const middle = (y1 + y2) / 2;
  return [svg("path", { d: `M${from.middle} ${y1}C${from.middle} ${middle} ${to.middle} ${middle} ${to.middle} ${y2}`, fill: "none", stroke: palette.query, "stroke-width": Math.max(0.8, weight * 22), opacity: 0.16 + 0.5 * weight })];
}

function sourceChip(chip, weight, y, high, palette) {
  const ground = cellColour(palette, "weights", weight, 1);
  return [svg("rect", { x: chip.x, y, width: chip.width, height: high, rx: 7, fill: ground, stroke: palette.source, "stroke-width": 1 }),
    svg("text", { x: chip.middle, y: y + 20, "text-anchor": "middle", "font-size": 15, "font-weight": 600, fill: inkOn(ground, palette) }, chip.token.text),
    svg("text", { x: chip.middle, y: y + high + 13, "text-anchor": "middle", "font-size": 11, class: "figures", fill: weight >= 0.1 ? palette.query : palette.muted, "font-weight": weight >= 0.1 ? 700 : 400 }, percentText(weight))];
}

function targetChip(chip, step, now, y, high, palette) {
  const later = step > now;
  const shape = svg("rect", { x: chip.x, y, width: chip.width, height: high, rx: 7, fill: step === now ? palette.target : palette.background, stroke: later ? palette.line : palette.target, "stroke-width": step === now ? 2 : 1, "stroke-dasharray": later ? "3 3" : null });
  const text = later ? [] : [svg("text", { x: chip.middle, y: y + 20, "text-anchor": "middle", "font-size": 15, "font-weight": step === now ? 700 : 500, "font-style": chip.token.special ? "italic" : null, fill: step === now ? palette.background : palette.target }, chip.token.text)];
  return [shape, ...text];
}

function drawCandidates(self, at) {
  const { header } = self.data;
  const { words } = header;
  const { logs, tokens, ids, chosen } = candidatesAt(self.data, at.step);
  const count = Math.min(SHOWN, logs.length);
  const marked = marksStarts(self.data);
  const rows = Array.from({ length: count }, (_, i) => candidateRow(tokens[i], Math.exp(logs[i]), logText(logs[i]), ids[i] === chosen, words, marked));
  const rest = 1 - Array.from(logs.slice(0, count)).reduce((a, b) => a + Math.exp(b), 0);
  rows.push(candidateRow({ text: plain(words.others, { count: header.size - count }), other: true }, Math.max(0, rest), "", false, words));
  self.candidates.setAttribute("aria-label", plain(words.candidates_label, { list: Array.from({ length: Math.min(3, count) }, (_, i) => `${nameOf(tokens[i], marked)} ${percentText(Math.exp(logs[i]))}`).join(", ") }));
  self.candidates.replaceChildren(html("div", { class: "candidate heads" }, html("span", {}), html("span", {}), html("span", {}, words.probability), html("span", {}, words.log)), ...rows, marked ? html("p", { class: "muted mark-note" }, words.word_start) : "");
}

function candidateRow(token, share, log, chosen, words, marked = false) {
  return html("div", { class: `candidate ${chosen ? "chosen" : ""} ${token.other ? "other" : ""}` },
    html("span", { class: "name", title: token.title || null }, token.special ? html("i", {}, token.text) : nameOf(token, marked), chosen ? html("span", { class: "unseen" }, ` (${words.chosen})`) : null),
    html("span", { class: "track" }, html("span", { class: "fill", style: `width:${(100 * share).toFixed(2)}%` })),
    html("span", { class: "figures" }, percentText(share)), html("span", { class: "figures log" }, log));
}

function tellStep(self, at) {
  const { header } = self.data;
  const { words } = header;
  const { logs, tokens, chosen } = candidatesAt(self.data, at.step);
  const own = header.produced.slice(0, at.step + 1).map((_, step) => { const one = candidatesAt(self.data, step); return one.logs[one.ids.indexOf(one.chosen)]; });
  const total = own.reduce((a, b) => a + b, 0);
  const row = crossRow(self.data, at);
  const most = row.indexOf(Math.max(...row));
  const bold = (text, role) => html("b", { class: role || "" }, text);
  const marked = marksStarts(self.data);
  const before = header.produced.slice(0, at.step).map((id) => header.vocabulary[id]);
  const values = {
    fed: bold(before.length ? written(before) : "<s>", "target"), word: bold(nameOf(header.vocabulary[chosen], marked), "target"), share: bold(percentText(Math.exp(own[at.step]))),
    second: bold(tokens[1] ? nameOf(tokens[1], marked) : "", "target"), second_share: bold(percentText(Math.exp(logs[1] ?? -Infinity))),
    source: bold(named(header.source, most).text, "source"), read: bold(percentText(row[most])), total: bold(logText(total)), product: bold(smallShare(Math.exp(total))), count: bold(String(at.step + 1)),
  };
  const last = at.step + 1 === at.n;
  self.told.replaceChildren(...sentence(words.told_step, values), " ", ...sentence(words.told_cross, values), " ", ...sentence(words.told_sum, values), last && header.vocabulary[chosen].special ? [" ", words.told_end] : "");
}

function tableOfSteps(self) {
  const { header } = self.data;
  const { words } = header;
  const at = self.at;
  const marked = marksStarts(self.data);
  const rows = header.produced.map((chosen, step) => {
    const one = candidatesAt(self.data, step);
    const row = crossRow(self.data, { ...at, step });
    const most = row.indexOf(Math.max(...row));
    const own = one.logs[one.ids.indexOf(chosen)];
    return [String(step + 1), nameOf(header.vocabulary[chosen], marked), percentText(Math.exp(own)), logText(own), one.tokens[1] ? `${nameOf(one.tokens[1], marked)} ${percentText(Math.exp(one.logs[1]))}` : "", `${named(header.source, most).text} ${percentText(row[most])}`];
  });
  return { head: [words.step, words.chosen, words.probability, words.log, words.second, words.reads], rows, caption: words.steps, marked: [at.step] };
}
