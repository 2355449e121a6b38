// Token labels: {text, start, special}. The word-start mark is softened, and left out where every token starts a word.

const sizeOfToken = 13;

/** What a tooltip says: a byte that stands for a character is named too. */
const titleOfToken = (token) => (token.title ? `${token.text} ${token.title}` : token.text);

/** A token that stands more than once is numbered, so that a sentence about it is clear: the\u00B9, the\u00B2. */
function named(tokens, index) {
  const { text } = tokens[index];
  const same = tokens.filter((token) => token.text === text).length;
  if (same < 2) return tokens[index];
  const place = tokens.slice(0, index + 1).filter((token) => token.text === text).length;
  const raised = String(place).replace(/\d/g, (digit) => "\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079"[digit]);
  return { ...tokens[index], text: text + raised };
}

/** Do these tokens need the mark, that is: does any of them continue a word? */
const needsMark = (tokens) => tokens.some((token) => !token.start && !token.special);

function tokenSpan(token, marked, role) {
  return html("span", { class: `token ${token.special ? "special" : ""}`, title: token.title ? titleOfToken(token) : null, style: role ? `color:var(--lab-${role})` : null },
    marked && token.start ? html("span", { class: "mark", "aria-hidden": "true" }, "\u2581") : null, token.text);
}

/** An SVG label cut to `room` pixels with an ellipsis; the whole token stays in its title. */
function tokenLabel(token, marked, palette, family, attributes, room = 110, colour = null) {
  let text = token.text;
  while (text.length > 1 && textWidth(text, sizeOfToken, family) > room) text = text.slice(0, -2) + "\u2026";
  const mark = marked && token.start ? svg("tspan", { fill: palette.floor, opacity: 0.6, "font-size": 7 }, "\u2581") : null;
  return svg("text", { "font-size": sizeOfToken, fill: colour || (token.special ? palette.muted : palette.text), "font-style": token.special ? "italic" : null, ...attributes },
    svg("title", {}, titleOfToken(token)), mark, text);
}

/** Labels drawn: all up to 24 tokens, then every second, third ... so that they never overlap; the lit one always. */
const shown = (index, count, lit, every = Math.ceil(count / 24)) => index === lit || (index % every === 0 && (every === 1 || lit === null || Math.abs(index - lit) >= every));
