// Shares against steps of training, a curve for each way to be trained.

function createCurves(host) {
  const self = { host, index: null, table: false };
  self.section = html("section", { class: "positions" });
  host.append(self.section);
  keepDrawn(self, drawCurves, null);
  return {
    update(data) {
      self.data = data;
      const place = html("div", { class: "host" });
      self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
      self.tableButton = html("button", { type: "button", class: "small", onclick: () => { self.table = !self.table; drawCurves(self); } }, data.header.words.table);
      self.tableHost = html("div", { class: "table" });
      self.section.replaceChildren(place, self.told, self.tableButton, self.tableHost);
      self.chart = createChart(place, { point: (x) => { self.index = nearestStep(self, x); drawCurves(self); } });
      drawCurves(self);
    },
  };
}

/** The arrow keys move by one, the steps lie further apart: one further in that direction. */
function nearestStep(self, x) {
  const { values } = self.data.arrays.steps;
  const here = values[self.index === null ? values.length - 1 : self.index];
  const nearest = values.reduce((best, value, index) => (Math.abs(value - x) < Math.abs(values[best] - x) ? index : best), 0);
  if (values[nearest] === here && Math.abs(x - here) === 1) return clamp((self.index === null ? values.length - 1 : self.index) + Math.sign(x - here), 0, values.length - 1);
  return nearest;
}

function drawCurves(self) {
  const { header, arrays } = self.data;
  const { words, names, roles } = header;
  const steps = Array.from(arrays.steps.values);
  const index = self.index === null ? steps.length - 1 : self.index;
  const curves = names.map((name, number) => ({ name, colour: roles[number], dash: [null, "6 3", "2 3"][number], values: Array.from(arrays[`curve.${number}`].values, (value, place) => [steps[place], value]) }));
  const shares = curves.map((curve) => `${Math.round(100 * curve.values[index][1])}\u00A0%`);
  self.chart.update({
    x: [0, steps[steps.length - 1]], y: [0, 1], ticksX: steps.filter((_, place) => place % 2 === 0), ticksY: [0, 0.5, 1], titleX: words.steps, titleY: words.share,
    curves, at: steps[index], label: words.curves_label, told: names.map((name, place) => `${name} ${shares[place]}`).join(", "), height: 240,
  }, paletteFor(self.host, header.palettes));
  self.told.replaceChildren(plain(words.after_steps, { step: steps[index] }), " ", ...names.flatMap((name, place) => [place ? ", " : "", html("b", { style: `color:var(--lab-${roles[place]})` }, name), ` ${shares[place]}`]));
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  self.tableHost.replaceChildren(...(self.table ? [tableOf(matrixOf(curves.flatMap((curve) => curve.values.map(([, y]) => y)), curves.length, steps.length, "share"), names.map((text) => ({ text })), steps.map((step) => ({ text: String(step) })), words.curves_label, words)] : []));
}
