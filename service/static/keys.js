// Work by keyboard. A page declares its keys itself:
//   data-key="a"         the key that works an element: it clicks buttons and links, and goes into fields
//                        (in a row of data-rows: while the focus is in that row)
//   data-key-name="..."  what the help calls it, if not by its own words
//   data-dialog="help"   the dialog that a button opens
//   data-first           the field of a panel in which work begins; while it is empty, digits are keys
//   data-rows            a table or list whose rows j and k walk through; a.open opens a row, x ticks its box
const OFF = "hongyan.keys.off";
const FIELDS = "input:not([type=checkbox], [type=radio], [type=submit], [type=hidden]), select, textarea";
const help = document.getElementById("help");
const wide = { "？": "?", "／": "/" };

// The topmost open dialog is all that keys reach.
const within = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
const shown = (element) => element.checkVisibility() && !element.disabled;
// An open panel in which somebody works comes first: its keys are its own.
const panel = () => document.activeElement.closest("details[open]");
// A panel that lies over the page keeps all keys while somebody works in it: what is typed there must do nothing else.
const overlay = () => document.activeElement.closest(".panel[open]");
const places = () => (overlay() ? [overlay()] : [panel(), within()]);
const declared = () => places().flatMap((one) => [...(one?.querySelectorAll("[data-key]") ?? [])]).filter(shown);

const ROWS = "[data-rows] tr, [data-rows] li";

// Of elements that share a key, that of the row with the focus; one in another row never.
function meant(key) {
  const row = document.activeElement.closest(ROWS);
  const found = declared().filter((one) => one.dataset.key === key);
  return found.find((one) => row?.contains(one)) ?? found.find((one) => !one.closest(ROWS));
}

function work(element) {
  if (element.matches(FIELDS)) {
    element.focus();
    element.select?.();
    return;
  }
  element.click();
  const opened = element.matches("summary") && element.parentElement.open ? element.parentElement : null;
  (opened?.querySelector("[data-first]") ?? opened?.querySelector(`${FIELDS}, button`))?.focus();
}

function walk(step) {
  const rows = [...within().querySelectorAll("[data-rows] a.open")].filter(shown);
  const row = document.activeElement.closest("tr, li");
  const place = rows.findIndex((link) => row?.contains(link));
  const next = rows[place < 0 ? (step > 0 ? 0 : rows.length - 1) : place + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function tick() {
  document.activeElement.closest(ROWS)?.querySelector("input[type=checkbox]")?.click();
}

function leave(event) {
  const field = event.target.closest(FIELDS);
  const left = panel();
  if (!field && !left) return;
  field?.blur();
  if (left) {
    left.open = false;
    left.querySelector("summary").focus();
  }
}

function writes(event) {
  const field = event.target.closest(FIELDS);
  return field && !(field.matches("[data-first]") && !field.value && /^[0-9]$/.test(event.key));
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") leave(event);
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || writes(event)) return;
  const key = wide[event.key] ?? event.key;
  if (key === "?" && help.open) {
    help.close();
    event.preventDefault();
    return;
  }
  // Whoever dictates or leans on the keyboard can turn single keys off; the help stays.
  if (localStorage.getItem(OFF) && key !== "?") return;
  const element = event.repeat ? null : meant(key);
  if (element) work(element);
  else if (overlay()) {
    // Whoever types means the field, and the character goes there.
    if (key.length === 1 && key !== " ") overlay().querySelector(FIELDS)?.focus();
    return;
  } else if (key === "j") walk(1);
  else if (key === "k") walk(-1);
  else if (key === "x") tick();
  else return;
  event.preventDefault();
});

function cell(content) {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

function describe() {
  const told = new Set(["?"]);
  const first = (element) => !told.has(element.dataset.key) && told.add(element.dataset.key);
  const rows = declared().filter(first).map((element) => {
    const row = document.createElement("tr");
    const key = document.createElement("kbd");
    key.textContent = element.dataset.key;
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd").forEach((inside) => inside.remove());
    const name = element.dataset.keyName ?? element.ariaLabel ?? element.labels?.[0]?.textContent ?? copy.textContent;
    row.append(cell(key), cell(name.trim()));
    return row;
  });
  help.querySelector("[data-keys-of-page]").replaceChildren(...rows);
  const list = document.querySelector("[data-rows]");
  help.querySelector("[data-keys-of-rows]").hidden = !list;
  help.querySelector("[data-keys-of-boxes]").hidden = !list?.querySelector("input[type=checkbox]");
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-close]")?.closest("dialog").close();
  const opener = event.target.closest("[data-dialog]");
  if (!opener) return;
  if (opener.dataset.dialog === help.id) describe();
  document.getElementById(opener.dataset.dialog).showModal();
});

const on = document.getElementById("keys-on");
on.checked = !localStorage.getItem(OFF);
on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
document.documentElement.classList.add("scripted");
