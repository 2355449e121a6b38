// The pictures of the lesson on positions: the header's `picture` says which one stands here.

const PICTURES = { encoding: createEncoding, offsets: createOffsets, turns: createTurns, sums: createSums, orders: createOrders, curves: createCurves };
const ROOM = { sums: [290, 440], orders: [460, 800], curves: [340, 370], offsets: [400, 460], turns: [740, 1120] };

function createPositions(host, send) {
  let picture = null;
  return {
    update(data) {
      picture ??= PICTURES[data.header.picture](host, send);
      picture.update(data);
    },
    close() { picture?.close?.(); },
  };
}
createPositions.room = (header) => ROOM[header.picture];
