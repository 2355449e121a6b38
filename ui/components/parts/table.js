// A matrix as a plain table of numbers, beside every picture.

function tableOf(matrix, rows, columns, caption, words) {
  const cell = (i, j) => (isMasked(matrix, i, j) ? words.masked : written(matrix.values[i * matrix.columns + j]));
  const written = (value) => (matrix.kind === "weights" && value < 0.0001 ? "<0.0001" : number(value)); // no weight that may be read is none
  return html("div", { class: "frame", tabindex: 0, role: "region", "aria-label": caption },
    html("table", { class: "figures" }, html("caption", {}, caption),
      html("thead", {}, html("tr", {}, html("td", {}), columns.map((token) => html("th", { scope: "col", class: "key" }, token.text)))),
      html("tbody", {}, rows.map((token, i) => html("tr", {}, html("th", { scope: "row", class: "query" }, token.text), columns.map((_, j) => html("td", {}, cell(i, j))))))));
}

/** One row of buttons of which one is pressed; `choices` are [value, label]. */
function segments(label, choices, chosen, choose) {
  return html("div", { class: "segments", role: "group", "aria-label": label },
    choices.map(([value, text]) => html("button", { type: "button", "data-value": value, "aria-pressed": String(value === chosen), onclick: () => choose(value) }, text)));
}

function press(group, value) {
  group.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.value === String(value))));
}
