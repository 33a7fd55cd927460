// Moves through a list by keyboard: j to the next entry, k to the one before; Enter opens it, as it does any link.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.("input, select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const entries = [...document.querySelectorAll("a.open")];
  const row = document.activeElement.closest("tr");
  const place = entries.findIndex((entry) => row && row.contains(entry));
  const next = entries[place < 0 ? (step > 0 ? 0 : entries.length - 1) : place + step];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  }
});
