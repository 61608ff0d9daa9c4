// The running total and the steppers. The form works without this file.

document.documentElement.classList.add("scripted");

const form = document.querySelector("form.estimate[data-total]");
if (form) {
  const panel = document.getElementById("total");
  const spoken = document.getElementById("total-spoken");
  const failed = form.querySelector(".failed");
  const aside = form.querySelector("aside.total");
  let timer = 0;
  let latest = null;

  const show = (answer) => {
    panel.innerHTML = answer.html;
    spoken.textContent = answer.spoken;
    for (const question of form.querySelectorAll("[data-driver]")) {
      question.hidden = !answer.asked.includes(question.dataset.driver);
    }
    hideEmptySections();
  };

  // A section whose questions are all hidden needs no heading.
  const hideEmptySections = () => {
    for (const section of form.querySelectorAll("[data-section]")) {
      section.hidden = !section.querySelector("[data-driver]:not([hidden])");
    }
  };

  const recalculate = async () => {
    latest?.abort();
    const asking = new AbortController();
    latest = asking;
    aside.classList.add("is-waiting");
    try {
      const reply = await fetch(form.dataset.total, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
        signal: asking.signal,
      });
      if (!reply.ok) throw new Error(String(reply.status));
      show(await reply.json());
      failed.hidden = true;
    } catch (error) {
      if (error.name === "AbortError") return;
      failed.hidden = false;
    }
    aside.classList.remove("is-waiting");
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(recalculate, 250);
  };
  // What was wrong with an answer says nothing about the next one; the panel does.
  const forget = (question) => {
    if (!question?.classList.contains("wrong")) return;
    question.classList.remove("wrong");
    for (const error of question.querySelectorAll(".error")) error.remove();
    for (const input of question.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    for (const part of question.querySelectorAll("[aria-describedby]")) {
      const there = part.getAttribute("aria-describedby").split(" ").filter((id) => document.getElementById(id));
      part.setAttribute("aria-describedby", there.join(" "));
    }
  };

  form.addEventListener("input", (event) => {
    forget(event.target.closest(".question"));
    soon();
  });
  form.addEventListener("change", soon);

  for (const stepper of form.querySelectorAll(".stepper")) {
    stepper.hidden = false;
    stepper.addEventListener("click", () => {
      const { step, least, most } = stepper.parentElement.dataset;
      const input = stepper.parentElement.querySelector("input");
      const direction = Number(stepper.dataset.direction);
      const decimals = (step.split(".")[1] ?? "").length;
      const typed = Number(input.value);
      let next = Number(least);
      if (input.value.trim() !== "" && Number.isFinite(typed)) {
        next = Math.min(Math.max(typed + direction * Number(step), Number(least)), Number(most));
      }
      input.value = next.toFixed(Math.max(decimals, (least.split(".")[1] ?? "").length));
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  // Scrolling to a focused control leaves room for the bar, however high it is just now.
  // And whoever cannot wheel or swipe can move what does not fit into it.
  const size = new ResizeObserver(() => {
    document.documentElement.style.setProperty("--bar", `${aside.offsetHeight}px`);
    if (aside.scrollHeight > aside.clientHeight) aside.tabIndex = 0;
    else aside.removeAttribute("tabindex");
  });
  size.observe(aside);
  size.observe(panel);

  hideEmptySections();
  // A browser that went back may have kept answers that the page did not come with.
  window.addEventListener("pageshow", soon);
}

const summary = document.querySelector(".error-summary");
if (summary) summary.focus();
