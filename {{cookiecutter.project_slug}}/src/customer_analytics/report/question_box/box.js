// The question box: reads a question by the words of questions.json and sums cells. Texts are only ever set as text.
(function () {
  "use strict";
  var root = document.getElementById("ask-box");
  if (!root) { return; }
  var cube = JSON.parse(root.getAttribute("data-cube"));
  var say = JSON.parse(root.getAttribute("data-say"));
  var zh = root.getAttribute("data-language") === "zh_CN";
  var words = cube.words[zh ? "zh_CN" : "en"];
  var dims = cube.dimensions;
  var box = document.getElementById("ask-text");
  var answer = document.getElementById("ask-answer");
  var number = new Intl.NumberFormat(zh ? "zh-CN" : "en-GB");
  var place = {};
  dims.forEach(function (one, at) { place[one.name] = at; });

  // --- words -----------------------------------------------------------------------------------------------------
  var phrases = new Map();
  function add(text, piece, keep) {
    text.split("|").forEach(function (phrase) {
      if (phrase && !(keep && phrases.has(phrase))) { phrases.set(phrase, piece); }
    });
  }
  add(words.filler, { kind: "filler" });
  add(words.and, { kind: "and" });
  add(words.or, { kind: "or" });
  add(words.not, { kind: "not" });
  add(words.which, { kind: "which" });
  add(words.most, { kind: "filler" });
  Object.keys(words.acts).forEach(function (name) { add(words.acts[name], { kind: "act", name: name }); });
  Object.keys(words.asks).forEach(function (name) { add(words.asks[name], { kind: "asks", name: name }); });
  Object.keys(words.facts).forEach(function (at) { add(words.facts[at], { kind: "fact", at: Number(at) }); });
  words.values.forEach(function (one) { add(one[0], { kind: "value", at: one[1], mask: one[2] }); });
  var sorted = Array.from(phrases.keys()).sort(function (a, b) { return b.length - a.length; });

  var spelt = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
  var han = { "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9 };
  function count(text) {
    if (/^\d+$/.test(text)) { return Number(text); }
    if (spelt.indexOf(text) >= 0) { return spelt.indexOf(text); }
    if (text === "半") { return 0.5; }
    var total = 0, digit = null;
    for (var i = 0; i < text.length; i += 1) {
      if (text[i] === "十" || text[i] === "百") {
        total += (digit === null ? 1 : digit) * (text[i] === "十" ? 10 : 100);
        digit = null;
      } else { digit = han[text[i]]; }
    }
    return total + (digit || 0);
  }
  var N = "(\\d{1,4}|[零一二两三四五六七八九十百]{1,5}|" + spelt.join("|") + ")";
  var units = { day: "day", week: "week", month: "month", year: "year", "天": "day", "日": "day", "周": "week", "星期": "week", "个星期": "week", "个月": "month", "年": "year" };
  var rules = [
    [new RegExp("(?:(?:with)?in|during|over|for)? ?(?:the )?(?:last|past) " + N + " (day|week|month|year)s?", "y"), within],
    [new RegExp("(?:within|for) " + N + " (day|week|month|year)s?", "y"), within],
    [/(?:(?:with)?in|during|over)? ?the (?:last|past) (week|month|year)/y, function (match) { return within([match[0], "1", match[1]]); }],
    [new RegExp("(?:最近|近|过去)" + N + " ?(天|日|周|个?星期|个月|年)(?:以内|内|以来|里)?", "y"), within],
    [new RegExp(N + " ?(天|周|个?星期|个月|年)(?:以内|之内|内|以来|里|(?=都?[没未不]))", "y"), within],
    [/(?:最近|近|过去)?半年[内来]?|(?:(?:with)?in )?the last half year/y, function () { return { kind: "time", days: monthsBack(6), text: "within 6 months" }; }],
    [/ever|at any time|历史上|从来/y, function () { return { kind: "time", days: 0, text: "" }; }],
    [new RegExp("(?:at least|至少|不少于) ?" + N + " ?(?:times|orders|purchases|次|单)", "y"), often(function (n) { return [n, null]; })],
    [new RegExp(N + "(?: or more (?:times|orders)|\\+ (?:times|orders)| times or more|[次单](?:及|或)?以上)", "y"), often(function (n) { return [n, null]; })],
    [new RegExp("(?:more than|over|超过|多于) ?" + N + " ?(?:times|orders|purchases|次|单)", "y"), often(function (n) { return [n + 1, null]; })],
    [new RegExp("(?:fewer than|less than|不到|少于) ?" + N + " ?(?:times|orders|purchases|次|单)", "y"), often(function (n) { return [0, n - 1]; })],
    [new RegExp("(?:at most|no more than|最多|不超过) ?" + N + " ?(?:times|orders|purchases|次|单)", "y"), often(function (n) { return [0, n]; })],
    [new RegExp("(?:exactly |only |只|仅)?" + N + " ?(?:times|orders|purchases|order|purchase|次|单)", "y"), often(function (n) { return [n, n]; })],
    [/(?:only |exactly )?once/y, function () { return { kind: "often", low: 1, high: 1 }; }],
    [/(?:only |exactly )?twice/y, function () { return { kind: "often", low: 2, high: 2 }; }]
  ];
  function within(match) {
    var n = count(match[1]), unit = units[match[2]];
    var days = unit === "day" ? n : unit === "week" ? 7 * n : monthsBack(unit === "month" ? n : 12 * n);
    return n ? { kind: "time", days: days, text: "within " + n + " " + unit + (n === 1 ? "" : "s") } : null;
  }
  function often(range) {
    return function (match) {
      var ends = range(count(match[1]));
      return { kind: "often", low: ends[0], high: ends[1] };
    };
  }
  // Days from the day after the same date some months before to the as-of day, both counted.
  function monthsBack(months) {
    var parts = cube.as_of.split("-").map(Number);
    var last = new Date(Date.UTC(parts[0], parts[1] - months, 0)).getUTCDate();
    var begin = Date.UTC(parts[0], parts[1] - 1 - months, Math.min(parts[2], last));
    return Math.round((Date.UTC(parts[0], parts[1] - 1, parts[2]) - begin) / 86400000);
  }

  function plain(text) {
    var signs = { "。": ".", "、": ",", "；": ",", "’": "'", "‘": "'" };
    return text.normalize("NFKC").toLowerCase().replace(/[。、；’‘]/g, function (sign) { return signs[sign]; });
  }
  function edge(text, at) {
    var before = text[at - 1] || " ", after = text[at] || " ";
    return !(/[a-z\u00c0-\u024f]/.test(before) && /[a-z\u00c0-\u024f]/.test(after)) && !(/\d/.test(before) && /\d/.test(after));
  }
  function pieceAt(text, at) {
    if (!edge(text, at)) { return null; }
    var best = null;
    for (var i = 0; i < sorted.length && !best; i += 1) {
      if (text.startsWith(sorted[i], at) && edge(text, at + sorted[i].length)) {
        best = Object.assign({ start: at, end: at + sorted[i].length }, phrases.get(sorted[i]));
      }
    }
    rules.forEach(function (rule) {
      rule[0].lastIndex = at;
      var match = rule[0].exec(text);
      if (!match || at + match[0].length <= (best ? best.end : at) || !edge(text, at + match[0].length)) { return; }
      var piece = rule[1](match);
      if (piece) { best = Object.assign({ start: at, end: at + match[0].length }, piece); }
    });
    return best;
  }
  function scan(text) {
    var pieces = [], at = 0;
    while (at < text.length) {
      if (text[at] === " ") { at += 1; continue; }
      var piece = pieceAt(text, at);
      if (!piece) {
        var end = at + 1;
        while (end < text.length && !/[ ,?.!]/.test(text[end]) && !(/[\u4e00-\u9fff]/.test(text[end] + text[at]) && pieceAt(text, end))) { end += 1; }
        throw new Error(fill(say.unknown, { word: text.slice(at, end) }));
      }
      pieces.push(piece);
      at = piece.end;
    }
    return pieces;
  }
  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (all, name) { return name in values ? String(values[name]) : all; });
  }

  // --- conditions: of a dimension the values that surely and that possibly meet it -----------------------------------
  function every(at) { return Math.pow(2, size(at)) - 1; }
  function size(at) {
    var one = dims[at];
    return one.values ? one.values.length + 1 : one.edges.length + (one.name === "orders" ? 1 : 2);
  }
  function upTo(at, days) {  // happened within so many days
    var sure = 0, maybe = 0, first = 1;
    dims[at].edges.forEach(function (last, value) {
      if (last <= days) { sure |= 1 << value; }
      if (first <= days) { maybe |= 1 << value; }
      first = last + 1;
    });
    if (first <= days) { maybe |= 1 << dims[at].edges.length; }
    return [sure, maybe];
  }
  function times(at, low, high) {  // so many orders in all
    var sure = 0, maybe = 0, first = 0, top = high === null ? Infinity : high;
    dims[at].edges.concat([Infinity]).forEach(function (last, value) {
      if (first >= low && last <= top) { sure |= 1 << value; }
      if (last >= low && first <= top) { maybe |= 1 << value; }
      first = last + 1;
    });
    return [sure, maybe];
  }
  function finished(part) {
    var bits;
    if (part.kind === "value") {
      bits = [part.mask, part.mask];
      part.text = valueText(part.at, part.mask);
    } else if (part.often) {
      if (part.when && part.when.text) { throw new Error(say.often_when); }
      if (part.name !== "ordered" || place.orders === undefined) { throw new Error(say.often_what); }
      part.at = place.orders;
      bits = times(part.at, part.often.low, part.often.high);
      part.text = oftenText(part.often);
    } else {
      part.at = place[part.name];
      var never = 1 << (size(part.at) - 1);
      bits = part.when && part.when.text ? upTo(part.at, part.when.days) : [every(part.at) & ~never, every(part.at) & ~never];
      part.text = part.name + (part.when && part.when.text ? " " + part.when.text : "");
    }
    part.sure = bits[0];
    part.maybe = bits[1];
    if (part.not) {
      part.sure = every(part.at) & ~bits[1];
      part.maybe = every(part.at) & ~bits[0];
      part.text = "not " + part.text;
    }
    return part;
  }
  function oftenText(often) {
    if (often.high === null) { return "ordered at least " + often.low + " times"; }
    if (often.low === often.high) { return "ordered exactly " + often.low + " times"; }
    return "ordered at most " + often.high + " times";
  }
  function valueText(at, mask) {
    if (dims[at].name === "orders") { return mask === 1 ? "not ordered" : mask === 2 ? "ordered exactly 1 time" : "ordered at least 2 times"; }
    var names = dims[at].values.filter(function (_, value) { return mask >> value & 1; });
    var quoted = names.map(function (name) { return "'" + name.replace(/'/g, "''") + "'"; });
    return dims[at].name + (quoted.length === 1 ? " = " + quoted[0] : " in (" + quoted.join(", ") + ")");
  }

  // --- from pieces to clauses; all must hold, in each one at least ------------------------------------------------------
  function read(text) {
    var pieces = scan(plain(text));
    var parts = [], when = null, waiting = null, not = false, joined = "and", group = null, which = false, asks = "count";
    pieces.forEach(function (piece, index) {
      var last = parts[parts.length - 1];
      if (piece.kind === "asks") { asks = piece.name; }
      if (piece.kind === "which") { which = true; }
      if (piece.kind === "and" && joined === "and") { joined = "list"; }
      if (piece.kind === "or" && last) { joined = "or"; }
      if (piece.kind === "not") { not = true; }
      if (piece.kind === "fact" && (which || !parts.length)) { group = piece.at; which = false; }
      if (piece.kind === "time") {
        var comes = pieces.slice(index + 1).some(function (one) { return one.kind === "act"; });
        if (last && last.kind === "act" && (!last.when || last.carried) && !(zh && comes)) {
          last.when = piece; last.carried = false; when = piece.text ? piece : null;
        } else if (comes) { waiting = piece; } else { throw new Error(say.time_alone); }
      }
      if (piece.kind === "often") {
        if (last && last.kind === "act" && !last.often) { last.often = piece; if (last.carried) { last.when = null; } } else {
          parts.push({ kind: "act", name: "ordered", often: piece, not: not, or: joined === "or" });
          not = false; joined = "and";
        }
      }
      if (piece.kind === "act" || piece.kind === "value") {
        if (piece.kind === "value" && last && last.kind === "value" && last.at === piece.at && joined !== "and" && !not && last.not !== true) {
          last.mask |= piece.mask;
        } else {
          var part = Object.assign({}, piece, { not: not, or: joined === "or" });
          if (piece.kind === "act") {
            part.carried = !waiting && Boolean(when);
            part.when = waiting || when;
            if (waiting) { when = waiting.text ? waiting : null; waiting = null; }
          }
          parts.push(part);
        }
        not = false;
        joined = "and";
      }
    });
    if (not) { throw new Error(say.not_alone); }
    var clauses = [];
    parts.map(finished).forEach(function (part) {
      if (part.or && clauses.length) { clauses[clauses.length - 1].push(part); } else { clauses.push([part]); }
    });
    return { clauses: clauses, group: group, asks: asks };
  }

  // --- counting: in each part of the hub the least and the most that fits the cells -------------------------------------
  function bounds(clauses) {
    var low = 0, high = 0, money = 0;
    cube.hub.forEach(function (part, row) {
      var both = inPart(clauses, part, row);
      low += both[0];
      high += both[1];
      money = money === null || both[2] === null ? null : money + both[2];
    });
    return { low: low, high: high, money: low === high ? money : null };
  }
  function inPart(clauses, part, row) {
    var all = part[1], single = {}, mixed = [];
    clauses.forEach(function (clause) {
      var at = clause[0].at;
      if (clause.every(function (one) { return one.at === at; })) {
        var sure = 0, maybe = 0;
        clause.forEach(function (one) { sure |= one.sure; maybe |= one.maybe; });
        var before = single[at] || [every(at), every(at)];
        single[at] = [before[0] & sure, before[1] & maybe];
      } else { mixed.push(clause.map(function (one) { return sums(part, row, one.at, one.sure, one.maybe); })); }
    });
    var told = Object.keys(single).map(function (at) { return sums(part, row, Number(at), single[at][0], single[at][1]); });
    mixed.forEach(function (options) {
      var low = Math.max.apply(null, options.map(function (one) { return one[0]; }));
      var high = Math.min(all, options.reduce(function (sum, one) { return sum + one[1]; }, 0));
      told.push([low, high, low === all ? part[2] : high === 0 ? 0 : null]);
    });
    var partial = told.filter(function (one) { return one[0] < all; });
    if (!partial.length) { return [all, all, part[2]]; }
    if (partial.some(function (one) { return one[1] === 0; })) { return [0, 0, 0]; }
    var least = partial.reduce(function (sum, one) { return sum + one[0]; }, 0) - (partial.length - 1) * all;
    var most = Math.min.apply(null, partial.map(function (one) { return one[1]; }));
    return [Math.max(0, least), most, partial.length === 1 ? partial[0][2] : null];
  }
  function sums(part, row, at, sure, maybe) {
    var cells = at === 0 ? [part] : cube.tables[at - 1][row];
    var low = 0, high = 0, money = 0;
    cells.forEach(function (cell) {
      if ((cell[0] & ~sure) === 0) { low += cell[1]; money = money === null ? null : money + cell[2]; }
      if ((cell[0] & maybe) !== 0) { high += cell[1]; }
    });
    return [low, high, low === high ? money : null];
  }

  // --- telling ---------------------------------------------------------------------------------------------------------
  function told(found) {
    if (found.low === found.high) { return number.format(found.low); }
    if (found.low < cube.minimum_group) { return fill(say.at_most, { high: number.format(found.high) }); }
    return fill(say.between, { low: number.format(found.low), high: number.format(found.high) });
  }
  function percent(n) { return new Intl.NumberFormat(zh ? "zh-CN" : "en-GB", { style: "percent", maximumFractionDigits: 1 }).format(n / cube.customers); }
  function shares(found) {
    if (found.low === found.high) { return percent(found.low); }
    if (found.low < cube.minimum_group) { return fill(say.at_most, { high: percent(found.high) }); }
    return fill(say.between, { low: percent(found.low), high: percent(found.high) });
  }
  function element(tag, css, text) {
    var made = document.createElement(tag);
    if (css) { made.className = css; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }
  function bar(name, found, most) {
    var row = element("div", "ask-row");
    row.appendChild(element("span", "ask-name", name));
    var track = element("span", "ask-track");
    track.setAttribute("aria-hidden", "true");
    [["ask-most", found.high], ["ask-least", found.low]].forEach(function (one) {
      var drawn = element("span", one[0]);
      drawn.style.width = (most ? 100 * one[1] / most : 0) + "%";
      track.appendChild(drawn);
    });
    row.appendChild(track);
    row.appendChild(element("span", "ask-number", told(found)));
    return row;
  }
  function shown(at, value) {
    var name = dims[at].values[value];
    if (name === undefined) { return say.other; }
    var both = dims[at].shown && dims[at].shown[name];
    return both ? both[zh ? "zh_CN" : "en"] : name;
  }
  function show(question) {
    answer.textContent = "";
    var found = bounds(question.clauses);
    if (question.clauses.length && found.high === 0) {
      answer.appendChild(element("p", "ask-head", say.nobody));
      return;
    }
    answer.appendChild(element("p", "ask-head", fill(say.head, { count: told(found), share: shares(found) })));
    if (found.low !== found.high) { answer.appendChild(element("p", "small", say.why_bounds)); }
    if (found.money !== null) {
      var money = new Intl.NumberFormat(zh ? "zh-CN" : "en-GB", { style: "currency", currency: cube.currency, maximumSignificantDigits: 3, notation: "compact" }).format(found.money);
      answer.appendChild(element("p", "", fill(say.money, { money: money })));
    }
    var chart = element("div", "ask-chart");
    if (question.group !== null && dims[question.group].values) {
      var rows = [];
      for (var value = 0; value < size(question.group); value += 1) {
        var one = { at: question.group, sure: 1 << value, maybe: 1 << value };
        rows.push([shown(question.group, value), bounds(question.clauses.concat([[one]]))]);
      }
      rows = rows.filter(function (row) { return row[1].high > 0; }).sort(function (a, b) { return b[1].high - a[1].high; });
      rows.forEach(function (row) { chart.appendChild(bar(row[0], row[1], rows[0][1].high)); });
    } else {
      chart.appendChild(bar(say.these, found, cube.customers));
      chart.appendChild(bar(say.all, { low: cube.customers, high: cube.customers }, cube.customers));
    }
    answer.appendChild(chart);
    if (question.clauses.length) {
      var text = question.clauses.map(function (clause) {
        var joined = clause.map(function (one) { return one.text; }).join(" or ");
        return clause.length > 1 && question.clauses.length > 1 ? "(" + joined + ")" : joined;
      }).join(" and ");
      answer.appendChild(element("p", "small", say.expression));
      var code = element("pre");
      code.setAttribute("tabindex", "0");
      code.appendChild(element("code", "", "analytics audience \"" + text.replace(/(["$`\\])/g, "\\$1") + "\" --name question"));
      answer.appendChild(code);
    }
  }
  function fail(error) {
    answer.textContent = "";
    answer.appendChild(element("p", "ask-head", error.message));
    answer.appendChild(element("p", "small", say.command));
  }
  function go() {
    if (!box.value.trim()) { return; }
    try { show(read(box.value.slice(0, 300))); } catch (error) { fail(error); }
  }
  document.getElementById("ask-go").addEventListener("click", go);
  box.addEventListener("keydown", function (event) { if (event.key === "Enter" && !event.isComposing) { go(); } });
  Array.prototype.forEach.call(root.querySelectorAll("[data-example]"), function (button) {
    button.addEventListener("click", function () { box.value = button.textContent; go(); });
  });
  document.getElementById("ask-off").hidden = true;
  root.hidden = false;
}());
