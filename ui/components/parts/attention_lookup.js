// The pencil's first step: a table of three rows, each with a key and a value, and a query that is compared with every key.

function createLookup(host, { choose }) {
  const self = { host, blend: false, head: null };
  return {
    update(head, row, words, palette) {
      Object.assign(self, { head, row, words, palette });
      drawLookup(self, choose);
    },
  };
}

function drawLookup(self, choose) {
  const { host, head, row: i, words, palette } = self;
  const active = host.getRootNode().activeElement?.dataset?.stay;
  const c = cellNumbers(head, i, i);
  const products = Array.from(head.products.subarray(i * head.n, (i + 1) * head.n));
  const best = products.indexOf(Math.max(...products));
  const shareOf = (j) => (self.blend ? head.weights[i * head.n + j] : j === best ? 1 : 0);
  const answer = Array.from({ length: head.value.shape[1] }, (_, d) => head.tokens.reduce((all, _t, j) => all + shareOf(j) * rowOf(head.value, j)[d], 0));
  const asks = segments(words.asking, head.tokens.map((token, at) => [String(at), token.text]), String(i), (at) => choose(Number(at)));
  const kinds = segments(words.answering, [["hard", words.hard], ["soft", words.soft]], self.blend ? "soft" : "hard", (kind) => { self.blend = kind === "soft"; drawLookup(self, choose); });
  for (const group of [asks, kinds]) group.querySelectorAll("button").forEach((button) => { button.dataset.stay = button.dataset.value + group.getAttribute("aria-label"); });
  const boxes = (values, role, part = 0.05) => html("span", { class: part < 0.005 ? "boxes left" : "boxes", style: `--role:var(--lab-${role});--part:${Math.round(part * 30)}%` }, Array.from(values, (x) => html("b", { class: "box" }, Number.isInteger(x) ? figureText(head, x) : x.toFixed(1))));
  const spelled = (j) => ["", ...Array.from(rowOf(head.query, i), (x, d) => [d ? " + " : "", roleText("query", figureText(head, x)), "\u00B7", roleText("key", figureText(head, rowOf(head.key, j)[d]))])];
  const rows = head.tokens.map((token, j) => html("tr", { class: shareOf(j) > 0.5 ? "chosen" : null },
    html("th", { scope: "row" }, token.text), html("td", {}, boxes(rowOf(head.key, j), "key")), html("td", { class: "sum figures" }, spelled(j), " = ", html("b", {}, figureText(head, products[j]))),
    html("td", { class: "part" }, html("span", { class: "meter" }, html("i", { style: `width:${shareOf(j) * 100}%` })), html("b", { class: "figures" }, shareOf(j) === 1 ? "1" : shareOf(j) === 0 ? "0" : shareOf(j).toFixed(2))), html("td", {}, boxes(rowOf(head.value, j), "value", shareOf(j)))));
  host.replaceChildren(
    html("div", { class: "asking" }, html("span", {}, words.asks), asks, html("span", {}, words.query_is), boxes(rowOf(head.query, i), "query")),
    html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": words.lookup_label }, html("table", { class: "lookup" }, html("thead", {}, html("tr", {}, html("td", {}),
      html("th", { scope: "col", class: "key" }, words.key), html("th", { scope: "col", class: "query" }, words.match), html("th", { scope: "col" }, words.share), html("th", { scope: "col", class: "value" }, words.value))), html("tbody", {}, rows),
      html("tfoot", {}, html("tr", {}, html("th", { scope: "row", colspan: 4 }, kinds), html("td", {}, boxes(answer, "value")))))),
    html("p", { class: "told", "aria-live": "polite" }, ...sentence(self.blend ? words.told_soft : words.told_hard, {
      row: roleText("query", head.tokens[i].text), top: roleText("key", head.tokens[best].text), share: html("b", {}, share(head.weights[i * head.n + best])), score: html("b", {}, figureText(head, c.scores[best])),
    })));
  if (active) host.querySelector(`[data-stay="${active}"]`)?.focus();
}
