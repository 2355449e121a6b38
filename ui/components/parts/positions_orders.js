// Words to drag into another order, and what becomes of their vectors with positions and without. Orders that are known are
// drawn at once; for the learner's own sentence the server is asked once, when a word is let go.

const SAME = 1e-4; // below this a difference is rounding

function createOrders(host, send) {
  const self = { host, send, view: null, order: [], table: false, grabbed: null };
  self.section = html("section", { class: "positions orders" });
  host.append(self.section);
  keepDrawn(self, drawOrders, self.section);
  return {
    update(data) {
      const before = self.data && viewOf(self);
      self.data = data;
      const { views } = data.header;
      if (!views.some((view) => view.name === self.view)) self.view = views[0].name;
      const kept = before && before.name === self.view && JSON.stringify(before.tokens) === JSON.stringify(viewOf(self).tokens);
      if (!kept) self.order = viewOf(self).words.map((_, index) => index);
      if (!kept || !self.panels) buildOrders(self);
      ask(self);
      drawOrders(self);
    },
  };
}

const viewOf = (self) => self.data.header.views.find((view) => view.name === self.view);
const indexOfView = (self) => self.data.header.views.findIndex((view) => view.name === self.view);
const knownAt = (view, order) => view.orders.findIndex((known) => known.length === order.length && known.every((word, place) => word === order[place]));
const wordText = (view, word) => view.tokens.slice(...view.words[word]).map((token) => token.text).join("");
const fewEnough = (view) => view.words.length > 1;

/** The name of a word, numbered where the sentence has it twice. */
const wordToken = (view, word) => named(view.words.map((_, index) => ({ text: wordText(view, index) })), word).text;

function ask(self) {
  const view = viewOf(self);
  if (knownAt(view, self.order) >= 0) { self.asked = null; return; }
  const wanted = JSON.stringify([view.name, view.tokens, self.order]);
  if (self.asked === wanted) return;
  self.asked = wanted;
  self.send({ view: view.name, order: self.order });
}

function buildOrders(self) {
  const { header } = self.data;
  const { words } = header;
  self.choice = segments(words.what, header.views.map((view) => [view.name, view.label]), self.view, (name) => {
    self.view = name;
    self.order = viewOf(self).words.map((_, index) => index);
    buildOrders(self);
    ask(self);
    drawOrders(self);
    self.choice.querySelector(`[data-value="${name}"]`).focus();
  });
  const set = (order) => () => { self.order = order(); layChips(self); ask(self); drawOrders(self); };
  const first = () => viewOf(self).words.map((_, index) => index);
  const button = (label, order) => html("button", { type: "button", class: "small", onclick: set(order) }, label);
  self.chips = html("div", { class: "chips", role: "group", "aria-label": words.drag });
  self.buttons = html("div", { class: "buttons" }, button(words.reverse, () => first().reverse()), button(words.shuffle, () => shuffled(first(), self.order)), button(words.back, first));
  self.panels = html("div", { class: "pairs" });
  self.told = html("p", { class: "told", "aria-live": "polite" });
  self.tableButton = html("button", { type: "button", class: "small", onclick: () => { self.table = !self.table; drawOrders(self); } }, words.table);
  self.tableHost = html("div", { class: "table" });
  self.section.replaceChildren(html("div", { class: "bar" }, self.choice), html("div", { class: "bar" }, self.chips, self.buttons), self.panels, self.told, self.tableButton, self.tableHost);
  layChips(self);
}

/** A random order that is not the one on show. */
function shuffled(order, now) {
  if (order.length < 2) return order;
  for (;;) {
    const mixed = order.map((word) => [Math.random(), word]).sort((a, b) => a[0] - b[0]).map(([, word]) => word);
    if (mixed.some((word, place) => word !== now[place])) return mixed;
  }
}

// The words one drags

function layChips(self) {
  const view = viewOf(self);
  const { words } = self.data.header;
  self.chips.replaceChildren(...self.order.map((word) => html("button", {
    type: "button", class: "chip", "data-word": word, title: words.drag_hint, "aria-label": plain(words.chip, { word: wordToken(view, word) }), disabled: !fewEnough(view),
    onpointerdown: (event) => grab(self, event), onpointermove: (event) => drag(self, event), onpointerup: (event) => letGo(self, event), onpointercancel: (event) => letGo(self, event),
    onkeydown: (event) => moveByKey(self, event),
  }, html("span", { class: "grip", "aria-hidden": "true" }, "\u2261"), wordText(view, word))));
}

function moveByKey(self, event) {
  const chip = event.currentTarget;
  const place = [...self.chips.children].indexOf(chip);
  const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: self.order.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  if (moveChip(self, chip, clamp(to, 0, self.order.length - 1))) { ask(self); drawOrders(self); }
}

/** Put a chip at a place by moving the others around it: it keeps the focus and the pointer. */
function moveChip(self, chip, to) {
  let place = [...self.chips.children].indexOf(chip);
  if (place === to) return false;
  while (place < to) { self.chips.insertBefore(chip.nextElementSibling, chip); place += 1; }
  while (place > to) { self.chips.insertBefore(chip.previousElementSibling, chip.nextElementSibling); place -= 1; }
  self.order = [...self.chips.children].map((child) => Number(child.dataset.word));
  return true;
}

function grab(self, event) {
  if (event.button) return;
  const chip = event.currentTarget;
  chip.setPointerCapture(event.pointerId);
  chip.classList.add("held");
  self.grabbed = { chip, x: event.clientX, y: event.clientY, left: chip.offsetLeft, top: chip.offsetTop };
}

function drag(self, event) {
  const held = self.grabbed;
  if (!held || held.chip !== event.currentTarget) return;
  const [x, y] = [held.left + event.clientX - held.x, held.top + event.clientY - held.y];
  const middle = [x + held.chip.offsetWidth / 2, y + held.chip.offsetHeight / 2];
  const others = [...self.chips.children];
  const distance = (chip) => Math.hypot(chip.offsetLeft + chip.offsetWidth / 2 - middle[0], 2 * (chip.offsetTop + chip.offsetHeight / 2 - middle[1]));
  const nearest = others.reduce((best, chip) => (distance(chip) < distance(best) ? chip : best), held.chip);
  if (nearest !== held.chip && moveChip(self, held.chip, others.indexOf(nearest))) drawOrders(self);
  held.chip.style.transform = `translate(${x - held.chip.offsetLeft}px,${y - held.chip.offsetTop}px)`;
}

function letGo(self, event) {
  const held = self.grabbed;
  if (!held || held.chip !== event.currentTarget) return;
  self.grabbed = null;
  held.chip.classList.remove("held");
  held.chip.style.transform = "";
  ask(self);
  drawOrders(self);
}

// The vectors

function drawOrders(self) {
  const view = viewOf(self);
  self.measured = self.section.clientWidth;
  if (!self.measured) return;
  const palette = paletteFor(self.host, self.data.header.palettes);
  const { words } = self.data.header;
  const place = knownAt(view, self.order);
  press(self.choice, self.view);
  self.panels.classList.toggle("apart", view.words.length > 6 || self.measured < 700);
  self.panels.setAttribute("aria-busy", String(place < 0));
  self.tableButton.setAttribute("aria-pressed", String(self.table));
  if (place < 0) { self.told.textContent = self.grabbed ? words.let_go : words.asking; return; }
  const found = ["with", "without"].map((name) => vectorsOf(self, view, name, place));
  const limit = Math.max(...found.map((panel) => largest(panel.first)));
  const built = self.panels.children.length === 2 && self.panels.dataset.of === view.name + self.measured + view.words.length;
  if (!built) {
    self.panels.replaceChildren(...found.map((panel) => panelOf(panel, words)));
    self.panels.dataset.of = view.name + self.measured + view.words.length;
  }
  found.forEach((panel, index) => fillPanel(self, self.panels.children[index], panel, view, palette, limit));
  tellOrders(self, view, place, found);
  self.tableHost.replaceChildren(...(self.table ? [differencesTable(self, view, found)] : []));
}

/** First order, this order, and the largest difference of each word; vectors stay with their word in both. */
function vectorsOf(self, view, name, place) {
  const array = self.data.arrays[`${indexOfView(self)}.${name}`];
  const [, pieces, width] = array.shape;
  const at = (order) => array.values.subarray(order * pieces * width, (order + 1) * pieces * width);
  const [first, now] = [at(0), at(place)];
  const differences = view.words.map(([start, end]) => {
    let most = 0;
    for (let index = start * width; index < end * width; index += 1) most = Math.max(most, Math.abs(first[index] - now[index]));
    return most;
  });
  return { name, first, now, width, differences, most: Math.max(...differences) };
}

function panelOf(panel, words) {
  return html("div", { class: `pair ${panel.name}` }, html("h3", {}, words[panel.name]),
    html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words[panel.name] }, html("div", { class: "sheet" }, svg("svg", { class: "back", "aria-hidden": "true" }))),
    html("p", { class: "most" }, html("span", { class: "muted" }, words.most), html("b", { class: "figures" })));
}

const PATCH_TOP = 4;
const WIRES = 54;

function fillPanel(self, node, panel, view, palette, limit) {
  const sheet = node.querySelector(".sheet");
  const count = view.words.length;
  const slot = Math.max(46, Math.floor(node.clientWidth / Math.max(count, 3)));
  const patch = clamp(slot - 14, 32, 56);
  const [low, height] = [PATCH_TOP + patch + 18 + WIRES, PATCH_TOP + 2 * patch + 18 + WIRES + 40];
  sheet.style.width = `${slot * count}px`;
  sheet.style.height = `${height}px`;
  const tiles = new Map([...sheet.querySelectorAll(".tile")].map((tile) => [tile.dataset.tile, tile]));
  const tileFor = (name) => { if (!tiles.has(name)) { tiles.set(name, html("div", { class: "tile", "data-tile": name }, html("canvas", { "aria-hidden": "true" }), html("span", { class: "name" }), html("span", { class: "by figures" }))); sheet.append(tiles.get(name)); } return tiles.get(name); };
  const wires = [];
  self.order.forEach((word, place) => {
    const changed = panel.differences[word] > SAME;
    layTile(tileFor(`first${word}`), word * slot, PATCH_TOP, slot, patch, panel.first, panel, view, word, palette, limit, "");
    layTile(tileFor(`now${word}`), place * slot, low, slot, patch, panel.now, panel, view, word, palette, limit, changed ? `\u0394 ${number(panel.differences[word])}` : "=");
    const [x1, x2, y1, y2] = [(word + 0.5) * slot, (place + 0.5) * slot, PATCH_TOP + patch + 18, low - 3];
    wires.push(svg("path", { d: `M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}`, fill: "none", stroke: changed ? palette.negative : palette.value, "stroke-width": changed ? 1.5 : 2.5, "stroke-dasharray": changed ? "4 4" : null }));
  });
  const back = sheet.querySelector(".back");
  back.setAttribute("width", slot * count);
  back.setAttribute("height", height);
  back.replaceChildren(...wires);
  const most = node.querySelector(".most b");
  most.textContent = tiny(panel.most);
  most.className = `figures ${panel.most > SAME ? "minus" : "value"}`;
}

/** One word's vector as a square of coloured cells, its name, and its difference. */
function layTile(tile, x, y, slot, size, values, panel, view, word, palette, limit, by) {
  const [start, end] = view.words[word];
  tile.style.cssText = `left:${x}px;top:${y}px;width:${slot}px`;
  const [canvas, name, difference] = tile.children;
  name.textContent = wordToken(view, word);
  difference.textContent = by;
  difference.className = `by figures ${by === "=" ? "value" : "minus"}`;
  const cells = values.subarray(start * panel.width, end * panel.width);
  const side = Math.ceil(Math.sqrt(cells.length));
  const context = freshCanvas(canvas, size, size);
  const cell = size / side;
  for (let index = 0; index < cells.length; index += 1) {
    context.fillStyle = cellColour(palette, "activations", cells[index], limit);
    context.fillRect((index % side) * cell, Math.floor(index / side) * cell, cell + 0.3, cell + 0.3);
  }
  context.strokeStyle = palette.floor;
  context.strokeRect(0.5, 0.5, size - 1, size - 1);
}

function tellOrders(self, view, place, [whole, blind]) {
  const { words } = self.data.header;
  const still = self.order.every((word, index) => word === index);
  const numbers = { with: html("b", { class: whole.most > SAME ? "minus" : "value" }, tiny(whole.most)), without: html("b", { class: blind.most > SAME ? "minus" : "value" }, tiny(blind.most)) };
  const template = still ? words.told_first : blind.most > SAME ? words.told_not_blind : view.name === "unmasked" ? words.told_unmasked : words.told_blind;
  const parts = sentence(template, numbers);
  if (view.translations && !still) parts.push(" ", ...sentence(words.told_translations, { with: html("b", { class: "target" }, view.translations.with[place]), without: html("b", { class: "target" }, view.translations.without[place]) }));
  self.told.replaceChildren(...parts);
}

function differencesTable(self, view, found) {
  const { words } = self.data.header;
  const values = self.order.flatMap((word) => found.map((panel) => panel.differences[word]));
  const tokens = self.order.map((word) => ({ text: wordToken(view, word) }));
  const table = tableOf(matrixOf(values, tokens.length, 2, "activations"), tokens, [{ text: words.with }, { text: words.without }], words.differences, words);
  return table;
}
