// Copies what a button carries, and says so to those who cannot see it. Pages are whole without it.
const said = document.createElement("p");
said.className = "vh";
said.setAttribute("role", "status");
document.body.append(said);

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain http has no clipboard: select the text in a field that nobody sees, and let the browser copy it.
  const field = Object.assign(document.createElement("textarea"), { value: text, className: "vh" });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("the browser refused");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const label = button.textContent;
  try {
    await copy(button.dataset.copy);
    button.textContent = "Copied";
    said.textContent = "Copied to the clipboard";
  } catch {
    button.textContent = "Not copied";
    said.textContent = "The browser did not let the text be copied";
  }
  setTimeout(() => { button.textContent = label; said.textContent = ""; }, 1600);
});
