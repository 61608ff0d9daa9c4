// Shows what this browser keeps on the start page: answers that were not finished, and estimates that were made.

const DAY = 86_400_000;

const fill = (section, rows, forget) => {
  const list = section.querySelector("ul");
  const sample = list.querySelector("template").content;
  for (const { link, title, provider, language, total, plan, day, reference } of rows) {
    const row = sample.cloneNode(true);
    const said = (textContent, lang = "") => Object.assign(document.createElement("bdi"), { textContent, lang });
    // the words of the price list, in its language
    Object.assign(row.querySelector("a"), { href: link, textContent: title, lang: language ?? "" });
    const told = [said(provider, language), said(total), said(plan, language), said(clock(day)), said(reference)];
    const parts = told.filter(({ textContent }) => textContent);
    row.querySelector(".note").append(...parts.flatMap((part) => [" · ", part]).slice(1));
    list.append(row);
  }
  section.hidden = !rows.length;
  section.querySelector("button").addEventListener("click", () => {
    forget();
    section.hidden = true;
  });
};

const clock = (moment) => {
  const { dates } = document.querySelector("[data-dates]").dataset;
  return new Date(moment).toLocaleString(dates, { dateStyle: "long", timeStyle: "short" });
};
const isYoung = (days) => ({ day: moment }) => Date.now() - moment < days * DAY;

try {
  const begun = document.querySelector("[data-unfinished]");
  // in the language of the page, where the list is still offered
  const now = (list) => document.querySelector(`[data-list="${CSS.escape(list)}"]`)?.dataset;
  const unfinished = Object.entries(JSON.parse(localStorage.getItem("answers") ?? "{}"))
    .filter(([, kept]) => isYoung(Number(begun.dataset.days))(kept))
    .map(([list, { title, provider, language, at, day }]) => ({
      title,
      provider,
      language,
      ...now(list),
      link: `/estimate/${list}${at}`,
      day,
    }));
  fill(begun, unfinished, () => localStorage.removeItem("answers"));

  const section = document.querySelector("[data-estimates]");
  const kept = JSON.parse(localStorage.getItem("estimates") ?? "[]").filter(isYoung(Number(section.dataset.days)));
  localStorage.setItem("estimates", JSON.stringify(kept));
  fill(section, kept, () => localStorage.removeItem("estimates"));
} catch {
  // This browser keeps nothing for us.
}
