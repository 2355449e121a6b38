// The rail of small maps, and the words and numbers under the large one.

function drawThumbnails(self, at, palette) {
  const { header } = self.data;
  const key = JSON.stringify([at.kind, palette.background, at.layers, at.heads]);
  if (self.known === key && self.knownData === self.data) { pressMaps(self.thumbnails, at); return; }
  [self.known, self.knownData] = [key, self.data];
  const across = Math.min(at.heads, 8);
  const side = clamp(Math.floor((216 - 8 * across) / across), 19, window.innerWidth < 900 ? 32 : 46);
  const buttons = [];
  const rows = Array.from({ length: at.layers }, (_, layer) => html("div", { class: "layer" },
    html("span", { class: "muted" }, plain(header.words.layer, { layer: layer + 1 })),
    html("div", { class: "maps", style: `grid-template-columns:repeat(${across},auto)` }, Array.from({ length: at.heads }, (_h, head) => {
      const { weights, shape } = { weights: slice(self.data.arrays[`0.${at.kind}.${layer}.weights`], head), shape: self.data.arrays[`0.${at.kind}.${layer}.weights`].shape };
      const canvas = html("canvas", { "aria-hidden": "true" });
      const matrix = matrixOf(weights.values, shape[1], shape[2], "weights", null, 1);
      paintCells(canvas, matrix, side / Math.max(shape[1], shape[2]), palette);
      const button = html("button", {
        type: "button", class: "map", style: `width:${side + 6}px;height:${side + 6}px`, "data-layer": layer, "data-head": head, "aria-label": plain(header.words.map_label, { layer: layer + 1, head: head + 1 }),
        onclick: () => self.view.set({ layer: layer + 1, head: head + 1 }), onkeydown: (event) => walkMaps(event, buttons, at.heads),
      }, canvas);
      buttons.push(button);
      return button;
    }))));
  self.thumbnails.replaceChildren(...rows);
  pressMaps(self.thumbnails, at);
}

/** The sentence, the arithmetic line and the numbers by dimension, all for one cell. */
function tell(self, [i, j]) {
  const { words } = self.data.header;
  const at = looking(self);
  const { rows, columns } = axesOf(self, at.kind);
  if (!rows[i] || !columns[j]) return;
  const [head, row, column] = [self.heads[0], named(rows, i), named(columns, j)];
  self.told.replaceChildren(...toldOf(self, at, head, i, j));
  const step = at.view === LINES ? "weights" : at.step;
  const spelt = self.heads.map((one, model) => html("span", { class: "spelt" },
    self.heads.length > 1 ? html("span", { class: "muted" }, `${self.data.header.models[model].label}: `) : null, spell(step, one, i, j, row, column, words)));
  self.arithmetic.replaceChildren(...spelt);
  self.numbersTitle.textContent = self.heads.length > 1 ? plain(words.numbers_of, { model: self.data.header.models[0].label }) : words.numbers;
  self.numbersPanel.update(head, i, j, row, column, words, self.palette);
}

function toldOf(self, at, head, i, j) {
  const { words } = self.data.header;
  const { rows, columns } = axesOf(self, at.kind);
  const weights = Array.from(head.weights.subarray(i * head.columns, (i + 1) * head.columns));
  const top = weights.indexOf(Math.max(...weights));
  const name = at.kind === "encoder" ? words.told_encoder : self.names === "fed" ? words.told_fed : words.told_produced;
  const values = {
    row: html("b", { class: "query" }, named(rows, i).text), column: html("b", { class: "key" }, named(columns, j).text), share: html("b", {}, percent(weights[j])),
    top: html("b", { class: "key" }, named(columns, top).text), most: percent(weights[top]),
  };
  const model = self.heads.length > 1 ? [html("span", { class: "muted" }, `${self.data.header.models[0].label}: `)] : [];
  return [...model, ...sentence(name, values), ...(values.most === percent(weights[j]) ? [] : [" ", ...sentence(words.told_most, { top: values.top, most: values.most })])];
}

function tablesOf(self, at, rows, columns) {
  const { header } = self.data;
  const step = at.step === "all" || at.view === LINES ? "weights" : at.step;
  return self.heads.map((head, model) => tableOf(matrixOfStep(head, step), rows, columns, `${titleOf(self, at)}, ${header.words["step_" + step]}, ${header.models[model].label}`, header.words));
}
