// Comes back after saving to the same place of a form: what is in view, and the control that somebody was in.

const form = document.querySelector("form[data-keeps-place]");

if (form) {
  const key = `place:${location.pathname}`;
  let last = null;

  const nameOf = (control) => ({ name: control?.name ?? "", value: control?.matches?.("button") ? control.value : "" });
  const find = ({ name, value }) => {
    const found = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].filter((one) => !one.hidden);
    return value ? found.find((one) => one.value === value) : found[0];
  };

  form.addEventListener("focusin", ({ target }) => {
    if (!target.matches("button")) last = target;
  });
  form.addEventListener("submit", ({ submitter }) => {
    const isOfRow = submitter?.closest("tr");
    const place = { top: scrollY, ...nameOf(isOfRow ? submitter : last), at: Date.now() };
    try {
      sessionStorage.setItem(key, JSON.stringify(place));
    } catch {
      // This browser keeps nothing for us.
    }
  });

  const comeBack = () => {
    const place = JSON.parse(sessionStorage.getItem(key) ?? "null");
    sessionStorage.removeItem(key);
    const wrong = document.querySelector(".error-summary");
    if (!place || wrong || Date.now() - place.at > 60_000 || !new URLSearchParams(location.search).has("saved")) return;
    const go = () => {
      scrollTo({ top: place.top, behavior: "instant" });
      const there = find(place);
      there?.focus({ preventScroll: true });
      // What is said above and in other rows may have moved it behind what sticks at the edges.
      (there?.closest("tr") ?? there)?.scrollIntoView({ block: "nearest", behavior: "instant" });
    };
    go();
    // The browser goes to the row in the address once everything is there, and takes the focus away.
    window.addEventListener("load", () => requestAnimationFrame(go));
  };

  try {
    comeBack();
  } catch {
    // Nor does it give anything back.
  }
}
