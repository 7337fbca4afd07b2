"use strict";
(() => {
  const rows = [...document.querySelectorAll("#records tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const search = document.getElementById("search");
  const what = document.getElementById("what");
  const why = document.getElementById("why");
  const shown = document.getElementById("shown");
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let number = 0;
    rows.forEach((row, at) => {
      const fits =
        (!what.value || row.dataset.what === what.value) &&
        (!why.value || row.dataset.why === why.value) &&
        words.every((word) => texts[at].includes(word));
      row.hidden = !fits;
      number += fits ? 1 : 0;
    });
    shown.textContent = `${number.toLocaleString("en")} shown`;
  }
  [search, what, why].forEach((one) => one.addEventListener("input", filter));
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
})();
