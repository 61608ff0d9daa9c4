// A button on either side of a number makes it less or more. The number can be typed without it, in digits of any script.

// The digits of a script follow each other, from one whose code ends in 0 or, in the scripts of India, in 6.
const number = (text) =>
  Number(text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0);
    return code >= 0x900 && code < 0xe00 ? (code - 6) % 16 : code % 16;
  }));

for (const stepper of document.querySelectorAll(".stepper")) {
  stepper.hidden = false;
  stepper.addEventListener("click", () => {
    const { step, least, most } = stepper.parentElement.dataset;
    const input = stepper.parentElement.querySelector("input");
    const direction = Number(stepper.dataset.direction);
    const decimals = (step.split(".")[1] ?? "").length;
    const typed = number(input.value);
    let next = Number(least);
    if (input.value.trim() !== "" && Number.isFinite(typed)) {
      next = Math.min(Math.max(typed + direction * Number(step), Number(least)), Number(most));
    }
    input.value = next.toFixed(Math.max(decimals, (least.split(".")[1] ?? "").length));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
