/* The page's script. Without it everything is there to be read; with it tables sort and filter, and figures that bring
 * their numbers are drawn anew so that they answer to the mouse, the finger and the keyboard. */
(function () {
'use strict';
var SVG = 'http://www.w3.org/2000/svg';

function make(tag, attributes, text) {
  var e = document.createElement(tag);
  for (var k in attributes) e.setAttribute(k, attributes[k]);
  if (text !== undefined) e.textContent = text;
  return e;
}
function draw(parent, tag, attributes, text) {
  var e = document.createElementNS(SVG, tag);
  for (var k in attributes) e.setAttribute(k, attributes[k]);
  if (text !== undefined) e.textContent = text;
  return parent.appendChild(e);
}

/* Tables */

function words(cell) { return cell.textContent.trim(); }
/* A cell's number, or NaN: data-v where the text does not tell it. */
function number(cell) {
  if (cell.hasAttribute('data-v')) return Number(cell.getAttribute('data-v'));
  var text = words(cell);
  return text === '' ? NaN : Number(text);
}
var collator = new Intl.Collator('en', {numeric: true});

/* Numbers first, then texts, then cells that have nothing; the last stay last whatever the direction. */
function compare(a, b, direction) {
  var x = number(a), y = number(b), s = words(a), t = words(b);
  var kind = function (v, text) { return text === '' || text === '-' ? 2 : isNaN(v) ? 1 : 0; };
  var p = kind(x, s), q = kind(y, t);
  if (p !== q) return p - q;
  return direction * (p === 0 ? x - y : p === 1 ? collator.compare(s, t) : 0);
}

function sortable(table) {
  var body = table.tBodies[0], original = Array.prototype.slice.call(body.rows);
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  heads.forEach(function (head, column) {
    if (head.textContent === '') return; /* a column of remarks */
    var button = make('button', {type: 'button'}, head.textContent);
    head.textContent = '';
    head.appendChild(button);
    head.setAttribute('aria-sort', 'none');
    button.addEventListener('click', function () {
      var next = {none: 'ascending', ascending: 'descending', descending: 'none'}[head.getAttribute('aria-sort')];
      heads.forEach(function (other) { if (other.textContent) other.setAttribute('aria-sort', other === head ? next : 'none'); });
      var rows = original.slice(), direction = next === 'ascending' ? 1 : -1;
      if (next !== 'none')
        rows.sort(function (a, b) { return compare(a.cells[column], b.cells[column], direction); });
      rows.forEach(function (row) { body.appendChild(row); });
    });
  });
}

function plain(title) { return title.toLowerCase().replace(/[^a-z0-9.]+/g, '_').replace(/^_+|_+$/g, ''); }
/* The column a name means: its title, the title's beginning, a word of it; of a dotted key the last part will do. */
function column_of(titles, name) {
  var tests = [
    function (t, n) { return t === n; },
    function (t, n) { return t.indexOf(n) === 0; },
    function (t, n) { return t.split('_').indexOf(n) >= 0; }
  ];
  var names = [plain(name)], dot = name.lastIndexOf('.');
  if (dot >= 0) names.push(plain(name.slice(dot + 1)));
  for (var i = 0; i < names.length; i++)
    for (var k = 0; k < tests.length; k++)
      for (var c = 0; c < titles.length; c++)
        if (names[i] !== '' && tests[k](titles[c], names[i])) return c;
  return -1;
}
/* One term of a filter as a function of a row; null: nothing to ask yet. A name that is no column is plain text. */
function term(token, titles) {
  var m = /^([^<>=!]+)(<=|>=|!=|=|<|>)(.*)$/.exec(token), c = m ? column_of(titles, m[1]) : -1;
  if (c < 0) {
    var low = token.toLowerCase();
    return function (row) { return row.textContent.toLowerCase().indexOf(low) >= 0; };
  }
  var value = m[3].toLowerCase(), want = Number(value), op = m[2];
  if (value === '') return null;
  return function (row) {
    var cell = row.cells[c], have = number(cell), text = words(cell).toLowerCase();
    var same = !isNaN(want) && !isNaN(have) ? have === want || text === value : text === value;
    if (op === '=') return same;
    if (op === '!=') return !same;
    if (isNaN(want) || isNaN(have)) return false;
    return op === '<' ? have < want : op === '>' ? have > want : op === '<=' ? have <= want : have >= want;
  };
}
function filterable(table, count) {
  var titles = Array.prototype.map.call(table.tHead.rows[0].cells, function (th) { return plain(th.textContent); });
  var rows = Array.prototype.slice.call(table.tBodies[0].rows);
  var box = make('div', {'class': 'filter'}), label = make('label', {}, 'Filter rows');
  var input = make('input', {type: 'search', autocomplete: 'off', spellcheck: 'false', id: 'filter-' + count});
  var numeric = titles.filter(function (t, c) { return /\bn\b/.test(table.tHead.rows[0].cells[c].className); });
  input.placeholder = 'words, or ' + (numeric.length ? (numeric[numeric.length - 1]) + '>1' : 'run=1');
  var output = make('output', {'for': 'filter-' + count, 'aria-live': 'polite'});
  function apply() {
    var terms = (input.value.match(/"[^"]*"|[^\s"]+(?:"[^"]*")?/g) || []).map(function (token) {
      return term(token.replace(/"/g, ''), titles);
    });
    var shown = 0;
    rows.forEach(function (row) {
      row.hidden = !terms.every(function (f) { return !f || f(row); });
      shown += row.hidden ? 0 : 1;
    });
    output.textContent = shown + ' of ' + rows.length + ' rows';
  }
  input.addEventListener('input', apply);
  label.appendChild(input);
  box.appendChild(label);
  box.appendChild(output);
  table.parentNode.parentNode.insertBefore(box, table.parentNode);
  apply();
}

/* Charts */

var COLORS = 8, DASHES = ['', '7 3', '2 3', '9 3 2 3'];

function nice_step(span, count) {
  var raw = span / count, power = Math.pow(10, Math.floor(Math.log10(raw))), part = raw / power;
  return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
}
function ticks(low, high, count) {
  var step = nice_step(high - low || 1, count), out = [];
  for (var k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    out.push(Number((k * step).toPrecision(10)));
  return out;
}
function short(v) { return v === null || v === undefined ? '-' : String(Number(v.toPrecision(5))); }
function tags_of(series) { return series.tags || [series.name]; }

/* A figure: its charts, which share a legend and a place on the x axis. */
function Live(figure, charts) {
  var self = this;
  this.charts = charts;
  this.hidden = {};
  this.at = -1; /* index into the longest x */
  this.x = charts.reduce(function (a, c) { return c.x.length > a.length ? c.x : a; }, []);
  this.style();
  this.box = make('div', {'class': 'live'});
  this.panels = make('div', {'class': 'charts'});
  this.svgs = charts.map(function (chart) {
    var svg = draw(self.panels, 'svg', {role: 'img', 'aria-label': chart.ylabel + ' against ' + chart.xlabel});
    svg.addEventListener('pointermove', function (event) { self.point(svg, event); });
    svg.addEventListener('pointerdown', function (event) { self.point(svg, event); });
    svg.addEventListener('pointerleave', function (event) { if (event.pointerType === 'mouse') self.move(-1); });
    return svg;
  });
  this.box.appendChild(this.legend());
  this.box.appendChild(this.panels);
  var label = make('label', {}, 'Values at ' + charts[0].xlabel + ' '), number_text = make('b', {}, '');
  this.number = number_text;
  label.appendChild(number_text);
  this.slider = make('input', {type: 'range', min: 0, max: Math.max(this.x.length - 1, 0), step: 1,
                               value: Math.max(this.x.length - 1, 0)});
  this.slider.addEventListener('input', function () { self.move(Number(self.slider.value)); });
  label.appendChild(this.slider);
  this.output = make('output', {'aria-live': 'polite'});
  this.box.appendChild(label);
  this.box.appendChild(this.output);
  figure.insertBefore(this.box, figure.firstChild);
  figure.classList.add('drawn');
  this.move(-1);
  new ResizeObserver(function () { self.draw(); }).observe(this.panels);
}
/* A colour and a dash per series. */
Live.prototype.style = function () {
  this.charts.forEach(function (chart) {
    chart.series.forEach(function (series, k) {
      var role = {train: 1, val: 2}[series.role];
      series.color = 'var(--c' + (role || k % COLORS + 1) + ')';
      series.dash = role === 1 ? DASHES[1] : role ? '' : DASHES[Math.floor(k / COLORS) % DASHES.length];
    });
  });
};
Live.prototype.visible = function (series) {
  var hidden = this.hidden;
  return tags_of(series).every(function (tag) { return !hidden[tag]; });
};
Live.prototype.legend = function () {
  var self = this, box = make('div', {'class': 'legend', role: 'group', 'aria-label': 'Show or hide lines'}), seen = {};
  this.charts.forEach(function (chart) {
    chart.series.forEach(function (series) {
      tags_of(series).forEach(function (tag, k) {
        if (Object.prototype.hasOwnProperty.call(seen, tag)) return;
        seen[tag] = true;
        var button = make('button', {type: 'button', 'aria-pressed': 'true'});
        if (k === 0) {
          var swatch = draw(button, 'svg', {viewBox: '0 0 26 10', 'aria-hidden': 'true'});
          draw(swatch, 'path', {d: 'M0 5H26', 'stroke-width': 2.5, style: 'stroke:' + series.color,
                                'stroke-dasharray': series.dash});
        }
        button.appendChild(document.createTextNode(tag));
        button.addEventListener('click', function () {
          self.hidden[tag] = !self.hidden[tag];
          button.setAttribute('aria-pressed', String(!self.hidden[tag]));
          self.draw();
          self.tell();
        });
        box.appendChild(button);
      });
    });
  });
  return box;
};
Live.prototype.point = function (svg, event) {
  var area = svg.area;
  if (!area || !this.x.length) return;
  var box = svg.getBoundingClientRect(), px = (event.clientX - box.left) * area.width / box.width, best = 0;
  for (var k = 1; k < area.x.length; k++)
    if (Math.abs(area.px(area.x[k]) - px) < Math.abs(area.px(area.x[best]) - px)) best = k;
  this.move(this.x.indexOf(area.x[best]));
};
Live.prototype.move = function (at) {
  this.at = at;
  if (at >= 0) this.slider.value = at;
  this.draw_cursors();
  this.tell();
};
/* What the lines have where the cursor is, in words; without a cursor, at the end. */
Live.prototype.tell = function () {
  var self = this, at = this.at >= 0 ? this.at : Number(this.slider.value), x = this.x[at];
  var output = this.output, spoken = [];
  output.textContent = '';
  this.number.textContent = short(x);
  this.charts.forEach(function (chart) {
    var k = chart.x.indexOf(x), lines = chart.series.filter(function (s) { return self.visible(s); });
    if (k < 0 || !lines.length) return;
    var text = chart.ylabel + ': ' + lines.map(function (s) {
      var band = s.low && s.low[k] !== null && s.low[k] !== undefined ? ' (' + short(s.low[k]) + ' to ' + short(s.high[k]) + ')' : '';
      return s.name + ' ' + short(s.y[k]) + band;
    }).join(' \u00b7 ');
    (chart.marks || []).forEach(function (mark) { if (mark.x === x) text += '; ' + mark.name; });
    output.appendChild(make('span', {}, text));
    spoken.push(text);
  });
  this.slider.setAttribute('aria-valuetext', this.charts[0].xlabel + ' ' + short(x) + '. ' + spoken.join('. '));
};
/* The frame of one chart for what is visible of it: places of numbers in pixels. */
Live.prototype.area = function (svg, chart) {
  var self = this, width = Math.max(svg.clientWidth, 200), height = 250, low = Infinity, high = -Infinity;
  chart.series.forEach(function (s) {
    if (!self.visible(s)) return;
    [s.y, s.low || [], s.high || []].forEach(function (list) {
      list.forEach(function (v) { if (v !== null) { low = Math.min(low, v); high = Math.max(high, v); } });
    });
  });
  if (low > high) { low = 0; high = 1; }
  var pad = (high - low) * 0.05 || Math.abs(high) * 0.01 || 1;
  low -= pad;
  high += pad;
  var left = 52, right = 14, top = 24, bottom = 40;
  var x0 = chart.x.length ? chart.x[0] : 0, x1 = chart.x.length ? chart.x[chart.x.length - 1] : 1;
  if (x0 === x1) { x0 -= 0.5; x1 += 0.5; }
  return {
    width: width, height: height, left: left, right: width - right, top: top, bottom: height - bottom,
    low: low, high: high, x0: x0, x1: x1, x: chart.x,
    px: function (x) { return left + (x - x0) / (x1 - x0) * (width - left - right); },
    py: function (y) { return height - bottom - (y - low) / (high - low) * (height - top - bottom); }
  };
};
Live.prototype.draw = function () {
  var self = this;
  this.charts.forEach(function (chart, n) { self.draw_chart(self.svgs[n], chart); });
  this.draw_cursors();
};
Live.prototype.draw_axes = function (svg, chart, a) {
  ticks(a.low, a.high, 5).forEach(function (v) {
    var y = a.py(v);
    draw(svg, 'path', {'class': 'grid', d: 'M' + a.left + ' ' + y + 'H' + a.right});
    draw(svg, 'text', {x: a.left - 6, y: y + 4, 'text-anchor': 'end'}, short(v));
  });
  ticks(a.x0, a.x1, Math.max(2, Math.floor(a.width / 70))).forEach(function (v) {
    if (v !== Math.round(v) && a.x.every(Number.isInteger)) return;
    draw(svg, 'path', {'class': 'axis', d: 'M' + a.px(v) + ' ' + a.bottom + 'v4'});
    draw(svg, 'text', {x: a.px(v), y: a.bottom + 17, 'text-anchor': 'middle'}, short(v));
  });
  draw(svg, 'path', {'class': 'axis', fill: 'none', d: 'M' + a.left + ' ' + a.top + 'V' + a.bottom + 'H' + a.right});
  draw(svg, 'text', {x: (a.left + a.right) / 2, y: a.height - 6, 'text-anchor': 'middle'}, chart.xlabel);
  draw(svg, 'text', {x: 4, y: 14}, chart.ylabel);
};
/* A line with a gap where a value is missing; a single value between gaps is a dot, of few values each is. */
Live.prototype.draw_series = function (svg, s, a) {
  var d = '', pen = false, few = s.y.filter(function (v) { return v !== null; }).length <= 30;
  if (s.low && s.high) {
    var there = a.x.map(function (x, k) { return k; }).filter(function (k) { return s.low[k] !== null && s.high[k] !== null; });
    var edge = there.map(function (k) { return a.px(a.x[k]) + ' ' + a.py(s.high[k]); })
      .concat(there.reverse().map(function (k) { return a.px(a.x[k]) + ' ' + a.py(s.low[k]); }));
    if (edge.length) draw(svg, 'path', {d: 'M' + edge.join('L') + 'Z', style: 'fill:' + s.color, opacity: 0.18});
  }
  s.y.forEach(function (y, k) {
    if (y === null || k >= a.x.length) { pen = false; return; }
    d += (pen ? 'L' : 'M') + a.px(a.x[k]).toFixed(1) + ' ' + a.py(y).toFixed(1);
    var alone = !pen && (k + 1 >= s.y.length || s.y[k + 1] === null);
    pen = true;
    if (few || alone) draw(svg, 'circle', {cx: a.px(a.x[k]), cy: a.py(y), r: 2.5, style: 'fill:' + s.color});
  });
  draw(svg, 'path', {d: d || 'M0 0', fill: 'none', 'stroke-width': 2, style: 'stroke:' + s.color, 'stroke-dasharray': s.dash,
                     'stroke-linejoin': 'round'});
};
Live.prototype.draw_chart = function (svg, chart) {
  var self = this, a = this.area(svg, chart);
  svg.area = a;
  svg.textContent = '';
  svg.setAttribute('viewBox', '0 0 ' + a.width + ' ' + a.height);
  svg.style.height = a.height + 'px';
  this.draw_axes(svg, chart, a);
  chart.series.forEach(function (s) { if (self.visible(s)) self.draw_series(svg, s, a); });
  (chart.marks || []).forEach(function (mark) {
    var s = chart.series[mark.series];
    if (!s || !self.visible(s)) return;
    draw(svg, 'circle', {cx: a.px(mark.x), cy: a.py(mark.y), r: 6, fill: 'none', 'stroke-width': 2, style: 'stroke:var(--fg)'});
    var end = a.px(mark.x) > (a.left + a.right) / 2;
    draw(svg, 'text', {x: a.px(mark.x) + (end ? -9 : 9), y: Math.max(a.py(mark.y) - 8, a.top + 8),
                       'text-anchor': end ? 'end' : 'start'}, mark.name);
  });
  svg.cursor = draw(svg, 'g', {});
};
Live.prototype.draw_cursors = function () {
  var self = this;
  this.charts.forEach(function (chart, n) {
    var svg = self.svgs[n], g = svg.cursor, k = self.at < 0 ? -1 : chart.x.indexOf(self.x[self.at]);
    if (!g) return;
    g.textContent = '';
    if (k < 0) return;
    var a = svg.area, x = a.px(chart.x[k]);
    draw(g, 'path', {'class': 'cursor', d: 'M' + x + ' ' + a.top + 'V' + a.bottom});
    chart.series.forEach(function (s) {
      if (self.visible(s) && s.y[k] !== null && s.y[k] !== undefined)
        draw(g, 'circle', {cx: x, cy: a.py(s.y[k]), r: 4, style: 'fill:' + s.color});
    });
  });
};

function start() {
  Array.prototype.forEach.call(document.querySelectorAll('table.tools'), function (table, count) {
    filterable(table, count);
    sortable(table);
  });
  Array.prototype.forEach.call(document.querySelectorAll('figure>script[type="application/json"]'), function (numbers) {
    var charts;
    try { charts = JSON.parse(numbers.textContent); } catch (e) { return; } /* the picture stays */
    charts = (Array.isArray(charts) ? charts : [charts]).filter(function (c) {
      return c && Array.isArray(c.x) && c.x.length && Array.isArray(c.series) && c.series.length;
    });
    if (charts.length && window.ResizeObserver) new Live(numbers.parentNode, charts);
  });
}
start();
})();
