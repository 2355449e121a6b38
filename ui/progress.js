// The path of stations: a number on a line, the lesson, what was bet, what was answered. Texts come from a visitor's file too: text nodes only.
function node(tag, className, ...children) {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...children.filter(child => child !== undefined))
  return made
}

const SIGNS = {right: "M7.5 12.5l3 3l6 -7", mended: "M7.5 12.5l3 3l6 -7", wrong: "M8.5 8.5l7 7m0 -7l-7 7", open: ""}

function mark(kind) {
  const make = (tag, attributes) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag)
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value)
    return shape
  }
  const drawing = make("svg", {viewBox: "0 0 24 24", class: `mark ${kind}`, "aria-hidden": "true"})
  drawing.append(make("circle", {cx: 12, cy: 12, r: 10}), make("path", {d: SIGNS[kind]}))
  return drawing
}

export default function ({data, parentElement, setTriggerValue}) {
  const path = parentElement.querySelector(".path")
  path.setAttribute("aria-label", data.label)
  path.replaceChildren(...data.stations.map(station))
  const met = new Set(data.stations.flatMap(found => found.answers))
  const legend = ["right", "mended", "wrong"].filter(kind => met.has(kind)).map(kind => node("span", "", mark(kind), data.words[kind]))
  parentElement.querySelector(".legend").replaceChildren(...legend)

  function station(found) {
    const number = node("span", "number", String(found.number))
    number.setAttribute("aria-hidden", "true")
    const item = node("li", found.state, number, lesson(found), bets(found), answers(found))
    item.value = found.number
    return item
  }

  function lesson(found) {
    const title = node("a", "title", found.title)
    title.href = found.slug
    title.onclick = event => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      setTriggerValue("open", found.slug)
    }
    const state = found.said ? node("span", "state", found.said) : undefined
    return node("div", "station", title, state, node("span", "question", found.question))
  }

  function bets(found) {
    return node("div", "bets", ...found.bets.map(bet => {
      const choice = node("b", "", bet.choice)
      return node("p", "bet", bet.question || data.words.bet, choice)
    }))
  }

  function answers(found) {
    const list = node("ul", "answers")
    if (!(found.answers.length || found.state === "read")) return list
    list.setAttribute("aria-label", data.words.answers)
    const slots = [...found.answers, ...Array(Math.max(0, 3 - found.answers.length)).fill("open")]
    list.append(...slots.map(kind => {
      const item = node("li", "", mark(kind), node("span", "unseen", data.words[kind]))
      item.title = data.words[kind]
      return item
    }))
    return list
  }
}
