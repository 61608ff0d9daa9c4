// Asks the server again while somebody types, and shows and says what it answers: a total, figures, a list.
//
// For every form with data-live: its address is asked when there was a pause, as the form's method has it, and what is
// not up to date any more is broken off. JSON brings the panel as `html` and a sentence as `spoken`; a page brings the
// panel within it. What else a form makes of an answer listens to its event "live". The form works without this file.

const PAUSE = 250;

document.documentElement.classList.add("scripted");

for (const form of document.querySelectorAll("form[data-live]")) {
  const name = form.dataset.panel;
  const panel = () => document.getElementById(name);
  const spoken = document.getElementById(`${name}-spoken`);
  const failed = document.querySelector(".failed");
  // What says nothing about the answer stays here, such as a long message.
  const typed = () => {
    const data = new FormData(form);
    for (const control of form.querySelectorAll("[data-not-asked]")) data.delete(control.name);
    return new URLSearchParams(data);
  };
  const lists = form.method === "get";
  // A list comes with what was asked for. A total may not: a browser that went back has kept later answers.
  let shown = lists ? typed().toString() : "";
  let timer = 0;
  let latest = null;

  // The address may ask for something already, such as a language; what the form says of that counts.
  const withQuery = (asked) => {
    const url = new URL(form.dataset.live, location);
    for (const name of asked.keys()) url.searchParams.delete(name);
    for (const [name, value] of asked) if (value.trim()) url.searchParams.append(name, value);
    return url;
  };

  const stop = () => {
    clearTimeout(timer);
    latest?.abort();
    panel().removeAttribute("aria-busy");
  };

  const fetched = async (asked, signal) => {
    const way = lists ? { headers: { Accept: "text/html" } } : { method: "POST", body: asked, headers: { Accept: "application/json" } };
    const reply = await fetch(lists ? withQuery(asked) : form.dataset.live, { ...way, redirect: "error", signal });
    if (!reply.ok) throw new Error(String(reply.status));
    return lists ? new DOMParser().parseFromString(await reply.text(), "text/html") : reply.json();
  };

  // Whoever is at a link of the panel by keyboard is at the same link of what takes its place, or at its beginning.
  const keepingFocus = (swap) => {
    const held = panel().contains(document.activeElement) ? document.activeElement : null;
    swap();
    if (!held) return;
    const isSame = (each) => each.getAttribute("href") === held.getAttribute("href") && each.textContent === held.textContent;
    const places = [...panel().querySelectorAll("a, button, [tabindex]")];
    (places.find(isSame) ?? places[0] ?? document.getElementById(name).closest("aside")?.querySelector("button:not([hidden])"))?.focus();
  };

  const show = (answer, asked) => {
    if (lists) {
      keepingFocus(() => panel().replaceWith(answer.getElementById(name)));
      spoken.textContent = panel().dataset.said;
      history.replaceState(null, "", withQuery(asked));
    } else {
      keepingFocus(() => { panel().innerHTML = answer.html; });
      // as HTML, because what it names in another language is marked
      spoken.innerHTML = answer.spoken;
    }
    form.dispatchEvent(new CustomEvent("live", { detail: answer }));
  };

  const ask = async () => {
    stop();
    const asked = typed();
    if (asked.toString() === shown) return;
    const asking = new AbortController();
    latest = asking;
    panel().setAttribute("aria-busy", "true");
    try {
      show(await fetched(asked, asking.signal), asked);
      shown = asked.toString();
      failed.hidden = true;
    } catch (error) {
      if (error.name === "AbortError") return;
      failed.hidden = false;
    }
    panel().removeAttribute("aria-busy");
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", stop);
  window.addEventListener("pageshow", soon);

  const aside = panel().closest("aside");
  if (!aside) continue;
  // Scrolling to a focused control leaves room for the bar, however high it is just now.
  // And whoever cannot wheel or swipe can move what does not fit into it.
  const size = new ResizeObserver(() => {
    document.documentElement.style.setProperty("--bar", `${aside.offsetHeight}px`);
    if (aside.scrollHeight > aside.clientHeight) aside.tabIndex = 0;
    else if (document.activeElement !== aside) aside.removeAttribute("tabindex"); // else the focus would be lost
  });
  size.observe(aside);
  size.observe(panel());
}
