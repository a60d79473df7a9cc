// The sections above the samples, each a function that gives an element, or null for nothing.

const { h, data, count, share, percent, table, stack, badge, card, details, section, plural } = Report;

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
    h('p', { class: 'eyebrow' }, 'Labels of a crawl', h('span', { class: `state ${data.state}` }, states[data.state])),
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
    { key: 'name', title: 'Input', wide: true, value: (row) => row.name, cell: (row) => [h('bdi', {}, row.name), row.error ? h('span', { class: 'error' }, row.error) : null] },
    { key: 'size', title: 'Size', number: true, minor: true, value: (row) => row.size, cell: (row) => Report.bytes(row.size) },
    ...['records', 'documents', 'skips', 'faults'].map((name) => ({
      key: name, title: name[0].toUpperCase() + name.slice(1), number: true, minor: name !== 'records' && name !== 'faults', value: (row) => row[name], cell: (row) => count(row[name]),
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
    h('ul', { class: 'plain' }, rules.map((rule) => h('li', {}, rule.statement))),
  );
}

function madeBy() {
  const pairs = (values) => Object.entries(values).map(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))]);
  return details(
    'Settings, digests and versions',
    h('dl', { class: 'pairs' }, pairs(data.settings), pairs(data.digests), pairs(data.versions)),
  );
}

Report.time = function time() {
  return section(
    'time', 'Over time', 'Which labels pages have, by the month they were captured and, where an address names one, the month they were published.',
    h(
      'div',
      { class: Math.max(data.captured.rows.length, data.published.rows.length) > 12 ? null : 'pair' },
      timeCard('By capture', data.captured, 'captured'),
      timeCard('By the date in the address', data.published, 'published'),
    ),
  );
};

function timeCard(title, line, verb) {
  const { rows, undated, earlier } = line;
  const notes = [];
  if (undated) notes.push(verb === 'published' ? `${count(undated)} addresses name no month` : `${plural(undated, 'document')} without a date`);
  if (earlier) notes.push(`${plural(earlier, 'document')} from before these`);
  const note = notes.length ? h('p', { class: 'note' }, `${notes.join('; ')}.`) : null;
  if (!rows.length) return card(title, h('p', { class: 'none' }, verb === 'published' ? 'No address names a month of publication.' : 'No document has a date.'));
  if (rows.length === 1) {
    const one = `All ${verb === 'captured' ? 'dated documents were captured' : 'dated addresses are'} ${line.unit === 'day' ? 'on' : 'in'} ${rows[0][0]}.`;
    return card(title, h('p', {}, one), stack(rows[0][1]), note);
  }
  return card(title, Report.timePlot(rows), note, details('The numbers', timeTable(rows)));
}

function timeTable(rows) {
  const columns = [
    { key: 'date', title: 'Date', value: (row) => row[0], cell: (row) => row[0] },
    { key: 'documents', title: 'Documents', number: true, value: (row) => sum(row[1]), cell: (row) => count(sum(row[1])) },
    ...data.names.map((name, at) => ({ key: name, title: name, number: true, value: (row) => row[1][at], cell: (row) => count(row[1][at]) })),
  ];
  return table(columns, rows, { sort: '-date' });
}

const DIMENSIONS = { language: 'Language', suffix: 'Suffix', host: 'Host' };

Report.where = function where() {
  const panels = Object.keys(DIMENSIONS).map((name) => groupPanel(name));
  const buttons = Object.entries(DIMENSIONS).map(([name, title], at) =>
    h('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}`, click: () => choose(at) }, title, h('span', { class: 'small' }, ` ${count(data.groups[name].total)}`)),
  );
  const tabs = h('div', { class: 'tabs', role: 'tablist', keydown: (event) => step(event) }, buttons);

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
  const plotted = top.map((row) => ({ name: row.name, value: row.flagged / row.judged, low: row.low, high: row.high }));
  const left = rest ? h('p', { class: 'note' }, `The largest ${count(rows.length)} of ${count(total)} are listed, those with most documents and those with most likely-ai; the last row is all others together.`) : null;
  return h(
    'div',
    { role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': `tab-${name}`, class: 'card' },
    plotted.length > 1 ? Report.intervalPlot(plotted, 'l-likely-ai') : null,
    table(groupColumns(name), rows, { sort: '-documents', rest: rest && { ...rest, name: `${count(total - rows.length)} others` }, find: (row) => row.name }),
    left,
  );
}

function groupColumns(name) {
  const ratio = (row) => (row.judged ? row.flagged / row.judged : null);
  return [
    { key: 'name', title: DIMENSIONS[name], wide: true, value: (row) => row.name, cell: (row) => h('bdi', {}, row.name) },
    { key: 'documents', title: 'Documents', number: true, value: (row) => row.documents, cell: (row) => count(row.documents) },
    { key: 'judged', title: 'Judged', number: true, minor: true, value: (row) => row.judged, cell: (row) => count(row.judged) },
    { key: 'flagged', title: 'Likely-ai', number: true, minor: true, value: (row) => row.flagged, cell: (row) => count(row.flagged) },
    { key: 'share', title: 'Share', number: true, value: ratio, cell: (row) => (row.judged ? percent(ratio(row)) : '–') },
    { key: 'low', title: '95 % interval', number: true, value: (row) => (row.judged ? row.low : null), cell: (row) => (row.judged ? `${percent(row.low)} – ${percent(row.high)}` : '–') },
    { key: 'labels', title: 'Labels', minor: true, cell: (row) => stack(row.labels) },
  ];
}

Report.scores = function scores() {
  return section(
    'scores', 'Scores', 'How the pages score beside the human texts that the cut was set on. Where the pages are as those humans, the curves lie on each other; machine text is the excess on the right.',
    h('div', { class: 'pair' }, scoreCard(), chanceCard()),
  );
};

function scoreCard() {
  const curves = data.scores.filter((curve) => sum(curve.pages) + sum(curve.old));
  if (!curves.length) return card('Scores by kind of text', h('p', { class: 'none' }, 'No page was scored.'));
  const most = curves.reduce((best, curve) => (sum(curve.pages) > sum(best.pages) ? curve : best));
  const choice = h('select', { 'aria-label': 'Kind of text' }, curves.map((curve, at) =>
    h('option', { value: at, selected: curve === most }, `${kind(curve)}: ${plural(sum(curve.pages) + sum(curve.old), 'page')}`)));
  const place = h('div', {}, scorePlot(most));
  choice.addEventListener('change', () => place.replaceChildren(scorePlot(curves[choice.value])));
  return card('Scores by kind of text', h('div', { class: 'filter' }, choice), place);
}

function kind(curve) {
  const words = curve.max_words === null ? `${curve.min_words} words or more` : `${curve.min_words}–${curve.max_words - 1} words`;
  return `${curve.language}, ${words}`;
}

function scorePlot(curve) {
  const lines = [{ name: 'pages', colour: 'l-likely-ai', values: curve.pages, filled: true }];
  if (sum(curve.old)) lines.push({ name: 'captured before November 2022', colour: 'l-pre-llm', values: curve.old });
  if (curve.humans) lines.push({ name: `${count(curve.behind)} calibration humans`, colour: 'l-no-evidence', values: curve.humans, dashed: true });
  const at = curve.pages.map((_, number) => (curve.first + number * curve.step).toFixed(1));
  const cut = curve.cut === null ? [] : [{ at: (curve.cut - curve.first) / curve.step - 0.5, colour: 'ink', name: 'cut' }];
  const note = curve.humans ? null : h('p', { class: 'note' }, 'The model or policy that scored is not the shipped one, so its human texts are not at hand.');
  return h('div', {}, Report.curvePlot(lines, at, 'score', cut), note);
}

function chanceCard() {
  const { pages, old } = data.p_values;
  if (!sum(pages) && !sum(old)) return card('p-values', h('p', { class: 'none' }, 'No page has a p-value.'));
  const lines = [{ name: 'pages', colour: 'l-likely-ai', values: pages, filled: true }];
  if (sum(old)) lines.push({ name: 'captured before November 2022', colour: 'l-pre-llm', values: old });
  lines.push({ name: 'humans like those of the calibration', colour: 'l-no-evidence', values: pages.map(() => 1), dashed: true });
  const at = pages.map((_, number) => (number / pages.length).toFixed(2));
  return card('p-values', Report.curvePlot(lines, at, 'share of human texts that score as high', []),
    h('p', { class: 'note' }, 'Of human texts like those of the calibration, one in twenty falls into each bin.'));
}

Report.evidence = function evidence() {
  const known = data.known;
  return section(
    'evidence', 'Evidence', 'Why pages got their labels, and what was seen in them.',
    h('div', { class: 'pair' }, card('Reasons', codes(data.reasons, 'Reason', data.words.reasons)), card('Findings', codes(data.findings, 'Finding', {}))),
    known.total ? card('Known texts', knownTable(known)) : null,
  );
};

function codes(rows, title, says) {
  if (!rows.length) return h('p', { class: 'none' }, 'None.');
  const columns = [
    { key: 'name', title, wide: true, value: (row) => row.name, cell: (row) => [h('code', {}, row.name), says[row.name] ? h('span', { class: 'says' }, says[row.name]) : null] },
    { key: 'documents', title: 'Documents', number: true, value: (row) => row.documents, cell: (row) => count(row.documents) },
    { key: 'labels', title: 'Labels', cell: (row) => stack(row.labels) },
  ];
  return table(columns, rows, { sort: '-documents', find: (row) => row.name });
}

function knownTable(known) {
  const says = { ai: 'known AI text', 'pre-llm': 'older than language models' };
  const columns = [
    { key: 'id', title: 'Known text', wide: true, value: (row) => row.id, cell: (row) => h('bdi', {}, row.id) },
    { key: 'index', title: 'Index', value: (row) => row.index, cell: (row) => h('bdi', {}, row.index) },
    { key: 'kind', title: 'Kind', value: (row) => row.kind, cell: (row) => says[row.kind] || row.kind },
    { key: 'len', title: 'Documents', number: true, value: (row) => row.len, cell: (row) => count(row.len) },
  ];
  const lines = known.indexes.map((one) => `${one.index} (${says[one.kind] || one.kind}): ${plural(one.len, 'match', 'matches')}`);
  return [h('p', {}, `${lines.join('; ')}; ${plural(known.total, 'known text')} in all.`), table(columns, known.texts, { sort: '-len', find: (row) => row.id })];
}

Report.copies = function copies() {
  const clusters = data.clusters;
  if (!clusters) return null;
  const { found } = clusters;
  const lead = `${plural(found.clustered, 'document')} of ${count(found.documents)} are copies of others: ${plural(found.clusters, 'cluster')} at a similarity of ${clusters.threshold}${clusters.exact_similarity ? '' : ' (estimated)'}, the largest of ${count(found.largest)}. ${plural(found.exact_documents, 'document')} are exact copies. ${plural(found.relabelled, 'document')} have another label than their cluster.`;
  return section('copies', 'Copies', lead, h('div', { class: 'pair wide-right' }, card('Sizes of clusters', sizes(clusters.sizes)), card('The largest', largest(clusters.largest))));
};

function sizes(rows) {
  const name = (row) => (row.high === null ? `${row.low} or more` : row.high === row.low + 1 ? `${row.low}` : `${row.low} – ${row.high - 1}`);
  const columns = [
    { key: 'low', title: 'Documents in it', value: (row) => row.low, cell: name },
    { key: 'clusters', title: 'Clusters', number: true, value: (row) => row.clusters, cell: (row) => count(row.clusters) },
    { key: 'documents', title: 'Documents', number: true, value: (row) => row.documents, cell: (row) => count(row.documents) },
  ];
  return table(columns, rows.filter((row) => row.clusters), {});
}

function largest(rows) {
  const columns = [
    { key: 'title', title: 'Seen first', wide: true, value: (row) => row.title || row.url || '', cell: (row) => [h('bdi', { class: 'title' }, row.title || 'no title'), Report.address(row.url, row.link)] },
    { key: 'label', title: 'Label of all', value: (row) => row.label, cell: (row) => badge(row.label) },
    { key: 'size', title: 'Size', number: true, value: (row) => row.size, cell: (row) => count(row.size) },
    { key: 'hosts', title: 'Hosts', number: true, minor: true, value: (row) => row.hosts, cell: (row) => count(row.hosts) },
    { key: 'first', title: 'Since', minor: true, value: (row) => row.first, cell: (row) => h('span', { class: 'date' }, row.first || '–') },
  ];
  return table(columns, rows, { sort: '-size', page: 8, find: (row) => `${row.title} ${row.url}` });
}

Report.faults = function faults() {
  const { fault, skip } = data.unlabelled;
  return section(
    'faults', 'Faults and skips', 'Records without a label: something was wrong with them (faults), or they hold no page to judge (skips). Each can be read again from its archive by the command beside it.',
    card('Faults', fault.length ? fault.map(code) : h('p', { class: 'none' }, 'None.')),
    card('Skips', skip.length ? skip.map(code) : h('p', { class: 'none' }, 'None.')),
  );
};

function code(row) {
  const lost = row.lost ? `, ${Report.bytes(row.lost)} lost` : '';
  return h(
    'details',
    { class: 'code' },
    h('summary', {}, h('code', {}, row.code), h('span', { class: 'amount' }, count(row.count) + lost), h('span', { class: 'says' }, row.says)),
    h('ul', { class: 'plain' }, row.examples.map((one) =>
      h('li', {}, one.message ? h('span', { class: 'message' }, h('bdi', {}, one.message)) : null, one.url ? h('bdi', { class: 'url' }, one.url) : null, Report.command(one.command)))),
    row.count > row.examples.length ? h('p', { class: 'note' }, `the first ${row.examples.length} of ${count(row.count)}; the table unlabelled has all`) : null,
  );
}

Report.marks = function marks() {
  const place = h('div', { class: 'card' });
  Report.drawMarks = (measured) => place.replaceChildren(...precision(measured));
  Report.drawMarks(data.measured);
  return section('marks', 'Measured by reading', 'How often each label is right, by the marks of those who read its pages. Pages of the sample come in random order: mark them as they come, or those with the most telling titles decide the figure.', place);
};

function precision(measured) {
  if (!measured) {
    const how = data.live ? 'Open a sample below and press r for right or w for wrong.' : 'No page was marked yet. “detector serve” opens this page for marking.';
    return [h('p', { class: 'none' }, how)];
  }
  const plotted = measured.labels.filter((one) => one.marked).map((one) => ({ name: one.label, value: one.share, low: one.low, high: one.high }));
  const columns = [
    { key: 'label', title: 'Label', cell: (row) => badge(row.label) },
    { key: 'marked', title: 'Marked', number: true, minor: true, cell: (row) => `${count(row.marked)} of ${count(row.documents)}` },
    { key: 'right', title: 'Right', number: true, cell: (row) => count(row.right) },
    { key: 'share', title: 'Precision', number: true, cell: (row) => (row.marked ? percent(row.share) : '–') },
    { key: 'low', title: '95 % interval', number: true, cell: (row) => (row.marked ? `${percent(row.low)} – ${percent(row.high)}` : '–') },
  ];
  const overall = measured.share === null ? null : h('p', {}, 'Labels weighed by their documents, ', h('strong', {}, percent(measured.share)), ` of the ${count(measured.covered)} documents with a marked label are labelled rightly (95 %: ${percent(measured.low)} – ${percent(measured.high)}).`);
  const disputed = measured.disputed ? ` ${plural(measured.disputed, 'document')} on which reviewers differ do not count.` : '';
  return [
    plotted.length ? Report.intervalPlot(plotted, 'accent') : null,
    table(columns, measured.labels, {}),
    overall,
    h('p', { class: 'note' }, `By ${measured.reviewers.join(', ') || 'nobody'}.${disputed}`),
  ].filter(Boolean);
}
