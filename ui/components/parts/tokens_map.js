// The vocabulary as a map, from chance to what training made of it, in one plane for all moments; neighbours of a word.

const MAP_HEIGHT = 440;
const SHAPES = ["circle", "square", "triangle", "diamond", "plus", "dot"];
const PART_COLOURS = ["query", "key", "value", "target", "source", "floor"];
const GENDER_LOOKS = [["dot", "floor"], ["circle", "target"], ["square", "query"]];

function createMap(host) {
  const self = { host, data: null, side: 0, moment: null, shown: 0, by: "part", word: null };
  keepDrawn(self, drawMap);
  return {
    update(data) {
      self.data = data;
      if (self.steps) self.steps.stop();
      const last = self.data.header.steps.length - 1;
      self.moment = self.moment === null ? last : self.moment;
      self.shown = self.moment;
      self.word = startingWord(self);
      buildMap(self);
    },
    close() { if (self.steps) self.steps.stop(); cancelAnimationFrame(self.frame); },
  };
}
createMap.room = [580, 900];

const sideOf = (self) => self.data.header.sides[self.side];
const arrayOf = (self, name) => self.data.arrays[`${sideOf(self).name}.${name}`];
/** Either question has its own plane, fixed for all moments. */
const placesOf = (self) => arrayOf(self, self.by === "part" ? "places" : "gender_places");
const startingWord = (self) => { const { here, start } = sideOf(self); return here.length ? here[Math.min(start, here.length - 1)] : 0; };

function buildMap(self) {
  const { header } = self.data;
  const t = header.texts;
  const sides = segments(t.side, header.sides.map((side, at) => [at, side.label]), self.side, (at) => { self.side = at; self.word = startingWord(self); self.steps.stop(); buildMap(self); });
  const by = segments(t.colour_by, [["part", t.by_part], ["gender", t.by_gender]], self.by, (choice) => { self.by = choice; press(by, choice); drawMap(self); });
  const last = header.steps.length - 1;
  const goTo = (moment) => { scrub.show(moment); travel(self, moment); };
  self.steps = stepper(t, { count: () => last, at: () => self.moment, go: goTo, pause: 900 });
  const scrub = slider(t.moment, { max: last, value: self.moment, told: (at) => plain(at === 0 ? t.untrained : t.after_steps, { step: grouped(header.steps[at]) }), change: (moment) => { self.steps.stop(); travel(self, moment); } });
  self.canvas = html("canvas", { class: "map-canvas", role: "img" });
  self.canvas.onpointermove = (event) => { const found = wordAt(self, event); self.canvas.style.cursor = found === null ? "default" : "pointer"; if (found !== self.over) { self.over = found; drawMap(self); } };
  self.canvas.onpointerleave = () => { self.over = null; drawMap(self); };
  self.canvas.onclick = (event) => { const found = wordAt(self, event); if (found !== null) chooseWord(self, found); };
  const list = identity("words");
  const find = html("input", { type: "text", list, "aria-label": t.find, placeholder: t.find, class: "find", onchange: () => { const at = sideOf(self).names.indexOf(find.value.trim()); if (at >= 0 && arrayOf(self, "used").values[at]) chooseWord(self, at); } });
  const known = html("datalist", { id: list }, sideOf(self).names.filter((_, at) => arrayOf(self, "used").values[at]).map((word) => html("option", { value: word })));
  self.here = html("div", { class: "segments here", role: "group", "aria-label": t.here }, sideOf(self).here.map((at) => html("button", { type: "button", "data-value": at, "aria-pressed": "false", onclick: () => chooseWord(self, at) }, sideOf(self).names[at])));
  self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.near = html("div", { class: "near" });
  self.legend = html("div", { class: "legends" });
  self.table = tableButton(t, () => mapTable(self));
  self.host.replaceChildren(
    html("div", { class: "cutbar" }, self.steps.node, scrub.node, sides, by),
    html("div", { class: "mapped" }, html("div", { class: "map-side" }, self.canvas, self.legend), html("div", { class: "near-side" }, html("div", { class: "scrolling" }, self.here), find, known, self.told, self.near)), self.table.button, self.table.place);
  drawMap(self);
  tellNear(self);
}

function chooseWord(self, at) {
  self.word = at;
  drawMap(self);
  tellNear(self);
}

/** Glide to another moment; where motion is reduced, jump. */
function travel(self, moment) {
  cancelAnimationFrame(self.frame);
  self.moment = moment;
  self.table.update();
  if (calm()) { self.shown = moment; drawMap(self); return; }
  const [from, began] = [self.shown, performance.now()];
  const tick = (now) => {
    const share = clamp((now - began) / 420, 0, 1);
    self.shown = from + (moment - from) * (share * share * (3 - 2 * share));
    drawMap(self);
    if (share < 1) self.frame = requestAnimationFrame(tick);
  };
  self.frame = requestAnimationFrame(tick);
}

/** Where a word stands now, between two moments while gliding, in CSS pixels. */
function spot(self, at) {
  const places = placesOf(self);
  const count = places.shape[1];
  const [low, part] = [Math.floor(self.shown), self.shown % 1];
  const value = (moment, axis) => places.values[(moment * count + at) * 2 + axis];
  const between = (axis) => value(low, axis) + (part ? part * (value(low + 1, axis) - value(low, axis)) : 0);
  return [self.size[0] / 2 + between(0) * self.unit, self.size[1] / 2 - between(1) * self.unit];
}

function wordAt(self, event) {
  const box = self.canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const used = arrayOf(self, "used").values;
  let [best, distance] = [null, 14];
  for (let at = 0; at < used.length; at += 1) {
    if (!used[at]) continue;
    const [a, b] = spot(self, at);
    const away = Math.hypot(a - x, b - y);
    if (away < distance) [best, distance] = [at, away];
  }
  return best;
}

function lookOf(self, at) {
  if (!arrayOf(self, "used").values[at]) return ["dot", "floor"];
  if (self.by === "gender") return GENDER_LOOKS[arrayOf(self, "gender").values[at]];
  const part = arrayOf(self, "part").values[at];
  return [SHAPES[part], PART_COLOURS[part]];
}

function drawMap(self) {
  const { header } = self.data;
  const t = header.texts;
  const palette = paletteFor(self.host, header.palettes);
  const width = self.canvas.parentElement.clientWidth;
  if (!width) return;
  const height = Math.min(MAP_HEIGHT, Math.max(300, width * 0.75));
  const ratio = window.devicePixelRatio || 1;
  Object.assign(self.canvas, { width: width * ratio, height: height * ratio });
  Object.assign(self.canvas.style, { width: `${width}px`, height: `${height}px` });
  self.size = [width, height];
  const reach = largest(placesOf(self).values);
  self.unit = Math.min(width, height * 1.15) / 2 / reach * 0.96;
  const context = self.canvas.getContext("2d");
  context.scale(ratio, ratio);
  const [used, names] = [arrayOf(self, "used").values, sideOf(self).names];
  for (const wanted of [0, 1]) for (let at = 0; at < names.length; at += 1) if (used[at] === wanted) paintWord(context, spot(self, at), lookOf(self, at), palette);
  const near = nearestOf(self, self.moment === 0 ? 0 : 1).map(([at]) => at);
  context.strokeStyle = palette.text;
  context.lineWidth = 1;
  const [x, y] = spot(self, self.word);
  for (const at of near) { const [a, b] = spot(self, at); context.globalAlpha = 0.45; context.beginPath(); context.moveTo(x, y); context.lineTo(a, b); context.stroke(); context.globalAlpha = 1; }
  context.beginPath();
  context.arc(x, y, 9, 0, 7);
  context.lineWidth = 2.5;
  context.stroke();
  writeNames(self, context, palette, [self.word, ...(self.over === null || self.over === undefined ? [] : [self.over]), ...near, ...sideOf(self).here]);
  self.canvas.setAttribute("aria-label", plain(t.picture, { count: names.length, moment: plain(self.moment === 0 ? t.untrained : t.after_steps, { step: header.steps[self.moment] }) }));
  const entry = (shape, colour, text) => html("span", { class: "legend" }, badge(shape, palette[colour]), text);
  const parts = self.by === "part" ? header.parts.map((text, at) => entry(SHAPES[at], PART_COLOURS[at], text)) : header.genders.map((text, at) => entry(...GENDER_LOOKS[at], text));
  self.legend.replaceChildren(...parts);
}

function paintWord(context, [x, y], [shape, colour], palette) {
  context.fillStyle = palette[colour];
  context.strokeStyle = palette[colour];
  context.globalAlpha = shape === "dot" ? 0.38 : 0.85;
  context.beginPath();
  if (shape === "circle") context.arc(x, y, 4, 0, 7);
  else if (shape === "dot") context.arc(x, y, 1.7, 0, 7);
  else if (shape === "square") context.rect(x - 3.5, y - 3.5, 7, 7);
  else if (shape === "triangle") { context.moveTo(x, y - 5); context.lineTo(x + 5, y + 4); context.lineTo(x - 5, y + 4); }
  else if (shape === "diamond") { context.moveTo(x, y - 5.5); context.lineTo(x + 5, y); context.lineTo(x, y + 5.5); context.lineTo(x - 5, y); }
  else { context.rect(x - 4.5, y - 1.4, 9, 2.8); context.rect(x - 1.4, y - 4.5, 2.8, 9); }
  context.fill();
  context.globalAlpha = 1;
}

function badge(shape, colour) {
  const canvas = html("canvas", { width: 28, height: 28, style: "width:14px;height:14px", "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  paintWord(context, [7, 7], [shape, "it"], { it: colour });
  return canvas;
}

/** Names in the order of their worth, none over another. */
function writeNames(self, context, palette, order) {
  context.font = `600 13px ${getComputedStyle(self.host).fontFamily}`;
  const taken = [];
  for (const at of new Set(order)) {
    const [x, y] = spot(self, at);
    const name = sideOf(self).names[at];
    const room = context.measureText(name).width;
    const left = x + 10 + room > self.size[0] ? x - 10 - room : x + 10;
    const box = [left - 2, y - 9, left + room + 2, y + 8];
    if (at !== self.word && at !== self.over && taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
    taken.push(box);
    context.lineWidth = 4;
    context.strokeStyle = palette.background;
    context.strokeText(name, left, y + 4.5);
    context.fillStyle = at === self.word ? palette.query : palette.text;
    context.fillText(name, left, y + 4.5);
  }
}

/** [place, cosine] of the rows most like the chosen word's: `when` 0 before training, 1 after. */
function nearestOf(self, when) {
  const [near, cosine] = [arrayOf(self, "near"), arrayOf(self, "cosines")];
  const [, count, most] = near.shape;
  const from = (when * count + self.word) * most;
  return Array.from({ length: most }, (_, at) => [near.values[from + at], cosine.values[from + at]]);
}

function tellNear(self) {
  const t = self.data.header.texts;
  const names = sideOf(self).names;
  self.here.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(Number(button.dataset.value) === self.word)));
  const [first, second] = nearestOf(self, 1);
  self.told.replaceChildren(...sentence(t.told_near, { word: html("b", { class: "query" }, names[self.word]), first: html("b", {}, names[first[0]]), second: html("b", {}, names[second[0]]), cosine: html("b", {}, number(first[1])) }));
  const column = (title, when) => html("div", {}, html("h4", { class: "left" }, title), html("ul", { class: "neighbours figures" }, nearestOf(self, when).map(([at, cosine]) => html("li", {},
    html("button", { type: "button", onclick: () => chooseWord(self, at) }, names[at]), html("i", { class: "bar-of", style: `width:${Math.round(Math.max(0, cosine) * 56)}px`, "aria-hidden": "true" }), html("span", { class: "muted" }, number(cosine))))));
  self.near.replaceChildren(column(t.before, 0), column(t.after, 1));
}

function mapTable(self) {
  const { header } = self.data;
  const t = header.texts;
  const side = sideOf(self);
  const places = placesOf(self);
  const at = (word, axis) => places.values[(self.moment * places.shape[1] + word) * 2 + axis];
  const rows = side.names.map((word, index) => [index, word]).filter(([index]) => arrayOf(self, "used").values[index])
    .map(([index, word]) => [word, header.parts[arrayOf(self, "part").values[index]], header.genders[arrayOf(self, "gender").values[index]], number(at(index, 0)), number(at(index, 1))]);
  return { caption: plain(self.moment === 0 ? t.untrained : t.after_steps, { step: header.steps[self.moment] }), head: [t.word, t.part, t.gender, t.across, t.up], rows };
}
