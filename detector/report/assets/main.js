// The page put together: sections, navigation, colours, keys.

const { h, data } = Report;

const SECTIONS = [
  ['Overview', Report.overview],
  ['Machine text', Report.machine],
  ['Over time', Report.time],
  ['Where', Report.where],
  ['Scores', Report.scores],
  ['Evidence', Report.evidence],
  ['Copies', Report.copies],
  ['Faults', Report.faults],
  ['Measured', Report.marks],
  ['Samples', Report.samples],
];

const THEMES = {
  auto: 'Colours: as the system has them',
  light: 'Colours: light',
  dark: 'Colours: dark',
};
const SYMBOLS = { auto: '◐', light: '☀', dark: '☾' };

function start() {
  const main = document.querySelector('main');
  const nav = document.querySelector('nav');
  for (const [title, make] of SECTIONS) {
    const section = make();
    if (!section) continue;
    main.append(section);
    nav.append(h('a', { href: `#${section.id}` }, title));
  }
  if (data.live) nav.after(who());
  Report.startSamples();
  follow(main, nav);
  colours();
  document.addEventListener('keydown', key);
  document.documentElement.classList.remove('loading');
}

function who() {
  const input = h('input', {
    id: 'reviewer',
    type: 'text',
    maxlength: '80',
    value: data.live.reviewer,
    'aria-label': 'Your name as a reviewer',
  });
  return h('label', { class: 'who' }, 'Reviewer ', input);
}

// The navigation says which section is on the screen.
function follow(main, nav) {
  const links = new Map(
    [...nav.children].map((link) => [link.getAttribute('href').slice(1), link]),
  );
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        for (const link of links.values()) link.removeAttribute('aria-current');
        const link = links.get(entry.target.id);
        link.setAttribute('aria-current', 'true');
        nav.scrollTo({ left: link.offsetLeft - nav.clientWidth / 2 });
      }
    },
    { rootMargin: '-30% 0px -60% 0px' },
  );
  for (const section of main.children) seen.observe(section);
}

function colours() {
  const button = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let chosen = stored();

  function show() {
    const system = dark.matches ? 'dark' : 'light';
    document.documentElement.dataset.theme = chosen === 'auto' ? system : chosen;
    button.textContent = SYMBOLS[chosen];
    button.setAttribute('aria-label', THEMES[chosen]);
    button.title = THEMES[chosen];
    Report.redraw();
  }

  button.addEventListener('click', () => {
    const names = Object.keys(THEMES);
    chosen = names[(names.indexOf(chosen) + 1) % names.length];
    try {
      localStorage.setItem('detector-theme', chosen);
    } catch {
      // A page from disk may have no storage.
    }
    show();
  });
  dark.addEventListener('change', show);
  show();
}

function stored() {
  try {
    const name = localStorage.getItem('detector-theme');
    return name in THEMES ? name : 'auto';
  } catch {
    return 'auto';
  }
}

const KEYS = new Map([
  ['j', ['next document', () => Report.step(1)]],
  ['k', ['document before', () => Report.step(-1)]],
  ['/', ['search', () => document.getElementById('search')?.focus()]],
  ['Escape', ['leave the search, or close a document', () => Report.close()]],
]);
if (data.live) {
  KEYS.set('r', ['the label is right', () => Report.mark(true)]);
  KEYS.set('w', ['the label is wrong', () => Report.mark(false)]);
  KEYS.set('u', ['take the mark back', () => Report.mark(null)]);
}
data.names.forEach((name, at) =>
  KEYS.set(String(at + 1), [`show ${name}, or hide it again`, () => Report.toggle(at)]),
);
KEYS.set('?', ['these keys', () => Report.help()]);

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById('help').open)
    return;
  const typing = event.target.matches('input, select, textarea');
  if (typing && event.key === 'Escape') event.target.blur();
  if (typing || !KEYS.has(event.key) || !data.samples.length) return;
  event.preventDefault();
  if (event.key === 'j' || event.key === 'k')
    document.getElementById('samples').scrollIntoView({ block: 'nearest' });
  KEYS.get(event.key)[1]();
}

Report.help = function help() {
  const dialog = document.getElementById('help');
  dialog.replaceChildren(
    h('h2', { id: 'help-title' }, 'Keys'),
    h(
      'dl',
      { class: 'keys' },
      [...KEYS].map(([name, [says]]) =>
        h('div', {}, h('dt', {}, h('kbd', {}, name)), h('dd', {}, says)),
      ),
    ),
    h(
      'form',
      { method: 'dialog' },
      h('button', { type: 'button', click: () => dialog.close() }, 'Close'),
    ),
  );
  dialog.showModal();
};

start();
