// The pictures of the lesson on masks: one component, told by its payload which one to draw. Nothing here speaks to the server.

function createMasks(host) {
  const self = { host, view: sharedView(), data: null, table: false };
  self.section = html("section", { class: "masks" });
  host.append(self.section);
  const stop = keepDrawn(self, drawMasks, null, () => self.data.header.view === "strip" && drawMasks(self));
  return {
    update(data) {
      self.data = data;
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
createMasks.room = (header) => ({ batch: [464, 560], change: [938, 1100], leak: [517, 700] })[header.view];

const drawMasks = (self) => ({ strip: drawStrip, batch: drawBatch, change: drawChange, leak: drawLeak })[self.data.header.view](self);

/** A sentence whose holes are filled with nodes; one that is named twice stands there twice. */
const filled = (template, values) => sentence(template, values).map((part, at, all) => (part instanceof Node && all.indexOf(part) < at ? part.cloneNode(true) : part));
