// How much of it machines wrote, as estimated: the whole, a check, old pages, and by month.

const { h, data, count, percent, table, card, details, section } = Report;

const CERTAIN = '95 %';

Report.machine = function machine() {
  const { refused, whole, placebo, months } = data.shares;
  const lead =
    'The share of documents that machines wrote, among those with a score: what is flagged, corrected for the human pages among it and for the machine texts that are missed. How much is found differs greatly between models and kinds of text, and the interval says so.';
  if (refused)
    return section(
      'machine',
      'How much machines wrote',
      lead,
      card(null, h('p', { class: 'none' }, `Not estimated: ${refused}.`)),
    );
  return section(
    'machine',
    'How much machines wrote',
    lead,
    h('div', { class: 'tiles shares' }, wholeTile(whole), checkTile(whole), placeboTile(placebo)),
    monthsCard(months),
  );
};

function tile(kind, name, share, low, high, ...says) {
  const known = share !== null && share !== undefined;
  return h(
    'div',
    { class: `tile ${kind}` },
    h('span', { class: 'tile-name' }, name),
    h('span', { class: 'tile-share' }, known ? percent(share) : '–'),
    h('span', { class: 'tile-count' }, known ? `${CERTAIN}: ${Report.range(low, high)}` : ''),
    h('span', { class: 'tile-says' }, says),
  );
}

function wholeTile(whole) {
  const says = `of ${count(whole.counted)} distinct texts at ${count(whole.sites)} sites, from how many are above the cut`;
  return tile('l-likely-ai', 'Estimate', whole.share, whole.low, whole.high, says);
}

function checkTile(whole) {
  const { mixture, mixture_low: low, mixture_high: high } = whole;
  const verdict = whole.disagree
    ? h('strong', {}, 'It contradicts the estimate: the scores are like no known mix. Trust neither.')
    : 'The same from all scores, without a cut. It does not contradict the estimate.';
  const none = 'Not known under a policy of your own, of which only the cuts are known.';
  return tile('l-uncertain', 'Check', mixture, low, high, mixture === null ? none : verdict);
}

function placeboTile(placebo) {
  if (!placebo) {
    const none = `Fewer than ${data.shares.min_pages} pages captured before November 2022 have a score.`;
    return tile('l-pre-llm', 'Placebo', null, null, null, none);
  }
  const says = `of ${count(placebo.counted)} texts captured before November 2022, when hardly any were a machine's. `;
  const verdict =
    placebo.low > 0
      ? h('strong', {}, 'It should contain zero and does not: this crawl’s human texts are unlike those of the calibration.')
      : 'It contains zero, as it must.';
  return tile('l-pre-llm', 'Placebo', placebo.share, placebo.low, placebo.high, says, verdict);
}

function monthsCard(months) {
  const title = 'Estimate by month of capture';
  if (months.length < 2) {
    const few = `Fewer than two months have ${data.shares.min_pages} pages with a score.`;
    return card(title, h('p', { class: 'none' }, few));
  }
  return card(
    title,
    Report.monthPlot(months),
    Report.shareNotes(months),
    details('The numbers', monthsTable(months)),
  );
}

function monthsTable(months) {
  const columns = [
    { key: 'month', title: 'Month', value: (row) => row.month, cell: (row) => row.month },
    {
      key: 'counted',
      title: 'Texts',
      number: true,
      value: (row) => row.counted,
      cell: (row) => count(row.counted),
    },
    ...Report.shareColumns((row) => row),
  ];
  return table(columns, months, { sort: '-month' });
}

// The columns of an estimate, which `of` finds in a row: the share and its interval, which stands
// under the share where there is no room. Null where there are too few pages.
Report.shareColumns = (of) => [
  {
    key: 'estimate',
    title: 'Machine text',
    number: true,
    value: (row) => of(row)?.share,
    cell: (row) => shareCell(of(row)),
  },
  {
    key: 'least',
    title: CERTAIN,
    number: true,
    minor: true,
    value: (row) => of(row)?.low,
    cell: (row) => (of(row) ? Report.range(of(row).low, of(row).high) : ''),
  },
];

function shareCell(one) {
  if (!one) return h('span', { class: 'none' }, one === null ? 'too few' : '–');
  return [
    one.excess ? h('span', { class: 'sign', title: 'more than false positives explain' }, '▲ ') : null,
    one.disagree ? h('span', { class: 'sign', title: 'contradicted by its check' }, '? ') : null,
    percent(one.share),
    h('span', { class: 'under' }, Report.range(one.low, one.high)),
  ];
}

// What the signs in the rows mean, of those that are there.
Report.shareNotes = function shareNotes(estimates, named) {
  const said = [];
  if (estimates.includes(null))
    said.push(
      `“too few”: fewer than ${data.shares.min_pages} pages with a score${named ? `, or no ${named}` : ''}.`,
    );
  if (estimates.some((one) => one?.excess))
    said.push('▲: more is flagged than false positives explain; of the hosts so marked at most one in twenty is expected to hold no machine text.');
  if (estimates.some((one) => one?.disagree))
    said.push('?: the estimate is contradicted by its check; trust neither.');
  return said.length ? h('p', { class: 'note' }, said.join(' ')) : null;
};
