// The stage: the learner's sentence, an arrow, its translation. Texts, words and weights come with `data`.
const swapped = (sentence, {start, end}, text) => sentence.slice(0, start) + text + sentence.slice(end)
const memory = new WeakMap() // per mounted stage: what is being typed, what has been played

export default function ({data, parentElement, setTriggerValue}) {
  const state = memory.get(parentElement) ?? {editing: null, draft: "", busy: false, played: null, count: 0}
  memory.set(parentElement, state)
  const {texts, uses, mistake} = data
  settleDraft(state, data)
  state.end?.() // what the drawing before this one still plays
  let root = parentElement.querySelector(".stage")
  if (!root) parentElement.append((root = element("section", {class: "stage"})))
  let stopPlaying = () => {}

  const edit = change => {
    state.busy = true
    setTriggerValue("edit", change)
    setTimeout(() => state.busy && root.classList.add("busy"), 300) // most answers are there sooner; any sign at once delays them by a frame
  }
  const write = field => ({
    hint: field === "source" ? data.hint : null,
    mistake: mistake?.field === field ? mistake.sentence : null,
    onApply: value => {
      state.draft = value
      edit({[field]: value})
    },
    onCancel: () => {
      state.editing = null
      draw()
    },
    onType: value => (state.draft = value),
  })
  const startEditing = (field, value) => {
    state.editing = field
    state.draft = value
    draw()
    root.querySelector("form.text input")?.select()
  }

  function form(field, label, lang) {
    const wrong = mistake?.field === field ? "stage-mistake" : null
    return textForm({value: state.draft, label, lang, texts, busy: false, describedBy: wrong, of: field, ...write(field)})
  }

  function english() {
    if (state.editing === "source") return form("source", texts.editHelp, "en")
    const onSwap = (chip, word) => openSwaps(root, chip, word, text => edit({swap: swapped(data.source, word.swap, text)}))
    const words = data.sourceWords.map((word, index) => sourceWord(word, index, {texts, onSwap}))
    return element("div", {class: "words source", role: "group", "aria-label": texts.source, lang: "en"}, ...words)
  }

  // A translation that ran on to the limit is folded to one line until it is asked for.
  const isEndless = () => !data.finished && data.targetWords.length > 12 && state.whole !== data.target

  function french(flow) {
    if (state.editing === "target") return form("target", texts.targetHelp, "fr")
    const words = data.targetWords.map((word, index) => {
      const kind = /['’]$/.test(word.text) && index + 1 < data.targetWords.length ? "word french elided" : "word french"
      if (!flow) return element("span", {class: kind}, ...piecesOf(word, texts))
      return element("button", {class: kind, type: "button", "data-index": index}, ...piecesOf(word, texts))
    })
    const folded = !flow && isEndless()
    return element("div", {class: folded ? "words target folded" : "words target", role: "group", "aria-label": texts.target, lang: "fr"}, ...words)
  }

  const button = (text, onclick, field) => element("button", {type: "button", onclick, "data-field": field}, text)

  const openExamples = event => openSwaps(root, event.currentTarget, {swap: {choices: data.examples}}, source => edit({source}))

  function sourceControls() {
    if (!uses.includes("source")) return element("div", {class: "controls"})
    return element(
      "div",
      {class: "controls"},
      button(texts.edit, () => startEditing("source", data.source), "source"),
      element("button", {type: "button", "aria-label": texts.examples, "aria-haspopup": "listbox", "aria-expanded": "false", onclick: openExamples}, texts.examples),
      button(texts.surprise, () => edit({surprise: true})),
      data.away && button(texts.riddle, () => edit({source: data.away})),
    )
  }

  function targetControls() {
    const found = []
    if (uses.includes("target")) found.push(button(texts.editTarget, () => startEditing("target", data.target), "target"))
    if (uses.includes("target") && data.forced) found.push(button(texts.ownTarget, () => edit({target: ""})))
    if (uses.includes("model")) {
      const options = data.models.map(model => element("option", {value: model.id, selected: model.id === data.model}, model.name))
      found.push(element("select", {"aria-label": texts.model, onchange: event => edit({model: event.target.value})}, ...options))
    }
    return element("div", {class: "controls"}, ...found)
  }

  function notes() {
    const lines = []
    const note = (text, kind) => lines.push(element("p", {class: kind, role: kind === "mistake" ? "alert" : null, id: kind === "mistake" ? "stage-mistake" : null}, text))
    if (mistake && state.editing !== mistake.field) note(mistake.sentence, "mistake")
    if (data.own !== null) note(filled(data.forced ? texts.forced : texts.untrained, {own: data.own}), "note")
    if (!data.finished) {
      note(texts.unfinished, "note")
      if (!data.threads && isEndless()) lines.at(-1).append(" ", element("button", {type: "button", class: "quiet", onclick: () => ((state.whole = data.target), draw())}, texts.whole))
    }
    if (data.sourceWords.some(word => word.pieces.some(piece => piece.rare))) note(texts.unfamiliar, "note")
    if (data.far) note(data.far, "note")
    return lines
  }

  function drawLine() {
    const arrow = element("span", {class: "arrow", "aria-hidden": "true"}, "→")
    const rows = element("div", {class: "rows"}, english(), sourceControls(), arrow, french(false), targetControls())
    root.replaceChildren(rows, ...notes())
  }

  function drawFlow() {
    const box = element("div", {class: "picture"})
    const label = (...parts) => element("span", {class: "level"}, ...parts.map(part => element("span", {}, part)))
    const svg = document.createElementNS(SVG, "svg")
    svg.setAttribute("aria-hidden", "true")
    const gap = element("div", {class: "gap", "aria-hidden": "true"}, label(texts.encoder, texts.inside), label(texts.decoder))
    box.append(svg, english(), gap, french(true))
    const caption = element("p", {class: "caption", "aria-live": "polite"}, texts.flow)
    root.replaceChildren(sourceControls(), box, ...notes(), ...(data.riddle ? [question(data.riddle)] : []), caption)
    const picture = {box, svg, english: [...box.querySelectorAll(".english")], french: [...box.querySelectorAll(".french")], lit: null}
    if (picture.english.length && picture.french.length) stopPlaying = flowing(picture, caption)
    else if (isAwaited(data.riddle)) hideAwaited(picture, data.riddle)
  }

  function flowing(picture, caption) {
    const {threads, riddle} = data
    const key = [data.model, data.source, data.target].join("\n")
    const from = state.played === key ? state.count : 0
    const stop = riddle?.stop ?? picture.french.length
    Object.assign(state, {played: key, count: stop})
    const rest = riddle?.verdict ? riddle.written : null
    const say = (row, best) => {
      if (row === null) caption.textContent = texts.flow
      else if (row === rest) caption.textContent = riddle.looks
      else caption.textContent = filled(texts.looks, {word: data.targetWords[row].text, best: data.sourceWords[best].text, percent: Math.round(threads[row][best] * 100)})
    }
    picture.french.forEach((node, row) => {
      const on = () => lightUp(picture, threads, row, say)
      const off = () => lightUp(picture, threads, rest, say)
      node.addEventListener("pointerenter", on)
      node.addEventListener("focus", on)
      node.addEventListener("pointerleave", off)
      node.addEventListener("blur", off)
    })
    let count = from
    const resize = new ResizeObserver(() => drawThreads(picture, threads, count, null))
    const end = play(picture, threads, {
      from, stop,
      done: () => {
        count = stop
        resize.observe(picture.box)
        root.querySelector(".question")?.classList.remove("coming")
        if (isAwaited(riddle)) takeBet(picture, riddle)
        if (rest !== null && rest !== undefined) lightUp(picture, threads, rest, say)
      },
    })
    return () => {
      end()
      resize.disconnect()
    }
  }

  function takeBet(picture, riddle) {
    picture.english[riddle.pronoun].classList.add("pronoun")
    hideAwaited(picture, riddle)
    const buttons = riddle.nouns.map((place, index) => {
      const noun = riddle.names[index]
      const button = element("button", {type: "button", class: "word english bet", "data-index": place, onclick: () => setTriggerValue("bet", noun)}, noun)
      picture.english[place].replaceWith(button)
      return button
    })
    riddle.nouns.forEach((place, index) => (picture.english[place] = buttons[index]))
    drawThreads(picture, data.threads, riddle.stop, null)
  }

  // French from the awaited pronoun on stays hidden until the bet, its place marked.
  function hideAwaited(picture, riddle) {
    picture.french.forEach((node, place) => (node.hidden = place >= riddle.stop))
    picture.french[riddle.stop].classList.add("awaited")
  }

  // The question or the verdict; its room is kept from the start, its words come when the model has written so far.
  function question(riddle) {
    const awaited = isAwaited(riddle)
    const words = element("span", {}, awaited ? riddle.question : riddle.verdict, " ")
    if (awaited) words.append(element("button", {type: "button", class: "quiet", onclick: () => setTriggerValue("bet", "skip")}, riddle.skip))
    else if (riddle.other) words.append(element("button", {type: "button", class: "solid", onclick: () => edit({source: riddle.other.sentence})}, riddle.other.label))
    return element("p", {class: "question coming", role: "status", tabindex: "-1"}, words)
  }

  function draw() {
    const focused = focusedPart(root)
    state.end?.()
    stopPlaying = () => {}
    root.className = `stage ${data.threads ? "flow" : ""}`
    root.setAttribute("aria-label", texts.stage)
    if (data.threads) drawFlow()
    else drawLine()
    state.end = stopPlaying
    if (focused) root.querySelector(focused)?.focus({preventScroll: true})
    if (mistake) root.querySelector("form.text input")?.focus()
  }

  draw()
  return () => stopPlaying()
}

const isAwaited = riddle => riddle?.stop !== null && riddle?.stop !== undefined

// A selector of what has the focus, or of what stands in its place after a new drawing; null where the focus is elsewhere.
function focusedPart(root) {
  const active = root.getRootNode().activeElement
  if (!active || !root.contains(active)) return null
  if (active.closest(".bet, .question")) return ".question"
  if (active.dataset.index !== undefined) return `.${active.classList.contains("french") ? "french" : "english"}[data-index="${active.dataset.index}"]`
  if (active.dataset.field) return `[data-field="${active.dataset.field}"]`
  const form = active.closest("form.text")
  return form ? `form.text input, [data-field="${form.dataset.of}"]` : null
}

// After an edit the server answers with new data: close the form where it was understood, keep it where it was not.
function settleDraft(state, {mistake}) {
  if (mistake && mistake.field !== "link" && mistake.field !== "model") {
    if (state.editing !== mistake.field) Object.assign(state, {editing: mistake.field, draft: state.draft || mistake.draft})
  } else if (state.busy) {
    Object.assign(state, {editing: null, draft: ""})
  }
  state.busy = false
}
