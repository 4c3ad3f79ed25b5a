// What the tests ask of an open page. Each function gives its faults in words; nothing found is an empty list.
(() => {
  const shown = element => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    return box.width > 0 && box.height > 0 && style.visibility !== "hidden" && +style.opacity > 0;
  };
  const words = element => (element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 60);
  const name = svg => (svg.getAttribute("aria-label") || "").slice(0, 50);
  const charts = () => [...document.querySelectorAll("svg")].filter(shown);
  const look = window.look = {};

  // a scrolling block may hold more than it shows; nothing else may
  look.sticking_out = () => [...document.querySelectorAll("body *")].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1) && !element.closest(".scroll, pre, .skip, svg, thead");
  }).map(element => element.outerHTML.slice(0, 120)).concat(
    document.documentElement.scrollWidth > document.documentElement.clientWidth ? ["the page scrolls sideways"] : []);

  // text that a block hides since it has no room for it
  look.clipped = () => [...document.querySelectorAll("main *, header *, footer *")].filter(element => {
    if (!shown(element) || element.closest("svg, thead, .scroll")) return false;
    const style = getComputedStyle(element);
    const cut = [style.overflowX, style.overflowY].some(value => value === "hidden" || value === "clip");
    return cut && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1);
  }).map(element => element.outerHTML.slice(0, 120));

  // Words of a chart on other words of it, cut by the edge of the window, or further out of the drawing than the 24 pixels
  // that a page has beside its text.
  look.charts = () => charts().flatMap(svg => {
    const texts = [...svg.querySelectorAll("text")].filter(text => words(text) && shown(text));
    const boxes = texts.map(text => text.getBoundingClientRect()), area = svg.getBoundingClientRect(), faults = [];
    texts.forEach((text, i) => {
      const a = boxes[i];
      if (a.right > Math.min(area.right + 24, innerWidth) || a.left < Math.max(area.left - 24, 0))
        faults.push(`${name(svg)}: "${words(text)}" leaves the drawing`);
      for (let j = i + 1; j < texts.length; j++) {
        const b = boxes[j], wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top); // boxes of lines touch where letters do not
        if (wide > 2 && tall > Math.min(a.height, b.height) * .38)
          faults.push(`${name(svg)}: "${words(text)}" on "${words(texts[j])}"`);
      }
    });
    return faults;
  });

  const parse = colour => {
    const numbers = colour.match(/[\d.]+/g)?.map(Number);
    if (!numbers || numbers.length < 3) return null;
    const scale = colour.startsWith("color(") ? 255 : 1;
    return [...numbers.slice(0, 3).map(value => value * scale), numbers[3] ?? 1];
  };
  const brightness = colour => colour.map(x => (x /= 255) <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4)
    .reduce((sum, x, i) => sum + x * [.2126, .7152, .0722][i], 0);
  const over = (top, ground, share) => top.slice(0, 3).map((x, i) => x * top[3] * share + ground[i] * (1 - top[3] * share));
  const ratio = (one, other) => {
    const [high, low] = [brightness(one), brightness(other)].sort((a, b) => b - a);
    return (high + .05) / (low + .05);
  };

  // axe does not look into drawings: contrast of their words against what is painted under the middle of each
  look.contrast = () => charts().flatMap(svg => {
    const ground = parse(getComputedStyle(document.body).backgroundColor).slice(0, 3), faults = new Set();
    const shapes = [...svg.querySelectorAll("path, rect, circle, polygon, ellipse, line, polyline")];
    for (const text of svg.querySelectorAll("text")) {
      if (!/[\p{L}\p{N}]/u.test(words(text)) || !shown(text)) continue; // a square of a key is no text
      const box = text.getBoundingClientRect(), middle = new DOMPoint(box.left + box.width / 2, box.top + box.height / 2);
      let under = ground;
      for (const shape of shapes) {
        if (!(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
        const style = getComputedStyle(shape), point = middle.matrixTransform(shape.getScreenCTM().inverse());
        const fill = style.fill !== "none" && shape.isPointInFill(point) && parse(style.fill);
        const stroke = style.stroke !== "none" && shape.isPointInStroke(point) && parse(style.stroke);
        if (fill) under = over(fill, under, style.fillOpacity * style.opacity);
        if (stroke) under = over(stroke, under, style.strokeOpacity * style.opacity);
      }
      const style = getComputedStyle(text), found = ratio(over(parse(style.fill) || [0, 0, 0, 1], under, +style.opacity), under);
      if (found < 4.48) faults.add(`${name(svg)}: "${words(text)}" ${found.toFixed(2)}, ${style.fill} on ${under.map(Math.round)}`);
    }
    return [...faults];
  });

  const amount = text => {
    const parts = text.replace(/\u2212/g, "-").match(/^[<>≥≤~+]*\s*(-?)\s*[£$€¥]?\s*([\d,]*\.?\d+)\s*(k|m|bn|万|亿)?/);
    if (!parts) return null;
    return (parts[1] ? -1 : 1) * Number(parts[2].replace(/,/g, "")) * ({k: 1e3, m: 1e6, bn: 1e9, "万": 1e4, "亿": 1e8}[parts[3]] || 1);
  };
  const unit = text => text.replace(/\u2212|-|\+|[<>≥≤~]/g, "").replace(/[\d,.]+\s*(k|m|bn|万|亿)?/g, "").trim();
  const sorted_otherwise = /[a-z]|至|分|秒|小时|天|周|月|年/; // intervals and spans of time

  // Each heading orders its rows by what they show, down and up, and loses none. Of a column of several units each is looked
  // at by itself; an interval with a key may be ordered by what it is the interval of.
  look.sorting = () => [...document.querySelectorAll("table")].flatMap((table, place) => {
    const faults = [], kept = [...(table.tBodies[0]?.rows ?? [])];
    const caption = (table.caption?.textContent || table.parentElement.getAttribute("aria-label") || `${place}`).slice(0, 50);
    [...table.querySelectorAll("thead button")].forEach((button, column) => {
      for (const direction of ["descending", "ascending"]) {
        button.click();
        const rows = [...table.tBodies[0].rows], sign = direction === "ascending" ? 1 : -1;
        if (button.parentElement.getAttribute("aria-sort") !== direction) faults.push(`${caption}, ${words(button)}: not ${direction}`);
        if (rows.length !== kept.length || new Set(rows).size !== kept.length) faults.push(`${caption}: rows are lost`);
        if (!button.parentElement.classList.contains("number")) continue;
        const last = new Map();
        for (const cell of rows.map(row => row.cells[column])) {
          const text = cell.textContent.trim(), number = amount(text), kind = unit(text);
          if (number === null || sorted_otherwise.test(kind.replace(/元/, "")) && cell.dataset.key !== undefined) continue;
          const before = last.get(kind);
          if (before !== undefined && (number - before) * sign < -Math.abs(number) * .051 - .06) // as far as rounding goes
            faults.push(`${caption}, ${words(button)}, ${direction}: ${text} after ${before}`);
          last.set(kind, number);
        }
      }
      table.tBodies[0].append(...kept);
      button.parentElement.removeAttribute("aria-sort");
    });
    return faults;
  });

  // what a keyboard must reach, in the order of the page, and what a screen reader calls it
  const reachable = () => [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")].filter(
    element => element.checkVisibility({visibilityProperty: true}));
  look.stops = () => reachable().length;
  look.at = () => {
    const element = document.activeElement, box = element.getBoundingClientRect(), style = getComputedStyle(element);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return [reachable().indexOf(element), seen && inside, element.outerHTML.slice(0, 100)];
  };
  look.moving = () => document.getAnimations().map(animation => animation.animationName || "animation").concat(
    getComputedStyle(document.documentElement).scrollBehavior === "smooth" ? ["smooth scrolling"] : []);
})();
