// A table of heads that sorts: numbers with a bar each, and a tick where a head that looks everywhere alike would be.

function createHeadTable(host) {
  const view = sharedView();
  const self = { host, view, data: null, sort: null, falling: true, kind: "all" };
  self.section = html("section", { class: "headtable" });
  host.append(self.section);
  const stop = view.subscribe(() => self.data && markHere(self));
  return {
    update(data) {
      self.data = data;
      if (self.sort === null) self.sort = self.data.header.sort;
      buildTable(self);
    },
    close() { stop(); },
  };
}
createHeadTable.room = [661, 700];

function buildTable(self) {
  const { header } = self.data;
  const { words, columns } = header;
  const kinds = ["all", ...new Set(header.rows.map((row) => row.kind))];
  self.filter = segments(words.show, kinds.map((kind) => [kind, words[kind]]), self.kind, (kind) => { self.kind = kind; press(self.filter, kind); fillTable(self); });
  self.meaning = html("p", { class: "meaning", "aria-live": "polite" });
  self.body = html("tbody", {});
  self.heads = columns.map((column, place) => html("th", { scope: "col", "aria-sort": "none" },
    html("button", { type: "button", title: column.meaning, onclick: () => { self.falling = self.sort === column.name ? !self.falling : true; self.sort = column.name; fillTable(self); } }, column.title, html("span", { class: "arrow", "aria-hidden": "true" }))));
  self.section.replaceChildren(
    html("div", { class: "controls" }, self.filter), self.meaning,
    html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.caption },
      html("table", { class: "figures sortable" }, html("caption", { class: "unseen" }, words.caption), html("thead", {}, html("tr", {}, html("th", { scope: "col" }, words.head_column), self.heads)), self.body)));
  fillTable(self);
}

function fillTable(self) {
  const { header, arrays } = self.data;
  const { columns, rows, words } = header;
  const width = columns.length;
  const place = columns.findIndex((column) => column.name === self.sort);
  const value = (row, column) => arrays.values.values[row * width + column];
  const order = rows.map((_, row) => row).filter((row) => self.kind === "all" || rows[row].kind === self.kind);
  const rank = (row) => (Number.isNaN(value(row, place)) ? -Infinity : value(row, place));
  order.sort((a, b) => (self.falling || Number.isNaN(value(a, place)) || Number.isNaN(value(b, place)) ? rank(b) - rank(a) : rank(a) - rank(b)) || a - b);
  const limits = columns.map((column, at) => (column.kind === "share" ? 1 : Math.max(1e-9, ...rows.map((_, row) => Math.abs(value(row, at)) || 0))));
  self.heads.forEach((head, at) => {
    head.setAttribute("aria-sort", at !== place ? "none" : self.falling ? "descending" : "ascending");
    head.querySelector(".arrow").textContent = at !== place ? "" : self.falling ? " \u2193" : " \u2191";
  });
  self.meaning.replaceChildren(html("b", {}, columns[place].title), ": ", columns[place].meaning);
  self.body.replaceChildren(...order.map((row) => html("tr", { "data-head": `${rows[row].name}:${rows[row].head}` },
    html("th", { scope: "row" }, rows[row].name ? html("button", { type: "button", title: words.look_at, onclick: () => self.view.set({ attention: rows[row].kind, layer: rows[row].layer + 1, head: rows[row].head + 1, row: null, column: null }) }, rows[row].label) : rows[row].label),
    columns.map((column, at) => barCell(column, value(row, at), arrays.chance.values[row * width + at], limits[at], at === place)))));
  markHere(self);
  showSorted(self.heads[place], self.body.closest(".frame"));
}

/** Where the table is wider than its frame, the sorted column is brought into view. */
function showSorted(head, frame) {
  const show = () => { if (frame.scrollWidth > frame.clientWidth + 4) frame.scrollLeft = Math.max(0, head.offsetLeft + head.offsetWidth - frame.clientWidth + 8); };
  requestAnimationFrame(show);
}

function barCell(column, value, chance, limit, chosen) {
  if (Number.isNaN(value)) return html("td", { class: "muted none" }, "\u2013");
  const share = clamp(Math.abs(value) / limit, 0, 1);
  const text = column.kind === "share" || column.kind === "portion" ? percentOf(value) : column.kind === "change" ? signed(value) : number(value);
  const tick = Number.isNaN(chance) ? null : html("i", { class: "chance", style: `left:${(100 * clamp(chance / limit, 0, 1)).toFixed(1)}%` });
  return html("td", { class: chosen ? "sorted" : null }, html("span", { class: "amount" }, text), html("span", { class: "meter", "aria-hidden": "true" }, html("i", { class: `level ${value < 0 ? "minus" : ""}`, style: `width:${(100 * share).toFixed(1)}%` }), tick));
}

function signed(value) {
  const text = Math.abs(value).toFixed(3);
  return Number(text) === 0 ? text : (value > 0 ? "+" : "\u2212") + text;
}

/** The row of the head that the board shows large. */
function markHere(self) {
  const { view } = self;
  const here = `${view.get("attention")}.${Number(view.get("layer")) - 1}:${Number(view.get("head")) - 1}`;
  self.body.querySelectorAll("tr").forEach((row) => row.classList.toggle("here", row.dataset.head === here));
}
