// When the view last changed, in milliseconds of this document's clock, shadow roots included.
// `start` is the last Enter key: what the visitor did; `painted` the last change of the page's content.
(() => {
  const times = {start: 0, painted: 0}
  const watched = new WeakSet()

  function watch(root) {
    if (watched.has(root)) return
    watched.add(root)
    new MutationObserver(changes => {
      times.painted = performance.now()
      for (const change of changes) for (const node of change.addedNodes) enter(node)
    }).observe(root, {childList: true, subtree: true, characterData: true, attributes: true})
  }

  function enter(node) {
    if (node.shadowRoot) watch(node.shadowRoot)
    for (const child of node.querySelectorAll?.("*") ?? []) if (child.shadowRoot) watch(child.shadowRoot)
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
  window.addEventListener("keydown", event => { if (event.key === "Enter") times.start = performance.now() }, true)

  window.labTimes = times
  window.labIsStill = quiet => {
    const app = document.querySelector("[data-testid=stApp]")
    return app?.dataset.testScriptState === "notRunning" && times.painted > times.start && performance.now() - times.painted > quiet
  }
})()
