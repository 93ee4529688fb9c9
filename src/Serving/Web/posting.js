import { json } from "./twitch.js";
import { byId } from "./page.js";

/** Where comments are posted, how many were, and the switches: for all sessions, and for the one that is shown. */
export class Posting {
  #session = null;
  #panel = byId("posting-panel");
  #switch = byId("post");
  #button = byId("posting-stop");
  #proposed = false;

  /** @param change changes the shown session: {post: true}; gives it back. */
  constructor(change, failed) {
    this.change = change;
    this.failed = failed;
    this.#button.addEventListener("click", () => this.#ask("POST", this.#button.dataset.does));
    this.#switch.addEventListener("change", () => this.#setPost());
  }

  show(session) {
    this.#session = session;
    this.#switch.disabled = !session || session.post === undefined;
    this.#switch.checked = Boolean(session && session.post);
  }

  /** Looks anew; the panel is hidden where the server posts nowhere. */
  async refresh() {
    await this.#ask("GET");
  }

  async #ask(method, does) {
    try {
      this.#tell(await json(method, does ? `v1/posting/${does}` : "v1/posting"));
    } catch (error) {
      if (method !== "GET")
        this.failed(error);
    }
  }

  async #setPost() {
    const session = this.#session;
    try {
      session.post = (await this.change(session, { post: this.#switch.checked })).post;
    } catch (error) {
      this.failed(error);
    }
    if (session === this.#session)
      this.#switch.checked = session.post;
  }

  #tell(posting) {
    this.#panel.hidden = !posting.enabled;
    if (!posting.enabled)
      return;
    if (posting.approval === "manual" && !this.#proposed) {
      this.#proposed = true;
      byId("ask-first").checked = true; // what nobody is asked about would never be posted
    }
    const { sent = 0, ...others } = posting.decided;
    const rest = Object.entries(others).map(([decision, count]) => `${count} ${decision.replaceAll("_", " ")}`);
    byId("posting-to").textContent = posting.to;
    this.#panel.title = posting.approval === "manual" ? "Only what you approve is posted." : "What you approve is posted, and what nobody is asked about.";
    byId("posting-counts").textContent = [`${sent} ${posting.dry_run ? "would be posted" : "posted"}`, ...rest].join(", ");
    byId("posting-state").textContent = posting.stopped ? `${posting.failed ? "error, nothing is posted" : "stopped"}: ${posting.stopped}` : "";
    this.#panel.dataset.state = posting.failed ? "failed" : posting.stopped ? "stopped" : posting.dry_run ? "dry" : "on";
    this.#button.dataset.does = posting.stopped ? "resume" : "stop";
    this.#button.textContent = posting.stopped ? "Post again" : "Stop posting";
    this.#button.className = posting.stopped ? "" : "danger";
  }
}

/** What became of a comment in the channel, in a word or two, and why. */
export function postBadge({ decision, detail }) {
  const words = decision === "sent" ? (detail === "a dry run" ? "dry run" : "posted") : `not posted: ${decision.replaceAll("_", " ")}`;
  return { textContent: words, title: detail || "", className: decision === "sent" ? "badge post" : "badge post not" };
}
