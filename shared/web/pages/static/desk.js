// Keys for the desk's tables: j and k move, x selects, Enter opens (and sends no form), / searches, ? tells. Where one
// thing is looked at after the other, j and k turn the page; in a form that scores, digits choose, group by group.
const rows = [...document.querySelectorAll("table.cards tbody tr")];
const boxes = [...document.querySelectorAll("table[data-select] tbody .pick input")];
let here = -1;

const way = (row) => row.querySelector("th a") ?? row.querySelector("td a");

const move = (step) => {
  if (!rows.length) return document.querySelector(`a[rel=${step > 0 ? "next" : "prev"}]`)?.click();
  rows[here]?.classList.remove("here");
  here = Math.min(rows.length - 1, Math.max(0, here + step));
  rows[here].classList.add("here");
  rows[here].scrollIntoView({ block: "nearest" });
  (way(rows[here]) ?? rows[here].querySelector("input") ?? rows[here]).focus({ preventScroll: true });
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
  // Enter on the box of a row opens the row: it would send the form otherwise, with the first of its buttons.
  const row = event.key === "Enter" && event.target.matches("input") && event.target.closest("table.cards tbody tr");
  // A button may have a key of its own: a, r and d propose, for the rows that are selected or for the one that is read.
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]:enabled`);
  const act = row ? () => way(row)?.click() : (keys[event.key] ?? (button && (() => button.click())));
  if (!act) return;
  event.preventDefault();
  act();
});

// On a narrow screen the way one is on may lie outside the strip.
const strip = document.querySelector(".desknav");
const current = strip?.querySelector("[aria-current]");
if (current) strip.scrollLeft = current.offsetLeft - strip.clientWidth / 2;

// How many are selected, a range by Shift, all by the box in the heading. What is selected survives paging: it is
// kept for this table and these filters, and goes along with the form from whichever page.
const counts = document.querySelectorAll("[data-count]");
const everybody = document.querySelector("[data-bulk] input[type=checkbox]");
const acts = document.querySelectorAll("[data-bulk] button");
const question = new URLSearchParams(location.search);
question.delete("page");
const drawer = `selected ${location.pathname}?${question}`;
const store = (() => {
  try {
    return sessionStorage;
  } catch {
    return null; // a browser that keeps nothing: what is selected stays on its page
  }
})();
const selected = new Set(boxes.length ? JSON.parse(store?.getItem(drawer) ?? "[]") : []);
for (const box of boxes) box.checked ||= selected.has(box.value);
const tell = () => {
  for (const box of boxes) selected[box.checked ? "add" : "delete"](box.value);
  if (boxes.length) store?.setItem(drawer, JSON.stringify([...selected]));
  for (const act of acts) act.disabled = !selected.size && !everybody?.checked; // it waits until something is chosen
  for (const count of counts) {
    count.hidden = !selected.size;
    count.textContent = count.dataset.text.replace("#", selected.size.toLocaleString(document.documentElement.lang));
  }
};
addEventListener("submit", ({ target }) => {
  if (target.matches("[data-done]")) for (const key of Object.keys(store ?? {})) if (key.startsWith("selected ")) store.removeItem(key);
  if (!boxes.length || boxes[0].form !== target) return;
  const here = new Set(boxes.map((box) => box.value));
  for (const input of target.querySelectorAll("[data-elsewhere]")) input.remove();
  for (const value of selected) {
    if (here.has(value)) continue;
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: boxes[0].name, value });
    input.dataset.elsewhere = "yes";
    target.append(input);
  }
});
const whole = document.querySelector("[data-all]");
if (whole) {
  whole.hidden = false;
  whole.addEventListener("change", () => {
    for (const box of boxes) box.checked = whole.checked;
    tell();
  });
}
everybody?.addEventListener("change", tell);
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
