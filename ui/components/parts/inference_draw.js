// A draw at one step: temperature, top-k and top-p change the bars; a seeded point falls on the bar of all chances laid end to end.
// The same arithmetic as model/searches.py, sampling_chances.

const LISTED = 10;

function createDraw(host) {
  const view = sharedView();
  const self = { host, view, data: null, temperature: 1, topK: 0, topP: 1, seed: 0, drawn: [] };
  host.classList.add("draw");
  const stop = keepDrawn(self, drawDraw, host, restart);
  return {
    update(data) {
      const fresh = self.data === null;
      self.data = data;
      self.seed = fresh ? self.data.header.seed : self.seed;
      if (fresh) buildDraw(self);
      restart(self);
    },
    close() { stop(); cancelAnimationFrame(self.frame); },
  };
}
createDraw.room = [483, 733];

function restart(self) {
  self.drawn = [];
  drawDraw(self);
}

function buildDraw(self) {
  const { words } = self.data.header;
  const range = (name, low, high, step, value, text, change) => {
    const out = html("output", { class: "figures" }, text(value));
    const input = html("input", { type: "range", min: low, max: high, step, value, "aria-label": words[name], oninput: () => { change(Number(input.value)); out.textContent = text(Number(input.value)); input.setAttribute("aria-valuetext", out.textContent); restart(self); } });
    return { node: html("label", { class: "knob" }, html("span", {}, words[name]), out, input), put(next) { input.value = String(next); input.dispatchEvent(new Event("input")); } };
  };
  const warm = (place) => Math.round(100 * 10 ** place) / 100; // 0.1 to 5 on a logarithmic slider
  const knobs = [
    range("temperature", -1, 0.7, 0.02, 0, (x) => warm(x).toFixed(2), (x) => { self.temperature = warm(x); }),
    range("top_k", 0, 20, 1, 0, (x) => (x ? String(x) : words.all), (x) => { self.topK = x; }),
    range("top_p", 0.05, 1, 0.01, 1, (x) => (x >= 1 ? words.all : x.toFixed(2)), (x) => { self.topP = x; }),
  ];
  const seed = html("input", { type: "number", min: 0, max: 9999, step: 1, value: self.seed, "aria-label": words.seed, oninput: () => { self.seed = Math.max(0, Math.floor(Number(seed.value) || 0)); restart(self); } });
  const button = (text, action) => html("button", { type: "button", class: "small", onclick: action }, text);
  self.transport = createTransport(words, words.steps, (step) => self.view.set({ row: step }));
  self.list = html("div", { class: "candidates doubled", role: "img" });
  self.bar = svg("svg", { "aria-hidden": "true" });
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.tabled = createTableButton(words, () => tableOfDraw(self));
  self.host.append(html("div", { class: "bar" }, self.transport.node),
    html("div", { class: "halves" },
      html("div", {}, html("div", { class: "knobs" }, knobs.map((knob) => knob.node)),
        html("div", { class: "buttons" }, html("label", { class: "seed" }, words.seed, " ", seed), button(words.draw, () => drawMore(self, 1)), button(words.draw_many, () => drawMore(self, 200)),
          button(words.reset, () => { knobs[0].put(0); knobs[1].put(0); knobs[2].put(1); })), self.told),
      html("div", {}, self.list)),
    html("div", { class: "ladder" }, self.bar), self.tabled.node);
}

/** Chances after temperature, top-k and top-p, best first: one for every candidate sent, and what the groups behind them hold. */
function chancesOf(logs, tail, { temperature, topK, topP }) {
  const scores = Array.from(logs, (value) => value / temperature);
  const most = scores[0];
  const kept = topK ? Math.min(topK, scores.length) : scores.length;
  const powers = scores.map((score, place) => (place < kept ? Math.exp(score - most) : 0));
  const groups = topK && topK <= scores.length ? [] : tail.map(([count, log]) => count * Math.exp(log / temperature - most));
  const total = sum(powers) + sum(groups);
  const even = powers.map((power) => power / total);
  let before = 0;
  const nucleus = even.map((chance) => { const stays = before < topP; before += chance; return stays ? chance : 0; });
  const behind = groups.map((group) => { const share = group / total; const stays = before < topP; before += share; return stays ? share : 0; });
  const whole = sum(nucleus) + sum(behind);
  return { chances: nucleus.map((chance) => chance / whole), behind: sum(behind) / whole, left: nucleus.filter((chance) => chance > 0).length + (sum(behind) > 0 ? tail.reduce((a, [count]) => a + count, 0) : 0) };
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

/** mulberry32: the same numbers from 0 to 1 for the same seed, in every browser. */
function seeded(seed) {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function atStep(self) {
  const { header, arrays } = self.data;
  const n = header.produced.length;
  const step = self.view.number("row", 1, n, header.start) - 1;
  const [groups, width] = [arrays.tail.shape[1], 2];
  const tail = Array.from({ length: groups }, (_, g) => [arrays.tail.values[(step * groups + g) * width], arrays.tail.values[(step * groups + g) * width + 1]]);
  const [logs, ids] = [rowOf(arrays.logs, step), rowOf(arrays.ids, step)];
  return { step, n, logs, tail, tokens: Array.from(ids, (id) => header.vocabulary[id]) };
}

function drawMore(self, count) {
  const { chances, logs } = self.now;
  const generator = seeded(self.seed);
  for (let skipped = 0; skipped < self.drawn.length; skipped += 1) generator();
  for (let one = 0; one < count; one += 1) {
    const at = generator();
    let [place, upTo] = [0, chances[0]];
    while (at >= upTo && place < logs.length) { place += 1; upTo += chances[place] || 0; }
    self.drawn.push({ at, place: place < logs.length ? place : -1, from: upTo - (chances[place] || 0), to: upTo });
  }
  drawDraw(self, count === 1);
}

function drawDraw(self, falling = false) {
  self.measured = self.host.clientWidth;
  if (!self.measured) return;
  const { header } = self.data;
  const { words } = header;
  self.palette = paletteFor(self.host, header.palettes);
  const at = atStep(self);
  self.marked = marksStarts(self.data);
  self.now = { ...at, ...chancesOf(at.logs, at.tail, self) };
  self.plain = chancesOf(at.logs, at.tail, { temperature: 1, topK: 0, topP: 1 }).chances;
  self.transport.set(at.step + 1, at.n);
  const counts = new Map();
  for (const one of self.drawn) counts.set(one.place, (counts.get(one.place) || 0) + 1);
  self.list.replaceChildren(html("div", { class: "candidate heads" }, html("span", {}), html("span", {}), html("span", {}, words.before), html("span", {}, words.after), html("span", {}, words.drawn)),
    ...at.tokens.slice(0, LISTED).map((token, place) => drawnRow(self, token, place, counts.get(place) || 0)), othersRow(self, counts));
  self.list.setAttribute("aria-label", plain(words.draw_label, { list: at.tokens.slice(0, 3).map((token, place) => `${token.text} ${percentText(self.now.chances[place])}`).join(", ") }));
  drawLadder(self, falling && !calm());
  tellDraw(self);
  self.tabled.draw();
}

function drawnRow(self, token, place, count) {
  const [before, after] = [self.plain[place], self.now.chances[place]];
  const last = self.drawn.length && self.drawn[self.drawn.length - 1].place === place;
  return html("div", { class: `candidate ${last ? "chosen" : ""} ${after ? "" : "out"}` }, html("span", { class: "name" }, token.special ? html("i", {}, token.text) : nameOf(token, self.marked)),
    html("span", { class: "track" }, html("span", { class: "fill", style: `width:${(100 * after).toFixed(2)}%` }), html("span", { class: "ghost", style: `width:${(100 * before).toFixed(2)}%` })),
    html("span", { class: "figures muted" }, percentText(before)), html("span", { class: "figures" }, percentText(after)), html("span", { class: "figures" }, self.drawn.length ? String(count) : ""));
}

function othersRow(self, counts) {
  const { header } = self.data;
  const listed = (chances) => sum(chances.slice(0, LISTED));
  const drawn = self.drawn.length - sum([...Array(LISTED).keys()].map((place) => counts.get(place) || 0));
  const [before, after] = [1 - listed(self.plain), 1 - listed(self.now.chances)].map((share) => Math.max(0, share));
  return html("div", { class: "candidate other" }, html("span", { class: "name" }, plain(header.words.others, { count: header.size - LISTED })),
    html("span", { class: "track" }, html("span", { class: "fill", style: `width:${(100 * after).toFixed(2)}%` }), html("span", { class: "ghost", style: `width:${(100 * before).toFixed(2)}%` })),
    html("span", { class: "figures muted" }, percentText(before)), html("span", { class: "figures" }, percentText(after)), html("span", { class: "figures" }, self.drawn.length ? String(drawn) : ""));
}

/** All chances laid end to end from 0 to 1, and where the points fell. */
function drawLadder(self, falling) {
  const { palette } = self;
  const { chances, tokens } = self.now;
  const [width, y, high] = [self.measured - 2, 46, 34];
  const nodes = [];
  const last = self.drawn[self.drawn.length - 1];
  let x = 0;
  for (let place = 0; place < chances.length && chances[place] > 0; place += 1) {
    const wide = chances[place] * width;
    if (wide < 0.6) break;
    const hit = last && last.place === place;
    nodes.push(svg("rect", { x: x + 0.5, y, width: Math.max(0.5, wide - 1), height: high, rx: Math.min(5, wide / 3), fill: hit ? palette.target : palette.query, opacity: hit ? 1 : place % 2 ? 0.22 : 0.36 }, svg("title", {}, `${tokens[place].text} ${percentText(chances[place])}`)));
    const room = textWidth(tokens[place].text, 13, "sans-serif") + 8;
    if (wide > room) nodes.push(svg("text", { x: x + wide / 2, y: y + 22, "text-anchor": "middle", "font-size": 13, "font-weight": hit ? 700 : 500, fill: hit ? palette.background : palette.text }, tokens[place].text));
    x += wide;
  }
  if (x < width - 1) nodes.push(svg("rect", { x, y, width: width - x, height: high, fill: palette.floor, opacity: 0.35 }));
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) nodes.push(svg("text", { x: clamp(tick * width, 1, width - 1), y: y + high + 15, "font-size": 11, "text-anchor": tick === 0 ? "start" : tick === 1 ? "end" : "middle", fill: palette.muted, class: "figures" }, String(tick)));
  const earlier = self.drawn.slice(0, -1);
  earlier.forEach((one) => nodes.push(svg("path", { d: `M${one.at * width} ${y - 9}v7`, stroke: palette.key, "stroke-width": 1.2, opacity: 0.45 })));
  self.bar.setAttribute("width", width + 2);
  self.bar.setAttribute("height", y + high + 20);
  self.bar.replaceChildren(...nodes);
  if (last) self.bar.append(...pointOf(self, last, width, y, falling));
}

function pointOf(self, last, width, y, falling) {
  const { palette } = self;
  const x = last.at * width;
  const ball = svg("circle", { cx: x, cy: y - 3, r: 6, fill: palette.key, stroke: palette.background, "stroke-width": 1.5 });
  const text = svg("text", { x: clamp(x, 40, width - 40), y: 14, "text-anchor": "middle", "font-size": 12, "font-weight": 700, fill: palette.key, class: "figures" }, `u = ${last.at.toFixed(4)}`);
  if (falling) ball.animate([{ transform: `translateY(${-y + 8}px)`, easing: "cubic-bezier(.5,0,1,.6)" }, { transform: "none", offset: 0.7 }, { transform: "translateY(-7px)", offset: 0.85 }, { transform: "none" }], { duration: 480 });
  return [ball, text];
}

function tellDraw(self) {
  const { words } = self.data.header;
  const { tokens, chances, left } = self.now;
  const bold = (text, role) => html("b", { class: role || "" }, text);
  const last = self.drawn[self.drawn.length - 1];
  const values = { left: bold(String(left)), word: bold(tokens[0].text, "target"), before: bold(percentText(self.plain[0])), after: bold(percentText(chances[0])) };
  const drawn = last ? sentence(last.place < 0 ? words.told_far : words.told_drawn, { u: bold(last.at.toFixed(4), "key"), word: bold(last.place < 0 ? "" : tokens[last.place].text, "target"), from: bold(last.from.toFixed(3)), to: bold(last.to.toFixed(3)), count: String(self.drawn.length) }) : [words.told_press];
  self.told.replaceChildren(...sentence(words.told_bars, values), " ", ...drawn);
}

function tableOfDraw(self) {
  const { words } = self.data.header;
  const { tokens, chances, logs } = self.now;
  let upTo = 0;
  const rows = tokens.slice(0, 20).map((token, place) => {
    upTo += chances[place];
    return [token.text, logText(logs[place]), percentText(self.plain[place]), percentText(chances[place]), upTo.toFixed(4), String(self.drawn.filter((one) => one.place === place).length)];
  });
  return { head: [words.token, words.log, words.before, words.after, words.up_to, words.drawn], rows, caption: words.chances };
}
