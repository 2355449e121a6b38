// Clocks: one hand for a pair of dimensions. It starts at twelve and turns clockwise: how far right its tip is is the sine,
// how high it is is the cosine. Drawn on a canvas, since all hands turn at once.

const turnOf = (pair, width) => 10000 ** ((-2 * pair) / width); // radians a position

/** A small clock: rim, the way since twelve where it is asked for, hand. */
function drawClock(context, x, y, radius, angle, palette, { lit = false, from = null } = {}) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = lit ? palette.surface : palette.background;
  context.fill();
  context.lineWidth = lit ? 1.6 : 1;
  context.strokeStyle = lit ? palette.text : palette.floor;
  context.stroke();
  if (from !== null) {
    wedge(context, x, y, radius, from, angle, palette.key);
    hand(context, x, y, radius, from, palette.floor, 1.5);
  }
  hand(context, x, y, radius, angle, palette.query, lit ? 2.6 : radius > 16 ? 2.2 : 1.6);
}

function hand(context, x, y, radius, angle, colour, width) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + Math.sin(angle) * (radius - 2), y - Math.cos(angle) * (radius - 2));
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = "round";
  context.stroke();
}

/** The turn from one hand to the other, as a filled sector; the canvas counts angles from three o'clock. */
function wedge(context, x, y, radius, from, to, colour) {
  context.beginPath();
  context.moveTo(x, y);
  const whole = to - from >= 2 * Math.PI;
  context.arc(x, y, radius * 0.72, whole ? 0 : from - Math.PI / 2, whole ? 2 * Math.PI : to - Math.PI / 2);
  context.closePath();
  context.globalAlpha = 0.3;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}

/** A canvas of that size in CSS pixels, cleared, ready to draw on. */
function freshCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return context;
}

/** The large clock: the hand, its shadow on both axes, and a dot on the rim for every word. */
function drawLargeClock(canvas, size, angle, width, pair, count, here, palette, family) {
  const context = freshCanvas(canvas, size, size);
  const [middle, radius] = [size / 2, size / 2 - 22];
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  context.beginPath();
  context.arc(middle, middle, radius, 0, 2 * Math.PI);
  context.fillStyle = palette.surface;
  context.fill();
  context.strokeStyle = palette.floor;
  context.lineWidth = 1;
  context.stroke();
  context.beginPath();
  context.moveTo(middle - radius, middle); context.lineTo(middle + radius, middle);
  context.moveTo(middle, middle - radius); context.lineTo(middle, middle + radius);
  context.strokeStyle = palette.line;
  context.stroke();
  const tip = [middle + sine * radius, middle - cosine * radius];
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(tip[0], middle); context.lineTo(...tip); context.lineTo(middle, tip[1]);
  context.strokeStyle = palette.muted;
  context.stroke();
  context.setLineDash([]);
  shadow(context, middle, middle, tip[0], middle, sine, palette);
  shadow(context, middle, middle, middle, tip[1], cosine, palette);
  for (let position = 0; position < count; position += 1) {
    const at = position * turnOf(pair, width);
    context.beginPath();
    context.arc(middle + Math.sin(at) * radius, middle - Math.cos(at) * radius, position === here ? 4 : 2.2, 0, 2 * Math.PI);
    context.fillStyle = position === here ? palette.query : palette.floor;
    context.fill();
  }
  hand(context, middle, middle, radius + 1, angle, palette.query, 3);
  clockWords(context, middle, radius, count, turnOf(pair, width), palette, family);
}

function shadow(context, x1, y1, x2, y2, value, palette) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.strokeStyle = value < 0 ? palette.negative : palette.positive;
  context.globalAlpha = 0.45;
  context.lineWidth = 6;
  context.lineCap = "butt";
  context.stroke();
  context.globalAlpha = 1;
}

/** The numbers of the positions outside the rim, as long as they stand clear of each other. */
function clockWords(context, middle, radius, count, step, palette, family) {
  context.font = `11px ${family}`;
  context.fillStyle = palette.muted;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const taken = [];
  for (let position = 0; position < Math.min(count, 24); position += 1) {
    const at = position * step;
    const [x, y] = [middle + Math.sin(at) * (radius + 12), middle - Math.cos(at) * (radius + 12)];
    if (taken.some(([a, b]) => Math.hypot(a - x, b - y) < 13)) continue;
    taken.push([x, y]);
    context.fillText(String(position), x, y);
  }
}
