import { follow, json, setToken, tokenInAddress } from "./twitch.js";
import { loadEmotes, writeComment } from "./emotes.js";

// The token stays in the address: OBS's "refresh" loads the address that the page has then.
setToken(tokenInAddress() || "");

const query = new URLSearchParams(location.search);
const root = document.documentElement;
const chat = document.getElementById("chat");
const lookAgain = 5000; // ms between two looks for a session, where the address names none or one that is not there

takeStyles();
start(query.get("session"));

/** The address's settings, then OBS's custom CSS: whichever comes later wins, as in a style sheet. */
function takeStyles() {
  const given = new CSSStyleSheet();
  const style = given.cssRules[given.insertRule(":root {}")].style;
  setNumber(style, "--chat-size", query.get("size"), 6, 300, "px");
  setNumber(style, "--chat-fade", query.get("fade"), 0, 86400, "");
  setNumber(style, "--chat-max", query.get("max"), 1, 100, "");
  // A family's name in quotes is a name and nothing else.
  const families = (query.get("font") || "").split(",").map((name) => name.replace(/["'\\\n\r\f]/g, "").trim()).filter(Boolean);
  if (families.length > 0)
    style.setProperty("--chat-font", families.map((name) => `"${name}"`).join(", ") + ", sans-serif");
  const animate = query.get("animate");
  document.body.dataset.animate = ["slide", "pop", "fade", "none"].includes(animate) ? animate : "slide";

  // OBS adds its custom CSS as a <style> in the head. The page's policy refuses every inline style, so its text is adopted instead.
  const custom = new CSSStyleSheet();
  const adopt = () => custom.replaceSync(Array.from(document.head.querySelectorAll("style"), (element) => element.textContent).join("\n"));
  document.adoptedStyleSheets = [given, custom];
  new MutationObserver(adopt).observe(document.head, { childList: true, subtree: true, characterData: true });
  adopt();
}

function setNumber(style, name, text, least, most, unit) {
  const number = parseFloat(text);
  if (number >= least && number <= most)
    style.setProperty(name, `${number}${unit}`);
}

/** Follows the session that the address names, or else the newest one, and then the next. */
async function start(named) {
  loadEmotes();
  const session = named || await newest();
  if (!session) {
    setTimeout(start, lookAgain, null);
    return;
  }

  const shown = new Set();
  follow(session, {
    connected() {
      mark("live");
      loadEmotes();
    },
    lost() {
      mark("offline");
    },
    gone() {
      mark("offline");
      setTimeout(start, lookAgain, named);
    },
    event(kind, data) {
      const approved = (kind === "comment" && data.state === "auto") || (kind === "decision" && data.state === "approved");
      if (approved && !shown.has(data.n)) {
        shown.add(data.n);
        show(data.text);
      }
      if (kind === "end") {
        mark("over");
        if (!named)
          setTimeout(start, lookAgain, null);
      }
    },
  });
}

async function newest() {
  try {
    const { sessions } = await json("GET", "v1/sessions");
    const running = sessions.filter((session) => session.state !== "ended" && session.state !== "failed");
    running.sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
    return running.length > 0 ? running[0].id : null;
  } catch {
    mark("offline");
    return null;
  }
}

/** For custom CSS, such as body[data-state="offline"] { … }; by itself nothing is shown. */
function mark(state) {
  document.body.dataset.state = state;
}

function show(text) {
  const line = document.createElement("p");
  line.className = "comment";
  writeComment(line, text);
  chat.append(line);

  const variables = getComputedStyle(root);
  const most = Math.max(1, parseInt(variables.getPropertyValue("--chat-max"), 10) || 8);
  while (chat.childElementCount > most)
    chat.firstElementChild.remove();

  const fade = parseFloat(variables.getPropertyValue("--chat-fade"));
  if (fade > 0)
    setTimeout(leave, fade * 1000, line);
}

function leave(line) {
  line.classList.add("leaving");
  const seconds = parseFloat(getComputedStyle(line).transitionDuration) || 0;
  setTimeout(() => line.remove(), seconds * 1000);
}
