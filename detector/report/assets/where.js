// Shares by language, suffix and host.

const { h, data, count, percent, table, stack, section } = Report;

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
  'The share of judged pages that are labelled likely-ai, with its 95 % interval (Clopper and Pearson). That is the share flagged, not the share that machines wrote: some human pages are flagged, and many machine texts are not.';

function groupPanel(name) {
  const { rows, rest, total } = data.groups[name];
  const judged = rows.filter((row) => row.judged >= 5);
  const top = [...judged].sort((a, b) => b.judged - a.judged).slice(0, 12);
  const plotted = top.map((row) => ({
    name: row.name,
    value: row.flagged / row.judged,
    low: row.low,
    high: row.high,
  }));
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
  );
}

function groupColumns(name) {
  const ratio = (row) => (row.judged ? row.flagged / row.judged : null);
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
    {
      key: 'share',
      title: 'Share',
      number: true,
      value: ratio,
      cell: (row) => (row.judged ? percent(ratio(row)) : '–'),
    },
    {
      key: 'low',
      title: '95 %',
      wrap: true,
      number: true,
      value: (row) => (row.judged ? row.low : null),
      cell: (row) => (row.judged ? Report.range(row.low, row.high) : '–'),
    },
    { key: 'labels', title: 'Labels', minor: true, cell: (row) => stack(row.labels) },
  ];
}
