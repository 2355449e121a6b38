// The cells of the head's picture on one canvas, what is lit over them, and how a step fills them.

/** One limit for X, Q and K, one for the values and what comes of them, so that two bars serve five plates. */
function limitsOf(head) {
  const most = (...ids) => Math.max(...ids.map((id) => largest(head[id].values)));
  const [asking, answering] = [most("x", "query", "key"), most("value", "output")];
  return { x: asking, query: asking, key: asking, value: answering, output: answering };
}

function platesToPaint(head, g) {
  const limits = limitsOf(head);
  return Object.entries(g.plates).map(([id, plate]) => {
    const matrix = plateMatrix(head, id);
    if (limits[id]) matrix.limit = limits[id];
    return { id, plate, matrix };
  });
}

/** Paint every plate up to `reached`; `share` (0 to 1) is how far the plates of `fresh` have filled, row after row. */
function paintPlates(context, painted, g, palette, reached, head, { fresh = () => false, share = 1, from = null } = {}) {
  context.clearRect(0, 0, g.width, g.height);
  for (const { id, plate, matrix } of painted) {
    const there = LEVEL[id] <= reached;
    for (let i = 0; i < plate.rows; i += 1) {
      const part = !there ? 0 : fresh(id) ? clamp(share * (plate.rows + 4) / 4 - i / 4, 0, 1) : 1;
      paintRow(context, plate, matrix, i, palette, part, head, from && from.id === id ? from.matrix : null, share, there && { x: palette.source, output: palette.value }[id]);
    }
  }
}

function paintRow(context, plate, matrix, i, palette, part, head, from, share, frame) {
  const { x, cw, ch, columns } = plate;
  const y = plate.y + i * plate.pitch;
  const gap = cw >= 26 ? 2 : cw >= 9 ? 1 : 0;
  const tall = Math.max(1, ch - (plate.pitch > ch ? 0 : ch >= 9 ? Math.max(1, gap) : 0.6));
  for (let j = 0; j < columns; j += 1) {
    const at = i * columns + j;
    let colour = cellColour(palette, matrix.kind, matrix.values[at], matrix.limit);
    if (from) colour = mix(cellColour(palette, from.kind, from.values[at], from.limit), colour, share);
    if (part < 1) colour = mix(palette.background, colour, part);
    context.fillStyle = colour;
    if (cw >= 9) {
      context.beginPath();
      context.roundRect(x + j * cw + gap / 2, y, cw - gap, tall, Math.min(5, cw * 0.16));
      context.fill();
      context.strokeStyle = palette.line;
      context.lineWidth = 0.6;
      context.stroke();
    } else context.fillRect(x + j * cw, y, cw + 0.2, tall);
    if (cw >= 24 && part === 1) writeIn(context, matrix, at, x + (j + 0.5) * cw, y + tall / 2, colour, palette, head, cw);
  }
  if (cw < 9) { // a strip: its frame has the colour of its role where it stands alone
    context.strokeStyle = frame || palette.line;
    context.globalAlpha = frame ? 0.5 : 1;
    context.lineWidth = 0.6;
    context.strokeRect(x, y, columns * cw, tall);
    context.globalAlpha = 1;
  }
}

function writeIn(context, matrix, at, x, y, colour, palette, head, wide) {
  const value = matrix.values[at];
  context.fillStyle = inkOn(colour, palette);
  context.font = `${wide >= 34 ? 14 : 12}px ${context.family}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const text = head.whole && Number.isInteger(value) ? figureText(head, value) : matrix.kind === "weights" ? value.toFixed(2) : head.whole ? (Math.round(value * 10) / 10).toFixed(1) : shortNumber(value);
  context.fillText(text, x, y + 1);
}

/** Outlines of what is lit, in SVG over the cells: the open cell strong, its row and column thin, in the colours of their roles. */
function drawMarks(front, g, palette, cell, step) {
  const { plate: id, i, j } = cell;
  const box = (plate, row, from, to, colour, width) => svg("rect", {
    x: plate.x + from * plate.cw - 1, y: plate.y + row * plate.pitch - 1.5, width: (to - from) * plate.cw + 2, height: plate.ch + 2, rx: Math.min(4, plate.ch / 3), fill: "none", stroke: colour, "stroke-width": width,
  });
  const column = (plate, k, colour) => svg("rect", { x: plate.x + k * plate.cw - 1, y: plate.y - 1.5, width: plate.cw + 2, height: plateBottom(plate) - plate.y + 3, rx: 3, fill: "none", stroke: colour, "stroke-width": 1.5 });
  const row = (name, k, colour) => box(g.plates[name], k, 0, g.plates[name].columns, colour, 1.5);
  const nodes = [];
  const level = PATH.indexOf(step);
  if (MATRICES.includes(id)) {
    nodes.push(row("query", i, palette.query), row("key", j, palette.key));
    for (const place of g.places) if (LEVEL[place.id] <= level) nodes.push(row(place.id, i, palette.query), column(place, j, palette.key), box(place, i, j, j + 1, palette.text, place.id === id ? 2.5 : 1.5));
    if (level >= 5) nodes.push(row("value", j, palette.value), row("output", i, palette.value));
  } else {
    if (PARTS.includes(id)) nodes.push(row("x", i, palette.source), row(id, i, palette[id]));
    if (id === "output") nodes.push(row(g.last.id, i, palette.query), column(g.plates.value, j, palette.value), row("output", i, palette.value));
    if (id === "x") nodes.push(row("x", i, palette.source));
    nodes.push(box(g.plates[id], i, j, j + 1, palette.text, g.plates[id].cw < 6 ? 1.5 : 2.5));
  }
  front.replaceChildren(...nodes);
}
