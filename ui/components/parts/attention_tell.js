// What is said of a cell: one sentence for the step, and the exact sum under the picture.

const share = (weight) => `${weight > 0 && weight < 0.005 ? "<1" : Math.round(weight * 100)}\u00A0%`;
const roleText = (role, ...children) => html("b", { class: role }, children);
const below = (letter, c) => [letter, html("sub", {}, String(c + 1))];
const LETTER = { query: "q", key: "k", value: "v" };

/** A product of two rows of numbers spelt out: all of it while it is short, else the largest parts. */
function spelledTerms(head, { a, b, roles, bias }, words) {
  const signed = (role, value) => roleText(role, figureText(head, value));
  const indices = Array.from(a, (_, t) => t);
  const short = a.length <= 4;
  const size = (t) => Math.abs(a[t] * b[t]);
  const sorted = [...indices].sort((s, t) => size(t) - size(s));
  const shownTerms = short ? indices : sorted.slice(0, 3).filter((t) => size(t) >= 0.005 * size(sorted[0]));
  const parts = shownTerms.flatMap((t, place) => [place ? " + " : "", signed(roles[0], a[t]), "\u00B7", signed(roles[1], b[t])]);
  if (shownTerms.length < a.length) parts.push(html("span", { class: "muted" }, ` + ${plain(words.more_terms, { count: a.length - shownTerms.length })}`));
  if (bias) parts.push(" + ", figureText(head, bias), html("span", { class: "muted" }, ` (${words.bias})`));
  return parts;
}

function arithmeticOf(head, cell, words) {
  const { plate, i, j } = cell;
  const [row, column] = [named(head.tokens, i).text, MATRICES.includes(plate) ? named(head.tokens, j).text : ""];
  const terms = termsOf(head, cell);
  if (plate === "x") return arithmeticOfX(head, cell, words, row);
  if (PARTS.includes(plate)) {
    const value = head[plate].values[i * head[plate].shape[1] + j];
    const name = [roleText(plate, below(LETTER[plate], j), "(", row, ")"), " = "];
    if (!terms) return [...name, html("b", {}, figureText(head, value)), html("span", { class: "muted" }, `  ${words.not_sent}`)];
    return [...name, roleText("source", "x(", row, ")"), "\u00B7", roleText(plate, "W", html("sup", {}, LETTER[plate].toUpperCase()), html("sub", {}, String(j + 1))), " = ", ...spelledTerms(head, terms, words), " = ", html("b", {}, figureText(head, value))];
  }
  const [from, to] = [roleText("query", "q(", row, ")"), roleText("key", "k(", column, ")")];
  const at = i * head.n + j;
  if (plate === "products") return [from, "\u00B7", to, " = ", ...spelledTerms(head, terms, words), " = ", html("b", {}, figureText(head, head.products[at]))];
  if (plate === "scores") {
    if (head.scale === 1) return [words.score, "(", roleText("query", row), ", ", roleText("key", column), ") = ", html("b", {}, figureText(head, head.scores[at])), ` (${words.not_scaled})`];
    return [words.score, "(", roleText("query", row), ", ", roleText("key", column), ") = ", figureText(head, head.products[at]), ` / \u221A${head.width} = `, figureText(head, head.products[at]), " / ", divisor(1 / head.scale), " = ", html("b", {}, figureText(head, head.scores[at]))];
  }
  if (plate === "weights") return arithmeticOfWeight(head, i, j, row, column, words);
  return [roleText("value", below(words.outputs, j), "(", row, ")"), " = ", ...spelledTerms(head, terms, words), " = ", html("b", {}, figureText(head, terms.total))];
}

function arithmeticOfX(head, { i, j }, words, row) {
  const width = head.x.shape[1];
  const name = [roleText("source", below("x", j), "(", row, ")"), " = "];
  const value = figureText(head, head.x.values[i * width + j]);
  if (!head.embedding) return [...name, html("b", {}, value), html("span", { class: "muted" }, `  ${head.whole ? words.x_pencil : plain(words.x_from_layer, { layer: head.layer })}`)];
  const [embedding, position] = [head.embedding.values[i * width + j], head.position.values[i * width + j]];
  return [...name, figureText(head, embedding), html("span", { class: "muted" }, ` (${words.embedding})`), " + ", figureText(head, position), html("span", { class: "muted" }, ` (${words.position})`), " = ", html("b", {}, value)];
}

function arithmeticOfWeight(head, i, j, row, column, words) {
  const c = cellNumbers(head, i, j);
  const power = (value) => ["e", html("sup", {}, figureText(head, value))];
  const name = [words.weight, "(", roleText("query", row), ", ", roleText("key", column), ") = "];
  const total = head.n <= 4 ? ["(", ...c.scores.flatMap((value, at) => [at ? " + " : "", power(value)]), ")"] : ["\u03A3"];
  return [...name, power(c.score), " / ", ...total, " = ", big(c.exponentials[j]), " / ", big(c.total), " = ", html("b", {}, number(c.weight))];
}

/** The step's sentence, about the query that is followed. */
function toldStep(head, step, cell, words) {
  const i = cell.i;
  const n = head.n;
  const at = (values) => Array.from(values.subarray(i * n, (i + 1) * n));
  const most = (values) => named(head.tokens, values.indexOf(Math.max(...values))).text;
  const row = roleText("query", named(head.tokens, i).text);
  const weights = at(head.weights);
  const holes = {
    row, count: String(n), width: String(head.x.shape[1]), d_k: String(head.width), divisor: divisor(1 / head.scale), layer: String(head.layer),
    top: roleText("key", most(at(head.products))), product: html("b", {}, figureText(head, Math.max(...at(head.products)))),
    column: roleText("key", most(weights)), share: html("b", {}, share(Math.max(...weights))), largest: html("b", {}, figureText(head, Math.max(...at(head.scores)))),
  };
  const name = step === "x" ? (head.whole ? "told_x_pencil" : head.layer ? "told_x_later" : "told_x") : step === "scores" && head.scale === 1 ? "told_unscaled" : `told_${step}`;
  return sentence(words[name], holes);
}
