// One head of one layer of the encoder: X, the columns of its three matrices, and every number that follows from them.

const PATH = ["x", "qkv", "products", "scores", "weights", "output"]; // the way of a sentence through a head
const LOOKUP = "lookup"; // the pencil's first step
const MATRICES = ["products", "scores", "weights"];
const PARTS = ["query", "key", "value"];

/** A head of a book: the pencil's three words, or the learner's sentence. */
function attentionHead(data, book, layer, index) {
  const { header, arrays } = data;
  const about = header.books[book];
  const part = (name) => arrays[`${book}.${layer}.${name}`];
  const head = { book, layer, index, whole: about.whole, tokens: about.tokens, columnTokens: about.tokens, scale: about.scale, x: part("x"), embedding: part("embedding"), position: part("position") };
  for (const name of PARTS) {
    head[name] = slice(part(name), index);
    head[`${name}_matrix`] = part(`${name}_matrix`) ?? null; // [heads * width, d_model]: a column of the head's W is a row here
    head[`${name}_bias`] = part(`${name}_bias`);
  }
  return completed(head);
}

/** Products, scores, weights and outputs from the queries, keys and values. */
function completed(head) {
  const [n, width] = head.query.shape;
  const products = productsOf(head.query, head.key);
  const scores = products.map((x) => x * head.scale);
  const weights = new Float32Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const row = scores.subarray(i * n, (i + 1) * n);
    const top = Math.max(...row);
    const shares = Array.from(row, (x) => Math.exp(x - top));
    const total = sum(shares);
    shares.forEach((x, j) => { weights[i * n + j] = x / total; });
  }
  return { ...head, n, rows: n, columns: n, width, products, scores, weights, allowed: null, output: outputsOf({ shape: [n, n], values: weights }, head.value) };
}

/** Column `c` of W^Q, W^K or W^V of this head [d_model], null where it was too large to send. */
const columnOf = (head, part, c) => (head[`${part}_matrix`] ? rowOf(head[`${part}_matrix`], head.index * head[part].shape[1] + c) : null);
const biasOf = (head, part, c) => (head[`${part}_bias`] ? head[`${part}_bias`].values[head.index * head[part].shape[1] + c] : 0);

/** The values of a plate as a matrix to paint. One scale for numbers of either sign, one for weights, as everywhere. */
function plateMatrix(head, id) {
  if (id === "weights") return matrixOf(head.weights, head.n, head.n, "weights", null, 1);
  if (id === "products" || id === "scores") return matrixOf(head[id], head.n, head.n, id);
  const array = head[id];
  return matrixOf(array.values, array.shape[0], array.shape[1], "activations");
}

/** Whole numbers stay whole in the pencil's book. */
const figureText = (head, value) => (head.whole && Number.isInteger(value) ? (value < 0 ? "\u2212" : "") + Math.abs(value) : number(value));

/** What made a cell: two rows of numbers, multiplied pair by pair and added up. */
function termsOf(head, { plate, i, j }) {
  if (PARTS.includes(plate)) {
    const [a, b] = [rowOf(head.x, i), columnOf(head, plate, j)];
    return b && { a, b, roles: ["source", plate], bias: biasOf(head, plate, j), total: head[plate].values[i * head[plate].shape[1] + j] };
  }
  if (MATRICES.includes(plate)) return { a: rowOf(head.query, i), b: rowOf(head.key, j), roles: ["query", "key"], bias: 0, total: head.products[i * head.n + j] };
  if (plate === "output") {
    const width = head.value.shape[1];
    const [a, b] = [head.weights.subarray(i * head.n, (i + 1) * head.n), Float32Array.from({ length: head.n }, (_, row) => head.value.values[row * width + j])];
    return { a, b, roles: ["query", "value"], bias: 0, total: head.output.values[i * width + j] };
  }
  return null;
}
