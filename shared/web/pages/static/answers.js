// A question that is asked of some only appears with the answer that calls for it. The server decides by the same rules.
for (const form of document.querySelectorAll("form:has([data-when])")) {
  const parts = [...form.querySelectorAll("[data-when]")].map((part) => ({ part, rule: JSON.parse(part.dataset.when) }));
  const known = JSON.parse(form.dataset.known ?? "{}");
  const given = (field) => {
    const found = [];
    for (const control of form.elements) {
      if (control.name !== field && !control.name.startsWith(`${field}.`)) continue;
      if (control.closest("[data-when][hidden]") || control.disabled) continue;
      if (/radio|checkbox/.test(control.type) ? !control.checked : !control.value.trim()) continue;
      const part = control.name.slice(field.length + 1);
      if (part === "other") continue;
      found.push(...(part ? [part, `${part}.${control.value}`, ...(part === "country" ? [control.value] : [])] : [control.value]));
    }
    return found;
  };
  const holds = (rule) => {
    switch (rule.rule) {
      case "all": return rule.parts.every(holds);
      case "any": return rule.parts.some(holds);
      case "not": return !holds(rule.part);
      case "known": return rule.values.includes(known[rule.about] ?? "");
      case "is": return given(rule.field).some((one) => rule.values.includes(one));
      case "answered": return given(rule.field).length > 0;
      default: {
        const number = Number((given(rule.field)[0] ?? "").replace(",", "."));
        return given(rule.field).length > 0 && number >= (rule.least ?? -Infinity) && number <= (rule.most ?? Infinity);
      }
    }
  };
  const show = () => {
    for (let round = 0, moved = true; moved && round <= parts.length; round++) {
      moved = false;
      for (const { part, rule } of parts) {
        const hidden = !holds(rule);
        moved ||= part.hidden !== hidden;
        part.hidden = hidden;
      }
    }
  };
  form.querySelectorAll("[data-condition]").forEach((words) => (words.hidden = true));
  form.addEventListener("input", show);
  show();
}

// What is typed is saved a moment later, where the form says where to.
for (const form of document.querySelectorAll("form[data-save]")) {
  const said = document.querySelector("[data-saved]");
  let waiting;
  const save = async () => {
    const typed = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    const body = new URLSearchParams(typed);
    const answer = await fetch(form.dataset.save, { method: "POST", body }).catch(() => null);
    if (said) said.textContent = answer?.ok ? said.dataset.saved : said.dataset.unsaved;
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 1500);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}
