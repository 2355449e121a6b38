// Two trainings that differ in the mask alone, side by side: their losses over their floor, what they can write, and samples of it.

const MOMENT = 900; // milliseconds while the film plays

function createLeak(self) {
  const { header } = self.data;
  const { say } = header;
  self.world = self.world || header.worlds[0].name;
  self.sample = 0;
  self.worlds = segments(say.worlds, header.worlds.map((world) => [world.name, world.title]), self.world, (name) => { stopLeak(self); self.world = name; self.at = undefined; self.sample = 0; drawLeak(self); });
  self.play = html("button", { type: "button", class: "play", onclick: () => (self.timer ? stopLeak(self) : playLeak(self)) }, say.play);
  self.range = html("input", { type: "range", min: 0, step: 1, "aria-label": say.moment, oninput: () => { stopLeak(self); self.at = Number(self.range.value); drawLeak(self); } });
  self.moment = html("output", { class: "figures" });
  self.lossHost = html("div", {});
  self.goodHost = html("div", {});
  self.samples = html("span", { class: "choice" });
  self.given = html("p", { class: "given" });
  self.said = html("div", { class: "beside", "aria-live": "polite" });
  self.button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawLeak(self); } }, say.table);
  self.tables = html("div", { class: "table" });
  self.section.replaceChildren(html("div", { class: "bar" }, self.worlds, self.samples), html("div", { class: "reel" }, self.play, self.range, self.moment),
    html("div", { class: "charts" }, self.lossHost, self.goodHost), self.given, self.said, self.button, self.tables);
  new ResizeObserver(() => { if (self.data && Math.abs(self.lossHost.clientWidth - (self.chartWidth || 0)) > 1) drawLeak(self); }).observe(self.lossHost);
}

const worldOf = (self) => self.data.header.worlds.find((world) => world.name === self.world) || self.data.header.worlds[0];
const curveOf = (self, kind, what) => self.data.arrays[`${self.world}.${kind}.${what}`].values;

function playLeak(self) {
  const last = worldOf(self).moments.length - 1;
  self.at = self.at >= last ? 0 : self.at + 1;
  drawLeak(self);
  if (calm()) return; // one moment at a touch
  self.timer = setInterval(() => { if (self.at >= last) stopLeak(self); else { self.at += 1; drawLeak(self); } }, MOMENT);
  self.play.textContent = self.data.header.say.pause;
}

function stopLeak(self) {
  clearInterval(self.timer);
  self.timer = null;
  self.play.textContent = self.data.header.say.play;
}

function drawLeak(self) {
  const { header } = self.data;
  const { say } = header;
  const world = worldOf(self);
  const last = world.moments.length - 1;
  if (self.atEnd !== header.at_end) [self.atEnd, self.at] = [header.at_end, undefined];
  self.at = clamp(self.at === undefined ? (header.at_end ? last : 0) : self.at, 0, last);
  const palette = (self.palette = paletteFor(self.host, header.palettes));
  press(self.worlds, self.world);
  self.range.max = last;
  self.range.value = self.at;
  const step = world.moments[self.at];
  const steps = world.moments[last];
  self.moment.textContent = plain(say.after, { step: thousands(step), steps: thousands(steps) });
  self.range.setAttribute("aria-valuetext", self.moment.textContent);
  self.chartWidth = self.lossHost.clientWidth;
  if (self.chartWidth) {
    const loss = (kind) => Array.from(curveOf(self, kind, "loss"), (y, i) => [i + 1, y]);
    const good = (kind) => Array.from(curveOf(self, kind, "good"), (y, i) => [world.moments[i], y]);
    const top = Math.max(...loss("masked").slice(0, 1).map(([, y]) => y), ...loss("open").slice(0, 1).map(([, y]) => y));
    const curves = (points) => [{ name: say.masked, colour: palette.query, points: points("masked"), dash: null }, { name: say.open, colour: palette.key, points: points("open"), dash: "7 3" }];
    self.lossHost.replaceChildren(chartOf({ title: say.loss, curves: curves(loss), most: top, floor: world.floor, floorName: say.floor, step, steps, palette, width: self.lossHost.clientWidth, text: number, dots: false }));
    self.goodHost.replaceChildren(chartOf({ title: world.good, curves: curves(good), most: world.most, floor: null, step, steps, palette, width: self.goodHost.clientWidth, text: world.most === 1 ? (y) => `${Math.round(100 * y)}\u202F%` : number, dots: true }));
  }
  drawSaid(self, world);
  self.button.setAttribute("aria-pressed", String(self.table));
  self.tables.replaceChildren(...(self.table ? [tableOfLeak(self, world)] : []));
}

function drawSaid(self, world) {
  const { say } = self.data.header;
  const focused = self.samples.contains(self.host.getRootNode().activeElement);
  const buttons = segments(say.samples, world.sources.map((_, at) => [at, String(at + 1)]), self.sample, (at) => { self.sample = at; drawLeak(self); });
  self.samples.replaceChildren(html("span", { class: "muted", "aria-hidden": "true" }, say.samples), buttons);
  if (focused) buttons.querySelector('[aria-pressed="true"]').focus();
  self.given.replaceChildren(...filled(say[`given_${world.name}`], { source: html("b", {}, world.sources[self.sample]) }));
  const card = (kind) => html("div", { class: `said ${kind}` }, html("h4", {}, say[kind]),
    html("p", { class: "written" }, writtenParts(world[kind], self.at, self.sample, say)), html("p", { class: "mark2" }, world[kind].judged[self.at][self.sample]));
  self.said.replaceChildren(card("masked"), card("open"));
}

/** What fits as it is; what does not, underlined with a wave. */
function writtenParts(film, at, sample, say) {
  const text = film.written[at][sample];
  const right = film.right[at][sample];
  return text ? [text.slice(0, right), right < text.length ? html("span", { class: "misfit" }, text.slice(right)) : null] : say.nothing;
}

function tableOfLeak(self, world) {
  const { say } = self.data.header;
  const cell = (kind, what, at) => number(curveOf(self, kind, what)[what === "loss" ? Math.max(0, world.moments[at] - 1) : at]);
  const heads = [[say.loss, "loss"], [world.good, "good"]].flatMap(([title, what]) => ["masked", "open"].map((kind) => [`${title}, ${say[kind]}`, kind, what]));
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": world.title },
    html("table", { class: "figures" }, html("caption", {}, world.title),
      html("thead", {}, html("tr", {}, html("th", { scope: "col" }, say.step), heads.map(([title]) => html("th", { scope: "col" }, title)))),
      html("tbody", {}, world.moments.map((step, at) => html("tr", {}, html("th", { scope: "row" }, step), heads.map(([, kind, what]) => html("td", {}, cell(kind, what, at))))))));
}

/** Curves with their names at their ends, a floor in grey, and a line at the moment that is looked at. */
function chartOf({ title, curves, most, floor, floorName, step, steps, palette, width, text, dots }) {
  const [left, right, top, bottom] = [34, 8, 30, 24];
  const height = 216;
  const x = (value) => left + (value / steps) * (width - left - right);
  const y = (value) => top + (1 - clamp(value / (most * 1.04), 0, 1)) * (height - top - bottom);
  const line = (points) => points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  const small = { "font-size": 12, fill: palette.muted, class: "figures" };
  const ticks = most === 1 ? [0, 0.5, 1] : most <= 5 ? [0, 1, 2, 3, 4, 5].filter((t) => t <= most) : [0, 2, 4, 6, 8].filter((t) => t <= most);
  const now = curves.map((curve) => [curve, curve.points.reduce((best, point) => (point[0] <= step || point === curve.points[0] ? point : best), curve.points[0])]);
  const apart = Math.abs(y(now[0][1][1]) - y(now[1][1][1]));
  const higher = now[0][1][1] >= now[1][1][1] ? 0 : 1;
  const labels = now.map(([curve, [, value]], at) => {
    const after = step < steps * 0.6;
    const lift = at === higher ? -8 : apart < 26 ? 18 : value < most * 0.12 ? -8 : 18;
    const shift = apart < 26 && at !== higher && y(value) + 18 > height - bottom - 2 ? -24 : lift;
    return svg("text", { x: x(step) + (after ? 8 : -8), y: clamp(y(value) + shift, 12, height - bottom - 4), "text-anchor": after ? "start" : "end", "font-size": 13, "font-weight": 600, fill: curve.colour, class: "figures", stroke: palette.background, "stroke-width": 4, "paint-order": "stroke", "stroke-linejoin": "round" }, `${curve.name}: ${text(value)}`);
  });
  return svg("svg", { height, width, role: "img", "aria-label": `${title}. ${now.map(([curve, [, value]]) => `${curve.name}: ${text(value)}`).join("; ")}` },
    svg("text", { x: 0, y: 13, "font-size": 13, "font-weight": 600, fill: palette.text }, title),
    ticks.map((tick) => [svg("path", { d: `M${left} ${y(tick)}H${width - right}`, stroke: palette.line }), svg("text", { ...small, x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, most === 1 ? `${tick * 100}` : tick)]),
    [0, 0.5, 1].map((share) => svg("text", { ...small, x: x(share * steps), y: height - 6, "text-anchor": share === 1 ? "end" : share ? "middle" : "start" }, thousands(Math.round(share * steps)))),
    floor === null ? null : [svg("path", { d: `M${left} ${y(floor)}H${width - right}`, stroke: palette.floor, "stroke-width": 1.5, "stroke-dasharray": "2 4" }), svg("text", { ...small, x: left + 6, y: y(floor) + 15 }, `${floorName} ${number(floor)}`)],
    svg("path", { d: `M${x(step)} ${top - 6}V${height - bottom}`, stroke: palette.muted }),
    curves.map((curve) => svg("path", { d: line(curve.points), fill: "none", stroke: curve.colour, "stroke-width": 2, "stroke-dasharray": curve.dash, "stroke-linejoin": "round" })),
    dots ? curves.map((curve) => curve.points.map(([a, b]) => svg("circle", { cx: x(a), cy: y(b), r: 2.5, fill: curve.colour }))) : null,
    now.map(([curve, [a, b]]) => svg("circle", { cx: x(a), cy: y(b), r: 4.5, fill: curve.colour, stroke: palette.background, "stroke-width": 1.5 })), labels);
}
