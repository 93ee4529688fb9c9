import { follow, json, Problem, request, sessionPath, setToken, tokenInAddress } from "./twitch.js";
import { alertOf, byId, clearAlert, element } from "./page.js";
import { loadEmotes } from "./emotes.js";
import { Comments } from "./comments.js";
import { Posting } from "./posting.js";
import { Preview } from "./preview.js";
import { Replay } from "./replay.js";
import { Sampling } from "./sampling.js";

const listEvery = 5000; // ms between two looks at the list of sessions
const tokenKey = "twitch.token";

const replay = new Replay(failed);
const comments = new Comments(replay, failed);
const preview = new Preview(failed);
const sampling = new Sampling(failed);
const posting = new Posting((session, change) => json("PATCH", sessionPath(session.id), change), failed);

let current = null; // the session that is shown
let stopFollowing = () => {};

// ---- token -------------------------------------------------------------------------------------------------------

function takeToken() {
  const given = tokenInAddress();
  if (given !== null) {
    sessionStorage.setItem(tokenKey, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  setToken(sessionStorage.getItem(tokenKey) || "");
}

function askForToken(why) {
  byId("token-why").textContent = why;
  if (!byId("token-dialog").open)
    byId("token-dialog").showModal();
}

byId("token-button").addEventListener("click", () => askForToken("It is kept until this tab is closed, and nowhere else."));
byId("token-cancel").addEventListener("click", () => byId("token-dialog").close());
byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("token").value.trim();
  byId("token").value = "";
  byId("token-dialog").close();
  if (text)
    sessionStorage.setItem(tokenKey, text);
  else
    sessionStorage.removeItem(tokenKey);
  setToken(text);
  clearAlert();
  const id = current && current.id;
  choose(null);
  refresh(id);
});

/** Every failure ends here: a missing token is asked for, the rest is told. */
function failed(error) {
  if (error instanceof Problem && error.status === 401)
    askForToken("The server wants a token, or another one. It is kept until this tab is closed, and nowhere else.");
  else
    alertOf(error);
}

// ---- sessions ----------------------------------------------------------------------------------------------------

/** Lists the sessions anew and keeps one chosen, the wanted one if it is there. */
async function refresh(wanted) {
  try {
    const { sessions } = await json("GET", "v1/sessions");
    list(sessions);
    posting.refresh();
    if (!current && sessions.length > 0) {
      const running = sessions.filter((session) => session.state !== "ended" && session.state !== "failed");
      choose(sessions.find((session) => session.id === wanted) || running[0] || sessions[0]);
    } else if (current && !sessions.some((session) => session.id === current.id)) {
      choose(null);
    }
    return true;
  } catch (error) {
    if (wanted !== undefined || error.status === 401)
      failed(error);
    return false;
  }
}

function list(sessions) {
  byId("no-sessions").hidden = sessions.length > 0;
  const focused = document.activeElement && document.activeElement.dataset.key;
  byId("sessions").replaceChildren(...sessions.map(row));
  const again = focused && byId("sessions").querySelector(`[data-key="${CSS.escape(focused)}"]`);
  if (again)
    again.focus();
}

function row(session) {
  const open = element("button", { type: "button", className: "session" },
    element("span", { className: "source", textContent: session.source, title: session.source }),
    element("span", { className: "state", textContent: session.error || session.state, title: session.error || "" }));
  open.dataset.state = session.state;
  open.dataset.key = `open ${session.id}`;
  open.setAttribute("aria-pressed", String(Boolean(current) && session.id === current.id));
  open.addEventListener("click", () => choose(session));
  const stop = element("button", { type: "button", className: "plain", textContent: "Stop" });
  stop.dataset.key = `stop ${session.id}`;
  stop.setAttribute("aria-label", `Stop ${session.source}`);
  stop.addEventListener("click", () => stopSession(session));
  return element("li", {}, open, stop);
}

async function stopSession(session) {
  try {
    await request("DELETE", sessionPath(session.id));
    if (current && current.id === session.id)
      choose(null);
    refresh();
  } catch (error) {
    failed(error);
  }
}

/** Shows a session everywhere on the page; null shows none. */
function choose(session) {
  stopFollowing();
  stopFollowing = () => {};
  current = session;
  replay.clear();
  comments.show(session);
  preview.show(session);
  sampling.show(session);
  posting.show(session);
  connection("none", "no session");
  overlayAddress();
  for (const button of document.querySelectorAll(".session"))
    button.setAttribute("aria-pressed", String(Boolean(session) && button.dataset.key === `open ${session.id}`));
  const search = session ? `?${new URLSearchParams({ session: session.id })}` : "";
  history.replaceState(null, "", location.pathname + search);
  if (!session)
    return;

  connection("connecting", "connecting");
  stopFollowing = follow(session.id, {
    connected() {
      connection("live", "live");
      comments.load(); // what was missed while nobody listened
      loadEmotes();
    },
    lost(error) {
      connection("offline", "reconnecting");
      if (error && error.status === 401) {
        stopFollowing();
        failed(error);
      }
    },
    gone() {
      connection("none", "gone");
      refresh();
    },
    event(kind, data) {
      comments.take(kind, data);
      if (kind === "status")
        preview.take(data);
      if (kind === "sampling")
        sampling.take(data);
      if (kind === "post")
        posting.refresh();
      if (kind === "end") {
        connection("none", data.state);
        refresh();
      }
    },
  });
}

function connection(state, text) {
  byId("connection").dataset.state = state;
  byId("connection").textContent = text;
}

byId("auto-rate").addEventListener("change", () => {
  byId("every").disabled = byId("auto-rate").checked;
});

byId("watch").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const session = await json("POST", "v1/sessions", {
      source: byId("source").value.trim(),
      every: byId("auto-rate").checked ? "auto" : byId("every").valueAsNumber,
      approval: byId("ask-first").checked ? "manual" : "auto",
    });
    byId("source").value = "";
    clearAlert();
    choose(session);
    refresh();
  } catch (error) {
    failed(error);
  }
});

// ---- overlay, model, alert ---------------------------------------------------------------------------------------

function overlayAddress(withToken = false) {
  const address = new URL("overlay", document.baseURI);
  address.search = current ? new URLSearchParams({ session: current.id }) : "";
  const token = sessionStorage.getItem(tokenKey);
  if (withToken && token)
    address.hash = new URLSearchParams({ token });
  byId("overlay-address").value = address.href;
  return address.href;
}

byId("overlay-copy").addEventListener("click", async () => {
  const button = byId("overlay-copy");
  const address = overlayAddress(true);
  try {
    await navigator.clipboard.writeText(address);
    overlayAddress();
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  } catch {
    byId("overlay-address").select(); // no clipboard without https: it is there to be copied by hand
  }
});

byId("alert-close").addEventListener("click", clearAlert);

takeToken();
loadEmotes();
refresh(new URLSearchParams(location.search).get("session") || "");
setInterval(() => {
  if (!document.hidden && !byId("token-dialog").open)
    refresh();
}, listEvery);
