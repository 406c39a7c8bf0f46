/** A file of a message that is on its way, in the shape that the server's tile will have, so that nothing jumps. */

/** `file`: what the server said of the upload (name, kind, width, height, poster). */
export function pendingFile({ name = "", kind = "file", width, height, poster }) {
  const ratio = width && height ? width / height : 1.5;
  if (kind === "image" && poster) return picture(poster, ratio);
  if (kind === "video" && poster) return film(poster, ratio, name);
  const row = element("div", "attachment attachment-file");
  row.append(element("div", "pending-file", name));
  return row;
}

function picture(poster, ratio) {
  const figure = element("figure", "attachment attachment-image");
  figure.style.setProperty("--ratio", ratio);
  const frame = element("span", "picture");
  frame.append(image(poster));
  figure.append(frame);
  return figure;
}

function film(poster, ratio, name) {
  const figure = element("figure", "attachment attachment-video");
  const frame = element("div", "pending-film");
  frame.style.setProperty("--ratio", ratio);
  frame.append(image(poster));
  const caption = element("figcaption", "attachment-caption");
  caption.append(element("span", "attachment-name", name));
  figure.append(frame, caption);
  return figure;
}

function image(source) {
  const node = element("img", "");
  node.src = source;
  node.alt = "";
  return node;
}

function element(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
