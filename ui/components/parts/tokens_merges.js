// Byte-pair's merges, one by one: the characters below, a joint for every merge, the earliest learnt first.

const LETTER = 15; // px a character takes where there is room
const LEVEL = 26; // px between one level of joints and the next

function createMerges(host) {
  const self = { host, data: null, step: 0 };
  keepDrawn(self, drawMerges);
  return {
    update(data) {
      self.data = data;
      if (self.steps) self.steps.stop();
      self.step = self.data.header.start === null ? self.data.header.merges.length : self.data.header.start;
      buildMerges(self);
    },
    close() { if (self.steps) self.steps.stop(); },
  };
}

function buildMerges(self) {
  const { header } = self.data;
  const t = header.texts;
  const count = header.merges.length;
  const go = (step) => { self.step = step; scrub.show(step); drawMerges(self); };
  self.steps = stepper(t, { count: () => count, at: () => self.step, go });
  const scrub = slider(t.merge, { max: count, value: self.step, told: (step) => plain(t.step_of, { step, count }), change: (step) => { self.steps.stop(); self.step = step; drawMerges(self); } });
  self.told = html("p", { class: "arithmetic figures", "aria-live": "polite" });
  self.picture = html("div", { class: "frame trees", tabindex: 0, role: "region", "aria-label": t.merges_label });
  self.ledger = html("ol", { class: "ledger figures", "aria-label": t.ledger });
  self.table = tableButton(t, () => ({ caption: t.ledger, head: [t.step, t.number_learnt, t.joined, t.times], rows: header.merges.map((merge, at) => [String(at + 1), String(merge.rank), `${merge.left} + ${merge.right}`, grouped(merge.count)]) }));
  self.host.replaceChildren(
    html("div", { class: "cutbar" }, self.steps.node, scrub.node), self.told, self.picture, html("h4", { class: "left" }, t.ledger), self.ledger, self.table.button, self.table.place);
  drawMerges(self);
}

/** Where every node of the trees stands: x of its middle, and its level above the characters. */
function treesOf(header, room) {
  const characters = header.terms.reduce((total, term) => total + Array.from(term.text).length, 0);
  const letter = clamp((room - 12 - 8 * header.terms.length) / characters, 11.5, LETTER);
  let x = 4;
  const leaves = [];
  const units = header.terms.map((word) => {
    const nodes = Array.from(word.text, (character, at) => {
      const node = { text: character, x: x + letter / 2, left: x, right: x + letter, level: 0, word: leaves.length };
      x += letter;
      return node;
    });
    leaves.push(nodes);
    x += 8;
    return nodes;
  });
  const joints = header.merges.map((merge) => merge.joins.map(([word, place]) => {
    const [a, b] = [units[word][place], units[word][place + 1]];
    const node = { text: a.text + b.text, children: [a, b], word: a.word, x: (a.left + b.right) / 2, left: a.left, right: b.right, level: Math.max(a.level, b.level) + 1 };
    units[word] = [...units[word].slice(0, place), node, ...units[word].slice(place + 2)];
    return node;
  }));
  return { leaves: leaves.flat(), joints, width: x, levels: Math.max(1, ...joints.flat().map((node) => node.level)) };
}

function drawMerges(self) {
  const { header } = self.data;
  const t = header.texts;
  const palette = paletteFor(self.host, header.palettes);
  const { leaves, joints, width, levels } = treesOf(header, self.host.clientWidth || 980);
  const ground = 16 + levels * LEVEL;
  const y = (node) => ground - node.level * LEVEL;
  const done = joints.slice(0, self.step);
  const inside = new Set(done.flat().flatMap((node) => node.children));
  const now = new Set(self.step ? joints[self.step - 1] : []);
  const standing = [...leaves, ...done.flat()].filter((node) => !inside.has(node)).sort((a, b) => a.left - b.left);
  const [firsts, lasts] = [new Map(), new Map()];
  leaves.forEach((leaf) => { if (!firsts.has(leaf.word)) firsts.set(leaf.word, leaf.left); lasts.set(leaf.word, leaf.right); });
  const drawing = [];
  const whole = (node) => node.left === firsts.get(node.word) && node.right === lasts.get(node.word);
  standing.forEach((node, at) => drawing.push(svg("rect", { x: node.left + 1, y: ground + 6, width: node.right - node.left - 2, height: 26, rx: 5, fill: mix(palette.background, palette.source, whole(node) ? 0.14 : [0.26, 0.42][at % 2]), stroke: now.has(node) ? palette.query : "none", "stroke-width": 2 })));
  leaves.forEach((leaf) => drawing.push(svg("text", { x: leaf.x, y: ground + 24, "text-anchor": "middle", "font-size": 14, fill: leaf.text === "\u2581" ? palette.muted : palette.text }, leaf.text)));
  done.forEach((nodes, step) => nodes.forEach((node) => {
    const colour = now.has(node) ? palette.query : palette.floor;
    const thick = now.has(node) ? 2.5 : 1.2;
    node.children.forEach((child) => drawing.push(svg("path", { d: `M${child.x} ${child.level ? y(child) - 3 : ground + 4}V${y(node)}H${node.x}`, fill: "none", stroke: colour, "stroke-width": thick })));
    if (now.has(node) || !inside.has(node)) drawing.push(svg("text", { x: node.x, y: y(node) - 5, "text-anchor": "middle", "font-size": 12, "font-weight": now.has(node) ? 700 : 500, fill: now.has(node) ? palette.query : palette.muted }, node.text, svg("title", {}, plain(t.joint, { rank: header.merges[step].rank }))));
  }));
  self.picture.replaceChildren(svg("svg", { width: width + 6, height: ground + 38, role: "img", "aria-label": plain(t.picture, { pieces: standing.map((node) => node.text).join(" ") }) }, drawing));
  tellMerge(self, standing.length, palette);
}

function tellMerge(self, pieces) {
  const { header } = self.data;
  const t = header.texts;
  const merge = header.merges[self.step - 1];
  const total = html("b", {}, pieces);
  self.told.replaceChildren(...(merge
    ? sentence(t.told_merge, { left: html("b", { class: "source" }, merge.left), right: html("b", { class: "source" }, merge.right), piece: html("b", { class: "query" }, merge.left + merge.right), rank: html("b", {}, merge.rank), count: html("b", {}, grouped(merge.count)), pieces: total })
    : sentence(header.merges.length ? t.told_start : t.told_none, { pieces: total })));
  const from = clamp(self.step - 4, 0, Math.max(0, header.merges.length - 9));
  self.ledger.replaceChildren(...header.merges.slice(from, from + 9).map((entry, at) => html("li", { class: from + at < self.step ? (from + at === self.step - 1 ? "now" : "done") : "coming" },
    html("span", { class: "muted" }, `${entry.rank}.`), " ", entry.left, html("span", { class: "muted" }, " + "), entry.right)));
  self.table.update();
}
