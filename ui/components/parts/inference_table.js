// A table of plain texts: what a learner or a model wrote goes in as text nodes.

function createTextTable(host) {
  const place = html("div", { class: "table still" });
  host.append(place);
  return { update(data) { place.replaceChildren(plainTable(data)); } };
}
