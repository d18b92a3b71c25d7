// What helps beyond the page itself: words under a pointer, finding and sorting in tables, zooming into the Gantt chart.
(function () {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // Words under a pointer.
  const tip = document.getElementById("tip");
  function show(event) {
    const target = event.target.closest("[data-tip]");
    tip.hidden = !target;
    if (!target) return;
    tip.textContent = target.dataset.tip;
    const box = tip.getBoundingClientRect();
    const right = Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8));
    const above = event.clientY - box.height - 12;
    tip.style.left = right + "px";
    tip.style.top = (above > 4 ? above : event.clientY + 18) + "px";
  }
  addEventListener("pointermove", show);
  addEventListener("pointerdown", show);
  addEventListener("scroll", () => { tip.hidden = true; }, true);

  // Finding: rows of twins and indicators by their names; where a column's name fits, the other columns go.
  for (const input of all("[data-filter]")) {
    const root = document.getElementById(input.dataset.filter);
    input.closest(".search").hidden = false;
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      all("table", root).forEach((table) => filter(table, wanted));
    });
  }
  function filter(table, wanted) {
    const has = (element) => element.textContent.toLowerCase().includes(wanted);
    const heads = all("thead th", table);
    const columns = heads.map((head, index) => index === 0 || has(head));
    const byColumn = wanted !== "" ? columns.some((fits, index) => fits ? index > 0 : false) : false;
    let rows = 0;
    for (const row of all("tbody tr", table)) {
      row.hidden = !byColumn ? !has(row.cells[0]) : false;
      rows += row.hidden ? 0 : 1;
      Array.from(row.cells).forEach((cell, index) => { cell.hidden = byColumn ? !columns[index] : false; });
    }
    heads.forEach((head, index) => { head.hidden = byColumn ? !columns[index] : false; });
    table.closest(".wide").hidden = rows === 0;
  }

  // Sorting by a column: numbers by their exact value, others by their text.
  for (const head of all("table[data-sortable] thead th")) {
    head.classList.add("sorts");
    head.tabIndex = 0;
    head.setAttribute("role", "columnheader");
    head.addEventListener("click", () => sort(head));
    head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(head); });
  }
  function sort(head) {
    const table = head.closest("table");
    const index = head.cellIndex;
    const falling = head.getAttribute("aria-sort") !== "descending";
    all("th", table).forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const key = (row) => row.cells[index].dataset.value;
    const compare = (a, b) => {
      if (key(a) === undefined) return a.cells[index].textContent.localeCompare(b.cells[index].textContent, "en", { numeric: true });
      return (key(a) === "" ? -Infinity : Number(key(a))) - (key(b) === "" ? -Infinity : Number(key(b)));
    };
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).sort(compare);
    if (falling) rows.reverse();
    body.append(...rows);
  }

  // Zooming into the Gantt chart, about the middle of what is seen.
  for (const gantt of all(".gantt")) {
    const bar = document.createElement("div");
    bar.className = "zoom";
    let factor = 1;
    const button = (text, label, change) => {
      const element = document.createElement("button");
      element.type = "button";
      element.textContent = text;
      element.setAttribute("aria-label", label);
      element.addEventListener("click", () => {
        factor = Math.max(1, Math.min(32, change(factor)));
        all(".gantt-scroll", gantt).forEach((scroll) => {
          const before = scroll.scrollWidth || 1;
          const middle = scroll.scrollLeft + scroll.clientWidth / 2;
          const whole = Math.max(scroll.clientWidth, 940);
          scroll.firstElementChild.style.width = factor === 1 ? "" : factor * whole + "px";
          scroll.scrollLeft = middle * (scroll.scrollWidth / before) - scroll.clientWidth / 2;
        });
      });
      bar.append(element);
    };
    bar.append("Zoom");
    button("−", "Zoom out", (factor) => factor / 2);
    button("+", "Zoom in", (factor) => factor * 2);
    button("Whole", "Show the whole window", () => 1);
    gantt.prepend(bar);

    // Where a panel is wider than the screen, it begins where its work does.
    const toWork = (scroll) => {
      const bars = all('rect[class^="g"]', scroll).map((bar) => bar.getBoundingClientRect().left);
      if (bars.length > 0) scroll.scrollLeft += Math.min(...bars) - scroll.getBoundingClientRect().left - 28;
    };
    const shown = () => all(".gantt-scroll", gantt).filter((scroll) => scroll.clientWidth > 0);
    all('input[type="radio"]', gantt).forEach((tab) => tab.addEventListener("change", () => shown().forEach(toWork)));
    shown().forEach(toWork);
  }
})();
