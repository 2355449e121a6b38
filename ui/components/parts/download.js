// Pictures and tables made in the browser; nothing is asked of the server.

function save(name, type, content) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = html("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 2000);
}

/** One labelled matrix as a free-standing SVG with title, what it is of (model and sentence), labels and colour bar. On paper, so in light. */
function pictureOf({ matrix, rows, columns, title }, about, palette) {
  const [cell, left, family] = [28, 130, "system-ui, sans-serif"];
  const width = Math.max(460, left + matrix.columns * cell + 90);
  const lines = wrapped(about, width - 40, family);
  const top = 136 + lines.length * 17;
  const height = top + matrix.rows * cell + 56;
  const root = svg("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": family },
    svg("defs", {}, hatchPattern(palette)), svg("rect", { width, height, fill: palette.background }),
    svg("text", { x: 16, y: 26, "font-size": 15, fill: palette.text }, title),
    lines.map((line, index) => svg("text", { x: 16, y: 46 + index * 17, "font-size": 12, fill: palette.muted }, line)),
    columns.map((token, j) => tokenLabel(token, false, palette, family, { transform: `translate(${left + (j + 0.5) * cell + 4} ${top - 8}) rotate(-45)` }, 110, palette.key)),
    rows.map((token, i) => tokenLabel(token, false, palette, family, { x: left - 8, y: top + (i + 0.5) * cell + 4, "text-anchor": "end" }, 110, palette.query)),
    vectorCells(matrix, cell, palette, left, top), colourBar(palette, matrix.kind, matrix.limit, left, top + matrix.rows * cell + 16));
  return { root, width, height };
}

/** A text in lines of at most `room` pixels at 12 px. */
function wrapped(text, room, family) {
  const lines = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && textWidth(longer, 12, family) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function saveSvg(name, picture) {
  save(`${name}.svg`, "image/svg+xml", new XMLSerializer().serializeToString(picture.root));
}

function savePng(name, picture) {
  const image = new Image();
  image.onload = () => {
    const canvas = html("canvas", { width: picture.width * 2, height: picture.height * 2 });
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.drawImage(image, 0, 0);
    canvas.toBlob((blob) => save(`${name}.png`, "image/png", blob));
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(picture.root));
}

/** Commas and quotes as in RFC 4180; a token that a spreadsheet would take for a formula gets an apostrophe. */
function saveCsv(name, matrix, rows, columns) {
  const field = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? "'" + text : text).replaceAll('"', '""')}"`;
  const lines = [["", ...columns.map((token) => field(token.text))].join(",")];
  for (let i = 0; i < matrix.rows; i += 1) {
    const numbers = Array.from({ length: matrix.columns }, (_, j) => (isMasked(matrix, i, j) ? "" : String(matrix.values[i * matrix.columns + j])));
    lines.push([field(rows[i].text), ...numbers].join(","));
  }
  save(`${name}.csv`, "text/csv", "\uFEFF" + lines.join("\r\n") + "\r\n");
}
