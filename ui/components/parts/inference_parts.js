// What the pictures of decoding share: the transport (first, back, play, on, last, a slider), a share as text, a button for the table.

const percentText = (share) => (share >= 0.9995 ? "100\u202F%" : share >= 0.1 ? `${(100 * share).toFixed(0)}\u202F%` : share >= 0.001 ? `${(100 * share).toFixed(1)}\u202F%` : share > 0 ? "<0.1\u202F%" : "0\u202F%");

const SHOWN_NAMES = 8;

/** Are there candidates that go on with a word, among those shown? Then all that start one carry the mark. */
const marksStarts = ({ header, arrays }) => arrays.ids.values.some((id, at) => at % arrays.ids.shape[1] < SHOWN_NAMES && !header.vocabulary[id].start && !header.vocabulary[id].special && !header.vocabulary[id].title);
const nameOf = (token, marked) => (!marked ? token.text : token.text === "\u2423" ? "\u2581" : (token.start ? "\u2581" : "") + token.text);

/** A log-probability with as many digits as its sum needs. */
const logText = (value) => (value === -Infinity ? "\u2212\u221E" : (value > -0.005 ? "0.00" : "\u2212" + Math.abs(value).toFixed(Math.abs(value) < 0.1 ? 3 : 2)));

/** A probability however small: with a power of ten where a decimal would be all zeros. */
function smallShare(value) {
  if (value >= 0.001 || value === 0) return number(value);
  const [digits, power] = value.toExponential(2).split("e-");
  return `${digits} \u00D7 10\u207B${power.replace(/\d/g, (digit) => "\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079"[digit])}`;
}

/** Steps 1 to `most`: buttons, a slider, keys, and a play button that stops at the end. `go(step)` draws. */
function createTransport(words, label, go) {
  const self = { at: 1, most: 1, timer: null };
  const button = (text, name, action) => html("button", { type: "button", class: "small", "aria-label": name, title: name, onclick: () => { stop(); action(); } }, text);
  const slider = html("input", { type: "range", min: 1, max: 1, step: 1, value: 1, "aria-label": label, oninput: () => { stop(); move(Number(slider.value)); } });
  const count = html("span", { class: "count figures" });
  const play = html("button", { type: "button", class: "small play", "aria-pressed": "false", onclick: () => (self.timer ? stop() : start()) }, words.play);
  const move = (step) => { const to = clamp(step, 1, self.most); if (to !== self.at) { self.at = to; show(); go(to); } };
  const show = () => {
    slider.max = String(self.most);
    slider.value = String(self.at);
    slider.setAttribute("aria-valuetext", plain(words.step_of, { step: self.at, count: self.most }));
    count.textContent = plain(words.step_of, { step: self.at, count: self.most });
    back.disabled = self.at <= 1;
    on.disabled = self.at >= self.most;
  };
  const stop = () => {
    clearInterval(self.timer);
    self.timer = null;
    play.setAttribute("aria-pressed", "false");
    play.textContent = words.play;
  };
  const start = () => {
    if (self.at >= self.most) move(1);
    play.setAttribute("aria-pressed", "true");
    play.textContent = words.pause;
    self.timer = setInterval(() => { if (self.at >= self.most) stop(); else { move(self.at + 1); if (self.at >= self.most) stop(); } }, 850);
  };
  const back = button("\u2039", words.back, () => move(self.at - 1));
  const on = button("\u203A", words.on, () => move(self.at + 1));
  const node = html("div", { class: "transport", role: "group", "aria-label": label }, play, back, on, slider, count);
  node.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.target === slider) return;
    event.preventDefault();
    stop();
    move(self.at + by);
  });
  return {
    node, stop,
    set(step, most) { self.most = Math.max(1, most); self.at = clamp(step, 1, self.most); show(); },
    get at() { return self.at; },
  };
}

/** The button that shows a table of the picture's numbers, and where the table goes. `rows()` answers {head, rows, caption}. */
function createTableButton(words, rows) {
  const place = html("div", { class: "table" });
  const button = html("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => { button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true")); draw(); } }, words.table);
  const draw = () => place.replaceChildren(...(button.getAttribute("aria-pressed") === "true" ? [plainTable(rows())] : []));
  return { node: html("div", { class: "tabled" }, button, place), draw };
}

/** Columns of numbers stand at the right, of words at the left. */
const isNumber = (text) => /^[\u2212<\d]/.test(text) || text === "";

function plainTable({ head, rows, caption, marked }) {
  const words = head.map((_, place) => !rows.every((row) => isNumber(row[place])) || rows.every((row) => row[place] === ""));
  const side = (place) => (words[place] ? "words" : null);
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": caption },
    html("table", { class: "figures texts" }, html("caption", {}, caption),
      html("thead", {}, html("tr", {}, head.map((text, place) => html("th", { scope: "col", class: side(place) }, text)))),
      html("tbody", {}, rows.map((row, index) => html("tr", { class: marked && marked.includes(index) ? "marked" : null }, row.map((text, place) => html(place ? "td" : "th", place ? { class: side(place) } : { scope: "row" }, text)))))));
}

/** A token as it stands in a line of text: what starts a word is set apart by a space. */
const written = (tokens) => tokens.map((token) => (token.start || token.special ? " " : "") + token.text).join("").trim();
