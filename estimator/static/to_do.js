// Keeps the numbers of what waits up to date, and nothing else of the page: what is typed stays, and so does the focus.
//
// It asks every half minute while the page is seen. Whoever was signed out meanwhile is asked for nothing: it ends.

const EVERY = 30_000;

const strip = () => document.getElementById("to-do");
let timer = 0;

const titled = (sum) => {
  const plain = document.title.replace(/^\([^)]*\) /, "");
  document.title = sum ? `(${sum}) ${plain}` : plain;
};

const swap = (html) => {
  const held = strip().contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const here = strip().querySelector("[aria-current]")?.getAttribute("href");
  const found = new DOMParser().parseFromString(html, "text/html").getElementById("to-do");
  if (!found) return;
  strip().replaceWith(found);
  const link = (address) => [...found.querySelectorAll("a")].find((each) => each.getAttribute("href") === address);
  if (here) link(here)?.setAttribute("aria-current", "true");
  if (held) link(held)?.focus({ preventScroll: true });
};

const look = async () => {
  const { refresh } = strip().dataset;
  let reply;
  try {
    reply = await fetch(refresh, { headers: { Accept: "application/json" }, redirect: "error" });
  } catch {
    return true; // no network just now
  }
  if (reply.status === 401 || reply.status === 403 || reply.redirected) return false;
  if (!reply.ok) return true;
  const { html, sum } = await reply.json();
  swap(html);
  titled(sum);
  return true;
};

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(again, EVERY);
};

const again = async () => {
  if (document.hidden || !strip()) return;
  if (await look()) later();
  else document.removeEventListener("visibilitychange", seen);
};

const seen = () => {
  clearTimeout(timer);
  if (!document.hidden) again();
};

if (strip()) {
  document.addEventListener("visibilitychange", seen);
  later();
}
