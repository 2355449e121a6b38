// What Streamlit calls: once when the component appears and again with every new data. One instance lives per place.

const alive = new WeakMap();

/** `send` is there for the few that ask the visitor for something. */
function mounted(parent, create, data, send = null) {
  let instance = alive.get(parent);
  if (!instance) {
    const host = html("div", { class: "lab" });
    parent.append(host);
    instance = create(host, (value) => alive.get(parent).send(value));
    instance.host = host;
    alive.set(parent, instance);
  }
  instance.send = send;
  instance.update(data);
  return () => {
    if (instance.close) instance.close();
    alive.delete(parent);
    instance.host.remove(); // in a shadow root `:scope` finds nothing
  };
}
