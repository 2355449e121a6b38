// The pictures of the lesson on masks: one component, told by its payload which one to draw. Nothing here speaks to the server.

function createMasks(host) {
  const self = { host, view: sharedView(), data: null, table: false };
  self.section = html("section", { class: "masks" });
  host.append(self.section);
  watchGround(host, () => self.data && drawMasks(self));
  const stop = self.view.subscribe(() => self.data && self.data.header.view === "strip" && drawMasks(self));
  return {
    update(bytes) {
      if (sameBytes(self.bytes, bytes)) return;
      self.bytes = bytes;
      self.data = unpack(bytes);
      const { header } = self.data;
      header.say = header.words;
      const shape = JSON.stringify([header.view, header.fed, header.labels, header.layers, header.heads, header.sentences, header.worlds && header.worlds.map((world) => world.name), header.say]);
      if (shape !== self.shape) {
        for (const name of ["row", "column", "painted", "stripWidth", "change", "cell", "at"]) delete self[name];
        ({ strip: createStrip, batch: createBatch, change: createChange, leak: createLeak })[header.view](self);
      }
      self.shape = shape;
      drawMasks(self);
    },
    close() { stop(); clearInterval(self.timer); },
  };
}

const drawMasks = (self) => ({ strip: drawStrip, batch: drawBatch, change: drawChange, leak: drawLeak })[self.data.header.view](self);

/** A sentence whose holes are filled with nodes; one that is named twice stands there twice. */
const filled = (template, values) => sentence(template, values).map((part, at, all) => (part instanceof Node && all.indexOf(part) < at ? part.cloneNode(true) : part));
