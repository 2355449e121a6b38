// The strip as a drawing: boxes of the input, the mask of the chosen row, wires to its label, and each label's way back in.

const STRIP = { input: 22, mask: 66, label: 166, box: 30, cell: 26 };

function stripGeometry(self) {
  const { header } = self.data;
  const width = self.stripFrame.clientWidth;
  const family = getComputedStyle(self.host).fontFamily;
  const widest = Math.max(...[...header.fed, ...header.labels].map((token) => Math.min(92, textWidth(token.text, 14, family))));
  const left = width < 560 ? 84 : 96;
  const cell = clamp((width - left - 4) / header.fed.length, clamp(widest + 10, 40, 84), 96);
  return { left, cell, family, width: Math.max(width, left + cell * header.fed.length + 4), height: STRIP.label + STRIP.box + 12 };
}

function paintStrip(self) {
  if (!self.stripFrame.clientWidth) return;
  self.stripWidth = self.stripFrame.clientWidth;
  self.painted = true;
  const g = (self.geometry = stripGeometry(self));
  const { palette, row } = self;
  const { header } = self.data;
  const { say } = header;
  const hatched = identity("hidden");
  const pattern = hatchPattern(palette);
  pattern.setAttribute("id", hatched);
  const inputs = inputsOf(self);
  const middle = (j) => g.left + (j + 0.5) * g.cell;
  const caption = (y, text, colour) => svg("text", { x: 0, y, "font-size": 13, "font-weight": 600, fill: colour }, text);
  const drawing = svg("svg", { width: g.width, height: g.height, "aria-hidden": "true" }, svg("defs", {}, pattern),
    caption(STRIP.input + 19, say.input, palette.key), self.mode === AS_IT_IS ? [caption(STRIP.mask + 11, say.weight, palette.query), svg("text", { x: 0, y: STRIP.mask + 25, "font-size": 11, fill: palette.muted }, say.after_mask)] : caption(STRIP.mask + 18, say.mask, palette.muted), caption(STRIP.label + 19, say.label, palette.target),
    svg("rect", { x: g.left + row * g.cell + 1, y: 8, width: g.cell - 2, height: g.height - 10, rx: 8, fill: palette.surface, stroke: palette.line }),
    self.mode === AS_IT_IS ? inputs.slice(1).map((_, i) => returning(self, i, middle, palette)) : null,
    wiresOfRow(self, middle, palette),
    inputs.map((token, j) => box(token, j, STRIP.input, { g, palette, role: "key", lit: openTo(self, row, j), strong: j === row, dashed: false })),
    inputs.map((_, j) => maskCell(self, j, middle(j), hatched, palette)),
    header.labels.map((token, i) => box(token, i, STRIP.label, { g, palette, role: "target", lit: i === row, strong: i === row, faint: i !== row })));
  self.strip.style.width = `${g.width}px`;
  self.strip.replaceChildren(drawing);
  keepInSight(self, g, row);
}

/** In a strip wider than its frame the chosen row stays in sight. */
function keepInSight(self, g, row) {
  const frame = self.stripFrame;
  if (g.width <= frame.clientWidth + 2) return;
  const x = g.left + row * g.cell;
  if (x < frame.scrollLeft + g.left || x + g.cell > frame.scrollLeft + frame.clientWidth) frame.scrollLeft = x - frame.clientWidth / 2;
}

function box(token, at, y, { g, palette, role, lit, strong }) {
  const [x, width] = [g.left + at * g.cell + 2, g.cell - 4];
  const colour = lit ? palette[role] : palette.muted;
  let text = token.text;
  while (text.length > 1 && textWidth(text, 14, g.family) > width - 4) text = text.slice(0, -2) + "\u2026";
  return svg("g", { opacity: lit || role === "target" ? 1 : 0.72 },
    svg("rect", { x, y, width, height: STRIP.box, rx: 6, fill: palette.background, stroke: lit ? palette[role] : palette.line, "stroke-width": strong ? 2 : 1 }),
    svg("text", { x: x + width / 2, y: y + 20, "font-size": 14, "text-anchor": "middle", fill: colour, "font-weight": strong ? 700 : 500, "font-style": token.special ? "italic" : null }, svg("title", {}, titleOfToken(token)), text));
}

/** The mask of the chosen row over one input: open with its weight, or hatched. */
function maskCell(self, j, x, hatched, palette) {
  const open = openTo(self, self.row, j);
  const answer = self.mode === "unshifted" && j === self.row;
  const now = headOfStrip(self);
  const weight = self.mode === AS_IT_IS && open ? now.weights[self.row * now.n + j] : 0;
  const fill = !open ? `url(#${hatched})` : answer ? palette.negative : mix(palette.background, palette.query, self.mode === AS_IT_IS ? weight : 0.12);
  const side = Math.min(STRIP.cell, 30);
  const text = !open ? "\u2212\u221E" : self.mode === AS_IT_IS ? shortWeight(weight) : "";
  const ink = !open ? palette.muted : inkOn(answer ? palette.negative : mix(palette.background, palette.query, weight), palette);
  const wide = Math.min(40, self.geometry.cell - 6);
  return svg("g", {}, svg("rect", { x: x - wide / 2, y: STRIP.mask, width: wide, height: side, rx: 4, fill, stroke: open ? palette.query : palette.line, "stroke-width": open ? 1 : 0.75 }),
    open ? null : svg("rect", { x: x - 17, y: STRIP.mask + 5, width: 34, height: 16, rx: 3, fill: palette.surface }),
    svg("text", { x, y: STRIP.mask + 17.5, "font-size": 12, "text-anchor": "middle", fill: ink, class: "figures" }, text));
}

/** From every open input a wire to the label, as thick as its weight; the one that carries the answer in red. */
function wiresOfRow(self, middle, palette) {
  const now = headOfStrip(self);
  const y = STRIP.mask + STRIP.cell;
  return self.data.header.fed.map((_, j) => {
    if (!openTo(self, self.row, j)) return null;
    const weight = self.mode === AS_IT_IS ? now.weights[self.row * now.n + j] : 0.1;
    const answer = self.mode === "unshifted" && j === self.row;
    return svg("path", { d: wirePath(middle(j), y, middle(self.row), STRIP.label - 2, true), fill: "none", stroke: answer ? palette.negative : palette.query, "stroke-linecap": "round", "stroke-width": answer ? 5 : 1 + 9 * weight, opacity: answer ? 0.9 : 0.25 + 0.6 * weight });
  });
}

/** A label comes back as the input of the next row: the shift by one. */
function returning(self, i, middle, palette) {
  const lit = i === self.row;
  const [x1, y1, x2, y2] = [middle(i) + 8, STRIP.label, middle(i + 1) - 6, STRIP.input + STRIP.box + 2];
  return svg("g", { opacity: lit ? 1 : 0.38 },
    svg("path", { d: `M${x1} ${y1}C${x1 + 12} ${y1 - 50} ${x2 - 4} ${y2 + 50} ${x2} ${y2 + 5}`, fill: "none", stroke: palette.target, "stroke-width": lit ? 2 : 1, "stroke-dasharray": "4 4" }),
    svg("path", { d: `M${x2 - 4} ${y2 + 7}L${x2} ${y2}L${x2 + 4} ${y2 + 7}Z`, fill: palette.target }));
}
