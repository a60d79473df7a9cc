// One document as it is read: its text with what stands out, why it got its label, its marks.

const { h, data, count, percent, badge, plural } = Report;

// The parts of one document, as it is read.
Report.document = function document(one) {
  const parts = [
    h('button', { type: 'button', class: 'back', click: () => Report.close() }, '← All samples'),
    h(
      'div',
      { class: 'pane-head' },
      badge(one.label),
      h('span', { class: 'says' }, data.words.labels[one.label]),
    ),
    h('h3', { class: 'title' }, h('bdi', {}, one.title || 'no title')),
    h('p', { class: 'where' }, Report.address(one.url, one.link)),
    marking(one),
    facts(one),
    because(one),
    text(one),
    h(
      'div',
      { class: 'again' },
      h('span', { class: 'small' }, 'Replay it:'),
      Report.command(one.command),
    ),
  ];
  return parts.filter(Boolean);
};

function facts(one) {
  const pairs = [
    ['captured', one.captured],
    ['language', one.language],
    ['words', count(one.words)],
    ['score', one.score === null ? null : Report.number(one.score)],
    ['p-value', one.p_value === null ? null : Report.number(one.p_value, 2)],
    ['probability', one.probability === null ? null : percent(one.probability)],
    ['AI part', one.ai_fraction === null ? null : percent(one.ai_fraction, 0)],
    [
      'copies',
      one.copies && one.copies.size > 1
        ? `${plural(one.copies.size, 'document')} on ${plural(one.copies.hosts, 'host')}; all: ${one.copies.label}`
        : null,
    ],
  ];
  return h(
    'dl',
    { class: 'facts' },
    pairs
      .filter(([, value]) => value !== null && value !== false && value !== undefined)
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}

function because(one) {
  const seen = one.findings.map((finding) => finding.code); // these say more than the reason does
  const told = one.reasons.filter((reason) => !seen.includes(reason));
  const reasons = told.map((reason) =>
    h(
      'li',
      {},
      h('code', {}, reason),
      data.words.reasons[reason] ? ` ${data.words.reasons[reason]}` : null,
    ),
  );
  const findings = one.findings.map((finding) =>
    h(
      'li',
      {},
      h('code', {}, finding.code),
      ` in the ${finding.place}`,
      finding.excerpt ? [': ', h('q', {}, h('bdi', {}, finding.excerpt))] : null,
    ),
  );
  if (!reasons.length && !findings.length)
    return h('p', { class: 'because none' }, 'Nothing speaks for a machine.');
  return h('ul', { class: 'because' }, reasons, findings);
}

const STRONGEST = ['finding', 'match', 'span'];

function text(one) {
  if (!one.text) {
    return h(
      'p',
      { class: 'missing' },
      'The text is not at hand: ',
      h('bdi', {}, one.why || 'it was not kept'),
      '.',
    );
  }
  const parts = one.text.map(([part, notes]) => {
    if (!notes.length) return part;
    const kinds = notes.map((note) => one.notes[note].kind);
    const kind = STRONGEST.find((name) => kinds.includes(name));
    return h(
      'mark',
      { class: kind, title: notes.map((note) => one.notes[note].says).join('\n') },
      part,
    );
  });
  const used = STRONGEST.filter((kind) => one.notes.some((note) => note.kind === kind));
  const says = { span: 'scores as machine text does', finding: 'a trace', match: 'known text' };
  return h(
    'div',
    {},
    used.length
      ? h(
          'p',
          { class: 'legend' },
          used.map((kind) => h('span', {}, h('mark', { class: kind }, 'abc'), ` ${says[kind]}`)),
        )
      : null,
    h(
      'div',
      { class: 'text', dir: 'auto', lang: one.language === 'und' ? null : one.language },
      parts,
    ),
    one.hidden ? h('p', { class: 'note' }, `… ${count(one.hidden)} more characters`) : null,
  );
}

function marking(one) {
  const said = one.marks.map((mark) =>
    h(
      'li',
      {},
      h(
        'span',
        { class: mark.right ? 'mark-right' : 'mark-wrong' },
        mark.right ? '✓ right' : '✗ wrong',
      ),
      h('bdi', {}, ` ${mark.reviewer}`),
      mark.note ? [': ', h('bdi', {}, mark.note)] : null,
    ),
  );
  const marks = said.length ? h('ul', { class: 'plain said' }, said) : null;
  if (!data.live) return marks;
  const own = one.marks.find((mark) => mark.reviewer === Report.reviewer());
  const button = (right, name) =>
    h(
      'button',
      {
        type: 'button',
        class: right ? 'right' : 'wrong',
        'aria-pressed': String(Boolean(own && own.right === right)),
        click: () => Report.mark(right),
      },
      name,
    );
  const note = h('input', {
    type: 'text',
    class: 'mark-note',
    maxlength: '500',
    placeholder: 'Note, if there is something to say',
    'aria-label': 'Note',
    value: own ? own.note : null,
  });
  return h(
    'div',
    { class: 'marking' },
    h('p', {}, h('strong', {}, data.words.questions[one.label])),
    h(
      'div',
      { class: 'answers' },
      button(true, 'Yes: the label is right'),
      button(false, 'No: it is wrong'),
      own
        ? h(
            'button',
            { type: 'button', class: 'link', click: () => Report.mark(null) },
            'Take it back',
          )
        : null,
    ),
    note,
    marks,
  );
}

Report.reviewer = () =>
  (window.document.getElementById('reviewer')?.value || data.live.reviewer).trim();
