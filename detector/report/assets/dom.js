// Building the page from text alone: nothing that came from a crawl is ever parsed as markup.

const Report = (window.Report = {});

Report.data = JSON.parse(document.getElementById('data').textContent);

// An element with attributes and children; strings become text nodes. Handlers are functions.
Report.h = function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined));
  return element;
};

const whole = new Intl.NumberFormat('en');

Report.count = (number) => whole.format(number);

Report.share = function share(part, total, digits) {
  if (!total) return '–';
  const value = (100 * part) / total;
  const places = digits === undefined ? (value > 0 && value < 10 ? 1 : 0) : digits;
  if (value > 0 && value < 0.05 && places < 2) return '< 0.1 %';
  return `${value.toFixed(places)} %`;
};

const percent = (value, digits) => Report.share(value, 1, digits === undefined ? 1 : digits);
Report.percent = percent;

Report.range = (low, high) => `${(100 * low).toFixed(1)} – ${percent(high)}`;

Report.number = (value, digits) =>
  value === null || value === undefined ? '–' : Number(value.toPrecision(digits || 3)).toString();

Report.bytes = function bytes(size) {
  if (size === null || size === undefined) return '–';
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let at = 0;
  while (size >= 1000 && at < units.length - 1) {
    size /= 1000;
    at += 1;
  }
  return `${at ? size.toFixed(1) : size} ${units[at]}`;
};

Report.plural = (count, one, many) =>
  `${Report.count(count)} ${count === 1 ? one : many || `${one}s`}`;

// A label as a badge of its colour, its name always written out.
Report.badge = (label) => Report.h('span', { class: `badge l-${label}` }, label);

// An address: a link only if the server of this data and this page both hold it for harmless.
Report.address = function address(url, link) {
  if (!url) return Report.h('span', { class: 'none' }, 'no address');
  const text = Report.h('bdi', {}, url);
  if (!link || !/^https?:\/\/[!-~]+$/i.test(link)) return Report.h('span', { class: 'url' }, text);
  const rel = 'noopener noreferrer nofollow external';
  return Report.h('a', { class: 'url', href: link, rel, target: '_blank' }, text);
};

// A bar of the five labels' shares.
Report.stack = function stack(counts, large) {
  const names = Report.data.names;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const said = names
    .map((name, at) => `${name} ${Report.share(counts[at], total)}`)
    .filter((_, at) => counts[at]);
  const bar = Report.h('span', {
    class: large ? 'stack large' : 'stack',
    role: 'img',
    'aria-label': said.join(', ') || 'none',
    title: said.join('\n'),
  });
  names.forEach((name, at) => {
    if (!counts[at]) return;
    const part = Report.h('span', { class: `l-${name}` });
    part.style.flexGrow = counts[at];
    bar.append(part);
  });
  return bar;
};

// A shell command with a button that copies it.
Report.command = function command(text) {
  const code = Report.h('code', {}, text);
  const button = Report.h('button', { type: 'button', class: 'copy', click: () => copy() }, 'Copy');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand('copy');
    }
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  }
  return Report.h('span', { class: 'command' }, code, button);
};

// A section of the page with its place in the navigation.
Report.section = function section(id, title, lead, ...children) {
  return Report.h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    Report.h('h2', { id: `${id}-title` }, title),
    lead ? Report.h('p', { class: 'lead' }, lead) : null,
    ...children,
  );
};

Report.card = (title, ...children) =>
  Report.h('div', { class: 'card' }, title ? Report.h('h3', {}, title) : null, ...children);

Report.details = (title, ...children) =>
  Report.h('details', {}, Report.h('summary', {}, title), ...children);

Report.say = function say(text) {
  const place = document.getElementById('said');
  place.textContent = text;
  place.classList.add('shown');
  clearTimeout(Report.said);
  Report.said = setTimeout(() => place.classList.remove('shown'), 2500);
};
