// Counts the chosen rows of a queue, and chooses all at once.
const form = document.getElementById("chosen");
const boxes = () => [...form.querySelectorAll("input[name=letter]")];
const told = form?.querySelector("[data-chosen]");

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) boxes().forEach((box) => (box.checked = event.target.checked));
  const number = boxes().filter((box) => box.checked).length;
  told.textContent = number ? told.dataset.chosen.replace("{count}", number) : "";
});
