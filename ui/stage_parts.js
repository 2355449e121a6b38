// Building blocks of the stage: everything a visitor typed goes through textContent, never through markup.
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value)
    else if (value === true) node.setAttribute(name, "")
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value)
  }
  node.append(...children.filter(child => child !== null && child !== undefined))
  return node
}

const filled = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)

// A word with its pieces: thin seams between them, dots below those the model has hardly met.
function piecesOf(word, texts) {
  return word.pieces.map(piece => {
    const node = element("span", {class: piece.rare ? "piece rare" : "piece", title: piece.rare ? texts.hardlyMet : null})
    node.textContent = piece.text
    return node
  })
}

function sourceWord(word, index, {texts, onSwap}) {
  const swappable = Boolean(word.swap)
  const label = swappable ? filled(texts.swap, {word: word.text}) : null
  const attributes = {class: "word english", "data-index": index, "data-gloss": word.gloss, "aria-label": label}
  if (!swappable) return element("span", {...attributes, "aria-label": null}, ...piecesOf(word, texts))
  return element(
    "button",
    {...attributes, type: "button", "aria-haspopup": "listbox", "aria-expanded": "false", onclick: event => onSwap(event.currentTarget, word)},
    ...piecesOf(word, texts),
  )
}

// The words a chip may be swapped for, in the browser's top layer: arrows move, Enter takes, Escape and a click beside close.
function openSwaps(root, chip, word, onPick) {
  root.querySelector(".swaps")?.remove()
  const options = word.swap.choices.map(swap => {
    const option = element("button", {type: "button", role: "option", "aria-selected": "false", onclick: () => take(swap)})
    option.append(element("span", {}, swap.text), element("span", {class: "gloss", lang: "fr"}, swap.gloss ?? ""))
    return option
  })
  const list = element("div", {class: "swaps", popover: "auto", role: "listbox", "aria-label": chip.getAttribute("aria-label")}, ...options)
  const take = swap => {
    list.hidePopover()
    onPick(swap.text)
  }
  list.addEventListener("keydown", event => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key]
    if (!step) return
    event.preventDefault()
    const place = options.indexOf(list.getRootNode().activeElement)
    options[(place + step + options.length) % options.length].focus()
  })
  list.addEventListener("toggle", event => {
    if (event.newState !== "closed") return
    list.remove()
    chip.setAttribute("aria-expanded", "false")
    chip.focus()
  })
  root.append(list)
  list.showPopover()
  chip.setAttribute("aria-expanded", "true")
  const box = chip.getBoundingClientRect()
  const height = list.offsetHeight
  list.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - list.offsetWidth - 8))}px`
  list.style.top = `${box.bottom + height + 12 > window.innerHeight ? Math.max(8, box.top - height - 4) : box.bottom + 4}px`
  options[0]?.focus()
}

// The sentence as text. Enter applies, Escape leaves; what was typed stays until it has been understood.
function textForm({value, label, lang, texts, busy, describedBy, of, hint, mistake, onApply, onCancel, onType}) {
  const input = element("input", {
    type: "text", value, lang, "aria-label": label, placeholder: label, spellcheck: "false", autocomplete: "off",
    "aria-invalid": describedBy ? "true" : null, "aria-describedby": describedBy, disabled: busy,
    oninput: event => onType(event.target.value),
    onkeydown: event => event.key === "Escape" && onCancel(),
  })
  return element(
    "form",
    {class: "text", novalidate: true, "data-of": of, onsubmit: event => (event.preventDefault(), onApply(input.value))},
    input,
    element("button", {type: "submit", class: "solid", disabled: busy}, texts.apply),
    element("button", {type: "button", onclick: onCancel}, texts.cancel),
    mistake ? element("p", {class: "mistake", role: "alert", id: "stage-mistake"}, mistake) : null,
    hint ? element("p", {class: "note"}, hint) : null,
  )
}
