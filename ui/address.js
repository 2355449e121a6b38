// The browser's half of the address: what a learner looks at (attention, layer, head, pinned cell, step).
// One object per tab, created by whichever component comes first. ui/address.py tells why it is needed.
function sharedView() {
  const place = "attentionLabView"
  if (window[place]) return window[place]
  const NAMES = ["attention", "layer", "head", "row", "column", "step"]
  const listeners = new Set()
  const values = new Map()

  function readLocation() {
    const query = new URLSearchParams(window.location.search)
    values.clear()
    for (const name of NAMES) if (query.has(name)) values.set(name, query.get(name))
  }

  function merged(address) {
    const url = new URL(address ?? window.location.href, window.location.href)
    for (const name of NAMES) url.searchParams.delete(name)
    for (const name of NAMES) if (values.has(name)) url.searchParams.set(name, values.get(name))
    return url
  }

  // Streamlit writes whole addresses, without what only the browser knows: put it back at the same moment.
  // An address without a model is one the server is about to complete: it gets no entry of its own in the history.
  const push = window.history.pushState.bind(window.history)
  const replace = window.history.replaceState.bind(window.history)
  window.history.replaceState = (state, title, address) => replace(state, title, merged(address))
  window.history.pushState = (state, title, address) => {
    const url = merged(address)
    const incomplete = !new URLSearchParams(window.location.search).has("model")
    const write = incomplete && url.pathname === window.location.pathname ? replace : push
    write(state, title, url)
  }

  function tell() {
    for (const listener of [...listeners]) listener()
  }

  window.addEventListener("popstate", () => {
    readLocation()
    tell()
  })
  readLocation()

  window[place] = {
    get: name => values.get(name) ?? null,
    number(name, low, high, fallback) {
      const value = Number.parseInt(values.get(name), 10)
      return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : fallback
    },
    set(changes) {
      for (const [name, value] of Object.entries(changes)) {
        if (!NAMES.includes(name)) throw new Error(`${name} is not the browser's to write`)
        if (value === null || value === undefined) values.delete(name)
        else values.set(name, String(value))
      }
      replace(window.history.state, "", merged())
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return window[place]
}
