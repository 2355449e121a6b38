// Why products are divided by the root of d_k: three curves with one cursor, and one row of weights with and without.
// Random queries and keys with independent parts of variance one give the curves, the model's heads stand beside them as rings.

const SIDES = ["without", "with"];
const SHOWN = ["variance", "entropy", "gradient"];

function createScaling(host) {
  const view = sharedView();
  const self = { host, view, data: null, at: null, table: false };
  const range = html("input", { type: "range", min: 0, step: 1, oninput: () => { self.at = Number(range.value); drawScaling(self); } });
  const value = html("output", { class: "figures" });
  const label = html("label", { class: "slider" }, html("span", {}), range, value);
  const plots = html("div", { class: "plots" });
  const rowHost = html("div", { class: "twins" });
  const told = html("p", { class: "told", "aria-live": "polite" });
  const button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { self.table = !self.table; drawScaling(self); } });
  const tableHost = html("div", { class: "table" });
  host.append(html("section", { class: "scaling" }, label, plots, rowHost, told, html("div", { class: "buttons" }, button), tableHost));
  Object.assign(self, { range, value, label, plots, rowHost, told, button, tableHost });
  const stop = keepDrawn(self, drawScaling);
  return {
    update(data) {
      self.data = data;
      const { widths, own } = self.data.header;
      self.range.max = widths.length - 1;
      if (self.at === null) self.at = nearest(widths, own);
      drawScaling(self);
    },
    close() { stop(); },
  };
}
createScaling.room = [554, 1180];

const nearest = (widths, wanted) => widths.reduce((best, w, at) => (Math.abs(Math.log(w / wanted)) < Math.abs(Math.log(widths[best] / wanted)) ? at : best), 0);

function drawScaling(self) {
  const { header, arrays } = self.data;
  const { words, widths, heads, layers, start } = header;
  const palette = (self.palette = paletteFor(self.host, header.palettes));
  const family = getComputedStyle(self.host).fontFamily;
  const asked = self.view.get("layer") || self.view.get("head");
  const chosen = asked ? (self.view.number("layer", 1, layers, 1) - 1) * heads + self.view.number("head", 1, heads, 1) - 1 : start.layer * heads + start.head;
  self.label.firstChild.textContent = words.width;
  self.range.value = self.at;
  self.range.setAttribute("aria-valuetext", String(widths[self.at]));
  self.value.textContent = `d\u2096 = ${widths[self.at]}`;
  const room = self.host.clientWidth || 900;
  const across = room < 640 ? room : Math.floor((room - 48) / 3);
  const active = self.host.getRootNode().activeElement;
  self.plots.replaceChildren(...SHOWN.map((what) => scalingPlot(self, what, across, chosen, palette, family)));
  if (active === self.range) self.range.focus();
  self.rowHost.replaceChildren(...SIDES.map((side) => twin(self, side, palette)));
  const value = (what, side) => html("b", {}, number(arrays[`${what}.${side}`].values[self.at]));
  const model = (what, side) => html("b", {}, number(arrays[`heads.${what}.${side}`].values[chosen]));
  const place = { layer: Math.floor(chosen / heads) + 1, head: (chosen % heads) + 1 };
  self.told.replaceChildren(
    ...sentence(words.told_random, { width: html("b", {}, String(widths[self.at])), variance: value("variance", "without"), entropy: value("entropy", "without"), entropy_with: value("entropy", "with"), gradient: value("gradient", "without"), gradient_with: value("gradient", "with") }), " ",
    ...sentence(words.told_model, { layer: String(place.layer), head: String(place.head), variance: model("variance", "without"), own: String(header.own), entropy: model("entropy", "with"), entropy_without: model("entropy", "without") }));
  self.button.textContent = words.table;
  self.button.setAttribute("aria-pressed", String(self.table));
  self.tableHost.replaceChildren(...(self.table ? [scalingTable(self)] : []));
}

/** Axes of a plot: width on a scale of doublings; the variance in powers of ten, the others from zero. */
function scaleOf(self, what, across) {
  const { header, arrays } = self.data;
  const { widths, own, keys } = header;
  const box = { left: 40, right: across - 14, top: 30, bottom: 178 };
  const last = Math.log2(Math.max(widths[widths.length - 1], own));
  const x = (w) => box.left + (Math.log2(w) / last) * (box.right - box.left);
  if (what === "variance") {
    const all = [...SIDES.flatMap((side) => [...arrays[`variance.${side}`].values, ...arrays[`heads.variance.${side}`].values])].filter((v) => v > 0);
    const [low, high] = [Math.floor(Math.log10(Math.min(0.5, ...all))), Math.ceil(Math.log10(Math.max(...all)))];
    const y = (v) => box.bottom - ((Math.log10(Math.max(v, 10 ** low)) - low) / (high - low)) * (box.bottom - box.top);
    return { box, x, y, ticks: Array.from({ length: high - low + 1 }, (_, k) => 10 ** (low + k)) };
  }
  const most = what === "entropy" ? Math.log2(keys) : 1;
  const y = (v) => box.bottom - (v / (most * 1.06)) * (box.bottom - box.top);
  return { box, x, y, ticks: what === "entropy" ? [0, 1, 2, 3, 4, 5, 6].filter((t) => t <= most) : [0, 0.5, 1], chance: most };
}

function scalingPlot(self, what, across, chosen, palette, family) {
  const { header, arrays } = self.data;
  const { words, widths, own } = header;
  const { box, x, y, ticks, chance } = scaleOf(self, what, across);
  const colours = { without: palette.negative, with: palette.query };
  const text = (at, attributes, content) => svg("text", { x: at[0], y: at[1], "font-size": 12, fill: palette.muted, ...attributes }, content);
  const nodes = [text([box.left, 16], { "font-size": 14, "font-weight": 600, fill: palette.text }, words[what])];
  for (const tick of ticks) nodes.push(svg("path", { d: `M${box.left} ${y(tick)}H${box.right}`, stroke: palette.line }), text([box.left - 6, y(tick) + 4], { "text-anchor": "end", class: "figures" }, tick >= 1000 ? `10${"\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079"[Math.round(Math.log10(tick))]}` : String(tick)));
  for (const w of [1, 4, 16, 64, 256]) if (w <= widths[widths.length - 1]) nodes.push(text([x(w), box.bottom + 16], { "text-anchor": "middle", class: "figures" }, String(w)));
  nodes.push(text([(box.left + box.right) / 2, box.bottom + 32], { "text-anchor": "middle" }, words.width_axis));
  if (what === "entropy") nodes.push(svg("path", { d: `M${box.left} ${y(chance)}H${box.right}`, stroke: palette.floor, "stroke-dasharray": "4 3" }), text([box.right, y(chance) - 4], { "text-anchor": "end", "font-size": 11 }, words.even));
  const cursor = x(widths[self.at]);
  nodes.push(svg("path", { d: `M${cursor} ${box.top - 4}V${box.bottom}`, stroke: palette.text, "stroke-width": 1, "stroke-opacity": 0.5 }));
  for (const side of SIDES) {
    const values = arrays[`${what}.${side}`].values;
    nodes.push(svg("path", { d: "M" + widths.map((w, at) => `${x(w)} ${y(values[at])}`).join("L"), fill: "none", stroke: colours[side], "stroke-width": 2.2, "stroke-linejoin": "round", "stroke-dasharray": side === "without" ? "6 3" : null }));
    nodes.push(svg("circle", { cx: cursor, cy: y(values[self.at]), r: 4.5, fill: colours[side], stroke: palette.background, "stroke-width": 1.5 }));
    nodes.push(...endName(values, words[side], side, { x, y, box }, arrays, what, colours, widths, family, palette));
    arrays[`heads.${what}.${side}`].values.forEach((value, head) => {
      const isChosen = head === chosen;
      nodes.push(svg("circle", { cx: x(own), cy: y(value), r: isChosen ? 6 : 3.5, fill: isChosen ? colours[side] : palette.background, "fill-opacity": isChosen ? 0.25 : 1, stroke: colours[side], "stroke-width": isChosen ? 2.5 : 1.2, "stroke-opacity": isChosen ? 1 : 0.6 },
        svg("title", {}, plain(words.head_title, { layer: Math.floor(head / header.heads) + 1, head: (head % header.heads) + 1, side: words[side], value: number(value) }))));
    });
  }
  const drawing = svg("svg", { width: across, height: box.bottom + 40, role: "img", "aria-label": plain(words[`${what}_label`], { width: widths[self.at], without: number(arrays[`${what}.without`].values[self.at]), with: number(arrays[`${what}.with`].values[self.at]) }) }, nodes);
  drawing.addEventListener("pointermove", (event) => {
    const left = event.clientX - drawing.getBoundingClientRect().left;
    const at = widths.reduce((best, w, k) => (Math.abs(x(w) - left) < Math.abs(x(widths[best]) - left) ? k : best), 0);
    if (at !== self.at) { self.at = at; drawScaling(self); }
  });
  return drawing;
}

/** A curve's name at its end, over it where it ends higher than the other, else under it. */
function endName(values, name, side, { x, y, box }, arrays, what, colours, widths, family, palette) {
  const other = arrays[`${what}.${side === "with" ? "without" : "with"}`].values;
  const last = values.length - 1;
  const above = what === "variance" ? values[last] >= other[last] : side === "without"; // the upper curve of the others has the level of all alike over it
  const at = Math.max(box.top + 12, Math.min(box.bottom - 4, y(values[last]) + (above ? (what === "variance" ? -9 : -20) : 17)));
  return [svg("text", { x: x(widths[last]), y: at, "text-anchor": "end", "font-size": 12, "font-weight": 600, fill: colours[side], stroke: palette.background, "stroke-width": 3, "paint-order": "stroke" }, name)];
}

/** One random query's weights at this width, the largest first. */
function twin(self, side, palette) {
  const { header, arrays } = self.data;
  const { words, widths, keys } = header;
  const row = Array.from(rowOf(arrays.example, self.at), (product) => product * (side === "with" ? 1 / Math.sqrt(widths[self.at]) : 1));
  const top = Math.max(...row);
  const powers = row.map((x) => Math.exp(x - top));
  const total = sum(powers);
  const shares = powers.map((x) => x / total).sort((a, b) => b - a);
  const [width, height] = [Math.min(400, Math.max(220, keys * 24)), 64];
  const step = width / keys;
  const bars = shares.map((part, at) => svg("rect", { x: at * step + 1, y: height - Math.max(1, part * height), width: step - 2, height: Math.max(1, part * height), rx: 2, fill: side === "with" ? palette.query : palette.negative }));
  return html("figure", {}, svg("svg", { viewBox: `0 0 ${width} ${height + 1}`, width, height: height + 1, role: "img", "aria-label": plain(words.twin_label, { side: words[side], largest: number(shares[0]), keys }) }, svg("path", { d: `M0 ${height + 0.5}H${width}`, stroke: palette.line }), bars),
    html("figcaption", {}, ...sentence(words.twin, { side: html("b", {}, words[side]), largest: html("b", { class: "figures" }, number(shares[0])), keys: String(keys) })));
}

function scalingTable(self) {
  const { header, arrays } = self.data;
  const { words, widths } = header;
  const columns = SHOWN.flatMap((what) => SIDES.map((side) => [what, side]));
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.table_label }, html("table", { class: "figures" }, html("caption", {}, words.table_label),
    html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "d\u2096"), columns.map(([what, side]) => html("th", { scope: "col" }, `${words[what]}, ${words[side]}`)))),
    html("tbody", {}, widths.map((w, at) => html("tr", {}, html("th", { scope: "row" }, String(w)), columns.map(([what, side]) => html("td", {}, number(arrays[`${what}.${side}`].values[at]))))))));
}
