// Adds to pages that read without it: search by name, sorting and filtering of tables. A classic script, so that it
// also runs from disk.
(function () {
  "use strict";
  var body = document.body;
  var base = body.dataset.base;
  var root = body.dataset.root;
  var language = body.dataset.language;

  // --- search by name -----------------------------------------------------------------------------------------------

  var field = document.getElementById("q");
  var list = document.getElementById("hits");
  var page = document.getElementById("results");
  var cjk = /[\u3400-\u9fff]/;
  var engine = null;
  var wanted = null;

  function tokens(text) {
    var found = [];
    var words = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .match(/[\u3400-\u9fff]+|[\p{L}\p{N}]+/gu) || [];
    words.forEach(function (word) {
      if (!cjk.test(word)) { found.push(word); return; }
      for (var i = 0; i < word.length; i += 1) {
        found.push(word[i]);
        if (i + 1 < word.length) found.push(word.slice(i, i + 2));
      }
    });
    return found;
  }

  function queryTokens(text) {
    // of Chinese only the bigrams are asked for, so that every pair of neighbours has to fit
    return tokens(text).filter(function (token, _, all) {
      return !(cjk.test(token) && token.length === 1 && all.some(function (other) {
        return other.length === 2 && other.indexOf(token) >= 0 && cjk.test(other);
      }));
    });
  }

  function prepare() {
    var data = window.xinpuNames;
    var at = data.languages.indexOf(language);
    engine = new window.MiniSearch({
      fields: ["names"], storeFields: ["row"], tokenize: tokens, processTerm: function (term) { return term; },
    });
    engine.addAll(data.rows.map(function (row, id) {
      return { id: id, row: row, names: row[3].concat(row[4]).join("\n") };
    }));
    engine.at = at < 0 ? 0 : at;
    engine.kinds = data.kinds;
  }

  function find(text) {
    var terms = queryTokens(text);
    if (!terms.length) return [];
    var plain = text.trim().toLowerCase();
    return engine.search(text, {
      tokenize: queryTokens,
      combineWith: "AND",
      prefix: function (term) { return !cjk.test(term); },
      fuzzy: function (term) { return !cjk.test(term) && term.length > 3 && !/^\d+$/.test(term) ? 0.3 : false; },
      boostDocument: function (id, term, stored) {
        var row = stored.row;
        var names = row[3].concat(row[4]).map(function (name) { return name.toLowerCase(); });
        var exact = names.indexOf(plain) >= 0 ? 6 : names.some(function (name) { return name.indexOf(plain) === 0; }) ? 3 : 1;
        return exact * (1 + Math.log(1 + row[2]) / 6);
      },
    });
  }

  function load(then) {
    if (engine) { then(); return; }
    wanted = then;
    if (load.begun) return;
    load.begun = true;
    var left = 2;
    ["minisearch.js", "names.js"].forEach(function (name) {
      var script = document.createElement("script");
      script.src = base + "static/" + name;
      script.onload = function () {
        left -= 1;
        if (!left) { prepare(); if (wanted) wanted(); }
      };
      document.head.appendChild(script);
    });
  }

  function node(name, attributes, children) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) { made.append(child); });
    return made;
  }

  function groups(hits, most) {
    var order = [];
    var held = {};
    hits.slice(0, most).forEach(function (hit) {
      var kind = hit.row[1];
      if (!held[kind]) { held[kind] = []; order.push(kind); }
      held[kind].push(hit.row);
    });
    return order.map(function (kind) { return [engine.kinds[kind][engine.at], held[kind]]; });
  }

  function other(row) {
    var shown = row[3][engine.at];
    var names = row[3].concat(row[4]).filter(function (name) { return name && name !== shown; });
    return names.slice(0, 2).join(" · ");
  }

  function draw() {
    var hits = find(field.value);
    list.replaceChildren();
    field.removeAttribute("aria-activedescendant");
    if (!field.value.trim()) { close(); return; }
    var count = 0;
    groups(hits, 24).forEach(function (group, place) {
      var links = group[1].map(function (row) {
        count += 1;
        return node("a", { href: root + row[0], role: "option", id: "hit" + count, tabindex: "-1", "aria-selected": "false" },
          [row[3][engine.at], node("small", {}, [other(row)])]);
      });
      list.append(node("div", { role: "group", "aria-labelledby": "kind" + place },
        [node("span", { id: "kind" + place }, [group[0]])].concat(links)));
    });
    if (!hits.length) list.append(node("p", {}, [body.dataset.none]));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    if (hits.length) select(list.querySelector("a"));
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function select(link) {
    list.querySelectorAll("[aria-selected=true]").forEach(function (old) { old.setAttribute("aria-selected", "false"); });
    link.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", link.id);
    link.scrollIntoView({ block: "nearest" });
  }

  if (field) {
    ["role=combobox", "aria-expanded=false", "aria-controls=hits", "aria-autocomplete=list"].forEach(function (pair) {
      field.setAttribute(pair.split("=")[0], pair.split("=")[1]);
    });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.labels[0].textContent);
    field.addEventListener("focus", function () { load(function () {}); });
    field.addEventListener("input", function () { load(draw); });
    field.addEventListener("keydown", function (event) {
      var links = Array.prototype.slice.call(list.querySelectorAll("a"));
      var at = links.findIndex(function (link) { return link.getAttribute("aria-selected") === "true"; });
      if (event.key === "Escape") { close(); return; }
      if (list.hidden || !links.length) return;
      if (event.key === "ArrowDown") { event.preventDefault(); select(links[(at + 1) % links.length]); }
      if (event.key === "ArrowUp") { event.preventDefault(); select(links[(at + links.length - 1) % links.length]); }
      if (event.key === "Enter" && at >= 0) { event.preventDefault(); links[at].click(); }
    });
    document.addEventListener("click", function (event) { if (!field.form.contains(event.target)) close(); });
    document.addEventListener("keydown", function (event) {
      var inField = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
      if (event.key === "/" && !inField && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        field.focus();
      }
    });
  }

  if (page) {
    var asked = new URLSearchParams(location.search).get("q") || "";
    if (asked) {
      field.value = asked;
      load(function () {
        var hits = find(asked);
        groups(hits, 200).forEach(function (group) {
          page.append(node("h2", {}, [group[0]]), node("ul", { class: "az" }, group[1].map(function (row) {
            return node("li", {}, [node("a", { href: root + row[0] }, [row[3][engine.at]]), " ", node("span", { class: "other" }, [other(row)])]);
          })));
        });
        if (!hits.length) page.append(node("p", {}, [body.dataset.none]));
      });
    }
  }

  // --- tables: sort by a head, filter by words ----------------------------------------------------------------------

  function key(row, column) {
    var cell = row.cells[column];
    return cell ? cell.dataset.sort || cell.textContent.trim() : "";
  }

  document.querySelectorAll("table.sortable").forEach(function (table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    if (rows.length < 3) return;
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.append.apply(button, Array.prototype.slice.call(head.childNodes));
      head.append(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        var numeric = head.classList.contains("num");
        Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        rows.sort(function (one, two) {
          var a = key(one, column);
          var b = key(two, column);
          if (!a || !b) return a ? -1 : b ? 1 : 0;
          var order = numeric ? Number(a) - Number(b) : a.localeCompare(b, language, { numeric: true });
          return down ? -order : order;
        });
        table.tBodies[0].append.apply(table.tBodies[0], rows);
      });
    });
    if (table.dataset.filter) {
      var input = node("input", { type: "search", class: "filter noprint", placeholder: table.dataset.filter, "aria-label": table.dataset.filter });
      // the page keeps room for it, so that nothing moves
      table.parentNode.previousElementSibling.append(input);
      input.addEventListener("input", function () {
        var words = input.value.toLowerCase().split(/\s+/);
        rows.forEach(function (row) {
          var text = row.textContent.toLowerCase();
          row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
        });
      });
    }
  });
}());
