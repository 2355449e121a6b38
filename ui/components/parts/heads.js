// One head of one layer out of the payload, with what follows from it: scores, outputs, matrices of every step.

const STEPS = ["products", "scores", "mask", "weights", "all"];
const LINES = "lines"; // stands in the place of a step: lines show weights

/** Slice `index` of the first axis. */
function slice(array, index) {
  const shape = array.shape.slice(1);
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, values: array.values.subarray(index * size, (index + 1) * size) };
}

function headOf(data, model, kind, layer, head) {
  const { header, arrays } = data;
  const part = (name) => slice(arrays[`${model}.${kind}.${layer}.${name}`], head);
  const [query, key, value, weights] = ["query", "key", "value", "weights"].map(part);
  const allowed = arrays[`${model}.${kind}.${layer}.allowed`].values;
  const [rows, columns] = weights.shape;
  return {
    query, key, value, rows, columns, products: productsOf(query, key), weights: weights.values, scale: header.models[model].scale, width: query.shape[1],
    allowed: allowed.every((x) => x) ? null : allowed, output: outputsOf(weights, value),
    columnTokens: kind === "decoder" ? header.tokens.fed : header.tokens.source,
  };
}

/** Every query times every key: the sums by dimension that the page spells out. */
function productsOf(query, key) {
  const [n, m] = [query.shape[0], key.shape[0]];
  const values = new Float32Array(n * m);
  for (let i = 0; i < n; i += 1) for (let j = 0; j < m; j += 1) values[i * m + j] = dot(rowOf(query, i), rowOf(key, j));
  return values;
}

/** What each row gets back: the values, weighted and added up. */
function outputsOf(weights, value) {
  const [[n, m], width] = [weights.shape, value.shape[1]];
  const values = new Float32Array(n * width);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < m; j += 1) {
      const weight = weights.values[i * m + j];
      for (let d = 0; d < width; d += 1) values[i * width + d] += weight * value.values[j * width + d];
    }
  }
  return { shape: [n, width], values };
}

/** The matrix of a step. A score may be shown with the mask (masked cells hatched) or before it. */
function matrixOfStep(head, step, limit = null) {
  const masked = head.allowed ? head.allowed.map((x) => 1 - x) : null;
  if (step === "weights") return matrixOf(head.weights, head.rows, head.columns, "weights", masked, 1);
  if (step === "products") return matrixOf(head.products, head.rows, head.columns, "products", null, limit);
  return matrixOf(head.products.map((x) => x * head.scale), head.rows, head.columns, "scores", step === "mask" ? masked : null, limit);
}

/** Queries, keys, values and outputs with the largest size of each, for the strips. */
function vectorsOf(head) {
  const { query, key, value, output, width } = head;
  return { query, key, value, output, width, limits: { query: largest(query.values), key: largest(key.values), value: largest(value.values), output: largest(output.values) } };
}

/** The cell to begin with: the largest weight between two words, off the diagonal where rows and columns are the same words. */
function tellingCell(head, rows, columns, self) {
  let best = [0, 0];
  let most = -1;
  for (let i = 0; i < head.rows; i += 1) {
    for (let j = 0; j < head.columns; j += 1) {
      const weight = head.weights[i * head.columns + j];
      if (weight > most && !rows[i].special && !columns[j].special && !(self && i === j)) { most = weight; best = [i, j]; }
    }
  }
  return best;
}

/** One stop for the tab key among the small maps of a layer and head; arrows walk among them. */
function pressMaps(maps, at) {
  maps.querySelectorAll(".map").forEach((button) => {
    const here = Number(button.dataset.layer) === at.layer && Number(button.dataset.head) === at.head;
    button.setAttribute("aria-pressed", String(here));
    button.tabIndex = here ? 0 : -1;
  });
}

function walkMaps(event, buttons, heads) {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: heads, ArrowUp: -heads }[event.key];
  const to = by && buttons[buttons.indexOf(event.currentTarget) + by];
  if (!to) return;
  event.preventDefault();
  to.focus();
  to.click();
}
