// How the pictures of the lesson on heads write a share and name a head.

const percentOf = (value) => `${value >= 0.0995 || value === 0 ? Math.round(100 * value) : value < 0.0005 ? "<0.1" : (100 * value).toFixed(1)}\u202F%`;

function nameOfHead(words, name, head) {
  const [kind, layer] = name.split(".");
  return plain(words.head_name, { attention: words[`${kind}_long`], layer: Number(layer) + 1, head: head + 1 });
}
