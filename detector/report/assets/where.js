// Shares by language, suffix and host.

const { h, data, count, percent, table, stack, section } = Report;

const MOST_PLOTTED = 12;
const DIMENSIONS = { language: 'Language', suffix: 'Suffix', host: 'Host' };

Report.where = function where() {
  const panels = Object.keys(DIMENSIONS).map((name) => groupPanel(name));
  const buttons = Object.entries(DIMENSIONS).map(([name, title], at) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${name}`,
        'aria-controls': `panel-${name}`,
        click: () => choose(at),
      },
      title,
      h('span', { class: 'small' }, ` ${count(data.groups[name].total)}`),
    ),
  );
  const tabs = h(
    'div',
    { class: 'tabs', role: 'tablist', keydown: (event) => step(event) },
    buttons,
  );

  function choose(at) {
    panels.forEach((panel, other) => (panel.hidden = other !== at));
    buttons.forEach((button, other) => {
      button.setAttribute('aria-selected', other === at);
      button.tabIndex = other === at ? 0 : -1;
    });
  }

  function step(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const at = (buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length;
    choose(at);
    buttons[at].focus();
  }

  choose(0);
  return section('where', 'Where it is', Report.whereLead(), tabs, panels);
};

Report.whereLead = () =>
  data.shares.refused
    ? 'The share of judged pages that are labelled likely-ai, with its 95 % interval (Clopper and Pearson). That is the share flagged, not the share that machines wrote: some human pages are flagged, and many machine texts are not.'
    : 'The share of each group that machines wrote, estimated as above, with its 95 % interval; and the share of judged pages that are labelled likely-ai, in which some human pages are, and many machine texts are not.';

function groupPanel(name) {
  const { rows, rest, total } = data.groups[name];
  const plotted = data.shares.refused ? flaggedShares(rows) : estimatedShares(rows);
  const left = rest
    ? h(
        'p',
        { class: 'note' },
        `The largest ${count(rows.length)} of ${count(total)} are listed, those with most documents and those with most likely-ai; the last row is all others together.`,
      )
    : null;
  return h(
    'div',
    { role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': `tab-${name}`, class: 'card' },
    plotted.length > 1 ? Report.intervalPlot(plotted, 'l-likely-ai') : null,
    table(groupColumns(name), rows, {
      sort: '-documents',
      rest: rest && { ...rest, name: `${count(total - rows.length)} others` },
      find: (row) => row.name,
    }),
    left,
    data.shares.refused
      ? null
      : Report.shareNotes(
          rows.map((row) => row.estimate),
          name === 'suffix' ? 'registered domain' : null,
        ),
  );
}

function estimatedShares(rows) {
  const known = rows.filter((row) => row.estimate);
  const top = known.sort((a, b) => b.estimate.counted - a.estimate.counted).slice(0, MOST_PLOTTED);
  return top.map(({ name, estimate: { share, low, high } }) => ({ name, value: share, low, high }));
}

function flaggedShares(rows) {
  const judged = rows.filter((row) => row.judged >= 5);
  const top = judged.sort((a, b) => b.judged - a.judged).slice(0, MOST_PLOTTED);
  return top.map(({ name, flagged, judged, low, high }) => ({
    name,
    value: flagged / judged,
    low,
    high,
  }));
}

function groupColumns(name) {
  return [
    {
      key: 'name',
      title: DIMENSIONS[name],
      wide: true,
      value: (row) => row.name,
      cell: (row) => h('bdi', {}, row.name),
    },
    {
      key: 'documents',
      title: 'Documents',
      number: true,
      value: (row) => row.documents,
      cell: (row) => count(row.documents),
    },
    {
      key: 'judged',
      title: 'Judged',
      number: true,
      minor: true,
      value: (row) => row.judged,
      cell: (row) => count(row.judged),
    },
    {
      key: 'flagged',
      title: 'Likely-ai',
      number: true,
      minor: true,
      value: (row) => row.flagged,
      cell: (row) => count(row.flagged),
    },
    ...(data.shares.refused ? flaggedColumns() : [flaggedShare(), ...Report.shareColumns((row) => row.estimate)]),
    { key: 'labels', title: 'Labels', minor: true, cell: (row) => stack(row.labels) },
  ];
}

const ratio = (row) => (row.judged ? row.flagged / row.judged : null);

// minor beside the estimate, which is what is asked for.
const flaggedShare = () => ({
  key: 'share',
  title: data.shares.refused ? 'Share' : 'Flagged',
  number: true,
  minor: !data.shares.refused,
  value: ratio,
  cell: (row) => (row.judged ? percent(ratio(row)) : '–'),
});

const flaggedColumns = () => [
  flaggedShare(),
  {
    key: 'low',
    title: '95 %',
    wrap: true,
    number: true,
    value: (row) => (row.judged ? row.low : null),
    cell: (row) => (row.judged ? Report.range(row.low, row.high) : '–'),
  },
];
