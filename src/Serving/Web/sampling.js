import { json, sessionPath } from "./twitch.js";
import { byId, element } from "./page.js";

const settle = 150; // ms without a movement before a slider's value is sent

// Field, label, least, most and step of its slider, and what it does. The server's own limits are wider.
const sliders = [
  ["temperature", "Temperature", 0, 2, 0.05, "0 is greedy"],
  ["top_k", "Top k", 0, 100, 1, "words; 0 is all"],
  ["top_p", "Top p", 0.05, 1, 0.01, "share of all that is kept"],
  ["min_p", "Min p", 0, 0.5, 0.01, "share of the likeliest"],
  ["repetition_penalty", "Repetition penalty", 1, 2, 0.05, "1 is none"],
  ["no_repeat_ngram", "No repeat", 0, 6, 1, "words in a row; 0 is off"],
  ["min_length", "Shortest", 0, 20, 1, "words"],
  ["max_length", "Longest", 1, 60, 1, "words"],
];

/** Sliders whose new value counts from the next comment on. */
export class Sampling {
  #session = null;
  #inputs = new Map(); // field -> {slider, output, decimals}
  #changes = {};
  #timer = 0;
  #state = byId("sampling-state");
  #seed = element("input", { id: "seed", type: "text", inputMode: "numeric", pattern: "[0-9]+", maxLength: 16, autocomplete: "off" });

  constructor(failed) {
    this.failed = failed;
    const form = byId("sampling");
    for (const [field, label, min, max, step, hint] of sliders) {
      const slider = element("input", { type: "range", id: field, min, max, step, disabled: true });
      const output = element("output", { htmlFor: field, textContent: "–" });
      slider.setAttribute("aria-describedby", `${field}-hint`);
      const decimals = (String(step).split(".")[1] || "").length;
      this.#inputs.set(field, { slider, output, decimals });
      slider.addEventListener("input", () => this.#moved(field));
      form.append(element("div", { className: "slider" },
        element("label", { htmlFor: field, textContent: label }),
        element("span", { id: `${field}-hint`, className: "hint", textContent: hint }), output, slider));
    }
    this.#seed.disabled = true;
    this.#seed.addEventListener("change", () => {
      // Beyond 2^53 a number of JSON would lose digits on its way.
      if (/^[0-9]+$/.test(this.#seed.value) && Number.isSafeInteger(Number(this.#seed.value)))
        this.#change("seed", Number(this.#seed.value));
    });
    form.append(element("div", { className: "slider seed" }, element("label", { htmlFor: "seed", textContent: "Seed" }), this.#seed));
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  show(session) {
    clearTimeout(this.#timer);
    this.#session = session;
    this.#changes = {};
    this.#state.textContent = "";
    this.#seed.disabled = !session;
    for (const { slider } of this.#inputs.values())
      slider.disabled = !session;
    if (session)
      this.take(session.sampling);
  }

  /** Puts the sliders where the server says they are, except the one that is being moved. */
  take(sampling) {
    for (const [field, { slider, output, decimals }] of this.#inputs) {
      const value = sampling[field];
      if (value === undefined || field in this.#changes)
        continue;
      if (value > Number(slider.max))
        slider.max = value;
      if (value < Number(slider.min))
        slider.min = value;
      slider.value = value;
      output.textContent = value.toFixed(decimals);
    }
    if (document.activeElement !== this.#seed && sampling.seed !== undefined)
      this.#seed.value = sampling.seed;
  }

  #moved(field) {
    const { slider, output, decimals } = this.#inputs.get(field);
    output.textContent = slider.valueAsNumber.toFixed(decimals);
    this.#change(field, slider.valueAsNumber);
  }

  #change(field, value) {
    this.#changes[field] = value;
    this.#state.textContent = "…";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), settle);
  }

  async #send() {
    const session = this.#session;
    const changes = this.#changes;
    this.#changes = {};
    try {
      session.sampling = await json("PATCH", sessionPath(session.id, "/sampling"), changes);
      if (session === this.#session)
        this.#state.textContent = "from the next comment on";
    } catch (error) {
      this.#state.textContent = "";
      this.failed(error);
    }
    if (session === this.#session)
      this.take(session.sampling);
  }
}
