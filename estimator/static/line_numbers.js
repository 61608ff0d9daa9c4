// Numbers the lines of a text that is edited.

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
