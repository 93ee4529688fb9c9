import { request, sessionPath } from "./twitch.js";
import { byId, clock, element, save } from "./page.js";

const longest = 256 * 1024 * 1024; // bytes of a file that is worth sending

/** Writes a comment again out of its saved window, state, seed and options, and tells whether it is the same. */
export class Replay {
  #chosen = null; // {session, comment}
  #subject = byId("replay-subject");
  #result = byId("replay-result");
  #hint = this.#subject.textContent;

  constructor(failed) {
    this.failed = failed;
    byId("replay-run").addEventListener("click", () => this.run(this.#chosen.session, this.#chosen.comment));
    byId("replay-save").addEventListener("click", () => this.#save());
    byId("replay-file").addEventListener("change", (event) => this.#open(event.target));
  }

  clear() {
    this.#choose(null);
    this.#subject.textContent = this.#hint;
  }

  async run(session, comment) {
    this.#choose({ session, comment });
    this.#subject.textContent = `Comment ${comment.n} at ${clock(comment.time)}, seed ${comment.seed}`;
    await this.#write(() => this.#fetch());
  }

  #choose(chosen) {
    this.#chosen = chosen;
    this.#result.replaceChildren();
    byId("replay-run").disabled = !chosen;
    byId("replay-save").disabled = !chosen;
  }

  async #fetch() {
    const { session, comment } = this.#chosen;
    return (await request("GET", sessionPath(session.id, `/comments/${comment.n}/replay`))).blob();
  }

  async #save() {
    const { session, comment } = this.#chosen;
    try {
      save(await this.#fetch(), `comment-${session.id}-${comment.n}.zip`);
    } catch (error) {
      this.failed(error);
    }
  }

  async #open(input) {
    const file = input.files[0];
    input.value = "";
    if (!file)
      return;
    this.#choose(null);
    this.#subject.textContent = file.name;
    await this.#write(async () => {
      if (file.size > longest)
        throw new Error(`${file.name} is larger than ${longest >> 20} MiB`);
      return file;
    });
  }

  async #write(bundle) {
    const chosen = this.#chosen;
    this.#result.replaceChildren(element("p", { className: "quiet", textContent: "writing…" }));
    try {
      const body = await bundle();
      const answer = await (await request("POST", "v1/replay", body, "application/zip")).json();
      if (chosen === this.#chosen)
        this.#tell(answer);
    } catch (error) {
      this.#result.replaceChildren();
      this.failed(error);
    }
  }

  #tell(answer) {
    const verdict = element("p", { className: "verdict", textContent: answer.same ? "Same comment" : "Another comment" });
    verdict.dataset.same = String(answer.same);
    const rows = element("dl", {},
      element("dt", { textContent: "then" }), element("dd", { textContent: answer.expected.text }),
      element("dt", { textContent: "now" }), element("dd", { textContent: answer.text }));
    if (answer.state_difference !== undefined)
      rows.append(element("dt", { textContent: "state" }), element("dd", { textContent: `differs by ${answer.state_difference.toExponential(1)}` }));
    this.#result.replaceChildren(verdict, rows);
  }
}
