// A grid of cells that are open, hidden or of some size, with words at its sides; pointer, arrow keys and a mark on the chosen cell.

/** Room for words and cells, the same for all grids side by side: `tokens` are all words that stand at a side
 *  of any of them, `ends` those over a last column, which lean out to the right. */
function gridGeometry(tokens, ends, columns, room, family, largest) {
  const widest = Math.min(84, Math.max(...tokens.map((token) => textWidth(token.text, 12, family)))) + 8;
  const top = widest * 0.72 + 6;
  const after = Math.max(...ends.map((token) => Math.min(78, textWidth(token.text, 12, family)))) * 0.71 + 2;
  const cell = clamp((room - widest - after) / (columns - 0.5), 5, largest);
  return { left: widest, top, after: Math.max(2, after - cell / 2), family, cell: cell > 10 ? Math.floor(cell) : cell };
}

/** Patterns of what is hidden: slanted for later words, chequered for padding, dotted for what is exactly 0. */
function hiddenPatterns(names, palette) {
  const pattern = (name, turn, colour, path, ground = palette.surface) => svg("pattern", { id: names[name], width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` },
    svg("rect", { width: 5, height: 5, fill: ground }), svg("path", { d: path, stroke: colour, "stroke-width": 1 }));
  return svg("defs", {}, pattern("later", 45, palette.floor, "M0 0V5"), pattern("padding", 0, palette.key, "M0 0V5M0 0H5"), pattern("zero", 45, palette.value, "M0 0V5", mix(palette.background, palette.value, 0.05)));
}

const patternNames = () => ({ later: identity("later"), padding: identity("padding"), zero: identity("zero") });

function gridOf({ rows, columns, fill, defs, label, g, palette, point, choose, faint = () => false, value = null }) {
  const { left, top, cell, family } = g;
  const [n, m] = [rows.length, columns.length];
  const every = Math.max(1, Math.ceil(13 / cell));
  const text = (token, role, pale) => ({ "font-size": 12, fill: pale ? palette.muted : palette[role], "font-style": token.special ? "italic" : null });
  const short = (token) => { let word = token.text; while (word.length > 1 && textWidth(word, 12, family) > 78) word = word.slice(0, -2) + "\u2026"; return word; };
  const mark = svg("rect", { width: cell + 1, height: cell + 1, fill: "none", stroke: palette.text, "stroke-width": 2, rx: 3, visibility: "hidden" });
  const drawing = svg("svg", { width: left + m * cell + g.after, height: top + n * cell + 2, "aria-hidden": "true" }, defs,
    columns.map((token, j) => (j % every ? null : svg("text", { ...text(token, "key", faint("column", j)), transform: `translate(${left + (j + 0.5) * cell + 4} ${top - 4}) rotate(-45)` }, short(token)))),
    rows.map((token, i) => (i % every ? null : svg("text", { ...text(token, "query", faint("row", i)), x: left - 6, y: top + (i + 0.5) * cell + 4, "text-anchor": "end" }, short(token)))),
    rows.map((_, i) => columns.map((__, j) => svg("rect", { x: left + j * cell + 0.5, y: top + i * cell + 0.5, width: cell - 1, height: cell - 1, rx: 2, ...fill(i, j) }))), mark);
  const grid = html("div", { class: "grid3", tabindex: 0, role: "grid", "aria-label": label, "aria-rowcount": n + 1, "aria-colcount": m + 1 }, drawing, html("div", { class: "unseen", role: "rowgroup" }));
  let at = [0, 0];
  const show = (i, j) => {
    at = [clamp(i, 0, n - 1), clamp(j, 0, m - 1)];
    mark.setAttribute("visibility", "visible");
    mark.setAttribute("x", left + at[1] * cell);
    mark.setAttribute("y", top + at[0] * cell);
    if (value) sayCell(grid, rows[at[0]], columns[at[1]], value(...at), at);
  };
  const cellAt = (event) => {
    const frame = grid.getBoundingClientRect();
    const found = [Math.floor((event.clientY - frame.top - top) / cell), Math.floor((event.clientX - frame.left - left) / cell)];
    return found[0] >= 0 && found[1] >= 0 && found[0] < n && found[1] < m ? found : null;
  };
  grid.addEventListener("pointermove", (event) => { const found = cellAt(event); if (found) { show(...found); point(...at); } });
  grid.addEventListener("click", (event) => { const found = cellAt(event); if (found) { show(...found); choose(...at); } });
  grid.addEventListener("focus", () => { show(...at); point(...at); });
  grid.addEventListener("keydown", (event) => {
    const to = { ArrowUp: [at[0] - 1, at[1]], ArrowDown: [at[0] + 1, at[1]], ArrowLeft: [at[0], at[1] - 1], ArrowRight: [at[0], at[1] + 1], Home: [at[0], 0], End: [at[0], m - 1] }[event.key];
    if (event.key === "Enter") choose(...at);
    if (!to) return;
    event.preventDefault();
    show(...to);
    point(...at);
  });
  return { node: grid, show };
}

/** The one cell of the grid that is in the document as text, for who cannot see it. */
function sayCell(grid, row, column, told, [i, j]) {
  const name = identity("cell");
  grid.querySelector(".unseen").replaceChildren(html("div", { role: "row", "aria-rowindex": i + 2 }, html("span", { role: "gridcell", id: name, "aria-colindex": j + 2 }, `${row.text}, ${column.text}: ${told}`)));
  grid.setAttribute("aria-activedescendant", name);
}
