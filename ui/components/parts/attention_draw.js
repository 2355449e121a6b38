// The head's picture: words, soft bands into K, Q and V, wires into the matrix, the values running under it to the outputs.
// Cells are painted on a canvas (attention_paint.js), everything round them is drawn here; what is not reached yet is a ghost.

const LEVEL = { x: 0, key: 1, query: 1, value: 1, products: 2, scores: 3, weights: 4, output: 5 };

/** Draw into `back` (SVG); answer the nodes that are lit with a word. */
function drawFlow(back, picture, g, palette, family) {
  const { head, words } = picture;
  const each = () => Array.from({ length: g.n }, () => []);
  const lit = { words: each(), key: each(), query: each(), value: each(), rows: each(), columns: each(), strands: each(), outputs: each() };
  const add = (level, node, list) => {
    node.classList.add("part");
    node.dataset.level = level;
    back.append(node);
    if (list) list.push(node);
    return node;
  };
  back.replaceChildren();
  drawCard(back, g, palette, picture.sisters);
  drawRivers(add, g, palette);
  drawBands(add, g, palette, lit);
  drawKeys(add, picture, g, palette, family, lit);
  drawQueries(add, picture, g, palette, family, lit);
  drawOutputs(add, g, palette, lit);
  drawWords(add, picture, g, palette, family, lit);
  drawNames(add, back, picture, g, palette, words, head);
  return lit;
}

/** The head's card, and its sisters fanned out behind it. */
function drawCard(back, g, palette, sisters) {
  const [x, y, right, bottom] = [g.cardX, g.top - 4, g.right, g.cardBottom];
  for (let k = Math.min(3, sisters); k >= 0; k -= 1) {
    const by = k * 6;
    back.append(svg("rect", { x: x + by, y: y - by, width: right - x, height: bottom - y, rx: 12, fill: palette.background, stroke: palette.line }));
  }
}

/** The ribbons of all keys and of all values: wide where they leave their block, narrow where they run. */
function drawRivers(add, g, palette) {
  const { keys, river, plates } = g;
  const [k, v] = [plates.key, plates.value];
  const entry = keys.left - 16;
  const turn = g.blockRight + (entry - g.blockRight) * 0.55;
  const over = `M${g.blockRight + 3} ${k.y}C${turn} ${k.y} ${turn} ${keys.high} ${entry} ${keys.high}H${keys.right + 12}V${keys.low}H${entry}C${turn} ${keys.low} ${turn} ${plateBottom(k)} ${g.blockRight + 3} ${plateBottom(k)}Z`;
  add(1, svg("path", { d: over, fill: palette.key, class: "river" }));
  const [left, right, end] = [g.last.x - 16, g.last.x + g.across + 6, g.outputEnd + 5];
  const [low, high, start, out] = [river.y + river.height, g.panelTop - 1, plateBottom(v), plates.output.x - 5];
  const bend = g.blockRight + (g.places[0].x - g.blockRight) * 0.6;
  const first = g.places[0].x - 16;
  const under = `M${g.blockRight + 3} ${v.y}C${bend} ${v.y} ${bend} ${river.y} ${Math.min(left, first)} ${river.y}H${right}C${out} ${river.y} ${out} ${river.y - 6} ${out} ${river.y - 18}V${high + 5}Q${out} ${high} ${out + 5} ${high}H${end - 5}Q${end} ${high} ${end} ${high + 5}V${river.y - 6}C${end} ${low} ${end - 24} ${low} ${end - 36} ${low}H${first}C${bend} ${low} ${bend} ${start} ${g.blockRight + 3} ${start}Z`;
  add(5, svg("path", { d: under, fill: palette.value, class: "river" }));
}

/** From every word's vector one band into each of the three blocks. */
function drawBands(add, g, palette, lit) {
  const x = g.plates.x;
  const from = plateRight(x) + 2;
  for (let i = 0; i < g.n; i += 1) {
    const [top, third] = [x.y + i * x.pitch, x.ch / 3];
    ["key", "query", "value"].forEach((part, place) => {
      const to = g.plates[part];
      const y = to.y + i * to.pitch;
      add(1, svg("path", { d: bandPath(from, top + place * third, top + (place + 1) * third, to.x - 2, y + 0.3, y + to.ch - 0.3), fill: palette[part], class: "stream" }), lit[part][i]);
    });
  }
}

function drawKeys(add, picture, g, palette, family, lit) {
  const { tokens } = picture.head;
  const { keys, plates } = g;
  const thick = clamp(g.cell * 0.3, 1.5, 8);
  const run = keys.low - 2.5;
  const turn = g.blockRight + (keys.left - 16 - g.blockRight) * 0.55;
  tokens.forEach((_, j) => {
    const y = rowMiddle(plates.key, j);
    add(1, svg("path", { d: `M${g.blockRight + 3} ${y}C${turn} ${y} ${turn} ${run} ${keys.left - 16} ${run}H${keys.centres[j]}`, stroke: palette.key, "stroke-width": 2, class: "strand" }), lit.key[j]);
    add(2, svg("path", { d: standing(keys.centres[j], keys.low, keys.columns[j], g.panelTop - 3), stroke: palette.key, "stroke-width": thick, class: "wire" }), lit.columns[j]);
  });
  tokens.forEach((_, j) => {
    if (!shown(j, g.n, null)) return;
    const place = keys.angled ? { transform: `translate(${keys.columns[j] + 4} ${keys.y - 4}) rotate(-45)` } : { x: keys.centres[j], y: keys.y - 2, "text-anchor": "middle" };
    const label = tokenLabel(named(tokens, j), false, palette, family, { ...place, class: "word", stroke: palette.background, "stroke-width": keys.angled ? 4 : 0, "paint-order": "stroke" }, 100, palette.key);
    label.dataset.column = j;
    add(1, label, lit.columns[j]);
  });
}

function drawQueries(add, picture, g, palette, family, lit) {
  const { tokens } = picture.head;
  const from = plateRight(g.plates.query) + 3;
  const to = g.rowWords - g.labels - 6;
  const thick = clamp(g.cell * 0.3, 1.5, 8);
  tokens.forEach((_, i) => {
    const y = g.panelTop + (i + 0.5) * g.cell;
    add(2, svg("path", { d: lying(from, rowMiddle(g.plates.query, i), to, y), stroke: palette.query, "stroke-width": thick, class: "wire" }), lit.rows[i]);
    if (!shown(i, g.n, null, Math.max(Math.ceil(g.n / 24), Math.ceil(12 / g.cell)))) return;
    const label = tokenLabel(named(tokens, i), false, palette, family, { x: g.rowWords, y: y + 4.5, "text-anchor": "end", class: "word" }, 100, palette.query);
    label.dataset.row = i;
    add(1, label, lit.rows[i]);
  });
}

/** Under the matrix each value as a strand that stands under its column, and a wire from each row to its output. */
function drawOutputs(add, g, palette, lit) {
  const { river, plates, last } = g;
  const bend = g.blockRight + (g.places[0].x - g.blockRight) * 0.6;
  for (let j = 0; j < g.n; j += 1) {
    const [x, run] = [last.x + (j + 0.5) * g.cell, river.y + river.height * 0.72];
    add(5, svg("path", { d: `M${g.blockRight + 3} ${rowMiddle(plates.value, j)}C${bend} ${rowMiddle(plates.value, j)} ${bend} ${run} ${g.places[0].x - 16} ${run}H${x - 6}Q${x} ${run} ${x} ${run - 6}V${g.panelBottom + 2}`, stroke: palette.value, "stroke-width": 2, class: "strand" }), lit.strands[j]);
    const y = g.panelTop + (j + 0.5) * g.cell;
    add(5, svg("path", { d: `M${last.x + g.across + 3} ${y}H${plates.output.x - 3}`, stroke: palette.value, "stroke-width": clamp(g.cell * 0.3, 1.5, 8), class: "wire" }), lit.outputs[j]);
  }
}

function drawWords(add, picture, g, palette, family, lit) {
  const { tokens } = picture.head;
  tokens.forEach((_, i) => {
    if (!shown(i, g.n, null, Math.max(1, Math.ceil(13 / g.plates.x.pitch)))) return;
    const label = tokenLabel(named(tokens, i), needsMark(tokens), palette, family, { x: g.wordRight, y: rowMiddle(g.plates.x, i) + 4.5, "text-anchor": "end", class: "word own" }, 100);
    label.dataset.word = i;
    add(0, label, lit.words[i]);
  });
}

/** Names of the blocks with their shapes; under every matrix its name, and its colour bar with true limits. */
function drawNames(add, back, picture, g, palette, words, head) {
  const { plates } = g;
  const text = (level, x, y, fill, content, anchor = "start", size = 12) => add(level, svg("text", { x, y, "font-size": size, fill, class: "role", "text-anchor": anchor }, content));
  const shape = (array) => `${array.shape[0]} \u00D7 ${array.shape[1]}`;
  text(0, plates.x.x, plates.x.y - 7, palette.source, `X  ${shape(head.x)}`);
  const letters = { key: "K", query: "Q", value: "V" };
  for (const part of ["key", "query", "value"]) text(1, plates[part].x, plates[part].y - 6, palette[part], `${letters[part]}  ${shape(head[part])}`);
  text(5, g.outputEnd, g.panelTop - 8, palette.value, `${words.outputs}  ${shape(head.output)}`, "end");
  for (const part of ["key", "query", "value"]) {
    const { x, y } = plates[part];
    add(1, svg("rect", { x: x - 1.5, y: y - 1.5, width: plateRight(plates[part]) - x + 3, height: plateBottom(plates[part]) - y + 3, rx: 3, fill: "none", stroke: palette[part], "stroke-opacity": 0.7, "stroke-width": 1.25 }));
  }
  const under = g.bottom + 8;
  g.places.forEach((place, index) => {
    const matrix = plateMatrix(head, place.id);
    const wide = Math.min(96, Math.max(72, g.across));
    const group = svg("g", {}, colourBar(palette, matrix.kind, matrix.limit, place.x, under + 14, wide), svg("text", { x: place.x, y: under + 7, "font-size": 13, fill: palette.text, class: "title" }, words[`panel_${place.id}`]));
    add(LEVEL[place.id], group);
    if (index === 0) return;
    const [from, to, middle] = [place.x - BETWEEN + 8, place.x - 8, place.y + (g.n * g.cell) / 2];
    add(LEVEL[place.id], svg("g", {},
      svg("path", { d: `M${from} ${middle}H${to - 6}`, stroke: palette.floor, "stroke-width": 1.5, fill: "none" }),
      svg("path", { d: `M${to - 7} ${middle - 4}L${to} ${middle}L${to - 7} ${middle + 4}Z`, fill: palette.floor }),
      svg("text", { x: (from + to) / 2, y: middle - 9, "font-size": 12, "text-anchor": "middle", fill: palette.text, class: "figures" }, place.id === "scores" ? picture.divided : words.softmax)));
  });
  if (picture.title) back.append(svg("text", { x: g.right - 14, y: g.cardBottom - 14, "text-anchor": "end", "font-size": 13, fill: palette.muted }, picture.title));
  const limits = limitsOf(head);
  const bar = (x, name, limit) => add(0, svg("g", {}, colourBar(palette, "activations", limit, x, under + 14, 84), svg("text", { x, y: under + 7, "font-size": 13, fill: palette.text, class: "title" }, name)));
  bar(plates.x.x, "X, Q, K", limits.x);
  bar(Math.max(plates.value.x, plates.x.x + 112), words.values_bar, limits.value);
}
