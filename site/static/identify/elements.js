// Elements out of texts: nothing here reads markup, so a file can say what it likes.

// `traits` are attributes, save `on`, which has listeners; children are elements, texts, or nothing.
export function element(name, traits = {}, ...children) {
  const made = document.createElement(name);
  for (const [trait, value] of Object.entries(traits)) {
    if (trait === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(trait, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function facts(pairs) {
  const rows = pairs.filter(([, value]) => value).map(([term, value]) => element("div", {}, element("dt", {}, term), element("dd", {}, value)));
  return element("dl", { class: "facts" }, rows);
}

// `rows` are lists of cells, the first of which heads its row.
export function table(headings, rows) {
  const head = element("tr", {}, headings.map((heading) => element("th", { scope: "col" }, heading)));
  const body = rows.map(([first, ...cells]) =>
    element("tr", {}, element("th", { scope: "row" }, first), cells.map((cell, at) => element("td", { "data-l": headings[at + 1] }, cell))));
  return element("table", { class: "stack" }, element("thead", {}, head), element("tbody", {}, body));
}

export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let at = 0;
  let left = count;
  while (left >= 1000 && at < units.length - 1) {
    left /= 1000;
    at += 1;
  }
  return `${at && left < 100 ? left.toFixed(left < 10 ? 2 : 1) : Math.round(left)} ${units[at]}`;
}

export function many(count, one, several = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
}
