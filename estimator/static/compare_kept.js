// Lets the estimates that this browser keeps be ticked, to be compared. Works as well without: a link can be pasted.

const section = document.querySelector("[data-kept-estimates]");
try {
  const { days, dates } = section.dataset;
  const sample = section.querySelector("template").content;
  const kept = JSON.parse(localStorage.getItem("estimates") ?? "[]");
  const young = kept.filter(({ day }) => Date.now() - day < Number(days) * 86_400_000);
  young.forEach(({ link, title, provider, language, total, day }, number) => {
    const row = sample.cloneNode(true);
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "kept", id: `kept-${number}`, value: link });
    row.querySelector(".option").prepend(box);
    row.querySelector("label").htmlFor = `kept-${number}`;
    // the words of the price list, in its language
    Object.assign(row.querySelector(".title"), { textContent: title, lang: language ?? "" });
    const whose = document.createElement("bdi");
    Object.assign(whose, { textContent: provider, lang: language ?? "" });
    const made = new Date(day).toLocaleDateString(dates, { dateStyle: "long" });
    row.querySelector(".note").append(whose, ["", total, made].filter((each) => each !== undefined).join(" · "));
    section.append(row);
  });
  section.hidden = !young.length;
} catch {
  // This browser keeps nothing for us.
}
