// The builder's outline: Alt and an arrow moves what is in hand, and a question can be dragged to its place.
const form = document.querySelector("form[data-outline]");
const press = (button) => form.requestSubmit(button);

form?.addEventListener("keydown", (event) => {
  const act = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (!act || !event.altKey) return;
  const button = event.target.closest("li")?.querySelector(`:scope > .row [data-act=${act}]`);
  if (!button) return;
  event.preventDefault();
  press(button);
});

const send = (name, value) => {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  form.append(input);
};
let dragged = null;
form?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("li[draggable]");
  event.dataTransfer.effectAllowed = "move";
});
form?.addEventListener("dragover", (event) => {
  const target = event.target.closest("li[draggable], ol[data-section]");
  if (!dragged || !target) return;
  event.preventDefault();
  form.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
  target.classList.add("over");
});
form?.addEventListener("drop", (event) => {
  const target = event.target.closest("li[draggable], ol[data-section]");
  if (!dragged || !target || target === dragged) return;
  event.preventDefault();
  const list = target.closest("ol[data-section]");
  const others = [...list.children].filter((one) => one !== dragged);
  send("act", `place:${dragged.dataset.key}`);
  send("section", list.dataset.section);
  send("place", target === list ? "" : others.indexOf(target));
  form.submit();
});

// The one in hand keeps the focus after it was moved.
if (location.hash === "#f.outline") form?.querySelector("a[aria-current]")?.focus();
