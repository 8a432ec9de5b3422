(() => {
  "use strict";
  const table = document.getElementById("clips"), body = table.tBodies[0];
  const rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  const by = document.getElementById("by"), find = document.getElementById("find");
  const shown = document.getElementById("shown");
  const text = rows.map(row => row.dataset.text);
  const value = (row, column) => row.cells[column].dataset.v ?? "";

  // Rows without a value come last in both orders.
  function sort(column, down) {
    const numbers = heads[column].dataset.kind === "number";
    const sign = down ? -1 : 1;
    const keyed = rows.map((row, i) => [value(row, column), i, row]);
    keyed.sort(([a, i], [b, j]) => {
      if (a === "" || b === "") return (a === "") - (b === "") || i - j;
      return sign * (numbers ? a - b : a.localeCompare(b, undefined, { numeric: true })) || i - j;
    });
    body.append(...keyed.map(([, , row]) => row));
    heads.forEach((head, i) => {
      if (i === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    by.value = `${column}${down ? "d" : "a"}`;
  }

  heads.forEach((head, column) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const first = head.dataset.kind === "number" ? "descending" : "ascending";
      sort(column, now ? now === "ascending" : first === "descending");
    });
  });
  by.addEventListener("change", () => sort(parseInt(by.value, 10), by.value.endsWith("d")));
  find.addEventListener("input", () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, i) => {
      const fits = words.every(word => text[i].includes(word));
      row.hidden = !fits;
      count += fits;
    });
    shown.value = words.length ? `${count} of ${rows.length}` : `${rows.length}`;
  });
})();
