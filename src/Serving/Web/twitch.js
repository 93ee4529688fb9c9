// What both pages need of the server: requests with the token, problems as errors, and a session's events without end.

let token = "";

/** Sent with every request from now on; empty where the server wants none. */
export function setToken(text) {
  token = text;
}

/** The token in an address such as /overlay#token=…; browsers do not send what follows the #. */
export function tokenInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("token");
}

/** What the server answered instead: RFC 9457's fields where it sent them. */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.status = status;
    this.title = body.title || `HTTP ${status}`;
    this.retryAfter = retryAfter;
  }
}

/** One request; paths are relative to the page, so that a proxy may add a prefix. Throws Problem, or TypeError while offline. */
export async function request(method, path, body, type = "application/json") {
  const headers = {};
  if (token)
    headers.Authorization = `Bearer ${token}`;
  if (body !== undefined)
    headers["Content-Type"] = type;
  const response = await fetch(path, {
    method, headers, cache: "no-store", credentials: "omit", redirect: "error",
    body: body === undefined ? undefined : type === "application/json" ? JSON.stringify(body) : body,
  });
  if (response.ok)
    return response;

  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // A proxy's page: the status alone has to do.
  }
  throw new Problem(response.status, problem || {}, Number(response.headers.get("Retry-After")) || 0);
}

export async function json(method, path, body) {
  return (await request(method, path, body)).json();
}

export function sessionPath(id, rest = "") {
  return `v1/sessions/${encodeURIComponent(id)}${rest}`;
}

const events = ["status", "token", "comment", "decision", "post", "sampling", "gap", "end"];
const silence = 20000; // ms; status comes every 5 s, so this is a connection that died without a word
const firstDelay = 1000; // ms, doubled after each failure
const lastDelay = 30000;

/**
 * Follows a session through lost connections until it ends or stop() is called.
 * A ticket opens one stream, so each connection asks for its own and names the last event it saw.
 * @param on {connected(), event(kind, data), lost(error or null), gone(error)}; gone means: not again.
 */
export function follow(session, on) {
  let source = null;
  let lastEvent = null;
  let failures = 0;
  let timer = 0;
  let stopped = false;

  function stop() {
    stopped = true;
    clearTimeout(timer);
    removeEventListener("online", atOnce);
    if (source)
      source.close();
  }

  function lose(error) {
    if (stopped)
      return;
    if (source)
      source.close();
    source = null;
    clearTimeout(timer);
    if (error && error.status === 404) {
      stop();
      on.gone(error);
      return;
    }
    const delay = Math.min(lastDelay, firstDelay * 2 ** failures++);
    timer = setTimeout(connect, Math.max(delay, ((error && error.retryAfter) || 0) * 1000));
    on.lost(error);
  }

  function heard() {
    clearTimeout(timer);
    timer = setTimeout(lose, silence, null);
  }

  function atOnce() {
    if (!source && !stopped) {
      clearTimeout(timer);
      connect();
    }
  }

  async function connect() {
    try {
      const { ticket } = await json("POST", "v1/tickets", { session });
      if (stopped || source)
        return;
      const query = new URLSearchParams({ ticket });
      if (lastEvent !== null)
        query.set("last_event_id", lastEvent);
      open(sessionPath(session, `/events?${query}`));
    } catch (error) {
      lose(error);
    }
  }

  function open(address) {
    const opened = new EventSource(address);
    source = opened;
    opened.onopen = () => {
      heard();
      on.connected();
    };
    opened.onerror = () => {
      if (source === opened)
        lose(null);
    };
    for (const kind of events) {
      opened.addEventListener(kind, (event) => {
        if (source !== opened)
          return;
        failures = 0;
        if (event.lastEventId)
          lastEvent = event.lastEventId;
        heard();
        if (kind === "end")
          stop();
        on.event(kind, JSON.parse(event.data));
      });
    }
    heard();
  }

  addEventListener("online", atOnce);
  connect();
  return stop;
}
