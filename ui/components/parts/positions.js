// The pictures of the lesson on positions: the header's `picture` says which one stands here.

const PICTURES = { encoding: createEncoding, offsets: createOffsets, turns: createTurns, sums: createSums, orders: createOrders, curves: createCurves };

function createPositions(host, send) {
  const self = { bytes: null, picture: null, name: null };
  return {
    update(bytes) {
      if (sameBytes(self.bytes, bytes)) return; // a rerun that changes nothing leaves focus, hands and words where they are
      self.bytes = bytes;
      const data = unpack(bytes);
      if (self.name !== data.header.picture) {
        self.picture = PICTURES[data.header.picture](host, send);
        self.name = data.header.picture;
      }
      self.picture.update(data);
    },
    close() { if (self.picture && self.picture.close) self.picture.close(); },
  };
}
