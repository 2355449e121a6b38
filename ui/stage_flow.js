// The sentence going through: French words appear one after the other, each with the threads of its attention.
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)")
const BEAT = 240 // milliseconds from one word to the next
const FAINTEST = 0.04 // weights below are not drawn
const SVG = "http://www.w3.org/2000/svg"

function middleOf(node, frame, edge) {
  const box = node.getBoundingClientRect()
  return {x: box.left + box.width / 2 - frame.left, y: (edge === "bottom" ? box.bottom : box.top) - frame.top}
}

function curve(from, to) {
  const bend = (to.y - from.y) * 0.55
  return `M${from.x} ${from.y} C${from.x} ${from.y + bend} ${to.x} ${to.y - bend} ${to.x} ${to.y}`
}

function drawStem(picture, {x, y}, end) {
  if (Math.abs(end - y) < 2) return
  const path = document.createElementNS(SVG, "path")
  path.setAttribute("d", `M${x} ${y} V${end}`)
  path.setAttribute("class", "stem")
  picture.svg.append(path)
}

// picture: {box, svg, english: [nodes], french: [nodes], lit: row or null}; threads: [french][english] weights.
function drawThreads(picture, threads, count, fresh) {
  const frame = picture.box.getBoundingClientRect()
  picture.svg.replaceChildren()
  picture.svg.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`)
  // Where words wrap, a thread leaves below the last line of the English and ends above the first of the French; a thin
  // stem leads from there to its word.
  const below = Math.max(...picture.english.map(node => middleOf(node, frame, "bottom").y))
  const above = Math.min(...picture.french.map(node => middleOf(node, frame, "top").y))
  picture.english.forEach(node => drawStem(picture, middleOf(node, frame, "bottom"), below))
  for (let row = 0; row < count; row += 1) {
    const word = middleOf(picture.french[row], frame, "top")
    const to = {x: word.x, y: above}
    drawStem(picture, word, above)
    threads[row].forEach((weight, column) => {
      if (weight < FAINTEST) return
      const path = document.createElementNS(SVG, "path")
      path.setAttribute("d", curve({x: middleOf(picture.english[column], frame, "bottom").x, y: below}, to))
      path.setAttribute("pathLength", "1")
      path.setAttribute("class", fresh === row ? "thread drawn" : "thread")
      path.classList.toggle("on", row === picture.lit)
      path.style.setProperty("--weight", weight)
      path.dataset.row = row
      path.dataset.column = column
      picture.svg.append(path)
    })
  }
}

// Light up one French word's threads (null: all alike) and say in words where it looks most.
function lightUp(picture, threads, row, say) {
  picture.lit = row
  picture.box.classList.toggle("lit", row !== null)
  for (const path of picture.svg.children) path.classList.toggle("on", Number(path.dataset.row) === row)
  picture.french.forEach((node, index) => node.classList.toggle("on", index === row))
  const best = row === null ? null : threads[row].indexOf(Math.max(...threads[row]))
  picture.english.forEach((node, index) => node.classList.toggle("on", index === best))
  say(row, best)
}

// Reveal words up to `stop`, one per beat, then call `done`. Returns the function that ends it.
function play(picture, threads, {from, stop, done}) {
  let count = from
  let timer = null
  const show = fresh => {
    picture.french.forEach((node, index) => (node.hidden = index >= count))
    drawThreads(picture, threads, count, fresh)
  }
  const beat = () => {
    if (count >= stop) {
      done()
      return
    }
    count += 1
    show(count - 1)
    timer = setTimeout(beat, BEAT)
  }
  if (STILL.matches) count = stop
  show(null)
  timer = setTimeout(beat, from === 0 && !STILL.matches ? 2 * BEAT : 0)
  return () => clearTimeout(timer)
}
