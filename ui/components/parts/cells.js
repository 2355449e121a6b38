// Painting the cells of a matrix: the same few lines draw a thumbnail, the large matrix and the picture to download.

/** A matrix ready to draw: `values` row by row, `masked` likewise (1 = not allowed) or null. */
function matrixOf(values, rows, columns, kind, masked = null, limit = null) {
  return { values, rows, columns, kind, masked, limit: limit === null ? largest(values) : limit };
}

const isMasked = (matrix, i, j) => Boolean(matrix.masked && matrix.masked[i * matrix.columns + j]);

/** Paint into a canvas whose side of a cell is `cell` CSS pixels. `from`, `share`: colours on their way from another matrix. */
function paintCells(canvas, matrix, cell, palette, from = null, share = 1) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [matrix.columns * cell, matrix.rows * cell];
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const gap = cell >= 26 ? 2 : cell >= 9 ? 1 : 0;
  const round = cell >= 9 ? Math.min(5, cell * 0.16) : 0;
  for (let i = 0; i < matrix.rows; i += 1) {
    for (let j = 0; j < matrix.columns; j += 1) {
      const [x, y, side] = [j * cell + gap / 2, i * cell + gap / 2, cell - gap];
      if (isMasked(matrix, i, j)) { hatch(context, x, y, side, palette); continue; }
      const at = i * matrix.columns + j;
      let colour = cellColour(palette, matrix.kind, matrix.values[at], matrix.limit);
      if (from && share < 1 && !isMasked(from, i, j)) colour = mix(cellColour(palette, from.kind, from.values[at], from.limit), colour, share);
      context.fillStyle = colour;
      context.beginPath();
      context.roundRect(x, y, side, side, round);
      context.fill();
      if (cell >= 9) { context.strokeStyle = palette.line; context.lineWidth = 0.5; context.stroke(); }
    }
  }
}

/** Masked cells are hatched, never just dark. */
function hatch(context, x, y, side, palette) {
  context.save();
  context.beginPath();
  context.rect(x, y, side, side);
  context.clip();
  context.fillStyle = palette.surface;
  context.fill();
  context.strokeStyle = side < 12 ? palette.line : palette.floor;
  context.lineWidth = 0.8;
  const step = side < 10 ? 3 : 5;
  context.beginPath();
  for (let offset = -side; offset < side; offset += step) {
    context.moveTo(x + offset, y + side);
    context.lineTo(x + offset + side, y);
  }
  context.stroke();
  context.restore();
}

/** The same cells as vector shapes, for the downloaded picture. */
function vectorCells(matrix, cell, palette, x, y) {
  const shapes = [];
  for (let i = 0; i < matrix.rows; i += 1) {
    for (let j = 0; j < matrix.columns; j += 1) {
      const masked = isMasked(matrix, i, j);
      const colour = masked ? "url(#masked)" : cellColour(palette, matrix.kind, matrix.values[i * matrix.columns + j], matrix.limit);
      shapes.push(svg("rect", { x: x + j * cell + 0.5, y: y + i * cell + 0.5, width: cell - 1, height: cell - 1, rx: 2, fill: colour, stroke: palette.line, "stroke-width": 0.5 }));
    }
  }
  return shapes;
}

const hatchPattern = (palette) => svg("pattern", { id: "masked", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  svg("rect", { width: 5, height: 5, fill: palette.surface }), svg("path", { d: "M0 0V5", stroke: palette.floor, "stroke-width": 1 }));

/** A vector as a strip of small cells, lying or standing, on the diverging scale: cells on the canvas, its frame as a shape. */
function strip(ground, values, limit, palette, x, y, length, thickness, standing, role) {
  const step = length / values.length;
  for (let i = 0; i < values.length; i += 1) {
    ground.fillStyle = cellColour(palette, "activations", values[i], limit);
    if (standing) ground.fillRect(x, y + i * step, thickness, step + 0.3);
    else ground.fillRect(x + i * step, y, step + 0.3, thickness);
  }
  const frame = standing ? { x, y, width: thickness, height: length } : { x, y, width: length, height: thickness };
  return svg("rect", { ...frame, rx: 1.5, class: "strip", fill: palette.background, "fill-opacity": 0, stroke: palette[role], "stroke-width": 1 });
}
