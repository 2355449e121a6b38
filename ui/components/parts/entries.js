// What Streamlit calls: once when a component appears and again with every new data. One picture lives per place. It is asked to
// draw only when its bytes have changed; where it is far below the window, when it comes near or when nothing has happened for a while.

const NEAR = "400px";
const AWHILE = 500; // milliseconds

const places = new WeakMap();
const living = new Set();
const kept = new Map();
const whenIdle = window.requestIdleCallback ? (draw) => window.requestIdleCallback(draw) : (draw) => setTimeout(draw);

/** `send` is there for the few that ask the visitor for something. Answers what is called when the component goes. */
function mounted(name, parent, data, send = null) {
  let place = places.get(parent);
  if (!place) places.set(parent, (place = newPlace(ENTRIES[name], parent)));
  place.send = send;
  given(place, data);
  return () => {
    if (parent.isConnected) return; // called for an older call that new data overtook: the place lives on
    clearTimeout(place.timer);
    living.delete(place);
    place.waiting = null;
    place.watcher.disconnect();
    place.picture?.close?.();
    places.delete(parent);
    place.frame.remove();
  };
}

function newPlace({ create, styles }, parent) {
  const host = html("div", { class: "lab" });
  parent.adoptedStyleSheets = styles.map(sheetOf);
  const frame = html("div", {}, host);
  parent.append(frame);
  const place = { frame, host, create, picture: null, waiting: null, near: false };
  living.add(place);
  place.watcher = new IntersectionObserver((entries) => {
    place.near = entries[entries.length - 1].isIntersecting;
    if (place.near) drawWaiting(place);
  }, { rootMargin: NEAR, scrollMargin: NEAR });
  place.watcher.observe(host);
  return place;
}

const sheets = new Map();
function sheetOf(name) {
  if (!sheets.has(name)) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEETS[name]);
    sheets.set(name, sheet);
  }
  return sheets.get(name);
}

function given(place, data) {
  const packed = data instanceof Uint8Array;
  if (packed && sameBytes(place.bytes, data)) return; // a rerun that changes nothing leaves focus and menus where they are
  place.bytes = data;
  place.waiting = packed ? unpack(data) : data;
  place.host.dataset.waiting = "";
  const room = roomOf(place);
  if (!place.picture && room) place.host.style.minHeight = `${room[window.innerWidth < 700 ? 1 : 0]}px`;
  clearTimeout(place.timer);
  if (place.near || !room) drawWaiting(place);
  else place.timer = setTimeout(() => whenIdle(() => drawWaiting(place)), AWHILE);
}

/** The pixels kept free for a picture until it is drawn, wide and on a phone; nothing for one that stands at the top of its page. */
function roomOf({ create, waiting }) {
  return typeof create.room === "function" ? create.room(waiting.header) : create.room;
}

function drawWaiting(place) {
  clearTimeout(place.timer);
  if (!place.waiting) return;
  const data = (place.drawn = place.waiting);
  place.waiting = null;
  delete place.host.dataset.waiting;
  place.picture ??= place.create(place.host, (value) => place.send(value));
  place.picture.update(withKept(data));
  place.host.style.minHeight = "";
}

/** Arrays of a model, which come once: pictures that name them in their header find them among their own, sooner or later. */
function keep(name, arrays) {
  kept.set(name, arrays);
  for (const { picture, drawn } of living) if (drawn?.header?.kept === name) picture.update(withKept(drawn));
}

const withKept = (data) => (data.header?.kept ? { ...data, arrays: { ...kept.get(data.header.kept), ...data.arrays } } : data);
