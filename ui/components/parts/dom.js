// Elements, numbers and bytes. Whatever came from a visitor goes in as a text node, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") node.style.cssText = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== false) node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}
const html = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);
const svg = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

/** A whole number in groups of three, as `ui.prose.grouped`. */
const thousands = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202F");

/** Two or three significant digits with a true minus sign. */
function number(value) {
  if (value === -Infinity) return "\u2212\u221E";
  const size = Math.abs(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : size >= 0.01 ? 3 : 4;
  const text = size < 0.00005 ? "0" : size.toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? "\u2212" + text : text;
}

/** For the inside of a cell: short, at most two decimals. */
function shortNumber(value) {
  const size = Math.abs(value);
  const text = size.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return Number(text) === 0 ? "0" : (value < 0 ? "\u2212" : "") + text;
}

/** The same of a weight that may be read: such a weight is never quite zero, and only a hidden one says 0. */
const shortWeight = (value) => (value > 0 && value < 0.005 ? "<0.01" : shortNumber(value));

/** A divisor such as \u221A16 = 4: no zeros that say nothing. */
const divisor = (value) => String(Number(value.toFixed(2)));

/** "{row} reads {column}" with its holes filled; holes may take nodes, so the answer is a list of children. */
function sentence(template, values) {
  return template.split(/(\{[a-z_]+\})/).map((part) => {
    const name = /^\{([a-z_]+)\}$/.exec(part);
    return name && name[1] in values ? values[name[1]] : part;
  });
}
const plain = (template, values) => sentence(template, values).join("");

/** Bytes of figures/payload.py: length of the header (uint32), header (JSON), arrays, each on a multiple of four. */
function unpack(bytes) {
  const source = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const buffer = source.slice().buffer; // a copy that begins on a multiple of four
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const [name, entry] of Object.entries(header.arrays)) {
    const size = entry.shape.reduce((a, b) => a * b, 1);
    const type = { uint8: Uint8Array, float16: Uint16Array, float32: Float32Array }[entry.type];
    const values = new type(buffer, entry.offset, size);
    arrays[name] = { shape: entry.shape, values: entry.type === "float16" ? fromHalves(values) : values };
  }
  return { header, arrays };
}

let halves = null;
/** Half-precision numbers as single ones: what each of the 65,536 stands for is spelt out once. */
function fromHalves(bits) {
  halves ??= Float32Array.from({ length: 65536 }, (_, h) => {
    const [sign, power, rest] = [h & 0x8000 ? -1 : 1, (h >> 10) & 31, h & 1023];
    return sign * (power ? (1 + rest / 1024) * 2 ** (power - 15) : (rest / 1024) * 2 ** -14);
  });
  return Float32Array.from(bits, (h) => halves[h]);
}

/** Is it the same payload? Streamlit hands it over again on every run, and a focus or an open menu must survive that. */
function sameBytes(a, b) {
  if (!a || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

/** Row `index` of the last axis, all leading axes flattened. */
function rowOf(array, index) {
  const width = array.shape[array.shape.length - 1];
  return array.values.subarray(index * width, (index + 1) * width);
}

let lastIdentity = 0;
const identity = (stem) => `lab-${stem}-${++lastIdentity}`;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

let ruler = null;
/** Width in pixels of a text at a size, in the page's font. */
function textWidth(text, size, family) {
  ruler = ruler || document.createElement("canvas").getContext("2d");
  ruler.font = `500 ${size}px ${family}`;
  return ruler.measureText(text).width;
}
