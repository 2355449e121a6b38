// Two triangles that grow: which cells of the decoder's self-attention a step computes, again and again without a cache, once with one.
// The number in a cell is how many times it has been computed so far.

function createCache(host) {
  const self = { host, data: null, step: 0 };
  host.classList.add("cache");
  keepDrawn(self, drawCache);
  return {
    update(data) {
      const fresh = self.data === null;
      self.data = data;
      if (fresh) buildCache(self);
      self.transport.stop();
      self.step = self.data.header.produced.length;
      drawCache(self);
    },
    close() { self.transport?.stop(); },
  };
}
createCache.room = [679, 1087];

function buildCache(self) {
  const { words } = self.data.header;
  self.transport = createTransport(words, words.steps, (step) => { self.step = step; drawCache(self); });
  self.pictures = ["without", "with"].map((name) => {
    const [title, canvas, sums] = [html("h3", {}, words[name]), html("canvas", { role: "img" }), html("p", { class: "sums figures" })];
    return { node: html("div", {}, title, html("div", { class: "frame" }, canvas), sums), canvas, sums };
  });
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.tabled = createTableButton(words, () => tableOfCache(self));
  self.host.append(html("div", { class: "bar" }, self.transport.node), html("div", { class: "halves" }, self.pictures.map((picture) => picture.node)), self.told, self.tabled.node);
}

/** Multiplications of a step of one way, all parts together, and cells of one head. */
function stepsCost({ arrays }, way, step) {
  const [, n, parts] = arrays.costs.shape;
  let total = 0;
  for (let part = 0; part < parts; part += 1) total += arrays.costs.values[(way * n + step) * parts + part];
  return { total, cells: arrays.cells.values[way * n + step] };
}

function upToNow(self, way, last = self.step) {
  let [total, cells] = [0, 0];
  for (let step = 0; step < last; step += 1) { const one = stepsCost(self.data, way, step); total += one.total; cells += one.cells; }
  return { total, cells };
}

const whole = (value) => thousands(Math.round(value));

function drawCache(self) {
  self.measured = self.host.clientWidth;
  if (!self.measured) return;
  const { header } = self.data;
  const { words } = header;
  const n = header.produced.length;
  self.palette = paletteFor(self.host, header.palettes);
  self.transport.set(self.step, n);
  const room = self.measured < 640 ? self.measured : (self.measured - 32) / 2;
  const cell = clamp(Math.floor(room / n), 6, 26);
  self.pictures.forEach((picture, way) => {
    const [so, now] = [upToNow(self, way), stepsCost(self.data, way, self.step - 1)];
    paintTriangle(picture.canvas, n, self.step, way === 1, cell, self.palette);
    picture.canvas.setAttribute("aria-label", plain(words.triangle_label, { step: self.step, now: now.cells, cells: so.cells }));
    picture.sums.replaceChildren(...sentence(words.sums, { now: html("b", {}, whole(now.cells)), cells: html("b", {}, whole(so.cells)), multiplications: html("b", {}, whole(so.total)) }));
  });
  const [without, cached] = [upToNow(self, 0), upToNow(self, 1)];
  self.told.replaceChildren(...sentence(words.told_cache, { step: String(self.step), ratio: html("b", {}, number(without.total / cached.total)), saved: html("b", {}, whole(without.total - cached.total)) }));
  self.tabled.draw();
}

function paintTriangle(canvas, n, step, cached, cell, palette) {
  const ratio = window.devicePixelRatio || 1;
  const side = n * cell;
  [canvas.width, canvas.height] = [Math.round(side * ratio), Math.round(side * ratio)];
  canvas.style.cssText = `width:${side}px;height:${side}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      const reached = Math.max(i, j) < step;
      const above = j > i; // computed too without a cache, then masked: work for nothing
      const times = !reached ? 0 : cached ? (above ? 0 : 1) : step - Math.max(i, j);
      if (above && (cached || !times)) continue;
      const now = times && (cached ? i === step - 1 : true);
      const strength = cached ? (now ? 1 : 0.28) : 0.25 + 0.75 * (times / n);
      context.fillStyle = !times ? palette.surface : mix(palette.background, above ? palette.floor : palette.query, above ? 0.25 + 0.5 * (times / n) : strength);
      context.beginPath();
      context.roundRect(j * cell + 0.5, i * cell + 0.5, cell - 1.5, cell - 1.5, Math.min(4, cell / 5));
      context.fill();
      if (cell >= 15 && times) {
        context.fillStyle = inkOn(context.fillStyle, palette);
        context.font = `${cell >= 20 ? 11 : 9}px ${getComputedStyle(canvas).fontFamily}`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillText(String(times), (j + 0.5) * cell, (i + 0.5) * cell + 0.5);
      }
    }
  }
}

function tableOfCache(self) {
  const { header } = self.data;
  const { words } = header;
  const rows = header.produced.map((token, step) => {
    const [without, cached] = [stepsCost(self.data, 0, step), stepsCost(self.data, 1, step)];
    return [`${step + 1} ${token.text}`, whole(without.cells), whole(cached.cells), whole(without.total), whole(cached.total)];
  });
  const [a, b] = [upToNow(self, 0, header.produced.length), upToNow(self, 1, header.produced.length)];
  rows.push([words.together, whole(a.cells), whole(b.cells), whole(a.total), whole(b.total)]);
  return { head: [words.step, words.cells_without, words.cells_with, words.products_without, words.products_with], rows, caption: words.cache_table, marked: [self.step - 1] };
}
