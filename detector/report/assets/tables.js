// Tables that sort by any column, filter by words, and show a page of rows at a time.

const { h, count } = Report;

// columns: key, title, value(row) to sort by, cell(row) to show, number: right-aligned, minor: left
// out on a narrow screen, wrap: broken into lines there.
// options: rows shown at first (page), the column to sort by (sort: a leading "-" descends),
// rest: cells of a last row that stays last, find: what the filter looks at (a function of a row).
Report.table = function table(columns, rows, options) {
  const settings = { page: 12, ...options };
  const state = { shown: settings.page, words: '', ...order(settings.sort) };
  const body = h('tbody');
  const more = h('button', { type: 'button', class: 'more', click: () => grow() });
  const heads = columns.map((column) => head(column, () => turn(column.key)));
  const whole = h(
    'div',
    { class: 'table' },
    rows.length > settings.page && settings.find ? filter() : null,
    h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, heads)), body)),
    more,
  );

  function filter() {
    const input = h('input', {
      type: 'search',
      placeholder: 'Filter',
      'aria-label': 'Filter the rows',
    });
    input.addEventListener('input', () => {
      state.words = input.value.trim().toLowerCase();
      draw();
    });
    return h('div', { class: 'filter' }, input);
  }

  function turn(key) {
    const numeric = columns.find((column) => column.key === key).number;
    state.down = state.key === key ? !state.down : Boolean(numeric);
    state.key = key;
    draw();
  }

  function grow() {
    state.shown = state.shown < rows.length ? state.shown * 4 : settings.page;
    draw();
  }

  function draw() {
    const found = rows.filter(
      (row) => !state.words || settings.find(row).toLowerCase().includes(state.words),
    );
    const column = columns.find((one) => one.key === state.key);
    if (column) found.sort((a, b) => compare(column.value(a), column.value(b), state.down));
    body.replaceChildren(...found.slice(0, state.shown).map((row) => line(columns, row)));
    if (settings.rest && !state.words)
      body.append(h('tr', { class: 'rest' }, cells(columns, settings.rest)));
    if (!found.length)
      body.append(
        h('tr', {}, h('td', { colspan: columns.length, class: 'none' }, 'no row has that')),
      );
    heads.forEach((cell, at) => mark(cell, columns[at], state));
    const hidden = found.length - state.shown;
    more.hidden = hidden <= 0 && state.shown <= settings.page;
    more.textContent = hidden > 0 ? `Show more (${count(hidden)} left)` : 'Show fewer';
  }

  draw();
  return whole;
};

function order(sort) {
  if (!sort) return { key: null, down: false };
  return { key: sort.replace(/^-/, ''), down: sort.startsWith('-') };
}

function head(column, turn) {
  const kind = classes(column);
  if (!column.value) return h('th', { scope: 'col', class: kind }, column.title);
  return h(
    'th',
    { scope: 'col', class: kind },
    h('button', { type: 'button', click: turn }, column.title),
  );
}

function mark(cell, column, state) {
  if (column.key !== state.key) cell.removeAttribute('aria-sort');
  else cell.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
}

function compare(a, b, down) {
  const none = (value) => value === null || value === undefined;
  if (none(a) || none(b)) return none(a) - none(b);
  const result = typeof a === 'number' ? a - b : String(a).localeCompare(String(b));
  return down ? -result : result;
}

const line = (columns, row) => h('tr', {}, cells(columns, row));

const cells = (columns, row) =>
  columns.map((column) => h('td', { class: classes(column) }, column.cell(row)));

const classes = (column) =>
  ['number', 'wide', 'minor', 'wrap'].filter((name) => column[name]).join(' ') || null;
