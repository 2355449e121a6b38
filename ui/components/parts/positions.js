// The pictures of the lesson on positions: the header's `picture` says which one stands here. What is far below the window is
// drawn when it comes near, or when nothing has happened for a while: another sentence is not kept waiting for it.

const PICTURES = { encoding: createEncoding, offsets: createOffsets, turns: createTurns, sums: createSums, orders: createOrders, curves: createCurves };
const ROOM = { encoding: [450, 760], sums: [290, 440], orders: [460, 800], curves: [340, 370], offsets: [400, 460], turns: [740, 1120] }; // pixels until it is drawn: wide, phone
const NEAR = "300px";
const AWHILE = 1500; // milliseconds

function createPositions(host, send) {
  const self = { bytes: null, waiting: null, picture: null, name: null, near: false };
  const drawNow = () => {
    clearTimeout(self.timer);
    if (!self.waiting) return;
    const data = self.waiting;
    self.waiting = null;
    if (self.name !== data.header.picture) {
      self.picture = PICTURES[data.header.picture](host, send);
      self.name = data.header.picture;
    }
    self.picture.update(data);
    host.style.minHeight = "";
  };
  const watcher = new IntersectionObserver((entries) => {
    self.near = entries[entries.length - 1].isIntersecting;
    if (self.near) drawNow();
  }, { rootMargin: NEAR });
  watcher.observe(host);
  return {
    update(bytes) {
      if (sameBytes(self.bytes, bytes)) return; // a rerun that changes nothing leaves focus, hands and words where they are
      self.bytes = bytes;
      self.waiting = unpack(bytes);
      const { picture } = self.waiting.header;
      if (self.name === null) host.style.minHeight = `${ROOM[picture][window.innerWidth < 700 ? 1 : 0]}px`;
      clearTimeout(self.timer);
      if (self.near || picture === "encoding") drawNow();
      else self.timer = setTimeout(drawNow, AWHILE);
    },
    close() {
      watcher.disconnect();
      clearTimeout(self.timer);
      if (self.picture && self.picture.close) self.picture.close();
    },
  };
}
