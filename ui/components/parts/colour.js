// The two scales and the choice between light and dark. Colours come from figures/theme.py through the payload.

const parsed = new Map();
function channels(colour) {
  if (!parsed.has(colour)) {
    if (parsed.size > 4096) parsed.clear();
    parsed.set(colour, [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)));
  }
  return parsed.get(colour);
}

function mix(low, high, share) {
  const [a, b] = [channels(low), channels(high)];
  const part = clamp(share, 0, 1);
  const one = (i) => Math.round(a[i] + (b[i] - a[i]) * part);
  return "#" + ((1 << 24) | (one(0) << 16) | (one(1) << 8) | one(2)).toString(16).slice(1);
}

/** Light or dark by the ground the component actually stands on, so that it follows Streamlit's switch. */
function paletteFor(node, palettes) {
  const scheme = getComputedStyle(node).colorScheme;
  return scheme.includes("dark") ? palettes.dark : palettes.light;
}

/** Call `changed` whenever the ground turns from light to dark or back. */
function watchGround(node, changed) {
  const probe = html("i", { style: "position:absolute;width:0;height:0;transition:color 1ms;color:light-dark(#000001,#fffffe)", "aria-hidden": "true" });
  probe.addEventListener("transitionend", changed);
  node.append(probe);
}

/** Call `changed` when the width is another, not when drawing itself changes the height. What stands there was drawn for the first one. */
function watchWidth(node, changed) {
  let width = null;
  new ResizeObserver(() => {
    const now = node.clientWidth;
    const same = width === null ? now > 0 : Math.abs(now - width) < 2;
    if (width === null || !same) width = now;
    if (!same) changed();
  }).observe(node);
}

/** Draw again on another ground, at another width of `place` and, through `looked`, where the address looks elsewhere. Answers what ends that. */
function keepDrawn(self, draw, place = self.host, looked = draw) {
  const again = () => self.data && draw(self);
  watchGround(self.host.parentNode, again); // beside the picture, which may replace all it has
  if (place) watchWidth(place, again);
  return self.view ? self.view.subscribe(() => self.data && looked(self)) : () => {};
}

/** Weights: background to query over 0..1. Everything else: negative, background, positive over -limit..limit. */
function cellColour(palette, kind, value, limit) {
  if (kind === "weights") return mix(palette.background, palette.query, value);
  const share = limit ? value / limit : 0;
  return share < 0 ? mix(palette.background, palette.negative, -share) : mix(palette.background, palette.positive, share);
}

/** Ink that stays legible on a cell of that colour: text or background, and on a colour halfway between them black or white. */
function inkOn(colour, palette) {
  const light = (c) => { const [r, g, b] = channels(c).map((x) => (x / 255) ** 2.2); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const better = (a, b) => (ratio(a, colour) >= ratio(b, colour) ? a : b);
  const ink = better(palette.text, palette.background);
  return ratio(ink, colour) >= 4.6 ? ink : better("#000000", "#ffffff"); // 4.5 is what text needs; the power of 2.2 is near, not exact
}

const largest = (values) => values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);

const limitText = (value) => (Number.isInteger(value) ? String(value).replace("-", "\u2212") : number(value));

/** The colour bar with its true limits, as a group 96 px wide. */
function colourBar(palette, kind, limit, x, y, width = 96) {
  const [low, high] = kind === "weights" ? [0, 1] : [-limit, limit];
  const steps = 24;
  const cells = Array.from({ length: steps }, (_, i) => {
    const value = low + ((high - low) * (i + 0.5)) / steps;
    return svg("rect", { x: (i * width) / steps, y: 0, width: width / steps + 0.5, height: 6, fill: cellColour(palette, kind, value, limit) });
  });
  const label = (at, anchor, text) => svg("text", { x: at, y: 18, "text-anchor": anchor, "font-size": 11, fill: palette.muted, class: "figures" }, text);
  const middle = kind === "weights" ? null : label(width / 2, "middle", "0");
  return svg("g", { transform: `translate(${x} ${y})`, "aria-hidden": "true" }, cells,
    svg("rect", { x: 0, y: 0, width, height: 6, fill: "none", stroke: palette.line }), label(0, "start", limitText(low)), middle, label(width, "end", limitText(high)));
}
