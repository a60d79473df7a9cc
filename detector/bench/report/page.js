"use strict";
// Sorting and filtering of tables, a choice of matrices, detectors shown or hidden in plots.
(() => {
  const valueOf = (row, place) => {
    const cell = row.cells[place];
    return cell && cell.dataset.value !== undefined ? cell.dataset.value : "";
  };
  // Rows without a value stay at the end, whichever way the others are sorted.
  const compare = (place, numbers, sign) => (one, other) => {
    const a = valueOf(one, place), b = valueOf(other, place);
    if (a === "" || b === "") return (a === "") - (b === "");
    return sign * (numbers ? Number(a) - Number(b) : a.localeCompare(b, "en", { numeric: true }));
  };

  const sortable = (table) => {
    const heads = [...table.querySelectorAll("thead tr:last-child th")];
    heads.forEach((head, place) => {
      const button = head.querySelector("button");
      if (!button) return;
      button.addEventListener("click", () => {
        const numbers = head.dataset.kind === "number";
        const first = head.dataset.best === "high" ? "descending" : "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const way = head.getAttribute("aria-sort") === first ? second : first;
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", way);
        const body = table.tBodies[0];
        const rows = [...body.rows].sort(compare(place, numbers, way === "ascending" ? 1 : -1));
        body.append(...rows);
      });
    });
  };

  const filterable = (controls) => {
    const rows = [...document.querySelectorAll(controls.dataset.rows)];
    const fields = [...controls.querySelectorAll("[data-field]")];
    const said = controls.querySelector("output");
    const apply = () => {
      let shown = 0;
      for (const row of rows) {
        const keep = fields.every((field) => {
          const wanted = field.value;
          const has = row.dataset[field.dataset.field];
          if (wanted === "") return true;
          return field.tagName === "SELECT" ? has === wanted : has.toLowerCase().includes(wanted.toLowerCase());
        });
        row.hidden = !keep;
        shown += keep;
      }
      const chosen = fields.find((field) => field.dataset.field === "set");
      const table = rows.length && rows[0].closest("table");
      if (chosen && table) table.classList.toggle("one-set", chosen.value !== "");
      if (said) said.value = `${shown} of ${rows.length} ${controls.dataset.unit}`;
    };
    controls.hidden = false;
    fields.forEach((field) => field.addEventListener("input", apply));
    apply();
  };

  const legends = () => {
    const buttons = [...document.querySelectorAll(".legend button")];
    buttons.forEach((button) => button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") === "false";
      const place = button.dataset.place;
      buttons.filter((one) => one.dataset.place === place)
        .forEach((one) => one.setAttribute("aria-pressed", String(on)));
      document.querySelectorAll(`.plots .d${place}`).forEach((part) => part.classList.toggle("off", !on));
    }));
  };

  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll(".controls").forEach(filterable);
  legends();
})();
