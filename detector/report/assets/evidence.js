// Scores beside those of humans, reasons and findings, copies.

const { h, data, count, table, stack, badge, card, section, plural } = Report;

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

Report.scores = function scores() {
  return section(
    'scores',
    'Scores',
    'How the pages score beside the human texts that the cut was set on. Where the pages are as those humans, the curves lie on each other; machine text is the excess on the right.',
    h('div', { class: 'pair' }, scoreCard(), chanceCard()),
  );
};

function scoreCard() {
  const curves = data.scores.filter((curve) => sum(curve.pages) + sum(curve.old));
  if (!curves.length)
    return card('Scores by kind of text', h('p', { class: 'none' }, 'No page was scored.'));
  const most = curves.reduce((best, curve) => (sum(curve.pages) > sum(best.pages) ? curve : best));
  const choice = h(
    'select',
    { 'aria-label': 'Kind of text' },
    curves.map((curve, at) =>
      h(
        'option',
        { value: at, selected: curve === most },
        `${kind(curve)}: ${plural(sum(curve.pages) + sum(curve.old), 'page')}`,
      ),
    ),
  );
  const place = h('div', {}, scorePlot(most));
  choice.addEventListener('change', () => place.replaceChildren(scorePlot(curves[choice.value])));
  return card('Scores by kind of text', h('div', { class: 'filter' }, choice), place);
}

function kind(curve) {
  const words =
    curve.max_words === null
      ? `${curve.min_words} words or more`
      : `${curve.min_words}–${curve.max_words - 1} words`;
  return `${curve.language}, ${words}`;
}

function scorePlot(curve) {
  const lines = [{ name: 'pages', colour: 'l-likely-ai', values: curve.pages, filled: true }];
  if (sum(curve.old))
    lines.push({ name: 'captured before November 2022', colour: 'l-pre-llm', values: curve.old });
  if (curve.humans)
    lines.push({
      name: `${count(curve.behind)} calibration humans`,
      colour: 'l-no-evidence',
      values: curve.humans,
      dashed: true,
    });
  const at = curve.pages.map((_, number) => (curve.first + number * curve.step).toFixed(1));
  const cut =
    curve.cut === null
      ? []
      : [{ at: (curve.cut - curve.first) / curve.step - 0.5, colour: 'ink', name: 'cut' }];
  const note = curve.humans
    ? null
    : h(
        'p',
        { class: 'note' },
        'The model or policy that scored is not the shipped one, so its human texts are not at hand.',
      );
  return h('div', {}, Report.curvePlot(lines, at, 'score', cut), note);
}

function chanceCard() {
  const { pages, old } = data.p_values;
  if (!sum(pages) && !sum(old))
    return card('p-values', h('p', { class: 'none' }, 'No page has a p-value.'));
  const lines = [{ name: 'pages', colour: 'l-likely-ai', values: pages, filled: true }];
  if (sum(old))
    lines.push({ name: 'captured before November 2022', colour: 'l-pre-llm', values: old });
  lines.push({
    name: 'humans like those of the calibration',
    colour: 'l-no-evidence',
    values: pages.map(() => 1),
    dashed: true,
  });
  const at = pages.map((_, number) => (number / pages.length).toFixed(2));
  return card(
    'p-values',
    Report.curvePlot(lines, at, 'share of human texts that score as high', []),
    h(
      'p',
      { class: 'note' },
      'Of human texts like those of the calibration, one in twenty falls into each bin.',
    ),
  );
}

Report.evidence = function evidence() {
  const known = data.known;
  return section(
    'evidence',
    'Evidence',
    'Why pages got their labels, and what was seen in them.',
    h(
      'div',
      { class: 'pair' },
      card('Reasons', codes(data.reasons, 'Reason', data.words.reasons)),
      card('Findings', codes(data.findings, 'Finding', {})),
    ),
    known.total ? card('Known texts', knownTable(known)) : null,
  );
};

function codes(rows, title, says) {
  if (!rows.length) return h('p', { class: 'none' }, 'None.');
  const columns = [
    {
      key: 'name',
      title,
      wide: true,
      value: (row) => row.name,
      cell: (row) => [
        h('code', {}, row.name),
        says[row.name] ? h('span', { class: 'says' }, says[row.name]) : null,
      ],
    },
    {
      key: 'documents',
      title: 'Documents',
      number: true,
      value: (row) => row.documents,
      cell: (row) => count(row.documents),
    },
    { key: 'labels', title: 'Labels', cell: (row) => stack(row.labels) },
  ];
  return table(columns, rows, { sort: '-documents', find: (row) => row.name });
}

function knownTable(known) {
  const says = { ai: 'known AI text', 'pre-llm': 'older than language models' };
  const columns = [
    {
      key: 'id',
      title: 'Known text',
      wide: true,
      value: (row) => row.id,
      cell: (row) => h('bdi', {}, row.id),
    },
    {
      key: 'index',
      title: 'Index',
      value: (row) => row.index,
      cell: (row) => h('bdi', {}, row.index),
    },
    {
      key: 'kind',
      title: 'Kind',
      value: (row) => row.kind,
      cell: (row) => says[row.kind] || row.kind,
    },
    {
      key: 'len',
      title: 'Documents',
      number: true,
      value: (row) => row.len,
      cell: (row) => count(row.len),
    },
  ];
  const lines = known.indexes.map(
    (one) => `${one.index} (${says[one.kind] || one.kind}): ${plural(one.len, 'match', 'matches')}`,
  );
  return [
    h('p', {}, `${lines.join('; ')}; ${plural(known.total, 'known text')} in all.`),
    table(columns, known.texts, { sort: '-len', find: (row) => row.id }),
  ];
}

Report.copies = function copies() {
  const clusters = data.clusters;
  if (!clusters) return null;
  const { found } = clusters;
  const lead = `${plural(found.clustered, 'document')} of ${count(found.documents)} are copies of others: ${plural(found.clusters, 'cluster')} at a similarity of ${clusters.threshold}${found.exact_similarity ? '' : ' (estimated)'}, the largest of ${count(found.largest)}. ${plural(found.exact_documents, 'document')} are exact copies. ${plural(found.relabelled, 'document')} have another label than their cluster.`;
  return section(
    'copies',
    'Copies',
    lead,
    h(
      'div',
      { class: 'pair wide-right' },
      card('Sizes of clusters', sizes(clusters.sizes)),
      card('The largest', largest(clusters.largest)),
    ),
  );
};

function sizes(rows) {
  const name = (row) =>
    row.high === null
      ? `${row.low} or more`
      : row.high === row.low + 1
        ? `${row.low}`
        : `${row.low} – ${row.high - 1}`;
  const columns = [
    { key: 'low', title: 'Documents in it', value: (row) => row.low, cell: name },
    {
      key: 'clusters',
      title: 'Clusters',
      number: true,
      value: (row) => row.clusters,
      cell: (row) => count(row.clusters),
    },
    {
      key: 'documents',
      title: 'Documents',
      number: true,
      value: (row) => row.documents,
      cell: (row) => count(row.documents),
    },
  ];
  return table(
    columns,
    rows.filter((row) => row.clusters),
    {},
  );
}

function largest(rows) {
  const columns = [
    {
      key: 'title',
      title: 'Seen first',
      wide: true,
      value: (row) => row.title || row.url || '',
      cell: (row) => [
        h('bdi', { class: 'title' }, row.title || 'no title'),
        Report.address(row.url, row.link),
      ],
    },
    {
      key: 'label',
      title: 'Label of all',
      value: (row) => row.label,
      cell: (row) => badge(row.label),
    },
    {
      key: 'size',
      title: 'Size',
      number: true,
      value: (row) => row.size,
      cell: (row) => count(row.size),
    },
    {
      key: 'hosts',
      title: 'Hosts',
      number: true,
      minor: true,
      value: (row) => row.hosts,
      cell: (row) => count(row.hosts),
    },
    {
      key: 'first',
      title: 'Since',
      minor: true,
      value: (row) => row.first,
      cell: (row) => h('span', { class: 'date' }, row.first || '–'),
    },
  ];
  return table(columns, rows, { sort: '-size', page: 8, find: (row) => `${row.title} ${row.url}` });
}
