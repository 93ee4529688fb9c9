// Words that are pictures. A word stays text until its picture is there, and for ever if it never comes.

const ids = new Map();

/** Asks once for the map of emotes; while that fails every word is text. */
export async function loadEmotes() {
  if (ids.size > 0)
    return;
  try {
    const response = await fetch("emotes", { credentials: "omit" });
    if (!response.ok)
      return;
    for (const [name, id] of Object.entries((await response.json()).emotes))
      ids.set(name, id);
  } catch {
    // Offline; the next connection asks again.
  }
}

/** Puts a comment into an element: text nodes, and images of known emotes. */
export function writeComment(element, text) {
  let plain = "";
  for (const piece of text.split(/(\s+)/)) {
    const id = ids.get(piece);
    if (id === undefined) {
      plain += piece;
      continue;
    }
    element.append(plain, emote(piece, id));
    plain = "";
  }
  element.append(plain);
}

function emote(name, id) {
  const word = document.createTextNode(name);
  const picture = document.createElement("img");
  picture.className = "emote";
  picture.alt = name;
  picture.title = name;
  picture.onload = () => word.replaceWith(picture);
  picture.src = `emotes/${encodeURIComponent(id)}`;
  return word;
}
