// Everything is there without this script; it adds the dark-mode button, sorting, searching, the place in the contents, and the
// roles of tables (here and not in the page, since a hundred words a table are a tenth of its size).
(() => {
  const root = document.documentElement;
  const all = (query, from = document) => [...from.querySelectorAll(query)];

  const mode = document.getElementById("mode");
  if (mode) {
    mode.hidden = false;
    mode.onclick = () => {
      const dark = getComputedStyle(root).getPropertyValue("--dark").trim() === "1";
      root.dataset.mode = dark ? "light" : "dark";
    };
  }

  // contents: open beside the text, closed above it
  const contents = document.querySelector(".contents details");
  if (contents) {
    const wide = matchMedia("(min-width: 1100px)");
    const fit = () => { if (!matchMedia("print").matches) contents.open = wide.matches; };
    fit();
    wide.addEventListener("change", fit);
    const links = new Map(all("a", contents).map(link => [link.hash.slice(1), link]));
    const here = new IntersectionObserver(entries => entries.forEach(entry => {
      if (!entry.isIntersecting) return;
      links.forEach(link => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }), {rootMargin: "-5% 0px -75% 0px"});
    all("main h2[id]").forEach(heading => here.observe(heading));
  }

  // On paper every box is open, and as it was afterwards. Links to other pages are words there: in a PDF they would name the
  // folder of whoever printed it.
  const boxes = all("details:not(.code)"), ways = all("a:not([href^='#'])");
  addEventListener("beforeprint", () => {
    boxes.forEach(box => { box.dataset.was = box.open ? "1" : ""; box.open = true; });
    ways.forEach(way => { way.dataset.way = way.getAttribute("href"); way.removeAttribute("href"); });
  });
  addEventListener("afterprint", () => {
    boxes.forEach(box => { box.open = box.dataset.was === "1"; });
    ways.forEach(way => { if (way.dataset.way) way.href = way.dataset.way; });
  });

  const compare = new Intl.Collator(root.lang, {numeric: true}).compare;
  const keyOf = cell => {
    const text = cell.dataset.key ?? cell.textContent;
    return text !== "" && !isNaN(text) ? Number(text) : text;
  };
  const order = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === typeof b) return compare(a, b);
    return typeof a === "number" ? 1 : -1; // "not estimable" sorts below every number
  };

  // on a phone the rows are laid out as blocks, and some browsers then forget that this is a table
  const roles = {TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell"};
  all("table, thead, tbody, tfoot, tr, td").forEach(part => part.setAttribute("role", roles[part.tagName]));
  all("th").forEach(head => head.setAttribute("role", head.scope === "row" ? "rowheader" : "columnheader"));

  all("table").forEach(table => {
    const body = table.tBodies[0];
    if (!table.tHead || !body || body.rows.length < 2 || all("input", body).length) return; // a form keeps its order
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.onclick = () => {
        const up = heading.getAttribute("aria-sort") === "descending";
        all("[aria-sort]", table).forEach(other => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = [...body.rows].sort((a, b) => order(keyOf(a.cells[column]), keyOf(b.cells[column])) * (up ? 1 : -1));
        body.append(...rows);
      };
    });
    if (table.dataset.search) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      input.type = "search";
      const count = document.createElement("output"); // told to a screen reader as it changes
      input.oninput = () => {
        const wanted = input.value.toLowerCase();
        for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
        count.value = wanted ? `${all("tr:not([hidden])", body).length} / ${body.rows.length}` : "";
      };
      label.append(table.dataset.search, input);
      const line = document.createElement("p");
      line.className = "search";
      line.append(label, count);
      table.parentElement.before(line);
    }
  });
})();
