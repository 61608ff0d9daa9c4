// The currency and the time zone of a country are chosen with it, as long as nobody has chosen others. Without this file the
// server fills them in, and asks whether they are right.

const form = document.querySelector("form[data-usual]");

if (form) {
  const usual = JSON.parse(form.dataset.usual);
  const names = ["currency", "time_zone"];
  const own = new Map(names.map((name) => [name, form.elements[name].value]));

  form.elements.country.addEventListener("change", ({ target }) => {
    for (const [at, name] of names.entries()) {
      const select = form.elements[name];
      if (select.value !== "" && select.value === own.get(name)) continue;
      select.value = usual[target.value]?.[at] ?? "";
    }
  });
  for (const name of names) {
    form.elements[name].addEventListener("change", ({ target }) => own.set(name, target.value));
  }
}
