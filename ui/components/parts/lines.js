// Two columns of tokens and soft bands between them: left the tokens that read (queries), right the tokens that are read (keys).
// On the left every token's bands add up to its full height, because its weights add up to one.

function createLines(host, { point }) {
  const left = html("div", { class: "side reads" });
  const right = html("div", { class: "side read" });
  const bands = svg("svg", { class: "bands", "aria-hidden": "true" });
  const body = html("div", { class: "lines" }, left, bands, right);
  host.append(body);
  const stage = { host, left, right, bands, point, pinned: null, over: null, drawing: null, palette: null };
  new ResizeObserver(() => stage.drawing && bandsOf(stage)).observe(body);
  return {
    update(drawing, palette) {
      const kept = stage.drawing && stage.drawing.rows.length === drawing.rows.length && stage.drawing.columns.length === drawing.columns.length;
      if (!kept) stage.pinned = null;
      stage.drawing = drawing;
      stage.palette = palette;
      sidesOf(stage);
      bandsOf(stage);
    },
  };
}

const stepOf = ({ rows, columns }) => clamp(Math.floor(400 / Math.max(rows.length, columns.length)), 24, 36);

function sidesOf(stage) {
  const { drawing } = stage;
  const active = document.activeElement && stage.host.getRootNode().activeElement;
  const focused = active && active.dataset ? active.dataset.token : null;
  for (const [side, tokens, role] of [["left", drawing.rows, "query"], ["right", drawing.columns, "key"]]) {
    stage[side].replaceChildren(html("div", { class: "heading", style: `color:var(--lab-${role})` }, side === "left" ? drawing.words.reading : drawing.words.read),
      ...tokens.map((token, index) => {
        const here = { side, index };
        const second = side === "left" && drawing.second ? html("span", { class: "second" }, drawing.second[index].text + " \u2192 ") : null;
        const button = html("button", {
          type: "button", "data-token": `${side}${index}`, style: `height:${stepOf(drawing)}px`, "aria-pressed": same(stage.pinned, here), "aria-label": spoken(drawing, here),
          onpointerenter: () => show(stage, here), onpointerleave: () => show(stage, null), onfocus: () => show(stage, here), onblur: () => show(stage, null),
          onclick: () => { stage.pinned = same(stage.pinned, here) ? null : here; show(stage, here); },
        }, second, tokenSpan(token, drawing.marked, role), html("span", { class: "share figures" }));
        return button;
      }));
  }
  if (focused) stage.host.querySelector(`[data-token="${focused}"]`)?.focus();
}

const same = (a, b) => Boolean(a && b && a.side === b.side && a.index === b.index);
const weightAt = ({ weights, columns }, i, j) => weights[i * columns.length + j];
const percent = (weight) => `${weight > 0 && weight < 0.005 ? "<1" : Math.round(weight * 100)}\u00A0%`;

/** What a screen reader hears of a token: its three largest partners. */
function spoken(drawing, { side, index }) {
  const others = side === "left" ? drawing.columns : drawing.rows;
  const best = others.map((_, k) => [side === "left" ? weightAt(drawing, index, k) : weightAt(drawing, k, index), named(others, k).text]).sort((a, b) => b[0] - a[0]).slice(0, 3);
  const token = named(side === "left" ? drawing.rows : drawing.columns, index).text;
  return `${token}: ${side === "left" ? drawing.words.reading : drawing.words.read_by} ${best.map(([weight, text]) => `${text} ${percent(weight)}`).join(", ")}`;
}

function show(stage, here) {
  stage.over = here;
  litBands(stage);
  stage.point(here || stage.pinned);
}

function bandsOf(stage) {
  const { drawing, bands, palette } = stage;
  const [n, m, step, head] = [drawing.rows.length, drawing.columns.length, stepOf(drawing), 28];
  const width = bands.clientWidth || 300;
  const height = head + Math.max(n, m) * step;
  bands.setAttribute("height", height);
  bands.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const received = Array.from({ length: m }, (_, j) => drawing.rows.reduce((sum, _row, i) => sum + weightAt(drawing, i, j), 0));
  const [unitLeft, unitRight] = [step * 0.82, (step * 0.82) / Math.max(1, ...received)];
  const filled = received.map((sum, j) => head + (j + 0.5) * step - (sum * unitRight) / 2);
  const name = identity("flow");
  const shapes = [];
  for (let i = 0; i < n; i += 1) {
    let y = head + (i + 0.5) * step - unitLeft / 2;
    for (let j = 0; j < m; j += 1) {
      const weight = weightAt(drawing, i, j);
      const [a, b, c, d] = [y, y + weight * unitLeft, filled[j], filled[j] + weight * unitRight];
      [y, filled[j]] = [b, d];
      if (weight < 0.008) continue;
      const x = width / 2;
      shapes.push(svg("path", { d: `M0 ${a}C${x} ${a} ${x} ${c} ${width} ${c}V${Math.max(d, c + 0.7)}C${x} ${Math.max(d, c + 0.7)} ${x} ${b} 0 ${b}Z`, fill: `url(#${name})`, class: "band", "data-row": i, "data-column": j }));
    }
  }
  bands.replaceChildren(svg("defs", {}, svg("linearGradient", { id: name }, svg("stop", { offset: "5%", "stop-color": palette.query }), svg("stop", { offset: "95%", "stop-color": palette.key }))), ...shapes);
  litBands(stage);
}

function litBands(stage) {
  const here = stage.over || stage.pinned;
  const { drawing } = stage;
  for (const band of stage.bands.querySelectorAll(".band")) {
    const lit = here && Number(here.side === "left" ? band.dataset.row : band.dataset.column) === here.index;
    band.style.opacity = here ? (lit ? 0.8 : 0.05) : 0.22;
  }
  for (const [side, node] of [["left", stage.left], ["right", stage.right]]) {
    node.querySelectorAll("button").forEach((button, index) => {
      button.setAttribute("aria-pressed", String(same(stage.pinned, { side, index })));
      const weight = !here || here.side === side ? null : side === "right" ? weightAt(drawing, here.index, index) : weightAt(drawing, index, here.index);
      button.classList.toggle("faint", here !== null && (here.side === side ? here.index !== index : weight < 0.02));
      button.querySelector(".share").textContent = weight === null || weight < 0.01 ? "" : percent(weight);
    });
  }
}
