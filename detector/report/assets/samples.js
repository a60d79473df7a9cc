// The sample browser: a list to filter and search, one document to read, and marks while it is live.

const { h, data, count, badge, plural } = Report;

const narrow = matchMedia('(max-width: 800px)');
const PAGE = narrow.matches ? 20 : 60;
const samples = data.samples;
const state = {
  labels: new Set(),
  language: '',
  reason: '',
  marks: '',
  words: '',
  order: 'drawn',
  at: -1,
  shown: PAGE,
};
let found = [];
const list = h('ol', { class: 'list', 'aria-label': 'Sampled documents' });
const pane = h('article', { class: 'pane', tabindex: '-1', 'aria-label': 'The chosen document' });
const tally = h('p', { class: 'tally', role: 'status' });
const search = h('input', {
  type: 'search',
  placeholder: 'Search title, address and text',
  'aria-label': 'Search title, address and text',
  id: 'search',
});

Report.samples = function browser() {
  const there = data.names.filter((name) => samples.some((one) => one.label === name));
  const lead = `${plural(samples.length, 'document')}, at most ${data.sample.each} of each label, chosen by seed ${data.sample.seed}. Highlights show what made the label. `;
  if (!samples.length) return Report.section('samples', 'Samples', 'No document to read.');
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault(); // a browser may empty the field without telling
    search.value = '';
    update({ words: '' });
  });
  search.addEventListener('input', () => update({ words: search.value.trim().toLowerCase() }));
  const keys = h(
    'button',
    { type: 'button', class: 'link', click: () => Report.help() },
    'Keys: ?',
  );
  return h(
    'section',
    { id: 'samples', 'aria-labelledby': 'samples-title' },
    h('h2', { id: 'samples-title' }, 'Samples'),
    h('p', { class: 'lead' }, lead, keys),
    h(
      'div',
      { class: 'controls' },
      chips(there),
      h('div', { class: 'selects' }, search, ...selects()),
    ),
    h('div', { class: 'browser' }, h('div', { class: 'left' }, tally, list), pane),
  );
};

// Show one label alone; the tiles of the overview lead here.
Report.only = (label) => {
  if (samples.some((one) => one.label === label)) update({ labels: new Set([label]) });
};

Report.toggle = function toggle(number) {
  const name = data.names[number];
  if (!samples.some((one) => one.label === name)) return;
  const labels = new Set(state.labels);
  if (!labels.delete(name)) labels.add(name);
  update({ labels });
};

const buttons = {};

function chips(there) {
  const row = h('div', { class: 'chips', role: 'group', 'aria-label': 'Labels shown' });
  for (const name of there) {
    const amount = samples.filter((one) => one.label === name).length;
    buttons[name] = h(
      'button',
      {
        type: 'button',
        class: `chip l-${name}`,
        'aria-pressed': 'false',
        click: () => Report.toggle(data.names.indexOf(name)),
      },
      name,
      h('span', { class: 'small' }, ` ${count(amount)}`),
    );
    row.append(buttons[name]);
  }
  return row;
}

function selects() {
  const values = (of) => [...new Set(samples.flatMap(of))].sort();
  const reasons = values((one) => [...one.reasons, ...one.findings.map((finding) => finding.code)]);
  return [
    choice('Language', 'language', [
      ['', 'every language'],
      ...values((one) => [one.language]).map((name) => [name, name]),
    ]),
    choice('Reason', 'reason', [['', 'every reason'], ...reasons.map((name) => [name, name])]),
    choice('Marks', 'marks', [
      ['', 'marked or not'],
      ['none', 'not marked'],
      ['right', 'marked right'],
      ['wrong', 'marked wrong'],
    ]),
    choice('Order', 'order', [
      ['drawn', 'as drawn'],
      ['score', 'highest score'],
      ['-score', 'lowest score'],
      ['words', 'longest'],
      ['captured', 'newest'],
    ]),
  ];
}

function choice(title, key, options) {
  const select = h(
    'select',
    { 'aria-label': title, 'data-key': key },
    options.map(([value, name]) => h('option', { value }, name)),
  );
  select.addEventListener('change', () => update({ [key]: select.value }));
  return select;
}

const ORDERS = {
  drawn: (a, b) => a.id - b.id,
  score: (a, b) => (b.score ?? -1e9) - (a.score ?? -1e9) || a.id - b.id,
  '-score': (a, b) => (a.score ?? 1e9) - (b.score ?? 1e9) || a.id - b.id,
  words: (a, b) => b.words - a.words || a.id - b.id,
  captured: (a, b) => (b.captured || '').localeCompare(a.captured || '') || a.id - b.id,
};

function wanted(one) {
  if (state.labels.size && !state.labels.has(one.label)) return false;
  if (state.language && one.language !== state.language) return false;
  if (
    state.reason &&
    ![...one.reasons, ...one.findings.map((finding) => finding.code)].includes(state.reason)
  )
    return false;
  if (state.marks === 'none' && one.marks.length) return false;
  if (
    ['right', 'wrong'].includes(state.marks) &&
    !one.marks.some((mark) => mark.right === (state.marks === 'right'))
  )
    return false;
  return !state.words || haystack(one).includes(state.words);
}

function haystack(one) {
  one.hay ??= [one.title, one.url, one.place, ...(one.text || []).map(([part]) => part)]
    .join('\n')
    .toLowerCase();
  return one.hay;
}

function update(change) {
  Object.assign(state, change, { shown: PAGE });
  for (const [name, button] of Object.entries(buttons))
    button.setAttribute('aria-pressed', state.labels.has(name));
  found = samples.filter(wanted).sort(ORDERS[state.order]);
  if (!found.includes(samples[state.at])) state.at = found.length ? found[0].id : -1;
  drawList();
  drawPane();
}

function drawList() {
  tally.textContent =
    found.length === samples.length
      ? plural(found.length, 'document')
      : `${count(found.length)} of ${plural(samples.length, 'document')}`;
  const rows = found.slice(0, state.shown).map(row);
  if (found.length > state.shown) {
    const more = () => {
      state.shown += PAGE;
      drawList();
    };
    rows.push(
      h(
        'li',
        {},
        h(
          'button',
          { type: 'button', class: 'more', click: more },
          `Show more (${count(found.length - state.shown)} left)`,
        ),
      ),
    );
  }
  list.replaceChildren(
    ...(rows.length ? rows : [h('li', { class: 'none' }, 'No document has all that.')]),
  );
}

function row(one) {
  const open = () => choose(one.id, true);
  const marks = one.marks.map((mark) =>
    h('span', { class: mark.right ? 'mark-right' : 'mark-wrong' }, mark.right ? '✓' : '✗'),
  );
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: 'row',
        'data-id': one.id,
        'aria-current': one.id === state.at ? 'true' : null,
        click: open,
      },
      h(
        'span',
        { class: 'row-head' },
        badge(one.label),
        marks,
        h(
          'span',
          { class: 'row-score' },
          one.p_value === null ? '' : `p ${Report.number(one.p_value, 2)}`,
        ),
      ),
      h('bdi', { class: 'row-title' }, one.title || 'no title'),
      h(
        'span',
        { class: 'row-host' },
        h('bdi', {}, one.host || 'no host'),
        `, ${plural(one.words, 'word')}, ${one.language}`,
      ),
    ),
  );
}

function choose(id, open) {
  state.at = id;
  const place = found.findIndex((one) => one.id === id);
  if (place >= state.shown) {
    state.shown = place + PAGE;
    drawList();
  }
  for (const button of list.querySelectorAll('.row')) {
    const here = Number(button.dataset.id) === id;
    if (here) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    if (here) button.scrollIntoView({ block: 'nearest' });
  }
  drawPane();
  if (open) Report.open();
}

// The next document (by 1) or the one before (by -1).
Report.step = function step(by) {
  if (!found.length) return;
  const at = found.findIndex((one) => one.id === state.at);
  choose(found[Math.max(0, Math.min(found.length - 1, at + by))].id, false);
};

Report.open = function open() {
  document.body.classList.add('reading');
  pane.scrollTop = 0;
  if (narrow.matches) pane.focus();
};

Report.close = function close() {
  document.body.classList.remove('reading');
  list.querySelector('[aria-current]')?.focus({ preventScroll: true });
};

function drawPane() {
  const one = samples[state.at];
  const nothing = h('p', { class: 'none' }, 'Nothing to read.');
  pane.replaceChildren(...(one ? Report.document(one) : [nothing]));
  pane.scrollTop = 0;
}

// Mark the chosen document: true, false, or null to take the mark back.
Report.mark = async function mark(right) {
  const one = samples[state.at];
  if (!data.live || !one) return;
  const note = pane.querySelector('.mark-note')?.value || '';
  const own = { sample: one.id, right, reviewer: Report.reviewer(), note };
  try {
    const answer = await fetch('/marks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Detector-Token': data.live.token },
      body: JSON.stringify(own),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    one.marks = said.marks;
    Report.drawMarks(said.measured);
    drawList();
    drawPane();
    Report.say(right === null ? 'Mark taken back' : `Marked ${right ? 'right' : 'wrong'}`);
  } catch (error) {
    Report.say(`Not stored: ${error.message}`);
  }
};

Report.startSamples = () => samples.length && update({});
