// Sends the chosen or dragged files one after another, with a bar; without this the form sends them together.
const form = document.querySelector("[data-uploads]");
const input = form?.querySelector("input[type=file]");
const said = form?.querySelector("[data-progress]");

const send = (file, told) =>
  new Promise((done) => {
    const body = new FormData(form);
    body.delete(input.name);
    body.append(input.name, file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => told(event.loaded / event.total));
    request.addEventListener("loadend", () => done(request.status >= 200 && request.status < 400));
    request.send(body);
  });

const sendAll = async (files) => {
  const bar = document.createElement("progress");
  bar.max = files.length;
  bar.setAttribute("aria-label", form.dataset.words.replace("#", ""));
  const words = document.createElement("span");
  said.replaceChildren(words, bar);
  for (const [number, file] of files.entries()) {
    words.textContent = form.dataset.words.replace("#", file.name);
    const came = await send(file, (part) => (bar.value = number + part));
    if (!came) {
      words.textContent = form.dataset.broken.replace("#", file.name);
      return;
    }
  }
  location.assign(form.action);
};

form?.addEventListener("submit", (event) => {
  if (!input.files.length) return;
  event.preventDefault();
  sendAll([...input.files]);
});
form?.addEventListener("dragover", (event) => event.preventDefault());
form?.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) sendAll([...event.dataTransfer.files]);
});
