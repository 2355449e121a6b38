// A cell opened: the two rows of numbers that made it, their products pair by pair, the sum, and what becomes of it.

function openedCell(head, cell, words, palette, width, family) {
  const terms = termsOf(head, cell);
  if (!terms || !width) return [];
  const { plate, i, j } = cell;
  const names = openedNames(head, cell, words);
  const products = Array.from(terms.a, (x, t) => x * terms.b[t]);
  const narrow = width < 640;
  const [label, after] = [clamp(width * 0.17, 112, 160), narrow ? 0 : clamp(width * 0.22, 110, 210)];
  const unit = clamp((width - label - after) / terms.a.length, narrow ? 12 : 7, 46);
  const total = label + terms.a.length * unit + after;
  const limit = Math.max(largest(terms.a), largest(terms.b));
  const sameScale = plate !== "output";
  const rows = [];
  let y = 4;
  const add = (values, most, role, name, sign, result) => {
    rows.push(...openedRow(values, most, role, name, sign, result, { y, label, unit, palette, family, narrow, head }));
    y += narrow && result ? 52 : 30;
  };
  if (plate === "output") {
    rows.push(...head.tokens.map((_, t) => svg("text", { x: label + (t + 0.5) * unit, y: y + 10, "font-size": 11, "text-anchor": "middle", fill: palette.key }, unit > 30 ? cut(named(head.tokens, t).text, unit - 3, family) : "")));
    y += 16;
  }
  add(terms.a, sameScale ? limit : 1, names.roles[0], names.a, "");
  add(terms.b, sameScale ? limit : largest(terms.b), names.roles[1], names.b, "\u00D7");
  add(products, largest(products), "text", words.product, "=", `\u03A3 = ${figureText(head, terms.total)}${terms.bias ? ` (+ ${words.bias})` : ""}`);
  if (plate === "scores" || plate === "weights") {
    const score = head.scores[i * head.n + j];
    const text = head.scale === 1 ? `${words.score} = ${figureText(head, score)}` : `\u00F7 \u221A${head.width} = \u00F7 ${divisor(1 / head.scale)}  \u2192  ${words.score} ${figureText(head, score)}`;
    rows.push(svg("text", { x: label, y: y + 14, "font-size": 13, "font-weight": 600, fill: palette.text, class: "figures" }, text));
    y += 28;
  }
  if (plate === "weights") y = softmaxRow(rows, cellNumbers(head, i, j), head, j, words, palette, { y, label, total, after, below: narrow });
  const spoken = `${names.a} \u00D7 ${names.b}: \u03A3 = ${figureText(head, terms.total)}`;
  return [html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.numbers }, svg("svg", { width: total, height: y + 4, role: "img", "aria-label": spoken }, rows))];
}

/** Like a row of numbers.js; whole numbers stay whole, and a dash of colour where a cell is too small for its number. */
function openedRow(values, limit, role, name, sign, result, { y, label, unit, palette, family, narrow, head }) {
  const colour = palette[role];
  const nodes = [
    svg("text", { x: label - 26, y: y + 16, "text-anchor": "end", "font-size": 13, "font-weight": 600, fill: colour }, svg("title", {}, name), cut(name, label - 30, family)),
    svg("text", { x: label - 12, y: y + 16, "text-anchor": "middle", "font-size": 14, fill: palette.muted }, sign),
  ];
  Array.from(values).forEach((x, t) => {
    const ground = cellColour(palette, "activations", x, limit);
    const inset = unit > 9 ? 0.5 : 0;
    nodes.push(svg("rect", { x: label + t * unit + inset, y, width: unit - 2 * inset, height: 24, rx: unit > 9 ? 3 : 0, fill: ground, stroke: colour, "stroke-opacity": 0.4, "stroke-width": 0.75 }, svg("title", {}, `${t + 1}: ${figureText(head, x)}`)));
    if (unit >= 27) nodes.push(svg("text", { x: label + (t + 0.5) * unit, y: y + 16, "font-size": unit >= 36 ? 11.5 : 10, "text-anchor": "middle", fill: inkOn(ground, palette), class: "figures" }, head.whole && Number.isInteger(x) ? figureText(head, x) : shortNumber(x)));
  });
  if (result) nodes.push(svg("text", { x: narrow ? label : label + values.length * unit + 12, y: narrow ? y + 40 : y + 16, "font-size": 13, fill: palette.text, class: "figures", "font-weight": 600 }, result));
  return nodes;
}

function openedNames(head, { plate, i, j }, words) {
  const word = named(head.tokens, i).text;
  if (PARTS.includes(plate)) return { a: `x(${word})`, b: plain(words.matrix_column, { letter: LETTER[plate].toUpperCase(), number: j + 1 }), roles: ["source", plate] };
  if (plate === "output") return { a: words.weights_row, b: plain(words.value_column, { number: j + 1 }), roles: ["query", "value"] };
  return { a: `q(${word})`, b: `k(${named(head.tokens, j).text})`, roles: ["query", "key"] };
}

/** No weight that may be read is none. */
const smallest = (weight) => (weight < 0.0001 ? "<0.0001" : number(weight));

/** One query followed through: every key with its product, score, exponential and share, filled as far as the path has come. */
function followTable(head, i, j, step, words, choose) {
  const level = PATH.indexOf(step);
  const c = cellNumbers(head, i, j);
  const row = named(head.tokens, i).text;
  const columns = [[2, "q\u00B7k", (k) => figureText(head, head.products[i * head.n + k])], [3, head.scale === 1 ? words.score : `\u00F7 \u221A${head.width}`, (k) => figureText(head, c.scores[k])], [4, words.exponential, (k) => big(c.exponentials[k])], [4, words.weight, (k) => smallest(head.weights[i * head.n + k])]];
  const there = (at) => at <= level;
  const body = head.tokens.map((_, k) => html("tr", { class: k === j ? "chosen" : null, onclick: () => choose(k) },
    html("th", { scope: "row", class: "key" }, named(head.tokens, k).text), columns.map(([at, , text]) => html("td", {}, there(at) ? text(k) : "")),
    html("td", { class: "bar" }, level >= 4 ? html("i", { style: `width:${Math.max(1, head.weights[i * head.n + k] * 100)}%` }) : null)));
  const totals = html("tr", { class: "totals" }, html("th", { scope: "row" }, words.sum), html("td", {}), html("td", {}), html("td", {}, there(4) ? big(c.total) : ""), html("td", {}, there(4) ? "1" : ""), html("td", {}));
  return html("div", { class: "frame follow", tabindex: 0, role: "region", "aria-label": plain(words.follow, { row }) },
    html("table", { class: "figures" }, html("caption", {}, ...sentence(words.follow, { row: roleText("query", row) })),
      html("thead", {}, html("tr", {}, html("td", {}), columns.map(([, name]) => html("th", { scope: "col" }, name)), html("td", {}))), html("tbody", {}, body), html("tfoot", {}, totals)));
}
