// Where everything of the large figure stands. Pure: sizes and texts in, numbers (CSS pixels) out.
//
//            words of the keys, each with its key vector (a standing strip)
//                         wires into the columns
//  words of the     w  +--------+      +--------+
//  queries, each    i  | panel  | ---> | panel  |  wires to the outputs, one per row
//  with its query   r  +--------+      +--------+
//  vector           es       values: strips under the columns, on a band that runs to the outputs

const WIRE = 30;
const GAP = 66; // between panels, with room for an arrow and its word

function geometry(figure, width, family) {
  const { rows, columns, panels, vectors, second } = figure;
  const [n, m, p] = [rows.length, columns.length, panels.length];
  const small = width < 560;
  const widest = (tokens) => Math.max(...tokens.map((token) => Math.min(104, textWidth(token.text, sizeOfToken, family) + 12)));
  const secondWidth = second ? widest(second) + 14 : 0;
  const labels = widest(rows) + secondWidth;
  const bar = vectors ? clamp(vectors.width * 3.4, 34, small || p > 1 ? 36 : 58) : 0; // length of a vector's strip
  const wire = vectors ? (small ? 20 : WIRE) : 12;
  const left = labels + (vectors ? 6 + bar : 0) + wire;
  const right = vectors ? 22 + bar + (small ? 6 : 16) : 44; // the word over the outputs may be wider than they are
  const closest = figure.connectors ? GAP : 40;
  const room = width - left - right - closest * (p - 1);
  const least = m > 24 || n > 24 ? 8 : p > 1 && !(figure.tall && small) ? 11 : 18;
  const tallest = figure.tall ? 400 : clamp(window.innerHeight - 556, 230, 336);
  const cell = clamp(Math.floor(Math.min(room / (p * m), tallest / n)), least, 44);
  const [across, down] = [m * cell, n * cell];
  const gap = figure.tall && p > 1 ? Math.max(closest, namesBesideBars(panels, across, family) - across) : closest;
  const needed = left + right + gap * (p - 1) + p * across;
  const spare = Math.max(0, width - needed);
  const start = left + Math.min(spare * 0.4, 130);

  const top = keysOnTop(figure, Math.max(width, needed), start, cell, family, vectors ? bar * 0.78 : 0);
  const rowStep = vectors ? Math.max(n > 24 ? cell : 17, cell * (n > 1 ? 1.06 : 1)) : cell; // wires lead a word to its row; without them it stands beside it
  const overhang = Math.max(0, (rowStep * n - down) / 2);
  const panelTop = top.height + Math.max(p > 1 && figure.connectors ? 26 : 6, overhang - 8);
  const places = panels.map((panel, index) => ({ x: start + index * (across + gap), y: panelTop, width: across, height: down }));
  const last = places[p - 1];
  const rowCentres = rows.map((_, i) => panelTop + down / 2 + (i - (n - 1) / 2) * rowStep);
  const labelRight = vectors ? Math.max(labels, start - wire - bar - 6 - Math.min(spare * 0.25, 60)) : start - 8;
  const values = { y: panelTop + down + 14, length: bar * 0.66 };
  const bottom = Math.max(vectors ? values.y + values.length + 12 : panelTop + down + 8, panelTop + down + overhang + 8);
  return {
    n, m, p, cell, everyRow: labelEvery(n, rowStep, 11), everyColumn: labelEvery(m, cell, top.angled ? 15 : 0), across, down, bar, small, places, last, top, panelTop, rowCentres, labelRight, secondWidth, values, gap,
    thick: clamp(cell - 6, 4, 11),
    stripX: labelRight + 6, rowStep,
    outputs: last.x + across + 24,
    barsAt: vectors && p === 1 ? values.y + 8 : bottom + 2,
    width: Math.max(width, needed),
    height: bottom + (p > 1 && figure.connectors ? 28 : vectors ? 4 : 34),
  };
}

const widthOfBar = (across) => clamp(across, 60, 96);

/** Room for the longest of the panels' names, each to the right of its colour bar. */
const namesBesideBars = (panels, across, family) => widthOfBar(across) + 12 + Math.max(...panels.map((panel) => textWidth(panel.title, 13, family))) + 16;

/** Of so many labels this far apart every how-manieth is written: at most 24, and none over another. */
const labelEvery = (count, step, least) => Math.max(Math.ceil(count / 24), Math.ceil(least / step));

/** Words of the keys: spread in one line where they fit, else at 45 degrees over their columns. */
function keysOnTop(figure, width, start, cell, family, bar) {
  const widths = figure.columns.map((token) => Math.min(104, textWidth(token.text, sizeOfToken, family) + (figure.marked ? 9 : 0)));
  const columns = widths.map((_, j) => start + (j + 0.5) * cell);
  const apart = 13;
  const total = widths.reduce((a, b) => a + b + apart, 0);
  if (figure.vectors && total <= width && figure.columns.length <= 24) {
    const span = Math.max(total, Math.min(figure.columns.length * cell * 1.04, width));
    const extra = (span - total) / widths.length;
    let x = clamp(start + (widths.length * cell) / 2 - span / 2, 0, width - span);
    const centres = widths.map((w) => { const centre = x + (w + apart + extra) / 2; x += w + apart + extra; return centre; });
    return { angled: false, centres, columns, words: 14, strips: 22, bar, height: 22 + bar + WIRE + 4 };
  }
  const slope = Math.max(...widths) * 0.71 + 14;
  return { angled: true, centres: columns, columns, words: slope, strips: slope + 4, bar, height: slope + (bar ? bar + 10 : 0) + 4 };
}

/** A rounded wire: leaves and arrives straight, lying (along x) or standing (along y). */
function wirePath(x1, y1, x2, y2, standing) {
  return standing
    ? `M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}`
    : `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
}
