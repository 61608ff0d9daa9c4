// Lets the estimates that this browser keeps be ticked, to be compared. Works as well without: a link can be pasted.

const section = document.querySelector("[data-kept-estimates]");
try {
  const { days, dates, ticked } = section.dataset;
  const sample = section.querySelector("template").content;
  const kept = JSON.parse(localStorage.getItem("estimates") ?? "[]");
  const young = kept.filter(({ day }) => Date.now() - day < Number(days) * 86_400_000);
  young.forEach(({ link, title, provider, language, total, plan, day, reference }, number) => {
    const row = sample.cloneNode(true);
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "kept", id: `kept-${number}`, value: link });
    box.checked = ticked.split(" ").includes(link);
    row.querySelector(".option").prepend(box);
    row.querySelector("label").htmlFor = `kept-${number}`;
    const said = (textContent, lang = "") => Object.assign(document.createElement("bdi"), { textContent, lang });
    // the words of the price list, in its language
    Object.assign(row.querySelector(".title"), { textContent: title, lang: language ?? "" });
    const made = new Date(day).toLocaleString(dates, { dateStyle: "long", timeStyle: "short" });
    const told = [said(provider, language), said(total), said(plan, language), said(made), said(reference)];
    const parts = told.filter(({ textContent }) => textContent);
    row.querySelector(".note").append(...parts.flatMap((part) => [" · ", part]).slice(1));
    section.append(row);
  });
  section.hidden = !young.length;
} catch {
  // This browser keeps nothing for us.
}
