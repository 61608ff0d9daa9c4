// Shows what this browser keeps on the start page: answers that were not finished, and estimates that were made.

const DAY = 86_400_000;

const fill = (section, rows, forget) => {
  const list = section.querySelector("ul");
  const sample = list.querySelector("template").content;
  for (const { link, title, provider, language, more } of rows) {
    const row = sample.cloneNode(true);
    const whose = document.createElement("bdi");
    // the words of the price list, in its language
    Object.assign(row.querySelector("a"), { href: link, textContent: title, lang: language ?? "" });
    Object.assign(whose, { textContent: provider, lang: language ?? "" });
    row.querySelector(".note").append(whose, ["", ...more.filter(Boolean)].join(" · "));
    list.append(row);
  }
  section.hidden = !rows.length;
  section.querySelector("button").addEventListener("click", () => {
    forget();
    section.hidden = true;
  });
};

const day = (moment) =>
  new Date(moment).toLocaleDateString(document.querySelector("[data-dates]").dataset.dates, { dateStyle: "long" });
const isYoung = (days) => ({ day: moment }) => Date.now() - moment < days * DAY;

try {
  const begun = document.querySelector("[data-unfinished]");
  const unfinished = Object.entries(JSON.parse(localStorage.getItem("answers") ?? "{}"))
    .filter(([, kept]) => isYoung(Number(begun.dataset.days))(kept))
    .map(([list, { title, provider, language, at, day: moment }]) => ({
      link: `/estimate/${list}${at}`,
      title,
      provider,
      language,
      more: [day(moment)],
    }));
  fill(begun, unfinished, () => localStorage.removeItem("answers"));

  const section = document.querySelector("[data-estimates]");
  const kept = JSON.parse(localStorage.getItem("estimates") ?? "[]").filter(isYoung(Number(section.dataset.days)));
  localStorage.setItem("estimates", JSON.stringify(kept));
  const rows = kept.map(({ link, title, provider, language, total, day: moment }) => ({
    link,
    title,
    provider,
    language,
    more: [total, day(moment)],
  }));
  fill(section, rows, () => localStorage.removeItem("estimates"));
} catch {
  // This browser keeps nothing for us.
}
