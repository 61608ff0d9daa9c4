// Saves by itself after a pause, warns of what is not saved, and numbers the lines of a text.
// Every page works without this file.

const PAUSE = 3000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const told = form.querySelector(".autosaved");
  let timer = 0;
  let dirty = false;
  let sending = false;
  let stopped = false;
  let leaving = false;

  const say = (text) => {
    if (told) told.textContent = text;
  };

  // What is wrong stands between the label of a control and the control, as the server writes it.
  const show = (wrong) => {
    for (const [name, sentences] of Object.entries(wrong)) {
      const control = form.elements[name];
      const field = control?.closest(".field");
      if (!field) continue;
      for (const old of field.querySelectorAll(".error")) old.remove();
      field.classList.toggle("wrong", sentences.length > 0);
      control.toggleAttribute("aria-invalid", false);
      if (sentences.length) control.setAttribute("aria-invalid", "true");
      for (const [at, sentence] of sentences.entries()) {
        const told = document.createElement("p");
        const spoken = document.createElement("span");
        told.className = "error";
        if (at === 0) told.id = `${name}-error`;
        spoken.className = "only-spoken";
        spoken.textContent = `${form.dataset.error} `;
        told.append(spoken, sentence);
        control.before(told);
      }
      const about = [`${name}-help`, `${name}-error`].filter((id) => document.getElementById(id));
      if (about.length) control.setAttribute("aria-describedby", about.join(" "));
    }
  };

  const save = async () => {
    if (sending || stopped || !dirty || leaving) return;
    sending = true;
    dirty = false;
    const data = new FormData(form);
    data.set("act", "autosave");
    try {
      const reply = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(data),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      const answer = await reply.json();
      if (!reply.ok) {
        dirty = true;
        stopped = Boolean(answer.conflict) || reply.status < 500;
      } else {
        form.elements.over.value = answer.saves;
        form.elements.base.value = answer.saves;
      }
      say(answer.said ?? form.dataset.failed);
      if (answer.wrong) show(answer.wrong);
    } catch {
      dirty = true;
      say(form.dataset.failed);
    }
    sending = false;
    if (dirty) soon();
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };

  form.addEventListener("input", (event) => {
    const name = event.target.name ?? "";
    const kept = name === "text" || name.startsWith("f.") || name.startsWith("c.");
    if (!kept) return;
    dirty = true;
    say("");
    soon();
  });
  form.addEventListener("submit", (event) => {
    // The numbers of the save must be those that an answer under way will bring.
    if (sending) {
      event.preventDefault();
      const wait = setInterval(() => {
        if (sending) return;
        clearInterval(wait);
        form.requestSubmit(event.submitter);
      }, 50);
      return;
    }
    leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
}

for (const area of document.querySelectorAll("textarea[data-lines]")) {
  const numbers = document.createElement("pre");
  numbers.className = "line-numbers";
  numbers.setAttribute("aria-hidden", "true");
  area.before(numbers);
  let count = 0;
  const number = () => {
    const lines = area.value.split("\n").length;
    if (lines === count) return;
    count = lines;
    numbers.textContent = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
  };
  area.addEventListener("input", number);
  area.addEventListener("scroll", () => {
    numbers.scrollTop = area.scrollTop;
  });
  number();
}
