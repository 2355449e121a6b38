// The numbers of a cell down to the sum by dimension: query times key, added up, divided, its share of the row; then what comes back.

function createNumbers(host) {
  let [width, family, last] = [0, "sans-serif", null]; // measured once, not at every cell: measuring makes the browser lay out
  const drawAgain = () => { if (last && width) host.replaceChildren(...numbersOf(...last, width, family)); };
  new ResizeObserver(() => {
    if (Math.abs(host.clientWidth - width) < 2) return;
    [width, family] = [host.clientWidth, getComputedStyle(host).fontFamily];
    drawAgain();
  }).observe(host);
  return {
    update(...what) {
      last = what;
      drawAgain();
    },
  };
}

function numbersOf(head, i, j, row, column, words, palette, width, family) {
  const c = cellNumbers(head, i, j);
  const [query, key, value] = [rowOf(head.query, i), rowOf(head.key, j), rowOf(head.value, j)];
  const product = Array.from(query, (x, d) => x * key[d]);
  const returned = Array.from(value, (x) => x * c.weight);
  const output = rowOf(head.output, i);
  const below = width < 560; // no room at the right: what a row comes to stands on a line of its own under it
  const [label, after] = [clamp(width * 0.17, 96, 150), below ? 0 : clamp(width * 0.24, 110, 220)];
  const longest = Math.max(query.length, value.length);
  const cell = clamp((width - label - after) / longest, below ? 11 : 8, 46);
  const limits = { pair: Math.max(largest(query), largest(key)), product: largest(product), value: Math.max(largest(value), largest(output)) };
  const total = label + longest * cell + after;
  const rows = [];
  let y = 18;
  const add = (values, limit, role, name, sign, result) => {
    rows.push(...dimensionRow(values, limit, role, name, sign, result, { y, label, cell, palette, family, below }));
    y += below && result ? 54 : 32;
  };
  const divide = head.scale === 1 ? "" : ` \u2192 \u00F7 ${divisor(1 / head.scale)} = ${number(c.score)}`;
  add(query, limits.pair, "query", ["q(", row.text, ")"], "");
  add(key, limits.pair, "key", ["k(", column.text, ")"], "\u00D7");
  add(product, limits.product, "text", [words.product], "=", `\u03A3 = ${number(c.product)}${divide}`);
  y += 8;
  y = softmaxRow(rows, c, head, j, words, palette, { y, label, total, after, below });
  add(value, limits.value, "value", ["v(", column.text, ")"], "");
  add(returned, limits.value, "value", [`${number(c.weight)} \u00D7 v`], "=", words.comes_back);
  add(output, limits.value, "value", [words.output_of, " ", row.text], "\u03A3", words.over_all);
  const drawing = svg("svg", { width: total, height: y, role: "img", "aria-label": plain(words.numbers_label, { row: row.text, column: column.text, product: number(c.product), score: number(c.score), weight: number(c.weight) }) }, rows);
  return [html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.numbers }, drawing)];
}

function dimensionRow(values, limit, role, name, sign, result, { y, label, cell, palette, family, below }) {
  const colour = palette[role];
  const nodes = [
    svg("text", { x: label - 26, y: y + 16, "text-anchor": "end", "font-size": 13, "font-weight": 600, fill: colour }, svg("title", {}, name.join("")), cut(name.join(""), label - 30, family)),
    svg("text", { x: label - 12, y: y + 16, "text-anchor": "middle", "font-size": 14, fill: palette.muted }, sign),
  ];
  Array.from(values).forEach((x, d) => {
    const ground = cellColour(palette, "activations", x, limit);
    nodes.push(svg("rect", { x: label + d * cell + 0.5, y, width: cell - 1, height: 24, rx: 3, fill: ground, stroke: colour, "stroke-opacity": 0.45, "stroke-width": 0.75 }, svg("title", {}, `${d + 1}: ${number(x)}`)));
    if (cell >= 27) nodes.push(svg("text", { x: label + (d + 0.5) * cell, y: y + 16, "font-size": cell >= 36 ? 11.5 : 10, "text-anchor": "middle", fill: inkOn(ground, palette), class: "figures" }, shortNumber(x)));
  });
  if (result) nodes.push(svg("text", { x: below ? label : label + values.length * cell + 12, y: below ? y + 40 : y + 16, "font-size": 13, fill: palette.text, class: "figures", "font-weight": 600 }, result));
  return nodes;
}

function cut(text, room, family) {
  let short = text;
  while (short.length > 2 && textWidth(short, 13, family) > room) short = short.slice(0, -2) + "\u2026";
  return short;
}

/** The row's exponentials as one bar that adds up to the whole: the chosen word's share stands out. */
function softmaxRow(rows, c, head, j, words, palette, { y, label, total, after, below }) {
  const width = total - label - after;
  let x = label;
  rows.push(svg("text", { x: label - 26, y: y + 16, "text-anchor": "end", "font-size": 13, "font-weight": 600, fill: palette.text }, words.softmax));
  c.exponentials.forEach((value, column) => {
    const share = (value / c.total) * width;
    const chosen = column === j;
    rows.push(svg("rect", { x, y: chosen ? y - 2 : y + 3, width: Math.max(0, share - 1), height: chosen ? 28 : 18, rx: Math.min(3, share / 3), fill: chosen ? palette.query : palette.floor, opacity: chosen ? 1 : 0.35 }, svg("title", {}, `${named(head.columnTokens, column).text}: ${number(value / c.total)}`)));
    if (share > 46 && !chosen) rows.push(svg("text", { x: x + share / 2, y: y + 16, "font-size": 11, "text-anchor": "middle", fill: palette.text }, cut(named(head.columnTokens, column).text, share - 6, "sans-serif")));
    if (share > 40 && chosen) rows.push(svg("text", { x: x + share / 2, y: y + 17, "font-size": 12, "text-anchor": "middle", "font-weight": 700, fill: palette.background }, cut(named(head.columnTokens, column).text, share - 6, "sans-serif")));
    x += share;
  });
  const text = c.allowed ? `${big(c.exponentials[j])} / ${big(c.total)} = ${number(c.weight)}` : `${words.masked}: 0`;
  rows.push(svg("text", { x: below ? label : label + width + 12, y: below ? y + 42 : y + 17, "font-size": 13, "font-weight": 600, fill: palette.text, class: "figures" }, text));
  return y + (below ? 64 : 44);
}
