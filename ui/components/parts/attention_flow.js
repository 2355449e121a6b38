// The head's picture as a component: paints, draws, answers pointer and keyboard, and knows nothing of what is told beside it.
//
// createFlow(host, { point, choose }) answers { update(picture, palette), mark(cell) }.
//   point(cell or null): the pointer is on a cell.   choose(cell): a click or an arrow key chose it.   A cell: { plate, i, j }.
// A picture: { head, panels, step, cell, words, names, divided, sisters }.

function createFlow(host, { point, choose }) {
  const canvas = html("canvas", { "aria-hidden": "true" });
  const back = svg("svg", { class: "back flow", "aria-hidden": "true" });
  const front = svg("svg", { class: "front", "aria-hidden": "true" });
  const sheet = html("div", { class: "sheet" }, back, canvas, front);
  const frame = html("div", { class: "frame flowframe" }, sheet);
  host.append(frame);
  const stage = { host, canvas, back, front, sheet, frame, point, choose, picture: null, grids: new Map(), lit: null, g: null, measured: 0 };
  back.addEventListener("pointermove", (event) => pointAtToken(stage, event.target.closest("[data-word],[data-row],[data-column]")));
  back.addEventListener("pointerleave", () => leave(stage));
  back.addEventListener("click", (event) => { const cell = tokenCell(stage, event.target.closest("[data-word],[data-row],[data-column]")); if (cell) choose(cell); });
  new ResizeObserver(() => { if (stage.picture && Math.abs(host.clientWidth - stage.measured) > 1) redrawFlow(stage); }).observe(host);
  return {
    update(picture, palette) {
      const before = stage.picture;
      Object.assign(stage, { picture, palette });
      redrawFlow(stage, before);
      if (!before || before.head.book !== picture.head.book) revealPanels(stage, true);
    },
    mark(cell) { markCell(stage, cell); },
    reveal() { revealPanels(stage); },
  };
}

function redrawFlow(stage, before = null) {
  const { picture, palette, host } = stage;
  stage.measured = host.clientWidth;
  if (!stage.measured) return;
  const family = getComputedStyle(host).fontFamily;
  const earlier = stage.painted;
  const g = (stage.g = flowGeometry(picture, stage.measured, family));
  stage.sheet.style.width = `${g.width}px`;
  stage.sheet.style.height = `${g.height}px`;
  for (const layer of [stage.back, stage.front]) { layer.setAttribute("width", g.width); layer.setAttribute("height", g.height); }
  stage.lit = drawFlow(stage.back, picture, g, palette, family);
  stage.context = freshCanvas(stage.canvas, g, family);
  stage.painted = platesToPaint(picture.head, g);
  ghost(stage);
  placeGrids(stage);
  fillPlates(stage, before, earlier);
  markCell(stage, picture.cell);
}

function freshCanvas(canvas, g, family) {
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(g.width * ratio), Math.round(g.height * ratio)];
  canvas.style.cssText = `left:0;top:0;width:${g.width}px;height:${g.height}px;pointer-events:none`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.family = family;
  return context;
}

const reachedBy = (step) => PATH.indexOf(step);

/** What the path has not reached yet stands there as a ghost. */
function ghost(stage) {
  const reached = reachedBy(stage.picture.step);
  stage.back.querySelectorAll(".part").forEach((node) => node.classList.toggle("ghost", Number(node.dataset.level) > reached));
  stage.back.querySelectorAll(".part").forEach((node) => node.classList.toggle("now", Number(node.dataset.level) === reached));
}

/** A step forward fills its plates row after row; the one matrix glides from its old colours to the new ones. */
function fillPlates(stage, before, earlier) {
  cancelAnimationFrame(stage.frameAsked);
  const { picture, palette, g, painted, context } = stage;
  const reached = reachedBy(picture.step);
  const stepped = before && before.head === picture.head && before.step !== picture.step && !calm();
  const was = before ? reachedBy(before.step) : reached;
  const folded = picture.panels.length === 1;
  const old = folded && earlier ? earlier.find(({ id }) => MATRICES.includes(id)) : null;
  const glide = stepped && old && was >= 2 && old.id !== g.last.id && reached >= 2;
  const fresh = (id) => stepped && LEVEL[id] > was && LEVEL[id] <= reached && !(glide && MATRICES.includes(id));
  const from = glide ? { id: g.last.id, matrix: old.matrix } : null;
  const paint = (share) => paintPlates(context, painted, g, palette, reached, picture.head, { fresh, share, from: share < 1 ? from : null });
  if (!stepped) { paint(1); return; }
  const begin = performance.now();
  const tick = (now) => {
    const share = clamp((now - begin) / 420, 0, 1);
    paint(share);
    if (share < 1) stage.frameAsked = requestAnimationFrame(tick);
  };
  tick(begin);
}

/** One grid for every plate that is reached: pointer, arrow keys, and the lit cell in words for a screen reader. */
function placeGrids(stage) {
  const { g, picture } = stage;
  const reached = reachedBy(picture.step);
  for (const [id, grid] of stage.grids) if (!g.plates[id]) { grid.remove(); stage.grids.delete(id); }
  for (const [id, plate] of Object.entries(g.plates)) {
    let grid = stage.grids.get(id);
    if (!grid) {
      grid = plateGrid(stage, id);
      stage.grids.set(id, grid);
      stage.sheet.append(grid);
    }
    grid.hidden = LEVEL[id] > reached;
    grid.style.cssText = `left:${plate.x}px;top:${plate.y}px;width:${plate.columns * plate.cw}px;height:${plateBottom(plate) - plate.y}px`;
    const label = plain(picture.words.plate, { name: picture.names[id], rows: plate.rows, columns: plate.columns });
    Object.entries({ "aria-label": label, "aria-rowcount": plate.rows, "aria-colcount": plate.columns }).forEach(([name, value]) => grid.setAttribute(name, value));
  }
}

function plateGrid(stage, id) {
  const grid = html("div", { class: "grid", role: "grid", tabindex: 0, "data-plate": id });
  const cellAt = (event) => {
    const box = grid.getBoundingClientRect();
    const plate = stage.g.plates[id];
    return { plate: id, i: clamp(Math.floor((event.clientY - box.top) / plate.pitch), 0, plate.rows - 1), j: clamp(Math.floor((event.clientX - box.left) / plate.cw), 0, plate.columns - 1) };
  };
  grid.addEventListener("pointermove", (event) => { const cell = cellAt(event); markCell(stage, cell); stage.point(cell); });
  grid.addEventListener("pointerleave", () => leave(stage));
  grid.addEventListener("click", (event) => stage.choose(cellAt(event)));
  grid.addEventListener("focus", () => { if (stage.picture.cell.plate !== id && grid.matches(":focus-visible")) stage.choose({ plate: id, ...within(stage.g.plates[id], stage.picture.cell) }); });
  grid.addEventListener("keydown", (event) => {
    const plate = stage.g.plates[id];
    const { i, j } = stage.picture.cell.plate === id ? stage.picture.cell : within(plate, stage.picture.cell);
    const to = { ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1], Home: [i, 0], End: [i, plate.columns - 1], PageUp: [0, j], PageDown: [plate.rows - 1, j] }[event.key];
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    stage.choose({ plate: id, i: clamp(to[0], 0, plate.rows - 1), j: clamp(to[1], 0, plate.columns - 1) });
  });
  return grid;
}

const within = (plate, { i, j }) => ({ i: Math.min(i, plate.rows - 1), j: Math.min(j, plate.columns - 1) });

function leave(stage) {
  if (!stage.picture) return;
  markCell(stage, stage.picture.cell);
  stage.point(null);
}

/** A word stands for its row of X; the word of a query or a key for its cell with the other half of the chosen one. */
function tokenCell(stage, node) {
  if (!node) return null;
  const { word, row, column } = node.dataset;
  const { cell, row: i, column: j } = stage.picture;
  if (word !== undefined) return { plate: "x", i: Number(word), j: cell.plate === "x" ? cell.j : 0 };
  const matrix = stage.g.last.id;
  if (LEVEL[matrix] > reachedBy(stage.picture.step)) return row === undefined ? { plate: "key", i: Number(column), j: 0 } : { plate: "query", i: Number(row), j: 0 };
  return row === undefined ? { plate: matrix, i, j: Number(column) } : { plate: matrix, i: Number(row), j };
}

function pointAtToken(stage, node) {
  const cell = tokenCell(stage, node);
  if (!cell) return;
  markCell(stage, cell);
  stage.point(cell);
}

/** Light everything a cell came from and goes to: words, bands, wires, rows, columns. */
function markCell(stage, cell) {
  const { lit, g, palette, picture, front } = stage;
  if (!lit || !g.plates[cell.plate] || cell.i >= g.plates[cell.plate].rows) return;
  stage.back.querySelectorAll(".lit").forEach((node) => { node.classList.remove("lit"); node.style.opacity = ""; });
  const light = (list, share = 1) => list.forEach((node) => { node.classList.add("lit"); if (share < 1) node.style.opacity = String(0.06 + 0.6 * share); });
  const { plate, i, j } = cell;
  light(lit.words[i]);
  if (plate === "x") for (const part of PARTS) light(lit[part][i]);
  else if (plate === "query") { light(lit.query[i]); light(lit.rows[i]); }
  else if (plate === "key") { light(lit.key[i]); light(lit.columns[i]); }
  else if (plate === "value") { light(lit.value[i]); light(lit.strands[i]); }
  else {
    light(lit.query[i]); light(lit.rows[i]);
    if (plate !== "output") { light(lit.words[j]); light(lit.key[j]); light(lit.columns[j]); }
    if (reachedBy(picture.step) >= 5) {
      light(lit.outputs[i]);
      for (let k = 0; k < g.n; k += 1) {
        const weight = picture.head.weights[i * g.n + k];
        if (weight > 0.02) { light(lit.strands[k], weight); light(lit.value[k], weight); }
      }
    }
  }
  drawMarks(front, g, palette, cell, picture.step);
  describeCell(stage, cell);
}

function describeCell(stage, { plate, i, j }) {
  const grid = stage.grids.get(plate);
  if (!grid) return;
  const { head, words } = stage.picture;
  const matrix = plateMatrix(head, plate);
  const name = identity("cell");
  const column = MATRICES.includes(plate) ? named(head.tokens, j).text : plain(words.dimension, { number: j + 1 });
  const cell = html("span", { role: "gridcell", id: name, "aria-colindex": j + 1, "aria-selected": "true" }, `${named(head.tokens, i).text}, ${column}: ${figureText(head, matrix.values[i * matrix.columns + j])}`);
  grid.replaceChildren(html("div", { role: "row", "aria-rowindex": i + 1, class: "unseen" }, cell));
  grid.setAttribute("aria-activedescendant", name);
}

/** On a narrow screen: bring what the step fills into the frame. */
function revealPanels(stage, atOnce = false) {
  const { frame, g, picture } = stage;
  if (!g || g.width <= frame.clientWidth + 2) return;
  const level = reachedBy(picture.step);
  const left = level === 0 ? 0 : level === 1 ? g.plates.x.x : level === 5 ? g.outputEnd - frame.clientWidth + 16 : g.places[0].x - g.labels - 24;
  frame.scrollTo({ left, behavior: atOnce || calm() ? "auto" : "smooth" });
}
