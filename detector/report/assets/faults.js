// What has no label, and what reviewers say of the labels.

const { h, data, count, percent, table, badge, card, section, plural } = Report;

Report.faults = function faults() {
  const { fault, skip } = data.unlabelled;
  return section(
    'faults',
    'Faults and skips',
    'Records without a label: something was wrong with them (faults), or they hold no page to judge (skips). Each can be read again from its archive by the command beside it.',
    card('Faults', fault.length ? fault.map(code) : h('p', { class: 'none' }, 'None.')),
    card('Skips', skip.length ? skip.map(code) : h('p', { class: 'none' }, 'None.')),
  );
};

function code(row) {
  const lost = row.lost ? ` (${Report.bytes(row.lost)} lost)` : '';
  return h(
    'details',
    { class: 'code' },
    h(
      'summary',
      {},
      h('code', {}, row.code),
      h('span', { class: 'amount' }, count(row.count) + lost),
      h('span', { class: 'says' }, row.says),
    ),
    h(
      'ul',
      { class: 'plain' },
      row.examples.map((one) =>
        h(
          'li',
          {},
          one.message ? h('span', { class: 'message' }, h('bdi', {}, one.message)) : null,
          one.url ? h('bdi', { class: 'url' }, one.url) : null,
          Report.command(one.command),
        ),
      ),
    ),
    row.count > row.examples.length
      ? h(
          'p',
          { class: 'note' },
          `the first ${row.examples.length} of ${count(row.count)}; the table unlabelled has all`,
        )
      : null,
  );
}

Report.marks = function marks() {
  const place = h('div', { class: 'card' });
  Report.drawMarks = (measured) => place.replaceChildren(...precision(measured));
  Report.drawMarks(data.measured);
  return section(
    'marks',
    'Measured by reading',
    'How often each label is right, by the marks of those who read its pages. Pages of the sample come in random order: mark them as they come, or those with the most telling titles decide the figure.',
    place,
  );
};

function precision(measured) {
  if (!measured) {
    const how = data.live
      ? 'Open a sample below and press r for right or w for wrong.'
      : 'No page was marked yet. “detector serve” opens this page for marking.';
    return [h('p', { class: 'none' }, how)];
  }
  const plotted = measured.labels
    .filter((one) => one.marked)
    .map((one) => ({ name: one.label, value: one.share, low: one.low, high: one.high }));
  const columns = [
    { key: 'label', title: 'Label', cell: (row) => badge(row.label) },
    {
      key: 'marked',
      title: 'Marked',
      number: true,
      minor: true,
      cell: (row) => `${count(row.marked)} of ${count(row.documents)}`,
    },
    { key: 'right', title: 'Right', number: true, cell: (row) => count(row.right) },
    {
      key: 'share',
      title: 'Precision',
      number: true,
      cell: (row) => (row.marked ? percent(row.share) : '–'),
    },
    {
      key: 'low',
      title: '95 %',
      wrap: true,
      number: true,
      cell: (row) => (row.marked ? Report.range(row.low, row.high) : '–'),
    },
  ];
  const overall =
    measured.share === null
      ? null
      : h(
          'p',
          {},
          'Labels weighed by their documents, ',
          h('strong', {}, percent(measured.share)),
          ` of the ${count(measured.covered)} documents with a marked label are labelled rightly (95 %: ${Report.range(measured.low, measured.high)}).`,
        );
  const disputed = measured.disputed
    ? ` ${plural(measured.disputed, 'document')} on which reviewers differ do not count.`
    : '';
  return [
    plotted.length ? Report.intervalPlot(plotted, 'accent') : null,
    table(columns, measured.labels, {}),
    overall,
    h('p', { class: 'note' }, `By ${measured.reviewers.join(', ') || 'nobody'}.${disputed}`),
  ].filter(Boolean);
}
