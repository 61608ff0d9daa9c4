// Says what is wrong while somebody types, saves by itself after a longer pause, and warns of what is not saved. Every
// page works without this file.

const PAUSE = 3000;
const PAUSE_OF_CHECK = 700;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const told = form.querySelector(".autosaved");
  let timer = 0;
  let dirty = false;
  let sending = false;
  let stopped = false;
  let leaving = false;

  let at = "";

  // Of a grid only the cells that somebody has been in are sent: there are thousands of others.
  const touched = new Set();
  const sent = () => {
    const data = new FormData(form);
    for (const name of [...data.keys()]) if (name.startsWith("c.") && !touched.has(name)) data.delete(name);
    return data;
  };

  // What is said of the control that somebody is in is spoken with the number of all problems.
  const say = (text, answer = {}) => {
    if (!told) return;
    const here = [...(answer.wrong?.[at] ?? []), ...(answer.warned?.[at] ?? [])].join(" ");
    if (told.dataset.said === `${text} ${here}`) return;
    told.dataset.said = `${text} ${here}`;
    told.textContent = text;
    told.classList.toggle("has-problems", Boolean(answer.problem));
    if (answer.problem && form.dataset.toProblem) {
      const link = document.createElement("a");
      link.href = firstHere() ?? answer.problem;
      link.textContent = form.dataset.toProblem;
      told.append(" ", link);
    }
    if (!here) return;
    const spoken = document.createElement("span");
    spoken.className = "spoken";
    spoken.textContent = ` ${here}`;
    told.append(spoken);
  };

  const firstHere = () => {
    const row = form.querySelector(".wrong-row[id]");
    return row ? `#${row.id}` : null;
  };

  const sentence = (text, kind) => {
    const told = document.createElement("p");
    told.className = kind;
    if (kind === "error") {
      const spoken = document.createElement("span");
      spoken.className = "spoken";
      spoken.textContent = `${form.dataset.error} `;
      told.append(spoken);
    }
    told.append(text);
    return told;
  };

  // What is wrong stands between the label of a control and the control, as the server writes it.
  const show = (name, sentences, warnings) => {
    const control = form.elements[name];
    const field = control?.closest?.(".field");
    if (!field) return;
    const place = field.querySelector(".part-heads, .part-rows") ?? control;
    for (const old of field.querySelectorAll(warnings ? ".error, .warned" : ".error")) old.remove();
    field.classList.toggle("wrong", sentences.length > 0);
    mark(control, sentences);
    for (const [number, text] of sentences.entries()) {
      const told = sentence(text, "error");
      if (number === 0) told.id = `error-${name}`;
      place.before(told);
    }
    for (const text of warnings ?? []) place.before(sentence(text, "warned"));
    const about = [`help-${name}`, `error-${name}`].filter((id) => document.getElementById(id));
    if (about.length) control.setAttribute("aria-describedby", about.join(" "));
    else control.removeAttribute("aria-describedby");
  };

  const mark = (control, sentences) => {
    control.removeAttribute("aria-invalid");
    if (sentences.length) control.setAttribute("aria-invalid", "true");
  };

  // In a grid it stands in a row of its own below that of the cell.
  const showRows = (wrong) => {
    const rows = new Map();
    for (const [name, sentences] of Object.entries(wrong)) {
      const control = form.elements[name];
      const row = control?.closest?.(".grid tr");
      if (!row) continue;
      mark(control, sentences);
      rows.set(row, [...(rows.get(row) ?? []), ...sentences]);
    }
    for (const [row, sentences] of rows) {
      if (row.nextElementSibling?.classList.contains("row-errors")) row.nextElementSibling.remove();
      row.classList.toggle("wrong-row", sentences.length > 0);
      if (!sentences.length) continue;
      const below = document.createElement("tr");
      below.className = "row-errors";
      const cell = below.insertCell();
      cell.before(document.createElement("td"));
      cell.colSpan = 5;
      cell.append(...sentences.map((text) => sentence(text, "error")));
      row.after(below);
    }
  };

  // Of a text it stands below, each with a button that leads to its line.
  const list = (found) => {
    const place = form.querySelector(".live");
    const area = form.elements.text;
    for (const older of document.querySelectorAll(".at-load")) older.hidden = true;
    place.hidden = found.length === 0;
    place.replaceChildren(
      ...found.map((one) => {
        const item = document.createElement("li");
        item.className = one.wrong ? "live-wrong" : "live-warned";
        if (one.line) {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "link";
          button.textContent = one.where;
          button.addEventListener("click", () => go(area, one.line));
          item.append(button, " ");
        }
        item.append(one.sentence);
        if (one.place) {
          const code = document.createElement("code");
          code.textContent = one.place;
          item.append(" ", code);
        }
        return item;
      }),
    );
  };

  const go = (area, line) => {
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + lines[line - 1].length);
    area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 5);
    area.scrollLeft = 0;
  };

  const tell = (answer) => {
    for (const [name, sentences] of Object.entries(answer.wrong ?? {}))
      show(name, sentences, answer.warned?.[name]);
    if (answer.wrong) showRows(answer.wrong);
    for (const [code, words] of Object.entries(answer.since ?? {})) {
      const place = document.getElementById(`row-${code}`)?.querySelector(".delta");
      if (place) place.textContent = words;
    }
    if (answer.found) list(answer.found);
  };

  let typed = 0;
  let outdated = false;
  let checking = false;
  let checkTimer = 0;
  let checks = Boolean(form.dataset.check);

  // An answer that comes after more was typed, or after a save, is out of date.
  const check = async () => {
    if (checking || sending || leaving || !checks) return;
    checking = true;
    const asked = typed;
    const data = sent();
    data.set("of", form.dataset.of);
    try {
      const reply = await fetch(form.dataset.check, {
        method: "POST",
        body: new URLSearchParams(data),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      checks = reply.ok;
      const answer = await reply.json();
      if (answer.stop) checks = false;
      if (reply.ok && asked === typed) {
        tell(answer);
        say(answer.said, answer);
      }
    } catch {
      // The save that follows says what is the matter.
    }
    checking = false;
    if (asked !== typed && dirty) checkSoon();
  };

  const checkSoon = () => {
    clearTimeout(checkTimer);
    checkTimer = setTimeout(check, PAUSE_OF_CHECK);
  };

  const save = async () => {
    if (sending || stopped || !dirty || leaving) return;
    sending = true;
    dirty = false;
    typed += 1;
    const asked = typed;
    const data = sent();
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
      if (asked === typed) {
        tell(answer);
        say(answer.said ?? form.dataset.failed, answer.problem ? { problem: answer.problem } : {});
        outdated = true;
      }
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
    typed += 1;
    touched.add(name);
    at = event.target.closest("fieldset[name]")?.name ?? name;
    // What was said of a save is not true any more; what was found stays until it is looked at again.
    if (outdated) say("");
    outdated = false;
    soon();
    checkSoon();
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
