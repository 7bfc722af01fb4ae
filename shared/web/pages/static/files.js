// Sends each chosen file at once, piece by piece (tus 1.0.0), and goes on after a broken line; the form then only names it.
const PIECE = 1_000_000;
const WAITS = [1, 3, 8, 20, 30, 60];
const spoken = { "Tus-Resumable": "1.0.0" };
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

class Refused extends Error {}

const ask = async (url, options) => {
  const answer = await fetch(url, options);
  if (answer.ok) return answer;
  if (answer.status >= 500 || [409, 423, 429].includes(answer.status)) throw new Error(answer.status);
  throw new Refused(answer.status);
};

const send = async (box, token, file, told) => {
  const write = { ...spoken, "X-CSRF-Token": token };
  const mark = `upload ${box.dataset.files} ${box.dataset.field} ${file.name} ${file.size} ${file.lastModified}`;
  let place = sessionStorage.getItem(mark);
  let tries = 0;
  for (;;) {
    try {
      let offset = 0;
      if (place) {
        const stands = await ask(place, { method: "HEAD", headers: spoken });
        offset = Number(stands.headers.get("Upload-Offset"));
      } else {
        const metadata = `field ${base64(box.dataset.field)},filename ${base64(file.name)}`;
        const headers = { ...write, "Upload-Length": file.size, "Upload-Metadata": metadata };
        place = (await ask(box.dataset.files, { method: "POST", headers })).headers.get("Location");
        sessionStorage.setItem(mark, place);
      }
      for (;;) {
        told(offset / file.size);
        const headers = { ...write, "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
        const answer = await ask(place, { method: "PATCH", headers, body: file.slice(offset, offset + PIECE) });
        offset = Number(answer.headers.get("Upload-Offset"));
        tries = 0;
        if (offset < file.size) continue;
        sessionStorage.removeItem(mark);
        return [answer.headers.get("Academy-File"), decodeURIComponent(answer.headers.get("Academy-File-Name"))];
      }
    } catch (broken) {
      if (broken instanceof Refused) sessionStorage.removeItem(mark);
      if (broken instanceof Refused && !(place && broken.message === "404" && tries++ < 1)) throw broken;
      if (broken instanceof Refused) place = null;
      else if (tries < WAITS.length) await sleep(WAITS[tries++]);
      else throw broken;
    }
  }
};

for (const box of document.querySelectorAll("[data-files]")) {
  const form = box.closest("form");
  const [input, id, name, said] = ["input[type=file]", "[data-id]", "[data-name]", "[data-said]"].map((one) => box.querySelector(one));
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    if (file.size > Number(box.dataset.most)) return (said.textContent = box.dataset.large);
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", file.name);
    said.replaceChildren(bar);
    try {
      [id.value, name.value] = await send(box, form.elements.csrf_token.value, file, (part) => (bar.value = part));
      input.value = "";
      said.textContent = box.dataset.came.replace("#", name.value);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    } catch {
      said.textContent = box.dataset.broken;
    }
  });
}
