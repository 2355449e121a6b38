// One head against four while they learn: curves, what each writes, and every map of one sentence, moment by moment. All in the browser.

function createHeadFilm(host) {
  const self = { host, data: null, moment: null, kind: "encoder", playing: null };
  self.section = html("section", { class: "headfilm" });
  host.append(self.section);
  keepDrawn(self, drawFilm);
  return {
    update(data) {
      self.data = data;
      const { moments } = self.data.header.runs[0];
      if (self.moment === null || self.moment >= moments.length) self.moment = moments.length - 1;
      buildFilm(self);
      drawFilm(self);
    },
    close() { clearInterval(self.playing); },
  };
}
createHeadFilm.room = [790, 1200];

function buildFilm(self) {
  const { header } = self.data;
  const { words, runs } = header;
  const { moments } = runs[0];
  self.range = html("input", { type: "range", min: 0, max: moments.length - 1, step: 1, value: self.moment, "aria-label": words.scrub, oninput: () => { pause(self); self.moment = Number(self.range.value); drawFilm(self); } });
  self.play = html("button", { type: "button", class: "small", onclick: () => playOrPause(self) });
  self.step = html("output", { class: "figures step", "aria-live": "polite" });
  self.kinds = segments(words.attention, ["encoder", "decoder", "cross"].map((kind) => [kind, words[kind]]), self.kind, (kind) => { self.kind = kind; press(self.kinds, kind); drawFilm(self); });
  self.curve = html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.curve });
  self.columns = runs.map((run) => ({ run, said: html("p", { class: "french", lang: "fr" }), maps: html("div", { class: "filmmaps" }), share: html("b", { class: "figures" }) }));
  self.tableHost = html("div", { class: "table" });
  self.tableButton = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawFilm(self); } }, words.table);
  self.section.replaceChildren(html("div", { class: "scrubber" }, self.play, self.range, self.step), self.curve,
    html("div", { class: "controls" }, self.kinds, self.tableButton),
    html("div", { class: "pair" }, self.columns.map((column) => html("div", {}, html("h4", { class: "filmhead" }, plain(column.run.heads === 1 ? words.one : words.several, { heads: column.run.heads })), html("p", { class: "muted tiny" }, words.exact, " ", column.share), column.said, column.maps))),
    self.tableHost);
  words_of_play(self);
}

function words_of_play(self) {
  const { words } = self.data.header;
  self.play.textContent = self.playing ? words.pause : words.play;
}

function playOrPause(self) {
  if (self.playing) { pause(self); return; }
  const last = self.data.header.runs[0].moments.length - 1;
  if (self.moment === last) self.moment = 0;
  self.playing = setInterval(() => {
    if (self.moment >= last) { pause(self); return; }
    self.moment += 1;
    drawFilm(self);
  }, calm() ? 1600 : 800);
  words_of_play(self);
  drawFilm(self);
}

function pause(self) {
  clearInterval(self.playing);
  self.playing = null;
  words_of_play(self);
}

/** The last measured share of exact matches at or before a step. */
function exactAt(self, run, step) {
  const [steps, values] = [self.data.arrays[`${run.heads}.exact_steps`].values, self.data.arrays[`${run.heads}.exact`].values];
  let found = 0;
  steps.forEach((at, place) => { if (at <= step) found = values[place]; });
  return found;
}

function drawFilm(self) {
  const { header } = self.data;
  const { words } = header;
  self.measured = self.host.clientWidth;
  if (!self.measured) return;
  const palette = (self.palette = paletteFor(self.section, header.palettes));
  const step = header.runs[0].moments[self.moment];
  self.range.value = self.moment;
  self.range.setAttribute("aria-valuetext", plain(words.after_step, { step }));
  self.step.textContent = plain(words.after_step, { step });
  drawCurves(self, palette, step);
  for (const column of self.columns) {
    column.share.textContent = percentOf(exactAt(self, column.run, step));
    column.said.textContent = column.run.written[self.moment] || "\u2026";
    drawFilmMaps(self, column, palette);
  }
  self.tableButton.setAttribute("aria-pressed", String(Boolean(self.table)));
  self.tableHost.replaceChildren(...(self.table ? [filmTable(self)] : []));
}

function drawFilmMaps(self, { run, maps }, palette) {
  const array = self.data.arrays[`${run.heads}.${{ encoder: "encoder.self", decoder: "decoder.self", cross: "decoder.cross" }[self.kind]}`];
  const [, layers, heads, rows, columns] = array.shape;
  const { words } = self.data.header;
  const room = Math.min(self.measured < 700 ? self.measured : (self.measured - 24) / 2, 460);
  const side = heads === 1 ? Math.min(150, room / 2 - 20) : Math.floor((room - 6 * heads) / heads);
  const size = rows * columns;
  const tokens = self.kind === "encoder" ? [run.tokens.source, run.tokens.source] : [run.tokens.produced, self.kind === "cross" ? run.tokens.source : run.tokens.fed];
  maps.replaceChildren(...Array.from({ length: layers }, (_, layer) => html("div", { class: "filmlayer" }, html("span", { class: "muted tiny" }, plain(words.layer, { layer: layer + 1 })), html("div", { class: "filmrow" },
    Array.from({ length: heads }, (_h, head) => {
      const at = ((self.moment * layers + layer) * heads + head) * size;
      const values = Float32Array.from(array.values.subarray(at, at + size), (x) => x / 255);
      const masked = self.kind === "decoder" ? Uint8Array.from(values, (_v, place) => (place % columns > Math.floor(place / columns) ? 1 : 0)) : null;
      const canvas = html("canvas", { role: "img", "aria-label": `${plain(words.map_label, { layer: layer + 1, head: head + 1 })}: ${heaviest(values, rows, columns, tokens, words)}` });
      paintCells(canvas, matrixOf(values, rows, columns, "weights", masked, 1), side / Math.max(rows, columns), palette);
      return html("span", { class: "filmmap" }, canvas);
    })))));
}

function heaviest(values, rows, columns, [rowTokens_, columnTokens], words) {
  let best = 0;
  for (let at = columns; at < rows * columns; at += 1) if (values[at] > values[best] || best < columns) best = at;
  return plain(words.told_encoder, { row: rowTokens_[Math.floor(best / columns)].text, column: columnTokens[best % columns].text, share: percentOf(values[best]) });
}

/** Exact matches against the step, one line a run, labelled at its end; the mark that is timed in grey. */
function drawCurves(self, palette, step) {
  const { words, runs, steps, good } = self.data.header;
  const width = Math.max(320, Math.min(self.measured, 720));
  const [height, left, right, top, bottom] = [170, 44, 92, 14, 30];
  const x = (value) => left + (value / steps) * (width - left - right);
  const y = (value) => top + (1 - value) * (height - top - bottom);
  const shapes = [0, 0.5, 1].flatMap((value) => [svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), stroke: palette.line }), svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end", "font-size": 11, fill: palette.muted, class: "figures" }, `${100 * value}\u202F%`)]);
  shapes.push(svg("line", { x1: left, x2: width - right, y1: y(good), y2: y(good), stroke: palette.floor, "stroke-dasharray": "4 4" }), svg("text", { x: left + 4, y: y(good) - 4, "font-size": 11, fill: palette.muted }, percentOf(good)));
  shapes.push(svg("line", { x1: x(step), x2: x(step), y1: top - 6, y2: height - bottom, stroke: palette.text, "stroke-width": 1.2 }));
  const ends = [];
  runs.forEach((run, place) => {
    const colour = place ? palette.query : palette.key;
    const [at, values] = [self.data.arrays[`${run.heads}.exact_steps`].values, self.data.arrays[`${run.heads}.exact`].values];
    const points = [[0, 0], ...Array.from(at, (value, i) => [value, values[i]])];
    shapes.push(svg("polyline", { points: points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" "), fill: "none", stroke: colour, "stroke-width": 2.2, "stroke-dasharray": place ? null : "7 3" }), svg("circle", { cx: x(step), cy: y(exactAt(self, run, step)), r: 4, fill: colour }));
    ends.push([y(values[values.length - 1]), run, colour]);
  });
  ends.sort((a, b) => a[0] - b[0]);
  ends.forEach(([at, run, colour], place) => { const put = place && at - ends[place - 1].put < 15 ? ends[place - 1].put + 15 : at; ends[place].put = put; shapes.push(svg("text", { x: width - right + 6, y: put + 4, "font-size": 12, "font-weight": 600, fill: colour }, plain(run.heads === 1 ? words.one : words.several, { heads: run.heads }))); });
  shapes.push(svg("text", { x: left, y: height - 6, "font-size": 11, fill: palette.muted }, words.axis), ...[0, steps / 2, steps].map((value) => svg("text", { x: x(value), y: height - bottom + 14, "font-size": 11, "text-anchor": "middle", fill: palette.muted, class: "figures" }, value)));
  self.curve.replaceChildren(html("h4", { class: "curvetitle" }, words.curve), svg("svg", { width, height, role: "img", "aria-label": plain(words.curve_label, { step, values: runs.map((run) => `${plain(run.heads === 1 ? words.one : words.several, { heads: run.heads })} ${percentOf(exactAt(self, run, step))}`).join(", ") }) }, shapes));
}

function filmTable(self) {
  const { words, runs } = self.data.header;
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.curve }, html("table", { class: "figures" }, html("caption", {}, words.curve),
    html("thead", {}, html("tr", {}, html("th", { scope: "col" }, words.axis), runs.map((run) => html("th", { scope: "col" }, plain(run.heads === 1 ? words.one : words.several, { heads: run.heads }))), runs.map((run) => html("th", { scope: "col" }, words.writes_now, " (", run.heads, ")")))),
    html("tbody", {}, runs[0].moments.map((step, place) => html("tr", {}, html("th", { scope: "row" }, step), runs.map((run) => html("td", {}, percentOf(exactAt(self, run, step)))), runs.map((run) => html("td", { class: "left" }, run.written[place])))))));
}
