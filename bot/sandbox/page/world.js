// Calls to the world's control interface, from its own page.

/** The world says no; the message is its own words. */
export class Refused extends Error {}

/** The world does not answer. */
export class Unreachable extends Error {}

/** GET; a refusal raises Refused with the world's own words. */
export async function ask(path, { signal } = {}) {
  return call(path, { signal, cache: "no-store" });
}

/** POST (or another method) with a JSON body. */
export async function tell(path, body = {}, method = "POST") {
  return call(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** An address as this page reaches it: what is the world's own is asked for under the page's own origin. */
export function here(url) {
  const address = new URL(url, location.href);
  const ours = ["/pay/", "/world/media/"].some((start) => address.pathname.startsWith(start));
  return ours && isLoopback(address) ? address.pathname + address.search + address.hash : address.href;
}

/** Resolves after so many seconds, or at once when the signal says so. */
export function pause(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Resolves as soon as somebody can see the page. */
export function seen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

const gone = new Set();

/** Says at the top of the page whether anybody cannot reach the world. */
export function reachable(who, fine) {
  if (fine) gone.delete(who);
  else gone.add(who);
  document.getElementById("trouble").hidden = gone.size === 0;
}

function isLoopback(address) {
  return address.origin === location.origin || ["127.0.0.1", "localhost", "[::1]"].includes(address.hostname);
}

async function call(path, options) {
  let answer;
  let found;
  try {
    answer = await fetch(path, options);
    found = await answer.json();
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Unreachable(path, { cause: failure });
  }
  if (!answer.ok) throw new Refused(found.error ?? String(answer.status));
  return found;
}
