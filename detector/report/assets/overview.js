// The totals and books, and labels over time.

const { h, data, count, share, percent, table, stack, card, details, section, plural } = Report;

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const documents = data.books.documents;

Report.overview = function overview() {
  const states = {
    complete: 'complete',
    partial: `finished, ${plural(data.inputs.failed, 'input')} failed`,
    running: 'unfinished: these are the parts so far',
  };
  return h(
    'section',
    { id: 'overview' },
    h(
      'p',
      { class: 'eyebrow' },
      'Labels of a crawl',
      h('span', { class: `state ${data.state}` }, states[data.state]),
    ),
    h('h1', {}, h('bdi', {}, data.path)),
    h('p', { class: 'books' }, books()),
    stack(data.labels, true),
    h('div', { class: 'tiles' }, data.names.map(tile)),
    card('Inputs', inputs()),
    h('div', { class: 'folds' }, contract(), madeBy()),
  );
};

function books() {
  const { records, skips, faults } = data.books;
  const lost = data.lost ? `, ${Report.bytes(data.lost)} lost to damage` : '';
  return [
    h('strong', {}, plural(records, 'record')),
    ` = ${plural(documents, 'document')} + ${plural(skips, 'skip')} + ${plural(faults, 'fault')}${lost}`,
  ];
}

function tile(name, at) {
  return h(
    'a',
    { class: `tile l-${name}`, href: '#samples', click: () => Report.only && Report.only(name) },
    h('span', { class: 'tile-name' }, name),
    h('span', { class: 'tile-share' }, share(data.labels[at], documents)),
    h('span', { class: 'tile-count' }, plural(data.labels[at], 'document')),
    h('span', { class: 'tile-says' }, data.words.labels[name]),
  );
}

function inputs() {
  const columns = [
    {
      key: 'name',
      title: 'Input',
      wide: true,
      value: (row) => row.name,
      cell: (row) => [
        h('bdi', {}, row.name),
        row.error ? h('span', { class: 'error' }, row.error) : null,
      ],
    },
    {
      key: 'size',
      title: 'Size',
      number: true,
      minor: true,
      value: (row) => row.size,
      cell: (row) => Report.bytes(row.size),
    },
    ...['records', 'documents', 'skips', 'faults'].map((name) => ({
      key: name,
      title: name[0].toUpperCase() + name.slice(1),
      number: true,
      minor: name !== 'records' && name !== 'faults',
      value: (row) => row[name],
      cell: (row) => count(row[name]),
    })),
  ];
  const more = data.inputs.total - data.inputs.rows.length;
  return [
    table(columns, data.inputs.rows, { page: 6, find: (row) => row.name }),
    more > 0 ? h('p', { class: 'note' }, `and ${plural(more, 'more input')}`) : null,
  ];
}

function contract() {
  const rules = data.contract.thresholds || [];
  if (!rules.length) return null;
  return details(
    `What is promised, at a false-positive rate of ${percent(data.contract.fpr)}`,
    h(
      'ul',
      { class: 'plain' },
      rules.map((rule) => h('li', {}, rule.statement)),
    ),
  );
}

function madeBy() {
  const pairs = (values) =>
    Object.entries(values).map(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))]);
  return details(
    'Settings, digests and versions',
    h('dl', { class: 'pairs' }, pairs(data.settings), pairs(data.digests), pairs(data.versions)),
  );
}

Report.time = function time() {
  return section(
    'time',
    'Over time',
    'Which labels pages have, by the month they were captured and, where an address names one, the month they were published.',
    h(
      'div',
      {
        class: Math.max(data.captured.rows.length, data.published.rows.length) > 12 ? null : 'pair',
      },
      timeCard('By capture', data.captured, 'captured'),
      timeCard('By the date in the address', data.published, 'published'),
    ),
  );
};

function timeCard(title, line, verb) {
  const { rows, undated, earlier } = line;
  const notes = [];
  if (undated)
    notes.push(
      verb === 'published'
        ? `${count(undated)} addresses name no month`
        : `${plural(undated, 'document')} without a date`,
    );
  if (earlier) notes.push(`${plural(earlier, 'document')} from before these`);
  const note = notes.length ? h('p', { class: 'note' }, `${notes.join('; ')}.`) : null;
  if (!rows.length)
    return card(
      title,
      h(
        'p',
        { class: 'none' },
        verb === 'published'
          ? 'No address names a month of publication.'
          : 'No document has a date.',
      ),
    );
  if (rows.length === 1) {
    const one = `All ${verb === 'captured' ? 'dated documents were captured' : 'dated addresses are'} ${line.unit === 'day' ? 'on' : 'in'} ${rows[0][0]}.`;
    return card(title, h('p', {}, one), stack(rows[0][1]), note);
  }
  return card(title, Report.timePlot(rows), note, details('The numbers', timeTable(rows)));
}

function timeTable(rows) {
  const columns = [
    { key: 'date', title: 'Date', value: (row) => row[0], cell: (row) => row[0] },
    {
      key: 'documents',
      title: 'Documents',
      number: true,
      value: (row) => sum(row[1]),
      cell: (row) => count(sum(row[1])),
    },
    ...data.names.map((name, at) => ({
      key: name,
      title: name,
      number: true,
      value: (row) => row[1][at],
      cell: (row) => count(row[1][at]),
    })),
  ];
  return table(columns, rows, { sort: '-date' });
}
