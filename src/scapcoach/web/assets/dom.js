// An element with a text, at the end of another.
export function make(tag, text, parent, name) {
  const node = document.createElement(tag);
  node.textContent = text;
  if (name) node.className = name;
  parent.append(node);
  return node;
}
