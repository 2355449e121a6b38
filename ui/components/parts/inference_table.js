// A table of plain texts: what a learner or a model wrote goes in as text nodes. A row may carry a bar of wins, draws and losses.

function createTextTable(host) {
  const place = html("div", { class: "table still" });
  host.append(place);
  return {
    update(data) {
      if (data.tables) { place.replaceChildren(...data.tables.map(plainTable)); return; }
      const table = plainTable(data);
      if (data.bars) table.querySelectorAll("tbody tr").forEach((row, index) => row.append(html("td", { class: "stack" }, stackOf(data.bars[index], data.parts))));
      if (data.bars) table.querySelector("thead tr").append(html("th", { scope: "col", class: "stack" }, data.barHead));
      place.replaceChildren(table);
    },
  };
}

/** Shares of a whole side by side, each with its word. */
function stackOf(counts, parts) {
  const whole = counts.reduce((a, b) => a + b, 0) || 1;
  return html("div", { class: "stacked", role: "img", "aria-label": counts.map((count, index) => `${parts[index]} ${count}`).join(", ") },
    counts.map((count, index) => (count ? html("span", { class: `part${index}`, style: `width:${((100 * count) / whole).toFixed(2)}%`, title: `${parts[index]}: ${count}` }) : null)));
}
