// A small line chart: at most four curves named at their ends (on a phone: over the chart), one upright line that follows the pointer and the arrow keys.

/**
 * createChart(host, { point }) answers { update(chart, palette), at() }.
 * A chart: { x: [first, last], y: [low, high], ticksX, ticksY, titleX, titleY, curves: [{ name, colour, dash, values: [[x, y], ...] }],
 *   shade: { from, to, name } or null, at, label, height }. point(x) is told of a new place on the x axis, always a whole number.
 */
function createChart(host, { point }) {
  const back = svg("svg", { class: "chart", "aria-hidden": "true" });
  const slider = html("div", { class: "over", role: "slider", tabindex: 0 });
  const sheet = html("div", { class: "sheet" }, back, slider);
  const names = html("p", { class: "names" });
  host.append(names, sheet);
  const stage = { host, back, slider, sheet, names, point, chart: null, palette: null };
  const go = (x) => { const [low, high] = stage.chart.x; stage.point(clamp(Math.round(x), low, high)); };
  slider.addEventListener("pointermove", (event) => go(fromPixels(stage, event.clientX - slider.getBoundingClientRect().left)));
  slider.addEventListener("pointerdown", (event) => go(fromPixels(stage, event.clientX - slider.getBoundingClientRect().left)));
  slider.addEventListener("keydown", (event) => {
    const { at, x } = stage.chart;
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageDown: at - 10, PageUp: at + 10, Home: x[0], End: x[1] }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
  new ResizeObserver(() => { if (stage.chart && Math.abs(host.clientWidth - stage.width) > 1) drawChart(stage); }).observe(host);
  return { update(chart, palette) { Object.assign(stage, { chart, palette }); drawChart(stage); } };
}

const fromPixels = ({ chart, inner }, pixels) => chart.x[0] + (pixels / inner) * (chart.x[1] - chart.x[0]);

function drawChart(stage) {
  const { chart, palette, host, back, slider, sheet } = stage;
  const width = (stage.width = host.clientWidth);
  if (width < 120) return; // on its way in or out
  const family = getComputedStyle(host).fontFamily;
  const height = chart.height || 230;
  const roomy = width >= 560;
  const right = roomy ? Math.min(210, Math.max(12, ...chart.curves.map((curve) => textWidth(curve.name || "", 13, family) + 14))) : 12;
  stage.names.replaceChildren(...(roomy ? [] : chart.curves.filter((curve) => curve.name).map((curve) => html("span", { style: `color:${palette[curve.colour]}` }, curve.name))));
  const box = { left: 46, top: 26, right: width - right, bottom: height - 40 };
  stage.inner = box.right - box.left;
  const px = (x) => box.left + ((x - chart.x[0]) / (chart.x[1] - chart.x[0])) * (box.right - box.left);
  const py = (y) => box.bottom - ((clamp(y, ...chart.y) - chart.y[0]) / (chart.y[1] - chart.y[0])) * (box.bottom - box.top);
  const text = (x, y, content, more = {}) => svg("text", { x, y, "font-size": 12, fill: palette.muted, class: "figures", ...more }, content);
  const nodes = [];
  if (chart.shade) {
    const [from, to] = [px(chart.shade.from), px(chart.shade.to)];
    nodes.push(svg("rect", { x: from, y: box.top, width: to - from, height: box.bottom - box.top, fill: palette.surface }),
      text(from + 6, box.bottom - 7, chart.shade.name));
  }
  for (const tick of chart.ticksY) nodes.push(svg("path", { d: `M${box.left} ${py(tick)}H${box.right}`, stroke: palette.line }), text(box.left - 8, py(tick) + 4, tickText(tick), { "text-anchor": "end" }));
  for (const tick of chart.ticksX) nodes.push(text(px(tick), box.bottom + 17, tickText(tick), { "text-anchor": "middle" }));
  nodes.push(text((box.left + box.right) / 2, height - 6, chart.titleX, { "text-anchor": "middle" }), text(box.left - 40, 12, chart.titleY));
  nodes.push(...chartCurves(chart, palette, px, py), ...(roomy ? chartNames(chart, palette, box, py) : []), ...chartHere(chart, palette, box, px, py));
  sheet.style.height = `${height}px`;
  back.setAttribute("width", width);
  back.setAttribute("height", height);
  back.replaceChildren(...nodes);
  slider.style.cssText = `left:${box.left}px;top:${box.top}px;width:${box.right - box.left}px;height:${box.bottom - box.top}px`;
  const said = { "aria-label": chart.label, "aria-valuemin": chart.x[0], "aria-valuemax": chart.x[1], "aria-valuenow": chart.at, "aria-valuetext": chart.told || String(chart.at) };
  for (const [name, value] of Object.entries(said)) slider.setAttribute(name, value);
}

const tickText = (tick) => String(tick).replace("-", "\u2212");

function chartCurves(chart, palette, px, py) {
  return chart.curves.flatMap((curve) => {
    const parts = curve.parts || [{ colour: curve.colour, values: curve.values, width: 2 }];
    return parts.map((part) => svg("path", {
      d: part.values.map(([x, y], index) => `${index ? "L" : "M"}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join(""),
      fill: "none", stroke: palette[part.colour], "stroke-width": part.width || 2, "stroke-dasharray": curve.dash || null, "stroke-linejoin": "round", "stroke-linecap": "round",
    }));
  });
}

/** Names at the ends of the curves, pushed apart where they would run into each other. */
function chartNames(chart, palette, box, py) {
  const ends = chart.curves.filter((curve) => curve.name).map((curve) => ({ ...curve, y: py(curve.values[curve.values.length - 1][1]) })).sort((a, b) => a.y - b.y);
  for (let index = 1; index < ends.length; index += 1) ends[index].y = Math.max(ends[index].y, ends[index - 1].y + 16);
  const below = ends.length ? ends[ends.length - 1].y - (box.bottom + 2) : 0;
  if (below > 0) for (let index = ends.length - 1; index >= 0; index -= 1) ends[index].y = Math.min(ends[index].y, box.bottom + 2 - (ends.length - 1 - index) * 16);
  return ends.map((curve) => svg("text", { x: box.right + 8, y: curve.y + 4, "font-size": 13, "font-weight": 600, fill: palette[curve.colour], stroke: palette.background, "stroke-width": 3, "paint-order": "stroke" }, curve.name));
}

function chartHere(chart, palette, box, px, py) {
  if (chart.at === null || chart.at === undefined) return [];
  const x = px(chart.at);
  const dots = chart.curves.flatMap((curve) => {
    const found = curve.values.find(([at]) => at === chart.at);
    return found ? [svg("circle", { cx: x, cy: py(found[1]), r: 4.5, fill: palette[curve.colour], stroke: palette.background, "stroke-width": 1.5 })] : [];
  });
  const twins = (chart.twins || []).map(([at, y, colour]) => svg("circle", { cx: px(at), cy: py(y), r: 4.5, fill: palette.background, stroke: palette[colour], "stroke-width": 2 }));
  return [svg("path", { d: `M${x} ${box.top}V${box.bottom}`, stroke: palette.floor, "stroke-dasharray": "3 3" }), ...twins, ...dots];
}
