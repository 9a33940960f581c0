// The /sim API as the page uses it, and the stream that comes back by itself.

export class CannotDo extends Error {}

async function ask(method, url, options = {}) {
  let response;
  try {
    response = await fetch(url, { method, ...options });
  } catch {
    throw new CannotDo("");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new CannotDo(answer.error || String(response.status));
  return answer;
}

export const get = (url) => ask("GET", url);
export const remove = (url) => ask("DELETE", url);
export const post = (url, body = {}) =>
  body instanceof FormData
    ? ask("POST", url, { body })
    : ask("POST", url, { body: JSON.stringify(body), headers: { "content-type": "application/json" } });

const PATIENCE_MS = 1500;

/** Calls `onOpen` each time the stream is there (again), `onEvent` for each event, `onLost` when it broke. */
export function stream({ onOpen, onEvent, onLost }) {
  const source = new EventSource("/sim/stream");
  source.onopen = onOpen;
  source.onmessage = (frame) => JSON.parse(frame.data).forEach(onEvent);
  source.onerror = () => {
    onLost();
    source.close();
    setTimeout(() => stream({ onOpen, onEvent, onLost }), PATIENCE_MS);
  };
}
