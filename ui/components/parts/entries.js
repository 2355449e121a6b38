// What Streamlit calls: once when the component appears and again with every new data. One instance lives per place.

const alive = new WeakMap();

function mounted(parent, create, data) {
  let instance = alive.get(parent);
  if (!instance) {
    const host = html("div", { class: "lab" });
    parent.append(host);
    instance = create(host);
    alive.set(parent, instance);
  }
  instance.update(data);
  return () => {
    if (instance.close) instance.close();
    alive.delete(parent);
    parent.querySelector(":scope > .lab")?.remove();
  };
}
