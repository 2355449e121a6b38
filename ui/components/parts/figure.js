// The large figure: panels painted on canvases, surroundings in SVG, one grid per panel for pointer, keyboard and screen reader.
//
// createFigure(host, { point, choose }) answers { update(figure, palette), light(cell) }.
//   point([i, j] or null): the pointer or the focus is on a cell.   choose([i, j]): a click or an arrow key chose it.
// A figure: { rows, columns, marked, second, panels: [{ id, matrix, title, arrow }], vectors or null, connectors, words, chosen, answers }.

function createFigure(host, { point, choose }) {
  const back = svg("svg", { class: "back", "aria-hidden": "true" });
  const front = svg("svg", { class: "front", "aria-hidden": "true" });
  back.addEventListener("pointermove", (event) => pointAtWord(stage, event.target.dataset));
  back.addEventListener("pointerleave", () => { if (stage.figure) { stage.near = false; light(stage, stage.figure.chosen); stage.point(null); } });
  const ground = html("canvas", { class: "ground", "aria-hidden": "true" });
  const sheet = html("div", { class: "sheet" }, ground, back, front);
  host.append(html("div", { class: "frame" }, sheet));
  const stage = { host, ground, back, front, sheet, point, choose, figure: null, palette: null, g: null, lit: null, panels: new Map() };
  new ResizeObserver(() => {
    if (stage.figure && Math.abs(host.clientWidth - stage.measured) > 1) redraw(stage, false);
  }).observe(host);
  return {
    update(figure, palette) { stage.figure = figure; stage.palette = palette; redraw(stage, true); },
    light(cell) { light(stage, cell); },
  };
}

function redraw(stage, moving) {
  const { figure, palette, host, sheet } = stage;
  stage.measured = host.clientWidth;
  if (!stage.measured) return;
  const family = (stage.family = getComputedStyle(host).fontFamily);
  const before = new Map([...stage.panels].map(([id, panel]) => [id, panel.place]));
  const g = (stage.g = geometry(figure, stage.measured, family));
  sheet.style.width = `${g.width}px`;
  sheet.style.height = `${g.height}px`;
  for (const layer of [stage.back, stage.front]) { layer.setAttribute("width", g.width); layer.setAttribute("height", g.height); }
  stage.lit = drawSurroundings(stage.back, clearGround(stage.ground, g), figure, g, palette, family);
  placePanels(stage, before, moving && !calm());
  light(stage, figure.chosen);
}

function clearGround(canvas, g) {
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(g.width * ratio), Math.round(g.height * ratio)];
  canvas.style.cssText = `left:0;top:0;width:${g.width}px;height:${g.height}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return context;
}

/** Panels keep their identity: the same one moves to its new place, a new one unfolds from where the old ones lay. */
function placePanels(stage, before, moving) {
  const { figure, palette, g, sheet } = stage;
  const wanted = new Set(figure.panels.map((panel) => panel.id));
  const origin = before.values().next().value;
  const earlier = [...stage.panels.values()].map((panel) => panel.matrix);
  for (const [id, panel] of stage.panels) if (!wanted.has(id)) { panel.canvas.remove(); panel.grid.remove(); stage.panels.delete(id); }
  figure.panels.forEach((panel, index) => {
    const place = g.places[index];
    let shownPanel = stage.panels.get(panel.id);
    const fresh = !shownPanel;
    if (fresh) {
      shownPanel = { canvas: html("canvas", { "aria-hidden": "true" }), grid: gridFor(stage) };
      sheet.insertBefore(shownPanel.canvas, stage.front);
      sheet.append(shownPanel.grid);
      stage.panels.set(panel.id, shownPanel);
    }
    const from = fresh && figure.panels.length === 1 ? earlier[earlier.length - 1] : shownPanel.matrix;
    const start = before.get(panel.id) || origin;
    Object.assign(shownPanel, { matrix: panel.matrix, place, title: panel.title });
    for (const node of [shownPanel.canvas, shownPanel.grid]) { node.style.left = `${place.x}px`; node.style.top = `${place.y}px`; }
    shownPanel.grid.style.width = `${place.width}px`;
    shownPanel.grid.style.height = `${place.height}px`;
    Object.entries({ "aria-label": panel.title, "aria-rowcount": g.n + 1, "aria-colcount": g.m + 1 }).forEach(([name, value]) => shownPanel.grid.setAttribute(name, value));
    paintMoving(shownPanel, g.cell, palette, moving ? from : null);
    if (moving && start && (start.x !== place.x || start.width !== place.width)) {
      const scale = start.width / place.width;
      shownPanel.canvas.animate(
        [{ transform: `translate(${start.x - place.x}px,${start.y - place.y}px) scale(${scale})`, opacity: fresh ? 0.3 : 1 }, { transform: "none", opacity: 1 }],
        { duration: 360, easing: "cubic-bezier(.3,.7,.2,1)" });
    }
  });
  if (moving && origin && before.size !== stage.panels.size) for (const layer of [stage.ground, stage.back, stage.front]) layer.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 420 });
}

/** Colours glide from the old matrix to the new one in 260 ms. */
function paintMoving(panel, cell, palette, from) {
  cancelAnimationFrame(panel.frame);
  const same = from && from.rows === panel.matrix.rows && from.columns === panel.matrix.columns && from !== panel.matrix;
  if (!same) { paintCells(panel.canvas, panel.matrix, cell, palette); return; }
  const begin = performance.now();
  const step = (now) => {
    const share = clamp((now - begin) / 260, 0, 1);
    paintCells(panel.canvas, panel.matrix, cell, palette, from, share);
    if (share < 1) panel.frame = requestAnimationFrame(step);
  };
  step(begin);
}

/** A grid of which only the row under the focus is in the document, as ARIA allows for long ones. */
function gridFor(stage) {
  const grid = html("div", { class: "grid", role: "grid", tabindex: 0 });
  const cellAt = (event) => {
    const box = grid.getBoundingClientRect();
    const { g } = stage;
    return [clamp(Math.floor((event.clientY - box.top) / g.cell), 0, g.n - 1), clamp(Math.floor((event.clientX - box.left) / g.cell), 0, g.m - 1)];
  };
  grid.addEventListener("pointermove", (event) => { const cell = cellAt(event); stage.near = true; light(stage, cell); stage.point(cell); });
  grid.addEventListener("pointerleave", () => { stage.near = false; light(stage, stage.figure.chosen); stage.point(null); });
  grid.addEventListener("click", (event) => choosing(stage, cellAt(event)));
  grid.addEventListener("keydown", (event) => {
    const { g, figure } = stage;
    const [i, j] = figure.chosen;
    const moves = { ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1], Home: [i, 0], End: [i, g.m - 1], PageUp: [0, j], PageDown: [g.n - 1, j] };
    const to = moves[event.key];
    if (!to) return;
    event.preventDefault();
    choosing(stage, [clamp(to[0], 0, g.n - 1), clamp(to[1], 0, g.m - 1)]);
  });
  return grid;
}

/** A word lights its row or column, with the other half of the chosen cell. */
function pointAtWord(stage, { row, column }) {
  if (row === undefined && column === undefined) return;
  const [i, j] = stage.figure.chosen;
  const cell = row === undefined ? [i, Number(column)] : [Number(row), j];
  light(stage, cell);
  stage.point(cell);
}

function choosing(stage, cell) {
  stage.figure.chosen = cell;
  stage.near = true;
  light(stage, cell);
  stage.choose(cell);
}

/** Light a row and a column together, here and in their words, vectors and wires. */
function light(stage, [i, j]) {
  const { lit, g, palette, figure, front } = stage;
  if (!lit || i >= g.n || j >= g.m) return;
  stage.back.querySelectorAll(".lit").forEach((node) => node.classList.remove("lit"));
  for (const node of [...lit.rows[i], ...lit.columns[j]]) node.classList.add("lit");
  makeRoom(lit.rows, i, g.everyRow);
  makeRoom(lit.columns, j, g.everyColumn);
  const weights = figure.weightsOfRow ? figure.weightsOfRow(i) : null;
  const most = weights ? Math.max(...weights) : 1;
  lit.values.forEach((node, column) => {
    const part = weights ? weights[column] / most : 1;
    node.style.fillOpacity = 0.78 * (1 - part);
    node.style.strokeOpacity = 0.3 + 0.7 * part;
  });
  front.replaceChildren(...g.places.flatMap((place, index) => marks(figure.panels[index].matrix, place, g, i, j, palette, stage.near)));
  front.append(...thinnedLabels(stage, i, j), ...(figure.answers || []).flatMap((answer) => answerMark(answer, g, palette)));
  for (const panel of stage.panels.values()) describeRow(panel, figure, i, j);
}

/** Where labels are thinned out, those next to the lit one make room for it. */
function makeRoom(labels, lit, every) {
  labels.forEach((nodes, index) => {
    const near = index !== lit && Math.abs(index - lit) < every;
    for (const node of nodes) if (node.classList.contains("word")) node.style.visibility = near ? "hidden" : "";
  });
}

/** The lit row and column carry their words even where labels are thinned out. */
function thinnedLabels({ figure, g, palette, family }, i, j) {
  const ground = { class: "word lit", stroke: palette.background, "stroke-width": 5, "paint-order": "stroke", "stroke-linejoin": "round" };
  const row = shown(i, g.n, null, g.everyRow) ? [] : [tokenLabel(figure.rows[i], figure.marked, palette, family, { ...ground, x: g.labelRight - 2, y: g.rowCentres[i] + 4, "text-anchor": "end" }, 100, palette.query)];
  const place = { transform: `translate(${g.top.centres[j] + 4} ${g.top.words - 4}) rotate(-45)`, "text-anchor": "start" };
  const column = shown(j, g.m, null, g.everyColumn) ? [] : [tokenLabel(figure.columns[j], figure.marked, palette, family, { ...ground, ...place }, 100, palette.key)];
  return [...row, ...column];
}

function marks(matrix, place, g, i, j, palette, near) {
  const [x, y] = [place.x + j * g.cell, place.y + i * g.cell];
  const outline = (attributes, colour, width) => svg("rect", { rx: Math.min(4, g.cell * 0.2), fill: "none", stroke: colour, "stroke-width": width, ...attributes });
  const nodes = [
    outline({ x: place.x - 1, y: y - 1, width: g.across + 2, height: g.cell + 2 }, palette.query, 1.5),
    outline({ x: x - 1, y: place.y - 1, width: g.cell + 2, height: g.down + 2 }, palette.key, 1.5),
    outline({ x: x - 1, y: y - 1, width: g.cell + 2, height: g.cell + 2 }, palette.text, 2.5),
  ];
  if (g.cell >= 26) {
    for (let column = 0; column < g.m; column += 1) nodes.push(figureIn(matrix, i, column, place, g, palette, column === j));
  } else if (near) nodes.push(...bubble(matrix, i, j, x, y, g, palette)); // the number of a cell too small to hold it, while it is pointed at
  return nodes;
}

function figureIn(matrix, i, j, place, g, palette, strong) {
  const masked = isMasked(matrix, i, j);
  const value = matrix.values[i * matrix.columns + j];
  const ink = masked ? palette.text : inkOn(cellColour(palette, matrix.kind, value, matrix.limit), palette);
  const text = masked ? maskedText(matrix) : matrix.kind === "weights" ? shortWeight(value) : shortNumber(value);
  const size = g.cell >= 34 ? 12 : text.length > 4 ? 9 : 10;
  return svg("text", { x: place.x + (j + 0.5) * g.cell, y: place.y + (i + 0.5) * g.cell + size * 0.36, "font-size": size, "font-weight": strong ? 700 : 400, "text-anchor": "middle", fill: ink, class: "figures" }, text);
}

/** An answered cell: a ring in the colour of the verdict and, where it is `signed`, a tick or a cross in the corner. */
function answerMark([i, j, right, signed], g, palette) {
  const [x, y, colour] = [g.places[0].x + j * g.cell, g.places[0].y + i * g.cell, right ? palette.positive : palette.negative];
  const [cx, cy] = [x + g.cell, y];
  const sign = right ? `M${cx - 3.5} ${cy}l2.5 3l4.5 -5.5` : `M${cx - 3} ${cy - 3}l6 6m0 -6l-6 6`;
  const ring = svg("rect", { x: x - 1, y: y - 1, width: g.cell + 2, height: g.cell + 2, rx: 4, fill: "none", stroke: colour, "stroke-width": signed ? 3 : 2 });
  return !signed ? [ring] : [ring,
    svg("circle", { cx, cy, r: 8, fill: colour, stroke: palette.background, "stroke-width": 1.5 }),
    svg("path", { d: sign, fill: "none", stroke: palette.background, "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" })];
}

const maskedText = (matrix) => (matrix.kind === "weights" ? "0" : "\u2212\u221E");

function bubble(matrix, i, j, x, y, g, palette) {
  const text = isMasked(matrix, i, j) ? maskedText(matrix) : number(matrix.values[i * matrix.columns + j]);
  const width = text.length * 7 + 12;
  const left = clamp(x + g.cell / 2 - width / 2, 0, g.width - width);
  const top = i === 0 ? y + g.cell + 6 : y - 27;
  return [svg("rect", { x: left, y: top, width, height: 21, rx: 5, fill: palette.text }),
    svg("text", { x: left + width / 2, y: top + 15, "font-size": 12, "text-anchor": "middle", fill: palette.background, class: "figures" }, text)];
}

/** The one row of the grid that is in the document: header, then the cell under the focus. */
function describeRow(panel, figure, i, j) {
  const { matrix, grid } = panel;
  const name = identity("cell");
  const value = isMasked(matrix, i, j) ? `${maskedText(matrix)} (${figure.words.masked})` : number(matrix.values[i * matrix.columns + j]);
  const cell = html("span", { role: "gridcell", id: name, "aria-colindex": j + 2, "aria-selected": "true" }, `${figure.rows[i].text}, ${figure.columns[j].text}: ${value}`);
  grid.replaceChildren(html("div", { role: "row", "aria-rowindex": i + 2, class: "unseen" }, html("span", { role: "rowheader", "aria-colindex": 1 }, figure.rows[i].text), cell));
  grid.setAttribute("aria-activedescendant", name);
}
