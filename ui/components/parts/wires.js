// What stands around the panels: words, vectors, wires, the band of values, arrows, colour bars.

/** Draw it all into `back`, strips of numbers and the band on `ground`; answer the nodes that are lit with a row or a column. */
function drawSurroundings(back, ground, figure, g, palette, family) {
  const lit = { rows: figure.rows.map(() => []), columns: figure.columns.map(() => []), values: [] };
  back.replaceChildren();
  if (figure.vectors) valuesBand(ground, g, palette);
  drawRows(back, ground, figure, g, palette, family, lit);
  drawColumns(back, ground, figure, g, palette, family, lit);
  if (figure.vectors) drawValues(back, ground, figure, g, palette, lit);
  drawTitles(back, figure, g, palette);
  return lit;
}

function drawRows(back, ground, figure, g, palette, family, lit) {
  const first = g.places[0];
  figure.rows.forEach((token, i) => {
    const [y, target] = [g.rowCentres[i], first.y + (i + 0.5) * g.cell];
    if (figure.vectors) {
      const wire = svg("path", { d: wirePath(g.stripX + g.bar, y, first.x - 2, target, false), class: "wire", stroke: palette.query, "stroke-width": clamp(g.cell * 0.3, 1.5, 7) });
      back.append(wire);
      lit.rows[i].push(wire);
      const values = strip(ground, rowOf(figure.vectors.query, i), figure.vectors.limits.query, palette, g.stripX, y - g.thick / 2, g.bar, g.thick, false, "query");
      back.append(values);
      lit.rows[i].push(values);
    }
    back.append(svg("rect", { x: 0, y: y - g.rowStep / 2, width: g.places[0].x, height: g.rowStep, fill: "transparent", "data-row": i }));
    if (!shown(i, g.n, null, g.everyRow)) return;
    const label = tokenLabel(token, figure.marked, palette, family, { x: g.labelRight - 2, y: y + 4, "text-anchor": "end", class: "word" }, 100, palette.query);
    back.append(label);
    lit.rows[i].push(label);
    if (figure.second) {
      const other = tokenLabel(figure.second[i], figure.marked, palette, family, { x: g.labelRight - g.secondWidth * 0 - widthOfRow(token, family) - 22, y: y + 4, "text-anchor": "end", class: "word second" }, 90, palette.muted);
      const arrow = svg("text", { x: g.labelRight - widthOfRow(token, family) - 11, y: y + 4, "text-anchor": "middle", "font-size": 11, fill: palette.floor, "aria-hidden": "true" }, "\u2192");
      back.append(other, arrow);
    }
  });
}

const widthOfRow = (token, family) => Math.min(104, textWidth(token.text, sizeOfToken, family) + (token.start ? 4 : 0));

function drawColumns(back, ground, figure, g, palette, family, lit) {
  const { top } = g;
  figure.columns.forEach((token, j) => {
    const [x, target] = [top.centres[j], top.columns[j]];
    const from = top.strips + top.bar;
    if (figure.vectors) {
      const wire = svg("path", { d: wirePath(x, from, target, g.panelTop - 2, true), class: "wire", stroke: palette.key, "stroke-width": clamp(g.cell * 0.3, 1.5, 7) });
      const thick = Math.min(g.thick, top.angled ? g.cell - 1 : 11);
      const values = strip(ground, rowOf(figure.vectors.key, j), figure.vectors.limits.key, palette, x - thick / 2, top.strips, top.bar, thick, true, "key");
      back.append(wire, values);
      lit.columns[j].push(wire, values);
    }
    const span = top.angled ? g.cell : widthOfColumn(figure, top, j);
    back.append(svg("rect", { x: x - span / 2, y: 0, width: span, height: from, fill: "transparent", "data-column": j }));
    if (!shown(j, g.m, null, g.everyColumn)) return;
    const place = top.angled
      ? { transform: `translate(${x + 4} ${top.words - 4}) rotate(-45)`, "text-anchor": "start" }
      : { x, y: top.words, "text-anchor": "middle" };
    const label = tokenLabel(token, figure.marked, palette, family, { ...place, class: "word" }, 100, palette.key);
    back.append(label);
    lit.columns[j].push(label);
    // every further panel has the same columns: repeat slanted words only where there is no arrow's chain to follow
    if (!figure.connectors && g.p > 1 && top.angled) {
      g.places.slice(1).forEach((place2) => {
        const again = tokenLabel(token, figure.marked, palette, family, { transform: `translate(${place2.x + (j + 0.5) * g.cell + 4} ${top.words - 4}) rotate(-45)`, class: "word" }, 100, palette.key);
        back.append(again);
        lit.columns[j].push(again);
      });
    }
  });
}

/** Room of a word in the line of keys: half way to its neighbours. */
function widthOfColumn(figure, top, j) {
  const near = [top.centres[j - 1], top.centres[j + 1]].filter((x) => x !== undefined).map((x) => Math.abs(x - top.centres[j]));
  return near.length ? Math.min(...near) : 60;
}

/** The pale band: under the strips of the values, round the corner, and up behind the outputs. */
function valuesBand(ground, g, palette) {
  const [x, y, right] = [g.last.x - 4, g.values.y - 4, g.last.x + g.across + 4];
  const [low, out, end] = [y + g.values.length + 8, g.outputs - 4, g.outputs + g.bar + 4];
  const high = g.panelTop + 1;
  const d = `M${x + 6} ${y}H${right}C${(right + out) / 2} ${y} ${out} ${y - 4} ${out} ${Math.min(y - 14, g.panelTop + g.down)}V${high + 5}Q${out} ${high} ${out + 5} ${high}H${end - 5}Q${end} ${high} ${end} ${high + 5}V${y}C${end} ${low} ${end - 18} ${low} ${end - 34} ${low}H${x + 6}Q${x} ${low} ${x} ${low - 6}V${y + 6}Q${x} ${y} ${x + 6} ${y}Z`;
  ground.fillStyle = palette.value;
  ground.globalAlpha = 0.11;
  ground.fill(new Path2D(d));
  ground.globalAlpha = 1;
}

function drawValues(back, ground, figure, g, palette, lit) {
  const { vectors, words } = figure;
  const thick = clamp(g.cell - 6, 4, 11);
  figure.columns.forEach((_, j) => {
    const node = strip(ground, rowOf(vectors.value, j), vectors.limits.value, palette, g.last.x + (j + 0.5) * g.cell - thick / 2, g.values.y, g.values.length, thick, true, "value");
    back.append(node);
    lit.values.push(node);
  });
  figure.rows.forEach((_, i) => {
    const y = g.panelTop + (i + 0.5) * g.cell;
    const wire = svg("path", { d: `M${g.last.x + g.across + 2} ${y}H${g.outputs}`, class: "wire", stroke: palette.value, "stroke-width": clamp(g.cell * 0.3, 1.5, 7) });
    const node = strip(ground, rowOf(vectors.output, i), vectors.limits.output, palette, g.outputs, y - g.thick / 2, g.bar, g.thick, false, "value");
    back.append(wire, node);
    lit.rows[i].push(wire, node);
  });
  const role = (name, attributes, text) => svg("text", { "font-size": 12, fill: palette[name], class: "role", ...attributes }, text);
  const firstRow = g.rowCentres[0] - g.thick / 2 - 6;
  if (!g.small) {
    back.append(
      role("query", { x: g.stripX + g.bar / 2, y: firstRow, "text-anchor": "middle" }, words.queries),
      keysLabel(role, g, words),
      role("value", { x: g.last.x - 10, y: g.values.y + g.values.length / 2 + 4, "text-anchor": "end" }, words.values),
      role("value", { x: g.outputs + g.bar / 2, y: g.panelTop - 7, "text-anchor": "middle" }, words.outputs),
    );
  }
}

/** Left of the first key's strip where there is room, else at the side under it. */
function keysLabel(role, g, words) {
  const roomy = g.top.centres[0] > 56;
  return role("key", roomy ? { x: g.top.centres[0] - 14, y: g.top.strips + g.top.bar / 2 + 4, "text-anchor": "end" } : { x: 2, y: g.top.strips + g.top.bar + 16 }, words.keys);
}

/** Over or under every panel its name and colour bar; between panels an arrow with the step's word. */
function drawTitles(back, figure, g, palette) {
  g.places.forEach((place, index) => {
    const panel = figure.panels[index];
    const width = widthOfBar(g.across);
    if (g.p === 1 || !figure.connectors) {
      back.append(colourBar(palette, panel.matrix.kind, panel.matrix.limit, g.p === 1 ? 2 : place.x, g.barsAt, width));
      if (g.p > 1) back.append(svg("text", { x: place.x + width + 12, y: g.barsAt + 9, "font-size": 13, fill: palette.text, class: "title" }, panel.title));
      return;
    }
    const above = index === g.p - 1; // the wires of the keys leave no room over the others
    const y = above ? g.panelTop - 26 : g.panelTop + g.down + 10;
    back.append(
      colourBar(palette, panel.matrix.kind, panel.matrix.limit, place.x, y, width),
      svg("text", { x: place.x, y: above ? y - 8 : y + 34, "font-size": 13, fill: palette.text, class: "title" }, panel.title),
    );
    if (index === 0) return;
    const [from, to, middle] = [place.x - g.gap + 8, place.x - 8, place.y + g.down / 2];
    back.append(
      svg("path", { d: `M${from} ${middle}H${to - 6}`, stroke: palette.floor, "stroke-width": 1.5, fill: "none" }),
      svg("path", { d: `M${to - 7} ${middle - 4}L${to} ${middle}L${to - 7} ${middle + 4}Z`, fill: palette.floor }),
      svg("text", { x: (from + to) / 2 - 2, y: middle - 9, "font-size": 12, "text-anchor": "middle", fill: palette.text, class: "figures" }, panel.arrow || ""),
    );
  });
}
