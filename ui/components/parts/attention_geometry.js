// Where everything of the head's picture stands. Pure: sizes and texts in, numbers (CSS pixels) out.
//
//  words  X      soft bands   K ----------- over the top, to the words of the keys, and down the columns
//                             Q ----------- wires into the rows ----> products -> scores -> weights
//                             V ----------- under the matrix ---------------------------------> outputs

const FAN = 16; // room for the sister heads behind the card
const BETWEEN = 56; // between two matrices, with room for an arrow and its word

function flowGeometry({ head, panels }, width, family) {
  const { n, whole } = head;
  const [d, e, f, p] = [head.x.shape[1], head.query.shape[1], head.value.shape[1], panels.length];
  const widths = head.tokens.map((token, j) => Math.min(104, textWidth(named(head.tokens, j).text, sizeOfToken, family) + 4));
  const labels = Math.max(...widths);
  const one = p > 1 ? 24 : 27; // a cell of the pencil's vectors
  const wide = p === 1;
  const size = { x: whole ? d * one : wide ? clamp(d * 1.2, 56, 96) : 56, block: whole ? e * one : wide ? clamp(e * 6, 64, 104) : 64, output: whole ? f * (wide ? 40 : 34) : wide ? clamp(f * 5, 58, 96) : 56 };
  const fixed = { words: labels + 8, bands: whole ? 52 : wide ? 66 : 46, wires: 30 + labels + 12, out: 30, end: 12 + FAN };
  const used = fixed.words + size.x + fixed.bands + size.block + fixed.wires + BETWEEN * (p - 1) + fixed.out + size.output + fixed.end;
  const tallest = clamp(window.innerHeight - 592, 200, 330);
  const cell = clamp(Math.floor(Math.min((width - used) / (p * n), tallest / n)), whole ? 30 : n > 30 ? 7 : p > 1 ? 9 : 14, whole ? (p > 1 ? 40 : 58) : 34);
  const across = n * cell;
  const needed = used + p * across;
  const spare = Math.max(0, width - needed);
  const stretch = { bands: Math.min(spare * 0.25, 60), wires: Math.min(spare * 0.4, 90) };

  const xX = fixed.words;
  const blockX = xX + size.x + fixed.bands + stretch.bands;
  const cardX = blockX + size.block + 14;
  const panelX = blockX + size.block + fixed.wires + stretch.wires;
  const right = Math.max(width, needed) - FAN;
  const top = FAN + 4;
  const keys = keyWords(widths, { from: cardX + 56, to: right - 12, start: panelX, cell, n }, top);
  const panelTop = keys.bottom;
  const panelBottom = panelTop + n * cell;
  const river = { y: panelBottom + 12, height: whole ? 30 : 24 }; // the values, under the matrix
  const bottom = river.y + river.height;

  const titles = 20; // room for the name over a block
  const least = bottom - top - 3 * titles - 8;
  const pitch = whole ? Math.min(one, least / (3 * n)) : clamp(least / (3 * n), 2, 12);
  const tall = n * pitch;
  const block = (y) => ({ x: blockX, y, cw: size.block / e, ch: pitch, pitch, rows: n, columns: e });
  const keyY = top + titles;
  const valueY = bottom - tall;
  const queryY = clamp((panelTop + panelBottom - tall) / 2, keyY + tall + titles, Math.max(keyY + tall + titles, valueY - tall - titles));
  const wordPitch = Math.min(whole ? 84 : 34, (bottom - top - 18) / n);
  const wordTop = top + 18 + (bottom - top - 18 - n * wordPitch) / 2;
  const thick = whole ? one : clamp(wordPitch - 9, 3, 13);
  const places = panels.map((id, index) => ({ id, x: panelX + index * (across + BETWEEN), y: panelTop, cw: cell, ch: cell, pitch: cell, rows: n, columns: n, square: true }));
  const last = places[p - 1];
  const outputX = last.x + across + fixed.out;
  const slim = whole ? Math.min(cell - 8, 30) : clamp(cell - 6, 3, 12);
  const plates = {
    x: { x: xX, y: wordTop + (wordPitch - thick) / 2, cw: size.x / d, ch: thick, pitch: wordPitch, rows: n, columns: d },
    key: block(keyY), query: block(queryY), value: { ...block(valueY), columns: f, cw: size.block / f },
    ...Object.fromEntries(places.map((place) => [place.id, place])),
    output: { x: outputX, y: panelTop + (cell - slim) / 2, cw: size.output / f, ch: slim, pitch: cell, rows: n, columns: f },
  };
  return {
    n, p, cell, across, plates, places, last, keys, river, panelTop, panelBottom, cardX, right, top, labels, bottom,
    wordRight: fixed.words - 8, rowWords: panelX - 8, blockRight: blockX + size.block, outputEnd: outputX + size.output,
    width: Math.max(width, needed), height: bottom + 45, cardBottom: bottom + 43,
  };
}

/** Words of the keys: in one line over the matrix where they fit, else at 45 degrees over their columns. */
function keyWords(widths, { from, to, start, cell, n }, top) {
  const columns = widths.map((_, j) => start + (j + 0.5) * cell);
  const apart = 12;
  const total = widths.reduce((a, b) => a + b + apart, 0);
  if (total <= to - from && n <= 24) {
    const span = clamp(n * cell * 1.08, total, to - from);
    const extra = (span - total) / n;
    let x = clamp(start + (n * cell - span) / 2, from, to - span);
    const centres = widths.map((w) => { const centre = x + (w + apart + extra) / 2; x += w + apart + extra; return centre; });
    return { angled: false, centres, columns, left: centres[0] - widths[0] / 2, right: centres[n - 1] + widths[n - 1] / 2, y: top + 20, high: top + 4, low: top + 27, bottom: top + 62 };
  }
  const slope = Math.max(...widths) * 0.71 + 10;
  return { angled: true, centres: columns, columns, left: columns[0], right: columns[n - 1] + 6, y: top + 22 + slope, high: top + 4, low: top + 18, bottom: top + 28 + slope };
}

const rowMiddle = (plate, i) => plate.y + i * plate.pitch + plate.ch / 2;
const plateBottom = (plate) => plate.y + (plate.rows - 1) * plate.pitch + plate.ch;
const plateRight = (plate) => plate.x + plate.columns * plate.cw;

/** A soft band from [x1, top a to b] to [x2, top c to d]. */
const bandPath = (x1, a, b, x2, c, d) => {
  const x = (x1 + x2) / 2;
  return `M${x1} ${a}C${x} ${a} ${x} ${c} ${x2} ${c}V${d}C${x} ${d} ${x} ${b} ${x1} ${b}Z`;
};
const lying = (x1, y1, x2, y2) => `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
const standing = (x1, y1, x2, y2) => `M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}`;
