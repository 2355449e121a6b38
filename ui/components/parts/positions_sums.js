// What a word brings plus what its place brings: three strips of one word, and the sizes of both for all words.

function createSums(host) {
  const view = sharedView();
  const self = { host, view, over: null, table: false };
  self.section = html("section", { class: "positions" });
  host.append(self.section);
  const stop = keepDrawn(self, drawSums, self.section);
  return {
    update(data) {
      self.data = data;
      const { words, tokens } = data.header;
      self.buttons = html("div", { class: "words", role: "group", "aria-label": words.which_word }, tokens.map((token, index) => html("button", { type: "button", "data-row": index, onclick: () => self.view.set({ row: index }) },
        html("span", { class: "name" }, named(tokens, index).text), html("span", { class: "size" }, html("i", { class: "of_word" }), html("i", { class: "of_place" })))));
      self.strips = html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.strips, onkeydown: (event) => stepSums(self, event) });
      self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
      self.tableButton = html("button", { type: "button", class: "small", onclick: () => { self.table = !self.table; drawSums(self); } }, words.table);
      self.tableHost = html("div", { class: "table" });
      self.section.replaceChildren(self.buttons, html("p", { class: "legend" }, html("i", { class: "of_word" }), words.size_of_word, html("i", { class: "of_place" }), words.size_of_place), self.strips, self.told, self.tableButton, self.tableHost);
      drawSums(self);
    },
    close() { stop(); },
  };
}

const lengthOf = (values) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));

function drawSums(self) {
  const { header, arrays } = self.data;
  const { words, tokens } = header;
  self.measured = self.section.clientWidth;
  if (!self.measured) return;
  const palette = paletteFor(self.host, header.palettes);
  const row = self.view.number("row", 0, tokens.length - 1, Math.min(1, tokens.length - 1));
  const sizes = tokens.map((_, index) => [lengthOf(rowOf(arrays.embedding, index)), lengthOf(rowOf(arrays.position, index))]);
  const most = Math.max(...sizes.flat(), 1e-9);
  self.buttons.querySelectorAll("button").forEach((button, index) => {
    button.setAttribute("aria-pressed", String(index === row));
    button.setAttribute("aria-label", `${named(tokens, index).text}: ${words.size_of_word} ${number(sizes[index][0])}, ${words.size_of_place} ${number(sizes[index][1])}`);
    const [word, place] = button.querySelectorAll("i");
    word.style.width = `${(100 * sizes[index][0]) / most}%`;
    place.style.width = `${(100 * sizes[index][1]) / most}%`;
  });
  const [embedding, position] = [rowOf(arrays.embedding, row), rowOf(arrays.position, row)];
  const total = Array.from(embedding, (value, d) => value + position[d]);
  drawStrips(self, [[words.of_word, embedding, "source", ""], [words.of_place, position, "key", "+"], [words.of_both, total, "text", "="]], palette, named(tokens, row).text);
  tellSums(self, row, embedding, position, total);
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  self.tableHost.replaceChildren(...(self.table ? [sizesTable(self, sizes)] : []));
}

function drawStrips(self, rows, palette, word) {
  const count = rows[0][1].length;
  const narrow = self.measured < 640;
  const [label, after] = [narrow ? 30 : 150, narrow ? 8 : 110];
  const cell = clamp((self.measured - label - after) / count, 7, 20);
  const limit = Math.max(...rows.map(([, values]) => largest(values)));
  const step = narrow ? 56 : 40;
  const nodes = rows.flatMap(([name, values, role, sign], index) => {
    const y = index * step + (narrow ? 20 : 4);
    const size = `${self.data.header.words.size} ${number(lengthOf(values))}`;
    return [
      svg("text", { x: narrow ? 0 : label - 30, y: narrow ? y - 5 : y + 19, "text-anchor": narrow ? "start" : "end", "font-size": 13, "font-weight": 600, fill: palette[role] }, plain(name, { word }), narrow ? `  ${size}` : ""),
      svg("text", { x: label - 14, y: y + 19, "text-anchor": "middle", "font-size": 15, fill: palette.muted }, sign),
      ...Array.from(values, (value, d) => svg("rect", { x: label + d * cell, y, width: cell - 0.6, height: 28, fill: cellColour(palette, "activations", value, limit), "data-d": d })),
      svg("rect", { x: label - 1, y: y - 1, width: count * cell + 1.4, height: 30, fill: "none", stroke: palette[role], rx: 2 }),
      narrow ? "" : svg("text", { x: label + count * cell + 10, y: y + 19, "font-size": 13, fill: palette.text, class: "figures" }, size),
    ].filter(Boolean);
  });
  const lit = self.over === null ? "" : svg("rect", { x: label + self.over * cell - 1, y: narrow ? 18 : 2, width: cell + 1.4, height: 2 * step + 32, fill: "none", stroke: palette.text, "stroke-width": 2 });
  const drawing = svg("svg", { width: label + count * cell + after, height: 2 * step + (narrow ? 54 : 40), "aria-hidden": "true", onpointermove: (event) => overSums(self, event), onpointerdown: (event) => overSums(self, event) }, nodes, lit);
  self.strips.replaceChildren(drawing);
}

function overSums(self, event) {
  const d = event.target.dataset.d;
  if (d === undefined || Number(d) === self.over) return;
  self.over = Number(d);
  drawSums(self);
}

/** The arrow keys walk from dimension to dimension. */
function stepSums(self, event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  self.over = clamp((self.over === null ? 0 : self.over) + by, 0, self.data.arrays.embedding.shape[1] - 1);
  drawSums(self);
}

function tellSums(self, row, embedding, position, total) {
  const { words, tokens } = self.data.header;
  const d = self.over === null ? 0 : self.over;
  self.told.replaceChildren(...sentence(words.sum_told, { word: html("b", { class: "source" }, named(tokens, row).text), dimension: html("b", {}, d), one: html("b", { class: "source" }, number(embedding[d])), other: k(number(position[d])), both: html("b", {}, number(total[d])) }));
}

function sizesTable(self, sizes) {
  const { words, tokens } = self.data.header;
  return tableOf(matrixOf(sizes.flat(), sizes.length, 2, "activations"), tokens.map((_, index) => named(tokens, index)), [{ text: words.size_of_word }, { text: words.size_of_place }], words.sizes, words);
}
