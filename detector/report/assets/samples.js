// The sample browser: a list to filter and search, one document to read, and marks while it is live.

const { h, data, count, percent, badge, plural } = Report;

const narrow = matchMedia('(max-width: 800px)');
const PAGE = narrow.matches ? 20 : 60;
const samples = data.samples;
const state = { labels: new Set(), language: '', reason: '', marks: '', words: '', order: 'drawn', at: -1, shown: PAGE };
let found = [];
const list = h('ol', { class: 'list', 'aria-label': 'Sampled documents' });
const pane = h('article', { class: 'pane', tabindex: '-1', 'aria-label': 'The chosen document' });
const tally = h('p', { class: 'tally', role: 'status' });
const search = h('input', { type: 'search', placeholder: 'Search title, address and text', 'aria-label': 'Search title, address and text', id: 'search' });

Report.samples = function browser() {
  const there = data.names.filter((name) => samples.some((one) => one.label === name));
  const lead = `${plural(samples.length, 'document')}, at most ${data.sample.each} of each label, chosen by seed ${data.sample.seed}. Highlights show what made the label. `;
  if (!samples.length) return Report.section('samples', 'Samples', 'No document to read.');
  search.addEventListener('input', () => update({ words: search.value.trim().toLowerCase() }));
  const keys = h('button', { type: 'button', class: 'link', click: () => Report.help() }, 'Keys: ?');
  return h(
    'section',
    { id: 'samples', 'aria-labelledby': 'samples-title' },
    h('h2', { id: 'samples-title' }, 'Samples'),
    h('p', { class: 'lead' }, lead, keys),
    h('div', { class: 'controls' }, chips(there), h('div', { class: 'selects' }, search, ...selects())),
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
    buttons[name] = h('button', { type: 'button', class: `chip l-${name}`, 'aria-pressed': 'false', click: () => Report.toggle(data.names.indexOf(name)) }, name, h('span', { class: 'small' }, ` ${count(amount)}`));
    row.append(buttons[name]);
  }
  return row;
}

function selects() {
  const values = (of) => [...new Set(samples.flatMap(of))].sort();
  const reasons = values((one) => [...one.reasons, ...one.findings.map((finding) => finding.code)]);
  return [
    choice('Language', 'language', [['', 'every language'], ...values((one) => [one.language]).map((name) => [name, name])]),
    choice('Reason', 'reason', [['', 'every reason'], ...reasons.map((name) => [name, name])]),
    choice('Marks', 'marks', [['', 'marked or not'], ['none', 'not marked'], ['right', 'marked right'], ['wrong', 'marked wrong']]),
    choice('Order', 'order', [['drawn', 'as drawn'], ['score', 'highest score'], ['-score', 'lowest score'], ['words', 'longest'], ['captured', 'newest']]),
  ];
}

function choice(title, key, options) {
  const select = h('select', { 'aria-label': title, 'data-key': key }, options.map(([value, name]) => h('option', { value }, name)));
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
  if (state.reason && ![...one.reasons, ...one.findings.map((finding) => finding.code)].includes(state.reason)) return false;
  if (state.marks === 'none' && one.marks.length) return false;
  if (['right', 'wrong'].includes(state.marks) && !one.marks.some((mark) => mark.right === (state.marks === 'right'))) return false;
  return !state.words || haystack(one).includes(state.words);
}

function haystack(one) {
  one.hay ??= [one.title, one.url, one.place, ...(one.text || []).map(([part]) => part)].join('\n').toLowerCase();
  return one.hay;
}

function update(change) {
  Object.assign(state, change, { shown: PAGE });
  for (const [name, button] of Object.entries(buttons)) button.setAttribute('aria-pressed', state.labels.has(name));
  found = samples.filter(wanted).sort(ORDERS[state.order]);
  if (!found.includes(samples[state.at])) state.at = found.length ? found[0].id : -1;
  drawList();
  drawPane();
}

function drawList() {
  tally.textContent = found.length === samples.length ? plural(found.length, 'document') : `${count(found.length)} of ${plural(samples.length, 'document')}`;
  const rows = found.slice(0, state.shown).map(row);
  if (found.length > state.shown) {
    const more = () => {
      state.shown += PAGE;
      drawList();
    };
    rows.push(h('li', {}, h('button', { type: 'button', class: 'more', click: more }, `Show more (${count(found.length - state.shown)} left)`)));
  }
  list.replaceChildren(...(rows.length ? rows : [h('li', { class: 'none' }, 'No document has all that.')]));
}

function row(one) {
  const open = () => choose(one.id, true);
  const marks = one.marks.map((mark) => h('span', { class: mark.right ? 'mark-right' : 'mark-wrong' }, mark.right ? '✓' : '✗'));
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', 'data-id': one.id, 'aria-current': one.id === state.at ? 'true' : null, click: open },
      h('span', { class: 'row-head' }, badge(one.label), marks, h('span', { class: 'row-score' }, one.p_value === null ? '' : `p ${Report.number(one.p_value, 2)}`)),
      h('bdi', { class: 'row-title' }, one.title || 'no title'),
      h('span', { class: 'row-host' }, h('bdi', {}, one.host || 'no host'), `, ${plural(one.words, 'word')}, ${one.language}`),
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
  if (!one) {
    pane.replaceChildren(h('p', { class: 'none' }, 'Nothing to read.'));
    return;
  }
  const parts = [
    h('button', { type: 'button', class: 'back', click: () => Report.close() }, '← All samples'),
    h('div', { class: 'pane-head' }, badge(one.label), h('span', { class: 'says' }, data.words.labels[one.label])),
    h('h3', { class: 'title' }, h('bdi', {}, one.title || 'no title')),
    h('p', { class: 'where' }, Report.address(one.url, one.link)),
    marking(one),
    facts(one),
    because(one),
    text(one),
    h('div', { class: 'again' }, h('span', { class: 'small' }, 'Replay it:'), Report.command(one.command)),
  ];
  pane.replaceChildren(...parts.filter(Boolean));
  pane.scrollTop = 0;
}

function facts(one) {
  const pairs = [
    ['captured', one.captured],
    ['language', one.language],
    ['words', count(one.words)],
    ['score', one.score === null ? null : Report.number(one.score)],
    ['p-value', one.p_value === null ? null : Report.number(one.p_value, 2)],
    ['probability', one.probability === null ? null : percent(one.probability)],
    ['AI part', one.ai_fraction === null ? null : percent(one.ai_fraction, 0)],
    ['copies', one.copies && one.copies.size > 1 ? `${plural(one.copies.size, 'document')} on ${plural(one.copies.hosts, 'host')}; all: ${one.copies.label}` : null],
  ];
  return h('dl', { class: 'facts' }, pairs.filter(([, value]) => value !== null && value !== false && value !== undefined).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

function because(one) {
  const reasons = one.reasons.map((reason) => h('li', {}, h('code', {}, reason), data.words.reasons[reason] ? ` ${data.words.reasons[reason]}` : null));
  const findings = one.findings.map((finding) => h('li', {}, h('code', {}, finding.code), ` in the ${finding.place}`, finding.excerpt ? [': ', h('q', {}, h('bdi', {}, finding.excerpt))] : null));
  if (!reasons.length && !findings.length) return h('p', { class: 'because none' }, 'Nothing speaks for a machine.');
  return h('ul', { class: 'because' }, reasons, findings);
}

const STRONGEST = ['finding', 'match', 'span'];

function text(one) {
  if (!one.text) {
    return h('p', { class: 'missing' }, 'The text is not at hand: ', h('bdi', {}, one.why || 'it was not kept'), '.');
  }
  const parts = one.text.map(([part, notes]) => {
    if (!notes.length) return part;
    const kinds = notes.map((note) => one.notes[note].kind);
    const kind = STRONGEST.find((name) => kinds.includes(name));
    return h('mark', { class: kind, title: notes.map((note) => one.notes[note].says).join('\n') }, part);
  });
  const used = STRONGEST.filter((kind) => one.notes.some((note) => note.kind === kind));
  const says = { span: 'scores as machine text does', finding: 'a trace', match: 'known text' };
  return h(
    'div',
    {},
    used.length ? h('p', { class: 'legend' }, used.map((kind) => h('span', {}, h('mark', { class: kind }, 'abc'), ` ${says[kind]}`))) : null,
    h('div', { class: 'text', dir: 'auto', lang: one.language === 'und' ? null : one.language }, parts),
    one.hidden ? h('p', { class: 'note' }, `… ${count(one.hidden)} more characters`) : null,
  );
}

function marking(one) {
  const said = one.marks.map((mark) =>
    h('li', {}, h('span', { class: mark.right ? 'mark-right' : 'mark-wrong' }, mark.right ? '✓ right' : '✗ wrong'), h('bdi', {}, ` ${mark.reviewer}`), mark.note ? [': ', h('bdi', {}, mark.note)] : null));
  const marks = said.length ? h('ul', { class: 'plain said' }, said) : null;
  if (!data.live) return marks;
  const own = one.marks.find((mark) => mark.reviewer === reviewer());
  const button = (right, name) => h('button', { type: 'button', class: right ? 'right' : 'wrong', 'aria-pressed': String(Boolean(own && own.right === right)), click: () => Report.mark(right) }, name);
  const note = h('input', { type: 'text', class: 'mark-note', maxlength: '500', placeholder: 'Note, if there is something to say', 'aria-label': 'Note', value: own ? own.note : null });
  return h(
    'div',
    { class: 'marking' },
    h('p', {}, h('strong', {}, data.words.questions[one.label])),
    h('div', { class: 'answers' }, button(true, 'Yes: the label is right'), button(false, 'No: it is wrong'), own ? h('button', { type: 'button', class: 'link', click: () => Report.mark(null) }, 'Take it back') : null),
    note,
    marks,
  );
}

const reviewer = () => (document.getElementById('reviewer')?.value || data.live.reviewer).trim();

// Mark the chosen document: true, false, or null to take the mark back.
Report.mark = async function mark(right) {
  const one = samples[state.at];
  if (!data.live || !one) return;
  const note = pane.querySelector('.mark-note')?.value || '';
  const own = { sample: one.id, right, reviewer: reviewer(), note };
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
