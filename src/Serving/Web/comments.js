import { json, sessionPath } from "./twitch.js";
import { byId, clock, element } from "./page.js";
import { writeComment } from "./emotes.js";
import { postBadge } from "./posting.js";

const mostRows = 200;

/** The list of comments, the switch that lets them through, and the comment that is being written. */
export class Comments {
  #session = null;
  #rows = new Map(); // n -> row
  #list = byId("comments");
  #switch = byId("approval");
  #draft = byId("draft");
  #draftOf = 0;
  #hint = this.#draft.firstElementChild;

  constructor(replay, failed) {
    this.replay = replay;
    this.failed = failed;
    this.#switch.addEventListener("change", () => this.#setApproval());
    this.#list.addEventListener("keydown", (event) => this.#press(event));
  }

  show(session) {
    this.#session = session;
    this.#rows.clear();
    this.#list.replaceChildren();
    this.#clearDraft();
    this.#switch.disabled = !session;
    this.#switch.checked = Boolean(session) && session.approval === "auto";
  }

  /** Lists the newest comments, old ones included; a comment that is there already is brought up to date. */
  async load() {
    const session = this.#session;
    try {
      const { comments } = await json("GET", sessionPath(session.id, "/comments"));
      if (session === this.#session)
        comments.forEach((comment) => this.#put(comment));
    } catch (error) {
      this.failed(error);
    }
  }

  take(kind, data) {
    if (kind === "token")
      this.#write(data);
    if (kind === "comment" && data.n === this.#draftOf)
      this.#clearDraft();
    if (kind === "comment" || kind === "decision" || kind === "post")
      this.#put(data);
  }

  async #setApproval() {
    const session = this.#session;
    try {
      const changed = await json("PATCH", sessionPath(session.id), { approval: this.#switch.checked ? "auto" : "manual" });
      session.approval = changed.approval;
    } catch (error) {
      this.failed(error);
    }
    if (session === this.#session)
      this.#switch.checked = session.approval === "auto";
  }

  #write({ n, text }) {
    if (n !== this.#draftOf) {
      this.#draftOf = n;
      this.#draft.replaceChildren();
    }
    this.#draft.append(this.#draft.childNodes.length === 0 || text.startsWith(" ") ? text : ` ${text}`);
  }

  #clearDraft() {
    this.#draftOf = 0;
    this.#draft.replaceChildren(this.#hint);
  }

  #put(comment) {
    const old = this.#rows.get(comment.n);
    if (old && old.post && !comment.post)
      comment = { ...comment, post: old.post }; // an answer from before it was posted may come after the event
    const row = this.#row(comment);
    row.post = comment.post;
    this.#rows.set(comment.n, row);
    if (old) {
      const had = old.contains(document.activeElement);
      old.replaceWith(row);
      if (had)
        row.focus({ preventScroll: true });
    } else {
      const next = Array.from(this.#list.children).find((other) => Number(other.dataset.n) < comment.n);
      this.#list.insertBefore(row, next || null);
    }
    while (this.#list.childElementCount > mostRows) {
      this.#rows.delete(Number(this.#list.lastElementChild.dataset.n));
      this.#list.lastElementChild.remove();
    }
    if (!this.#list.querySelector('[tabindex="0"]'))
      this.#list.firstElementChild.tabIndex = 0;
  }

  #row(comment) {
    const text = element("span", { className: "text" });
    confidentWords(text, comment);
    const old = this.#rows.get(comment.n);
    const row = element("li", { className: "comment", tabIndex: old ? old.tabIndex : -1 },
      element("time", { textContent: clock(comment.time), title: `comment ${comment.n}, seed ${comment.seed}` }), text);
    row.dataset.n = comment.n;
    row.dataset.state = comment.state;
    const actions = element("span", { className: "actions" });
    if (comment.state === "pending") {
      actions.append(
        this.#button("Approve", "approve", comment, () => this.#decide(comment, "approve")),
        this.#button("Reject", "reject", comment, () => this.#decide(comment, "reject")));
    } else {
      actions.append(element("span", { className: "badge", textContent: comment.state }));
    }
    if (comment.post)
      actions.append(element("span", postBadge(comment.post)));
    if (comment.replayable)
      actions.append(this.#button("Replay", "plain replay", comment, () => this.replay.run(this.#session, comment)));
    row.append(actions);
    row.addEventListener("focus", () => this.#rove(row));
    return row;
  }

  #button(name, className, comment, action) {
    const button = element("button", { type: "button", className, textContent: name, tabIndex: 0 });
    button.setAttribute("aria-label", `${name} comment ${comment.n}: ${comment.text}`);
    button.addEventListener("click", action);
    return button;
  }

  async #decide(comment, verdict) {
    const session = this.#session;
    try {
      const decided = await json("POST", sessionPath(session.id, `/comments/${comment.n}/${verdict}`));
      if (session === this.#session)
        this.#put(decided);
    } catch (error) {
      this.failed(error);
      if (error.status === 409)
        this.load();
    }
  }

  #rove(row) {
    for (const other of this.#list.querySelectorAll('li[tabindex="0"]'))
      other.tabIndex = -1;
    row.tabIndex = 0;
  }

  /** Single letters act on the list alone, and only while it has the focus. */
  #press(event) {
    const row = event.target.closest("li.comment");
    if (!row || event.ctrlKey || event.altKey || event.metaKey)
      return;
    const press = (selector) => {
      const button = row.querySelector(selector);
      if (button)
        button.click();
    };
    const go = (other) => other && other.focus();
    const keys = {
      j: () => go(row.nextElementSibling), ArrowDown: () => go(row.nextElementSibling),
      k: () => go(row.previousElementSibling), ArrowUp: () => go(row.previousElementSibling),
      Home: () => go(this.#list.firstElementChild), End: () => go(this.#list.lastElementChild),
      a: () => press(".approve"), r: () => press(".reject"),
    };
    if (event.target === row)
      keys.Enter = () => press(".replay");
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }
}

/** Writes a comment; where its words are those that were drawn, each is underlined the more, the less likely it was. */
function confidentWords(target, comment) {
  const words = comment.text.split(/\s+/);
  const logprobs = comment.word_logprobs ?? comment.logprobs;
  if (!logprobs || words.length !== logprobs.length) {
    writeComment(target, comment.text);
    return;
  }
  words.forEach((text, index) => {
    const probability = Math.exp(logprobs[index]);
    const word = element("span", { className: "word", title: `${(probability * 100).toFixed(0)} %` });
    word.style.setProperty("--doubt", (1 - probability).toFixed(2));
    writeComment(word, text);
    target.append(index > 0 ? " " : "", word);
  });
}
