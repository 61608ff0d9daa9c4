// The figures beside the form of a quote, worked out as it is typed. The form works without this file.

document.documentElement.classList.add("scripted");

const form = document.querySelector("form[data-figures]");
if (form) {
  const panel = document.getElementById("figures");
  const differences = document.getElementById("differences");
  const spoken = document.getElementById("figures-spoken");
  const failed = form.querySelector(".failed");
  let timer = 0;
  let latest = null;
  let dirty = false;

  const workOut = async () => {
    latest?.abort();
    const asking = new AbortController();
    latest = asking;
    try {
      const reply = await fetch(form.dataset.figures, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
        redirect: "error",
        signal: asking.signal,
      });
      if (!reply.ok) throw new Error(String(reply.status));
      const answer = await reply.json();
      panel.innerHTML = answer.html;
      const closed = differences?.querySelector("details:not([open])");
      if (differences) differences.innerHTML = answer.differences;
      if (closed) differences.querySelector("details")?.removeAttribute("open");
      spoken.textContent = answer.spoken;
      for (const [name, text] of Object.entries(answer.totals)) {
        for (const place of form.querySelectorAll(`[data-figure="${name}"]`)) place.textContent = text;
      }
      failed.hidden = true;
    } catch (error) {
      if (error.name !== "AbortError") failed.hidden = false;
    }
  };

  const changed = () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(workOut, 300);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });

  // Whoever cannot wheel or swipe can move what does not fit into the panel.
  const aside = form.querySelector("aside.total");
  new ResizeObserver(() => {
    if (aside.scrollHeight > aside.clientHeight) aside.tabIndex = 0;
    else aside.removeAttribute("tabindex");
  }).observe(panel);
}
