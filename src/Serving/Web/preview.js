import { request, sessionPath } from "./twitch.js";
import { byId, clock, element, setPicture, short } from "./page.js";

const pictureEvery = 1000; // ms; the model's own sampling is one frame per second
const rateWindow = 60; // seconds of stream over which the rate of comments is measured

const count = (number) => (number || 0).toLocaleString("en");

// A tile's name, its value and what stands small behind or below it.
const tiles = [
  ["Watched", (s) => clock(s.seconds), (s) => `${count(s.reconnects)} reconnects`],
  ["Comments", (s, rate) => `${short(rate)}`, (s) => `a minute, ${count(s.comments)} in all`],
  ["First token", (s) => short(s.first_token_ms && s.first_token_ms.p50),
    (s) => `ms, p95 ${short(s.first_token_ms && s.first_token_ms.p95)}, p99 ${short(s.first_token_ms && s.first_token_ms.p99)}`],
  ["Drift", (s) => short(s.sound_drift_ms), (s) => `ms, clock ${short(s.clock_drift_ms)}`],
  ["Dropped", (s) => count(s.dropped_seconds), () => "s of the stream", (s) => s.dropped_seconds > 0],
  ["Queued", (s) => count(s.waiting_seconds), () => "s wait for the model", (s) => s.waiting_seconds > 2],
  ["Speed", (s) => short(s.real_time_factor), () => "× real time", (s) => s.seconds > 30 && s.real_time_factor < 0.9],
];

/** Newest frame, log-mel and the session's counters. */
export class Preview {
  #session = null;
  #history = []; // {seconds, comments} of the last statuses
  #busy = false;
  #values = [];

  constructor(failed) {
    this.failed = failed;
    for (const [name] of tiles) {
      const value = element("b", { textContent: "–" });
      const rest = element("span", { className: "quiet" });
      const tile = element("div", { className: "tile" }, element("dt", { textContent: name }), element("dd", {}, value, rest));
      this.#values.push([tile, value, rest]);
      byId("statistics").append(tile);
    }
    setInterval(() => this.#refresh(), pictureEvery);
  }

  show(session) {
    this.#session = session;
    this.#history = [];
    setPicture(byId("frame"), null);
    setPicture(byId("mel"), null);
    for (const [tile, value, rest] of this.#values) {
      value.textContent = "–";
      rest.textContent = "";
      delete tile.dataset.warn;
    }
    if (session && session.statistics)
      this.take({ statistics: session.statistics });
    this.#refresh();
  }

  take({ statistics }) {
    if (!statistics)
      return;
    this.#history.push({ seconds: statistics.seconds, comments: statistics.comments });
    while (this.#history.length > 2 && this.#history[1].seconds < statistics.seconds - rateWindow)
      this.#history.shift();
    const rate = this.#rate(statistics);
    tiles.forEach(([, value, rest, warns], index) => {
      const [tile, big, small] = this.#values[index];
      big.textContent = value(statistics, rate);
      small.textContent = rest(statistics);
      if (warns)
        tile.dataset.warn = String(Boolean(warns(statistics)));
    });
  }

  /** Comments a minute: of the last minute if it was seen, else of the whole session. */
  #rate(statistics) {
    const { seconds, comments } = this.#history[0];
    const passed = statistics.seconds - seconds;
    if (passed >= rateWindow / 2)
      return (statistics.comments - comments) / passed * 60;
    return statistics.seconds > 0 ? statistics.comments / statistics.seconds * 60 : NaN;
  }

  async #refresh() {
    const session = this.#session;
    if (!session || this.#busy || document.hidden)
      return;
    this.#busy = true;
    await Promise.all(["frame", "mel"].map((name) => this.#fetch(session, name)));
    this.#busy = false;
    if (session !== this.#session)
      this.#refresh();
  }

  async #fetch(session, name) {
    try {
      const blob = await (await request("GET", sessionPath(session.id, `/${name}`))).blob();
      if (session === this.#session)
        setPicture(byId(name), blob);
    } catch {
      // Before the first one, and while the connection is lost: the last picture stays.
    }
  }
}
