// Small tools of the console: elements from text, the alert, and numbers as people read them.

export const byId = (id) => document.getElementById(id);

/** An element with properties and children; strings become text nodes, never markup. */
export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Shows what went wrong until it is dismissed or something else does. */
export function alertOf(error) {
  const told = error instanceof TypeError ? `The server cannot be reached (${error.message}).` : error.message;
  byId("alert-text").textContent = error.title && error.title !== told ? `${error.title}: ${told}` : told;
  byId("alert").hidden = false;
}

export function clearAlert() {
  byId("alert").hidden = true;
}

/** Stream time: 1:02:03, or 2:03 in the first hour. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const last = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${last}` : `${minutes}:${last}`;
}

/** A number with about three digits. */
export function short(number) {
  if (number === undefined || number === null || !Number.isFinite(number))
    return "–";
  const size = Math.abs(number);
  return number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Gives a picture new bytes and lets go of the old ones. */
export function setPicture(picture, blob) {
  const old = picture.src;
  picture.hidden = !blob;
  if (blob)
    picture.src = URL.createObjectURL(blob);
  else
    picture.removeAttribute("src");
  if (old.startsWith("blob:"))
    URL.revokeObjectURL(old);
}

/** Hands bytes to the browser as a file. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(URL.revokeObjectURL, 60000, address);
}
