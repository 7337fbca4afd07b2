// The page of the sandbox: one address (the hash) is one view, read as JSON from /_sandbox/view/.
// Nothing is ever put in as HTML: every text of the platforms becomes a text node.

const VIEW = "/_sandbox/view/";
const LOOK_AGAIN_MS = 2000;
const GOOD = ["success", "attended", "registered", "confirmed", "live", "published", "pre-registered", "accepted", "information"];
const WARN = ["warning", "pending", "active", "waitlist hold", "invited", "planning", "testing", "new", "requested invitation"];
const BAD = ["error", "cancelled", "declined", "declined invitation", "no-show", "request denied", "postponed"];

const TO_THE_SECOND = ["at", "asked", "ended"]; // of what just happened; elsewhere the minute will do

const $ = (id) => document.getElementById(id);
const main = $("main");
let platforms = []; // what the page is made of: name, label, accent, tabs, credentials
let summary = null;
let stamp = "";
let turn = 0;

function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

async function ask(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters || {}).filter(([, value]) => value !== "" && value != null));
  const answer = await fetch(VIEW + path + (query.size ? `?${query}` : ""));
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error || `${answer.status} ${answer.statusText}`);
  return body;
}

const count = (n) => Number(n).toLocaleString("en-US");
const time = (seconds) => new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, 19);

const platform = (name) => platforms.find((one) => one.name === name);
const labels = () => platforms.map((one) => one.label);
const listed = (names, word) => names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`;

// -- where we are --------------------------------------------------------------------------------

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { parts, query: Object.fromEntries(new URLSearchParams(query || "")) };
}

function address(parts, query) {
  const filled = Object.entries(query || {}).filter(([, value]) => value !== "" && value != null && value !== 0);
  const search = new URLSearchParams(filled);
  return `#/${parts.map(encodeURIComponent).join("/")}${search.size ? `?${search}` : ""}`;
}

function fill(link, row) {
  let complete = true;
  const hash = link.replace(/\{(\w+)\}/g, (_, key) => {
    if (row[key] === null || row[key] === undefined || row[key] === "") complete = false;
    return encodeURIComponent(row[key]);
  });
  return complete ? hash : null;
}

// -- pieces --------------------------------------------------------------------------------------

function pill(text) {
  const word = String(text).toLowerCase();
  const tone = GOOD.includes(word) ? "good" : WARN.includes(word) ? "warn" : BAD.includes(word) ? "bad" : "";
  return h("span", { class: `pill ${tone}` }, String(text));
}

function folded(value) {
  let content = value;
  try { content = typeof value === "string" ? JSON.parse(value) : value; } catch { /* shown as it is */ }
  const empty = content === null || (typeof content === "object" && Object.keys(content).length === 0);
  if (empty) return h("span", { class: "none" }, "–");
  const text = typeof content === "object" ? JSON.stringify(content, null, 2) : String(content);
  const some = typeof content === "object" && !Array.isArray(content) ? Object.keys(content).slice(0, 3).join(", ") : "Show";
  return h("details", {}, h("summary", {}, some || "Show"), h("pre", {}, text));
}

function cell(column, row) {
  const value = row[column.key];
  const blank = value === null || value === undefined || value === "";
  if (column.kind === "flag") return h("td", {}, value ? "yes" : h("span", { class: "none" }, "no"));
  if (blank) return h("td", { class: column.kind === "number" ? "number" : null }, h("span", { class: "none" }, "–"));
  if (column.kind === "json") return h("td", {}, folded(value));
  if (column.kind === "texts") return h("td", {}, JSON.parse(value).join(", "));
  if (column.kind === "status") return h("td", {}, pill(value));
  const text = column.kind === "time" ? time(value) : column.kind === "number" && !/^id$|^seq$/.test(column.key) ? count(value) : String(value);
  const link = column.link && fill(column.link, row);
  const stamp = column.kind === "time" || /^\d{4}-\d\d-\d\dT/.test(text);
  const whole = stamp ? text.replace("T", " ") : text;
  const shown = stamp && !TO_THE_SECOND.includes(column.key) ? whole.slice(0, 16) : whole;
  const wide = shown.length > 60;
  return h("td", {
    class: column.kind === "number" ? "number" : stamp ? "time" : wide ? "wide" : "text",
    title: stamp || (!wide && whole.length > 24) ? whole : null,
  }, link ? h("a", { href: link }, shown) : shown);
}

function grid(table, label) {
  if (!table.rows.length) return h("p", { class: "nothing" }, table.empty);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    h("table", {},
      h("caption", { class: "hidden" }, label),
      h("thead", {}, h("tr", {}, table.columns.map((column) =>
        h("th", { scope: "col", class: column.kind === "number" ? "number" : null }, column.label)))),
      h("tbody", {}, table.rows.map((row) => h("tr", {}, table.columns.map((column) => cell(column, row)))))));
}

function facts(head) {
  const known = Object.entries(head || {}).filter(([, value]) => value !== null && value !== "");
  return known.length ? h("dl", { class: "facts" }, known.map(([name, value]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, name === "Status" ? pill(value) : String(value).replace(/(\d)T(\d)/, "$1 $2"))))) : null;
}

function pager(table, parts, query) {
  const last = Math.min(table.offset + table.rows.length, table.total);
  const go = (offset) => { location.hash = address(parts, { ...query, offset }); };
  const words = table.total ? `${count(table.offset + 1)} to ${count(last)} of ${count(table.total)}` : "";
  if (table.total <= table.limit && !table.offset) return null;
  return h("nav", { class: "pager", "aria-label": "Pages" }, h("span", {}, words), h("div", {},
    h("button", { type: "button", disabled: table.offset === 0, onclick: () => go(Math.max(0, table.offset - table.limit)) }, "Previous"),
    h("button", { type: "button", disabled: last >= table.total, onclick: () => go(table.offset + table.limit) }, "Next")));
}

function tools(table, parts, query) {
  const change = (name, value) => { location.hash = address(parts, { ...query, [name]: value, offset: 0 }); };
  let waiting = 0;
  const search = table.searchable ? h("label", {}, "Search", h("input", {
    type: "search", id: "search", value: query.q || "", autocomplete: "off", spellcheck: "false",
    oninput: (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => change("q", event.target.value), 250);
    },
  })) : null;
  const selects = table.filters.map((filter) => h("label", {}, filter.label,
    h("select", { name: filter.name, onchange: (event) => change(filter.name, event.target.value) },
      h("option", { value: "" }, "All"),
      filter.choices.map(([value, label]) => h("option", { value, selected: value === filter.value }, label)))));
  return search || selects.length ? h("div", { class: "tools" }, selects, search) : null;
}

// -- views ---------------------------------------------------------------------------------------

async function tableView(parts, query) {
  const [at, name, ...rest] = parts;
  const tab = platform(at)?.tabs.find((one) => one.table === name);
  const below = rest.length && tab?.below.length ? tab.below.map((one) => [`${at}/${one.table}`, one.parameter]) : null;
  const wanted = below ? below : [[parts.length === 1 ? "journal" : `${at}/${name}`, null]];
  const tables = await Promise.all(wanted.map(([path, parameter], place) =>
    ask(path, { ...(place ? {} : query), ...(parameter ? { [parameter]: rest.join("/") } : {}) })));
  const first = tables[0];
  if (below) first.filters = first.filters.filter((filter) => filter.name !== below[0][1]);
  const up = below ? h("p", { class: "crumb" }, h("a", { href: address([at, name]) }, tab.label)) : null;
  const others = below ? platform(at).tabs.filter((one) => tab.also.includes(one.table)) : [];
  const more = others.length ? h("p", {}, others.map((one, place) => [place ? " · " : "",
    h("a", { href: address([at, one.table], { [below[0][1]]: rest[0] }) }, one.label)])) : null;
  const unit = below ? tab.unit : "row";
  const found = `${count(first.total)} ${first.total === 1 ? unit : unit.replace(/^\w+/, "$&s")}`;
  return {
    title: first.title,
    announced: found,
    nodes: [
      h("div", { class: "head" },
        h("div", {}, up, h("h1", {}, first.title), more || h("p", {}, query.q ? `${found} with “${query.q}”` : found)),
        tools(first, parts, query)),
      facts(first.head),
      ...tables.flatMap((table, place) => [
        place ? h("h2", { class: "head" }, `${table.title} (${count(table.total)})`) : null,
        h("div", { class: "sheet" }, grid(table, table.title)),
        place ? null : pager(table, parts, query),
        place || tables.length === 1 ? null : h("br"),
      ]),
    ],
  };
}

function welcome() {
  const side = (one) => h("section", { class: "sheet side", "data-accent": one.accent },
    h("h2", {}, one.label),
    h("div", { class: "figures" }, one.tabs.map((tab) =>
      h("a", { href: address([one.name, tab.table]) }, h("span", {}, tab.label), h("b", {}, count(summary[one.name][tab.table]))))),
    h("h3", {}, "How to reach it"),
    h("dl", {}, [["Address", location.origin], ...Object.entries(one.credentials)].map(([term, text]) =>
      [h("dt", {}, term.charAt(0).toUpperCase() + term.slice(1).replaceAll("_", " ")), h("dd", {}, h("code", {}, text))])));
  return {
    title: "Overview",
    nodes: [
      h("h1", {}, `${listed(labels(), "and")}, current state`),
      h("p", { class: "soft" }, "Stand-ins for the platforms. What is written to them shows up here at once. ",
        h("a", { href: "/_sandbox" }, "The control door"), " changes how they behave."),
      h("div", { class: "welcome" }, platforms.map(side)),
      h("section", { class: "sheet side now" }, h("h2", {}, "State"),
        h("dl", {}, standing().map(([term, text, odd]) => h("div", {}, h("dt", {}, term), h("dd", { class: odd ? "odd" : null }, text))))),
    ],
  };
}

// What was set by hand, as [what, how it is, whether that is unusual].
function standing() {
  const many = (n, one) => (n ? `${count(n)} ${one}${n === 1 ? "" : "s"}` : `no ${one}s`);
  return [
    ["Seed", summary.seed || "none", false],
    ["Kept", summary.store ? `in ${summary.store}` : "in memory", false],
    ["Clock", summary.frozen ? `stands still at ${time(summary.now)} UTC` : summary.clock_moved ? "moved" : "real time", summary.frozen || summary.clock_moved],
    ["Faults", many(summary.faults, "fault") + " scripted", summary.faults > 0],
    ["Outcomes", many(summary.scripted_syncs, "sync") + " scripted", summary.scripted_syncs > 0],
    ["Settings", summary.settings.length ? summary.settings.join(", ") : "as usual", summary.settings.length > 0],
    ["Written", `${count(summary.writes)} since the reset`, false],
    ["Calls", `${count(summary.calls)} since the reset`, false],
  ];
}

function comparison(lines) {
  const verdicts = { same: ["good", "same"], differs: ["warn", "differs"], one: ["", "on one side"] };
  const shown = (value) => (value === null || value === undefined || value === "" ? h("span", { class: "none" }, "–") : value);
  return h("div", { class: "sheet compare scroll", tabindex: "0", role: "region", "aria-label": "Field by field" }, h("table", {},
    h("caption", { class: "hidden" }, "What the platforms know, field by field"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Field"),
      platforms.map((one) => h("th", { scope: "col", "data-accent": one.accent }, one.label)),
      h("th", { scope: "col" }, h("span", { class: "hidden" }, "Comparison")))),
    h("tbody", {}, lines.filter((line) => line.verdict !== "none").map((line) => h("tr", { class: line.verdict },
      h("th", { scope: "row" }, line.label),
      platforms.map((one) => h("td", { title: line.cells[one.name]?.name }, shown(line.cells[one.name]?.text))),
      h("td", {}, h("span", { class: `pill ${verdicts[line.verdict][0]}` }, verdicts[line.verdict][1])))))));
}

const pairs = (entries) => h("dl", { class: "pairs" }, entries.filter(([, value]) => value !== null && value !== "" && value !== undefined)
  .map(([name, value]) => [h("dt", {}, name), h("dd", {}, typeof value === "object" ? JSON.stringify(value) : String(value))]));

function entry(one) {
  const title = one.link ? h("a", { href: one.link }, one.title) : h("b", {}, one.title);
  const beside = one.status ? pill(one.status) : one.at ? h("span", { class: "time none" }, time(one.at)) : null;
  return h("div", { class: "entry" },
    beside ? h("div", { class: "row" }, title, beside) : title,
    one.lines.filter(Boolean).map((line) => h("p", {}, line)),
    Object.keys(one.pairs).length ? pairs(Object.entries(one.pairs)) : null,
    one.details ? folded(one.details) : null,
    one.folded ? h("details", {}, h("summary", {}, one.folded[0]), pairs(Object.entries(one.folded[1]))) : null);
}

function block(part) {
  const items = part.entries;
  const list = (one) => h("li", {}, one.link ? h("a", { href: one.link }, one.title) : one.title, h("span", {}, one.lines.join(" · ")));
  return [h("h3", {}, items.length ? `${part.heading} (${count(items.length)})` : part.heading),
    items.length === 0 ? h("p", { class: "none" }, part.empty)
      : h("div", { class: "stack" }, part.compact ? h("ul", { class: "list" }, items.map(list)) : items.map(entry))];
}

function sheet(one, accent) {
  const fields = Object.entries(one.fields);
  const filled = fields.filter(([, value]) => value !== null && value !== "");
  return h("article", { class: "sheet side", "data-accent": accent },
    h("h2", {}, one.heading), h("p", {}, one.line), one.blocks.map(block),
    h("h3", {}, one.fields_heading),
    h("details", {}, h("summary", {}, `${filled.length} with a value`), pairs(fields)));
}

async function personView(email) {
  const person = await ask("person", { email });
  const first = person.comparison.filter((line) => /^(First|Last) name$/.test(line.label)).map((line) => Object.values(line.cells).map((cell) => cell.text).find(Boolean)).filter(Boolean).join(" ");
  const sides = platforms.filter((one) => person.sides[one.name]).map((one) => [one, person.sides[one.name]]);
  const known = sides.some(([, side]) => side.sheets.length);
  const part = ([one, side]) => h("section", { "aria-label": one.label }, side.sheets.length ? side.sheets.map((each) => sheet(each, one.accent))
    : h("div", { class: "sheet side", "data-accent": one.accent }, h("p", { class: "none" }, side.empty)));
  return {
    title: email,
    nodes: [
      h("div", { class: "head" }, h("div", {}, h("h1", {}, first || email), h("p", {}, first ? email : known ? "" : `No one has this address in ${listed(labels(), "or")}.`))),
      known ? comparison(person.comparison) : null,
      known ? h("div", { class: "both" }, sides.map(part)) : null,
      person.writes.length ? h("section", {}, h("h3", {}, `Written since the reset (${person.writes.length})`), h("div", { class: "sheet scroll", tabindex: "0", role: "region", "aria-label": "Writes" },
        h("table", {}, h("thead", {}, h("tr", {}, ["When", "Platform", "What", "Key", "Detail"].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", {}, person.writes.map((line) => h("tr", {}, h("td", { class: "time" }, time(line.at)), h("td", {}, line.platform),
            h("td", {}, `${line.operation} ${line.entity.replaceAll("_", " ")}`), h("td", {}, line.key), h("td", {}, line.detail ? folded(line.detail) : ""))))))) : null,
    ],
  };
}

// -- drawing -------------------------------------------------------------------------------------

function frame(parts) {
  const at = platform(parts[0]) || parts[0] === "journal" ? parts[0] : "";
  document.body.dataset.accent = platform(at)?.accent || "";
  for (const link of document.querySelectorAll(".platforms a")) {
    if (link.dataset.platform === at) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  }
  const tabs = (platform(at)?.tabs || []).map((tab) => h("a", {
    href: address([at, tab.table]), "aria-current": parts[1] === tab.table ? "page" : null,
  }, tab.label, h("span", {}, summary ? count(summary[at][tab.table]) : "")));
  const focused = document.activeElement && $("tabs").contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  $("tabs").replaceChildren(...tabs);
  if (focused) [...$("tabs").children].find((tab) => tab.getAttribute("href") === focused)?.focus();
}

async function draw({ quietly = false } = {}) {
  const mine = ++turn;
  const { parts, query } = place();
  let view;
  try {
    if (!platforms.length) await arrange();
    if (!summary) {
      await look();
      stamp = contents();
    }
    if (!parts.length) view = welcome();
    else if (parts[0] === "person") view = await personView(parts.slice(1).join("/"));
    else view = await tableView(parts, query);
  } catch (error) {
    view = { title: "Not found", nodes: [h("p", { class: "note", role: "alert" }, error.message)] };
  }
  if (mine !== turn) return;
  const typing = document.activeElement && document.activeElement.id === "search" ? document.activeElement : null;
  const caret = typing ? [typing.value, typing.selectionStart] : null;
  const open = [...main.querySelectorAll("details")].map((one) => one.open);
  const scrolled = [...main.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
  const reading = quietly && main.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  main.replaceChildren(...view.nodes.filter(Boolean));
  if (reading) [...main.querySelectorAll("a")].find((link) => link.getAttribute("href") === reading)?.focus();
  frame(parts);
  document.title = `${view.title} · Sandbox`;
  if (quietly) {
    const now = [...main.querySelectorAll("details")];
    if (now.length === open.length) now.forEach((one, place) => { one.open = open[place]; });
    [...main.querySelectorAll(".scroll")].forEach((one, place) => { one.scrollLeft = scrolled[place] || 0; });
    main.querySelector(".sheet")?.classList.add("changed");
  }
  if (caret && $("search")) {
    $("search").value = caret[0];
    $("search").focus();
    $("search").setSelectionRange(caret[1], caret[1]);
  }
  if (!quietly) $("announced").textContent = `${view.title}. ${view.announced || ""}`;
}

async function arrange() {
  platforms = await ask("platforms");
  const links = platforms.map((one) => h("a", { href: address([one.name, ...one.tabs.slice(0, 1).map((tab) => tab.table)]), "data-platform": one.name }, one.label));
  $("platforms").replaceChildren(...links, h("a", { href: "#/journal", "data-platform": "journal" }, "Journal"));
}

async function look() {
  summary = await ask("summary");
  const parts = [
    summary.seed ? `seed ${summary.seed}` : "no seed",
    `${count(summary.calls)} calls`,
    `${time(summary.now).slice(0, 16)} UTC`,
  ];
  $("state").replaceChildren(parts.join(" · "));
  const odd = standing().filter(([, , unusual]) => unusual).map(([term, text]) => `${term}: ${text}`);
  $("odd").replaceChildren(odd.join(" · "));
}

const contents = () => JSON.stringify([standing().slice(0, -1), summary.writes, summary.generation, ...platforms.map((one) => summary[one.name])]);

async function lookAgain() {
  if (document.hidden) return;
  try {
    await look();
  } catch {
    $("state").replaceChildren(h("b", {}, "The sandbox does not answer"));
    return;
  }
  if (contents() !== stamp) {
    stamp = contents();
    if (!main.contains(document.activeElement?.closest?.("select"))) await draw({ quietly: true });
  }
}

// -- keys ----------------------------------------------------------------------------------------

$("find").addEventListener("submit", (event) => {
  event.preventDefault();
  const email = $("find-email").value.trim();
  if (email) location.hash = address(["person", email]);
});
$("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey;
  if (event.key === "/" && !writing) {
    event.preventDefault();
    ($("search") || $("find-email")).focus();
  }
  const strip = event.target.closest(".tabs, .platforms");
  if (strip && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    const links = [...strip.querySelectorAll("a")];
    const next = links.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1);
    links[(next + links.length) % links.length].focus();
  }
});
window.addEventListener("hashchange", async () => {
  const typing = document.activeElement?.id === "search";
  await draw();
  if (!typing) { window.scrollTo(0, 0); if (!$("tabs").contains(document.activeElement)) main.focus({ preventScroll: true }); }
});
await draw();
await lookAgain();
setInterval(lookAgain, LOOK_AGAIN_MS);
