// The map: parts as columns, lessons as stations on a line.
function node(tag, className, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

export default function ({data, parentElement, setTriggerValue}) {
  const map = parentElement.querySelector(".map")
  map.setAttribute("aria-label", data.label)
  map.replaceChildren(
    ...data.parts.map(part => {
      const column = node("section")
      const list = node("ol")
      list.start = part.lessons[0].number
      list.append(...part.lessons.map(lesson => station(lesson)))
      column.append(node("h3", "", part.title), list)
      return column
    }),
  )

  function station(lesson) {
    const item = node("li", lesson.ready ? "ready" : "")
    const title = node(lesson.ready ? "a" : "span", "title", lesson.title)
    if (lesson.ready) {
      title.href = lesson.slug
      title.onclick = event => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        setTriggerValue("open", lesson.slug)
      }
    }
    const number = node("span", "number", lesson.number)
    number.setAttribute("aria-hidden", "true")
    const words = node("div")
    words.append(title, node("span", "question", lesson.question))
    if (!lesson.ready) words.append(node("span", "unseen", ` (${data.toCome})`))
    item.append(number, words)
    return item
  }
}
