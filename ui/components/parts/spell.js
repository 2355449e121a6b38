// The arithmetic line: one cell spelt out with its numbers, in the colours of their roles.

const q = (...children) => html("b", { class: "query" }, children);
const k = (...children) => html("b", { class: "key" }, children);
const sum = (values) => values.reduce((a, b) => a + b, 0);

function dot(a, b) {
  let total = 0;
  for (let d = 0; d < a.length; d += 1) total += a[d] * b[d];
  return total;
}

/** A power of e: short where it is short, else with a power of ten. */
function big(value) {
  if (value < 10000 && value >= 0.001) return number(value);
  const power = Math.floor(Math.log10(value));
  const raised = String(power).replace(/[-\d]/g, (c) => (c === "-" ? "\u207B" : "\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079"[c]));
  return `${(value / 10 ** power).toFixed(1)} \u00D7 10${raised}`;
}

/** Everything about a cell of a head: product, score, whether allowed, exponentials, weight. */
function cellNumbers(head, i, j) {
  const m = head.columns;
  const at = i * m + j;
  const scores = Array.from({ length: m }, (_, c) => head.products[i * m + c] * head.scale);
  const allowed = (c) => !head.allowed || head.allowed[i * m + c] === 1;
  const exponentials = scores.map((score, c) => (allowed(c) ? Math.exp(score) : 0));
  return { product: head.products[at], score: scores[j], scores, allowed: allowed(j), exponentials, total: sum(exponentials), weight: head.weights[at] };
}

function spell(step, head, i, j, row, column, words) {
  const c = cellNumbers(head, i, j);
  const [from, to] = [q(row.text), k(column.text)];
  const name = (word) => [word, "(", from, ", ", to, ")"];
  const product = [q("q"), "\u00B7", k("k")];
  const divided = head.scale === 1
    ? [product, " = ", number(c.product), ` (${words.not_scaled})`]
    : [product, ` / \u221A${head.width} = `, number(c.product), " / ", divisor(1 / head.scale), " = ", html("b", {}, number(c.score))];
  if (step === "products") return [q("q(", row.text, ")"), " \u00B7 ", k("k(", column.text, ")"), " = ", html("b", {}, number(c.product)), html("span", { class: "muted" }, `  ${plain(words.sum_of, { count: head.width })}`)];
  if (step === "scores") return [name(words.score), " = ", divided];
  if (!c.allowed) return [name(step === "mask" ? words.score : words.weight), " = ", html("b", {}, step === "mask" ? "\u2212\u221E" : "0"), html("span", { class: "muted" }, "  ", sentence(words.masked_because, { row: row.text, column: column.text }))];
  if (step === "mask") return [name(words.score), " = ", html("b", {}, number(c.score)), html("span", { class: "muted" }, "  ", head.allowed ? words.allowed : null)];
  const share = ["e", html("sup", {}, number(c.score)), " / \u03A3 = ", big(c.exponentials[j]), " / ", big(c.total), " = ", html("b", {}, number(c.weight))];
  if (step === "all") return [name(words.weight), ": ", product, " = ", number(c.product), head.scale === 1 ? "" : [" \u2192 \u00F7 ", divisor(1 / head.scale), " = ", number(c.score)], " \u2192 ", share];
  return [name(words.weight), " = ", share];
}
