// When the page last changed, in milliseconds of this document's clock, shadow roots included. `start` is the last Enter key: what the
// visitor did; `painted` the last change anywhere; `labSeen()` the last change of something that stands in the window.
(() => {
  const times = {start: 0, painted: 0}
  const watched = new Set()
  let changed = new Map() // element: when it last changed

  function watch(root) {
    if (watched.has(root)) return
    watched.add(root)
    new MutationObserver(changes => {
      times.painted = performance.now()
      for (const change of changes) {
        for (const node of change.addedNodes) enter(node)
        for (const node of elementsOf(change)) changed.set(node, times.painted)
      }
    }).observe(root, {childList: true, subtree: true, characterData: true, attributes: true})
  }

  // What is new of a list, the element of a text; marks (data-...) are nothing to see.
  function elementsOf({type, target, addedNodes, attributeName}) {
    if (type === "childList") return [...addedNodes].map(node => (node instanceof Element ? node : target))
    if (type === "characterData") return [target.parentNode]
    return attributeName.startsWith("data-") ? [] : [target]
  }

  function enter(node) {
    if (node.shadowRoot) watch(node.shadowRoot)
    for (const child of node.querySelectorAll?.("*") ?? []) if (child.shadowRoot) watch(child.shadowRoot)
  }

  function inWindow(node) {
    if (!node.isConnected || !node.getBoundingClientRect) return false
    const {top, bottom, left, right} = node.getBoundingClientRect()
    return bottom > Math.max(top, 0) && right > Math.max(left, 0) && top < window.innerHeight && left < window.innerWidth
  }

  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options)
    watch(root)
    return root
  }
  document.addEventListener("DOMContentLoaded", () => {
    watch(document.body)
    enter(document.body)
  })
  window.addEventListener("keydown", event => {
    if (event.key !== "Enter") return
    times.start = performance.now()
    changed = new Map()
  }, true)

  window.labTimes = times
  window.labSeen = () => Math.max(times.start, ...[...changed].filter(([node]) => inWindow(node)).map(([, when]) => when))
  const waiting = root => [...root.querySelectorAll(".lab[data-waiting]")].some(inWindow)
  window.labIsStill = quiet => {
    const app = document.querySelector("[data-testid=stApp]")
    if (app?.dataset.testScriptState !== "notRunning" || times.painted <= times.start || performance.now() - times.painted <= quiet) return false
    return ![...watched].some(waiting)
  }
})()
