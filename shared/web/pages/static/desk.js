// Keys for the desk's tables: j and k move, x selects, Enter opens, / searches, ? tells. Where one thing is looked at
// after the other, j and k turn the page; in a form that scores, digits choose, group by group, and Enter sends.
const rows = [...document.querySelectorAll("table.cards tbody tr")];
const boxes = [...document.querySelectorAll("table[data-select] tbody .pick input")];
let here = -1;

const move = (step) => {
  if (!rows.length) return document.querySelector(`a[rel=${step > 0 ? "next" : "prev"}]`)?.click();
  rows[here]?.classList.remove("here");
  here = Math.min(rows.length - 1, Math.max(0, here + step));
  rows[here].classList.add("here");
  rows[here].scrollIntoView({ block: "nearest" });
  (rows[here].querySelector("th a, td a, input") ?? rows[here]).focus({ preventScroll: true });
};

const keys = {
  j: () => move(1),
  k: () => move(-1),
  x: () => rows[here]?.querySelector(".pick input")?.click(),
  "/": () => document.getElementById("q")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

const groups = [...document.querySelectorAll("form[data-scored] fieldset:has([type=radio])")];
const choose = (place) => {
  const at = groups.findIndex((group) => group.contains(document.activeElement));
  const open = groups.findIndex((group) => !group.querySelector(":checked"));
  const group = groups[at < 0 ? open : at];
  const choice = group?.querySelectorAll("[type=radio]")[place];
  if (!choice) return;
  choice.click();
  (groups[groups.indexOf(group) + 1]?.querySelector(":checked, [type=radio]") ?? choice).focus();
};
if (groups.length) for (let digit = 0; digit < 10; digit += 1) keys[digit] = () => choose((digit + 9) % 10);

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("textarea, select, input:not([type=checkbox], [type=radio])")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// On a narrow screen the way one is on may lie outside the strip.
const strip = document.querySelector(".desknav");
const current = strip?.querySelector("[aria-current]");
if (current) strip.scrollLeft = current.offsetLeft - strip.clientWidth / 2;

// How many are selected, a range by Shift, all by the box in the heading.
const counts = document.querySelectorAll("[data-count]");
const tell = () => {
  const chosen = boxes.filter((box) => box.checked).length;
  for (const count of counts) {
    count.hidden = !chosen;
    count.textContent = count.dataset.text.replace("#", chosen.toLocaleString(document.documentElement.lang));
  }
};
const whole = document.querySelector("[data-all]");
if (whole) {
  whole.hidden = false;
  whole.addEventListener("change", () => {
    for (const box of boxes) box.checked = whole.checked;
    tell();
  });
}
let last = null;
for (const box of boxes) {
  box.addEventListener("click", (event) => {
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
    tell();
  });
}
tell();
