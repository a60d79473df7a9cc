// Plots by Chart.js, in the page's own colours; each is drawn again when these change.

const { h } = Report;

const drawn = [];

Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.font.family = getComputedStyle(document.documentElement).getPropertyValue('--sans');
Chart.defaults.plugins.legend.labels.boxWidth = 12;
Chart.defaults.plugins.legend.labels.boxHeight = 12;
Chart.defaults.plugins.legend.position = 'bottom';

Report.colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// make: gives Chart.js's configuration; it is asked again whenever colours change. said: the plot
// in words, for those who do not see it.
Report.plot = function plot(make, said, height) {
  const canvas = h('canvas', { role: 'img', 'aria-label': said });
  const frame = h('div', { class: 'plot' }, canvas);
  frame.style.height = `${height || 260}px`;
  const one = { canvas, make, chart: null };
  drawn.push(one);
  waiting.observe(canvas);
  frame.redraw = () => one.chart && draw(one);
  return frame;
};

// Plots are drawn when they come near the screen: the first paint waits for none of them.
const waiting = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const one = entry.isIntersecting && drawn.find((plot) => plot.canvas === entry.target);
      if (one && !one.chart) draw(one);
    }
  },
  { rootMargin: '400px' },
);

function draw(one) {
  if (one.chart) one.chart.destroy();
  Chart.defaults.color = Report.colour('soft');
  Chart.defaults.borderColor = Report.colour('line');
  one.chart = new Chart(one.canvas, one.make());
}

Report.redraw = () => drawn.filter((one) => one.chart).forEach(draw);

// Shares of the labels over time, as stacked bars; the tooltip has the counts.
Report.timePlot = function timePlot(rows) {
  const totals = rows.map(([, counts]) => counts.reduce((sum, count) => sum + count, 0));
  const names = Report.data.names.filter((_, at) => rows.some(([, counts]) => counts[at]));
  const make = () => ({
    type: 'bar',
    data: {
      labels: rows.map(([date]) => date),
      datasets: names.map((name) => {
        const at = Report.data.names.indexOf(name);
        return {
          label: name,
          data: rows.map(([, counts], row) => (100 * counts[at]) / totals[row]),
          backgroundColor: Report.colour(`l-${name}`),
          categoryPercentage: 0.92,
          barPercentage: 1,
        };
      }),
    },
    options: {
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          stacked: true,
          grid: { display: false },
          ticks: { maxRotation: 0, autoSkipPadding: 16 },
        },
        y: {
          stacked: true,
          max: 100,
          border: { display: false },
          ticks: { callback: (value) => `${value} %` },
        },
      },
      plugins: {
        tooltip: {
          callbacks: {
            label: (item) => ` ${item.dataset.label}: ${item.parsed.y.toFixed(1)} %`,
            footer: (items) => `${Report.count(totals[items[0].dataIndex])} documents`,
          },
        },
      },
    },
  });
  return Report.plot(make, `Shares of the labels, ${rows.length} dates`, 280);
};

// A share of each group with its interval: a line from low to high and a dot for the share.
Report.intervalPlot = function intervalPlot(rows, colour) {
  const make = () => ({
    type: 'bar',
    data: {
      labels: rows.map((row) => (row.name.length > 28 ? `${row.name.slice(0, 27)}…` : row.name)),
      datasets: [
        {
          type: 'scatter',
          label: 'share',
          data: rows.map((row, at) => ({ x: 100 * row.value, y: at })),
          backgroundColor: Report.colour(colour),
          pointRadius: 5,
          pointHoverRadius: 7,
        },
        {
          label: '95 % interval',
          data: rows.map((row) => [100 * row.low, 100 * row.high]),
          backgroundColor: `${Report.colour(colour)}55`,
          barThickness: 6,
          borderRadius: 3,
          borderSkipped: false,
        },
      ],
    },
    options: {
      indexAxis: 'y',
      scales: {
        x: {
          min: 0,
          suggestedMax: 10,
          border: { display: false },
          ticks: { callback: (value) => `${value} %` },
        },
        y: { grid: { display: false }, ticks: { autoSkip: false } },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: (items) => rows[items[0].dataIndex].name,
            label: (item) => {
              const row = rows[item.dataIndex];
              return ` ${Report.percent(row.value)} (95 %: ${Report.percent(row.low)} to ${Report.percent(row.high)})`;
            },
          },
        },
      },
    },
  });
  return Report.plot(make, 'Share of each group with its 95 % interval', 60 + 26 * rows.length);
};

// Estimates of a share by month, each with its interval; months without one are not there, so
// nothing is drawn between them.
Report.monthPlot = function monthPlot(months) {
  const first = months.findIndex((row) => row.month >= '2022-12');
  const lines = first > 0 ? [{ at: first - 0.5, name: '30 November 2022', colour: 'soft' }] : [];
  const make = () => ({
    type: 'bar',
    data: { labels: months.map((row) => row.month), datasets: monthData(months) },
    options: {
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: { grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 16 } },
        y: {
          min: 0,
          max: 100,
          border: { display: false },
          ticks: { callback: (value) => `${value} %` },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          filter: (item) => item.datasetIndex === 0,
          callbacks: { label: (item) => shareSaid(months[item.dataIndex]) },
        },
      },
    },
    plugins: [{ id: 'lines', afterDatasetsDraw: (chart) => verticals(chart, lines) }],
  });
  return Report.plot(make, `Estimated share of machine text, ${months.length} months`, 260);
};

function monthData(months) {
  const colour = Report.colour('l-likely-ai');
  return [
    {
      type: 'line',
      label: 'share',
      data: months.map((row) => 100 * row.share),
      showLine: false,
      clip: 8,
      backgroundColor: colour,
      borderColor: colour,
      pointRadius: months.length > 60 ? 2 : 4,
    },
    {
      label: '95 % interval',
      data: months.map((row) => [100 * row.low, 100 * row.high]),
      backgroundColor: `${colour}55`,
      maxBarThickness: 18,
      categoryPercentage: 1,
      barPercentage: months.length > 60 ? 0.9 : 0.6,
      minBarLength: 2,
    },
  ];
}

const shareSaid = ({ share, low, high, counted }) =>
  ` ${Report.percent(share)} (95 %: ${Report.range(low, high)}), ${Report.plural(counted, 'text')}`;

// Distributions over the same bins, as shares of each one's own total: bars for what is `filled`,
// lines for the others. at: what each bin is called; lines: vertical ones, at a place on the axis.
Report.curvePlot = function curvePlot(curves, at, title, lines) {
  const make = () => ({
    type: 'bar',
    data: { labels: at, datasets: curves.map(curveData) },
    options: {
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          title: { display: true, text: title },
          grid: { display: false },
          ticks: { maxRotation: 0, autoSkipPadding: 18 },
        },
        y: { min: 0, border: { display: false }, ticks: { callback: (value) => `${value} %` } },
      },
      plugins: {
        legend: { labels: { usePointStyle: true, boxWidth: 22 } },
        tooltip: {
          callbacks: { label: (item) => ` ${item.dataset.label}: ${item.parsed.y.toFixed(1)} %` },
        },
      },
    },
    plugins: [{ id: 'lines', afterDatasetsDraw: (chart) => verticals(chart, lines || []) }],
  });
  return Report.plot(make, `${title}: ${curves.map((curve) => curve.name).join(' beside ')}`, 280);
};

function curveData(curve) {
  const total = curve.values.reduce((sum, value) => sum + value, 0);
  const colour = Report.colour(curve.colour);
  const data = curve.values.map((value) => (total ? (100 * value) / total : 0));
  const common = { label: curve.name, data, borderColor: colour };
  if (curve.filled) {
    return {
      ...common,
      order: 2,
      backgroundColor: `${colour}88`,
      categoryPercentage: 1,
      barPercentage: 0.96,
      pointStyle: 'rect',
    };
  }
  return {
    ...common,
    type: 'line',
    order: 1,
    borderWidth: 2,
    stepped: 'middle',
    pointRadius: 0,
    pointHitRadius: 8,
    borderDash: curve.dashed ? [6, 4] : [],
    pointStyle: 'line',
  };
}

function verticals(chart, lines) {
  const { ctx, chartArea, scales } = chart;
  for (const line of lines) {
    const x = scales.x.getPixelForValue(line.at);
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = Report.colour(line.colour);
    ctx.setLineDash([2, 3]);
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    const right = x > (chartArea.left + chartArea.right) / 2;
    ctx.textAlign = right ? 'right' : 'left';
    ctx.font = `12px ${Chart.defaults.font.family}`;
    ctx.fillText(line.name, x + (right ? -6 : 6), chartArea.top + 12);
    ctx.restore();
  }
}
